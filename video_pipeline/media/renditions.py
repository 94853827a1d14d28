"""Everything that is derived from an original, made by one ffmpeg process that decodes it once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from video_pipeline.errors import MediaRefused, MediaToolFailed
from video_pipeline.media import damage, evidence, graph, losses, process, scenes
from video_pipeline.media.artifacts import Rendition, finish
from video_pipeline.media.complaints import Complaints
from video_pipeline.media.decoded import Decoded, decoded, listed
from video_pipeline.media.plan import Plan, plan
from video_pipeline.media.process import Bounds, Finished
from video_pipeline.media.profiles import SCENE_CUTS
from video_pipeline.media.progress import Progress
from video_pipeline.types import Finding, MediaFacts, Output, SceneCut, Severity

Ended = Finished[tuple[SceneCut, ...]]

# What ffmpeg says of an output to which nothing came: all there is of it lies at no time that is shown or heard.
NOTHING_CAME = "received no packets"


@dataclass(frozen=True, slots=True)
class Made:
    """What one command made.

    `findings` are warnings about the source that only decoding shows; `wall_seconds` is what ffmpeg took, and `speed`
    seconds of video per second of that. `mute` is where the source has sound of which nothing can be decoded.
    """

    renditions: Mapping[Output, Rendition]
    scenes: tuple[SceneCut, ...]
    decoded: Decoded
    findings: tuple[Finding, ...]
    wall_seconds: float
    speed: float
    mute: bool = False


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

    A sound of which nothing can be decoded fails the process: then there is another one, as for a silent video.

    Args:
        source: the original, a local file.
        facts: what it says of itself, as probed and judged.
        outputs: what to make; sound that is not there is left out, which is no failure.
        folder: an empty folder of the caller's, where the files land.
        bounds: what the process may use.
        max_seconds: the longest video that is accepted; no output gets longer.
        on_progress: called about once a second with the share that is done, 0 to 1, in this thread.

    Raises:
        MediaRefused: what the decode shows refuses the file (`damage.RULES`), or it takes too much time, memory or
            space.
        MediaToolFailed: ffmpeg failed for a reason that is not the file's.
    """
    wanted = plan(facts, outputs)
    if not wanted.looks and not wanted.audio:
        return Made({}, (), Decoded(), (), 0.0, 0.0)
    work = _Work(source, facts, wanted, folder, bounds, max_seconds)
    ended, seen = work.decode(on_progress)
    if not seen.packets and not seen.complaints:  # nobody looked at the file
        _expect_success(ended, seen)
    findings = _judged(damage.judge(seen, facts, looked=wanted.looks, max_seconds=max_seconds))
    if ended.exit_code != 0 and facts.audio is not None and _is_of_sound(wanted, seen, ended):
        _clear(folder)
        silent = replace(facts, audio=None)
        made = make(source, silent, outputs, folder, bounds=bounds, max_seconds=max_seconds, on_progress=on_progress)
        return replace(made, findings=(*made.findings, damage.MUTE), mute=True)
    _expect_success(ended, seen)
    evidence.remove(folder)
    end_seconds = seen.seconds or wanted.seconds
    return Made(
        renditions=finish(wanted, folder, ended.output, end_seconds=end_seconds),
        scenes=ended.output,
        decoded=seen,
        findings=findings,
        wall_seconds=ended.wall_seconds,
        speed=end_seconds / ended.wall_seconds,
    )


@dataclass(frozen=True, slots=True)
class _Work:
    """What is done to one file: see `make`."""

    source: Path
    facts: MediaFacts
    wanted: Plan
    folder: Path
    bounds: Bounds
    max_seconds: float

    def decode(self, on_progress: Callable[[float], None] | None) -> tuple[Ended, Decoded]:
        """Run the one command, and look closer at the file where something is wrong with it."""
        said = Complaints()
        ended = process.run(
            graph.command(self.wanted, self.source, self.facts, max_seconds=self.max_seconds),
            bounds=self.bounds,
            reads=[self.source],
            cwd=self.folder,
            on_progress=_share(on_progress, self.wanted.seconds) if on_progress else None,
            on_stderr=said.feed,
            read_stdout=_detector(self.wanted),
        )
        seen = decoded(self.folder, said, self.facts)
        return ended, self._listed(seen) if losses.suspected(seen, self.facts) else seen

    def _listed(self, seen: Decoded) -> Decoded:
        said = Complaints()
        process.run(
            evidence.listing(self.source, self.facts, heard=self.wanted.hears, max_seconds=self.max_seconds),
            bounds=self.bounds,
            reads=[self.source],
            cwd=self.folder,
            on_stderr=said.feed,
        )
        return listed(seen, self.folder, said, self.facts)


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


def _judged(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    refusals = tuple(finding for finding in findings if finding.severity is Severity.REFUSE)
    if refusals:
        raise MediaRefused(*refusals)
    return findings


def _is_of_sound(wanted: Plan, seen: Decoded, ended: Ended) -> bool:
    """Whether it can be the sound for which a command failed: no file is written with a sound that never came."""
    return wanted.hears and (seen.mute or seen.sound.errors > 0 or NOTHING_CAME in ended.stderr_tail)


def _expect_success(ended: Ended, seen: Decoded) -> None:
    if ended.exit_code == 0:
        return
    if seen.errors or NOTHING_CAME in ended.stderr_tail:
        raise MediaRefused(Finding("undecodable", damage.UNDECODABLE))
    raise MediaToolFailed(
        f"ffmpeg ended with code {ended.exit_code}. Its last words: {process.last_words(ended.stderr_tail)}"
    )


def _clear(folder: Path) -> None:
    for path in folder.iterdir():
        path.unlink()
