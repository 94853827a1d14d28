"""Everything that is derived from an original, made by one ffmpeg process that decodes it once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from video_pipeline.errors import MediaRefused, MediaToolFailed
from video_pipeline.media import graph, process, scenes
from video_pipeline.media.artifacts import Rendition, finish
from video_pipeline.media.decoded import Decoded, decoded
from video_pipeline.media.plan import Plan, plan
from video_pipeline.media.process import Bounds, Finished
from video_pipeline.media.profiles import SCENE_CUTS
from video_pipeline.media.progress import Progress
from video_pipeline.types import Finding, MediaFacts, Output, SceneCut, Severity

# ffmpeg's exit codes when two thirds of what it decoded were errors (-max_error_rate), and when a stream that an output
# needs has nothing in it (the low byte of AVERROR_INVALIDDATA).
FILE_FAULTS = frozenset({69, 183})

# Headers round, and recorders count a last gap: a twentieth of the declared duration and half a second may be missing.
SHORTFALL = 0.05
SHORTFALL_SECONDS = 0.5

UNDECODABLE = Finding(
    "undecodable",
    "Most of the file cannot be decoded: it is damaged, encrypted or incomplete. Check that it plays on your device, "
    "and upload it again.",
)


@dataclass(frozen=True, slots=True)
class Made:
    """What one command made.

    `findings` are warnings about the source that only decoding shows; `wall_seconds` is what ffmpeg took, and `speed`
    seconds of video per second of that.
    """

    renditions: Mapping[Output, Rendition]
    scenes: tuple[SceneCut, ...]
    decoded: Decoded
    findings: tuple[Finding, ...]
    wall_seconds: float
    speed: float


def make(
    source: Path,
    facts: MediaFacts,
    outputs: frozenset[Output],
    folder: Path,
    *,
    bounds: Bounds,
    max_seconds: float,
    on_progress: Callable[[float], None] | None = None,
) -> Made:
    """Derive `outputs` from a video, and nothing else, with one process and one decode.

    Args:
        source: the original, a local file.
        facts: what it says of itself, as probed and judged.
        outputs: what to make; sound that is not there is left out, which is no failure.
        folder: an empty folder of the caller's, where the files land.
        bounds: what the process may use.
        max_seconds: the longest video that is accepted; no output gets longer.
        on_progress: called about once a second with the share that is done, 0 to 1, in this thread.

    Raises:
        MediaRefused: no picture comes out of the file (`undecodable`), or it takes too much time, memory or space.
        MediaToolFailed: ffmpeg failed for a reason that is not the file's.
    """
    wanted = plan(facts, outputs)
    if not wanted.looks and not wanted.audio:
        return Made({}, (), Decoded(), (), 0.0, 0.0)
    ended = process.run(
        graph.command(wanted, source, facts, max_seconds=max_seconds),
        bounds=bounds,
        cwd=folder,
        on_progress=_share(on_progress, wanted.seconds) if on_progress else None,
        read_stdout=_detector(wanted),
    )
    clock = folder / graph.CLOCK
    seen = decoded(ended.stderr_tail, clock, facts)
    clock.unlink(missing_ok=True)
    _judge(ended, wanted, seen)
    end_seconds = seen.seconds or wanted.seconds
    return Made(
        renditions=finish(wanted, folder, ended.output, end_seconds=end_seconds),
        scenes=ended.output,
        decoded=seen,
        findings=_findings(wanted, seen),
        wall_seconds=ended.wall_seconds,
        speed=end_seconds / ended.wall_seconds,
    )


def _share(on_progress: Callable[[float], None], seconds: float) -> Callable[[Progress], None]:
    return lambda progress: on_progress(max(0.0, min(1.0, progress.seconds / seconds)))


def _detector(wanted: Plan) -> Callable[[IO[bytes]], tuple[SceneCut, ...]]:
    """What reads the command's standard output: the scene detector, or nobody where nothing is written there."""
    detection = wanted.detection
    if detection is None:
        return lambda _: ()
    return lambda stream: scenes.detect(
        stream, size=detection.size, frame_rate=detection.frame_rate, profile=SCENE_CUTS
    )


def _judge(ended: Finished[tuple[SceneCut, ...]], wanted: Plan, seen: Decoded) -> None:
    empty = ended.exit_code == 0 and wanted.looks and seen.frames == 0
    if empty or ended.exit_code in FILE_FAULTS:
        raise MediaRefused(UNDECODABLE)
    if ended.exit_code != 0:
        raise MediaToolFailed(
            f"ffmpeg ended with code {ended.exit_code}. Its last words: {process.last_words(ended.stderr_tail)}"
        )


def _findings(wanted: Plan, seen: Decoded) -> tuple[Finding, ...]:
    """What is wrong with the source, though something could be made of it."""
    found = []
    if seen.errors:
        found.append(Finding("decode_errors", f"{seen.errors} parts of the file could not be decoded.", Severity.WARN))
    if seen.seconds is not None and seen.seconds < wanted.seconds * (1 - SHORTFALL) - SHORTFALL_SECONDS:
        found.append(
            Finding(
                "shorter_than_declared",
                f"The file says that it lasts {wanted.seconds:.1f} s, but only {seen.seconds:.1f} s of it play.",
                Severity.WARN,
            )
        )
    return tuple(found)
