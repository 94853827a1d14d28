"""What the renditions cost, beside the plain proxy command and beside bare decoding, each in the same run."""

from __future__ import annotations

import re
import statistics
import tempfile
import time
from pathlib import Path

from benchmarks import clips
from benchmarks.clips import Clip, ffmpeg
from benchmarks.metering import Cost, cost
from benchmarks.report import Figure
from video_pipeline.media.probe import probe
from video_pipeline.media.process import Bounds
from video_pipeline.media.profiles import PROXY, needed
from video_pipeline.media.renditions import make
from video_pipeline.types import ArtifactKind, MediaFacts, Output

BOUNDS = Bounds(wall_seconds=3600, memory_bytes=6 * 1024**3)
ROUNDS = 3
PROBES = 10

# The proxy as it is commonly written: the yardstick.
PLAIN_SCALE = "scale=854:480:force_original_aspect_ratio=decrease:force_divisible_by=2,fps=10"
PLAIN = ("-vf", PLAIN_SCALE, "-c:v", "libx264", "-preset", "medium", "-crf", "23", "-c:a", "aac", "-b:a", "128k")


def measure() -> list[Figure]:
    """Ratios for each clip, quality and memory where they are asked for, and the cost of one output alone."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        figures = _of_clip(clips.HD, folder, rounds=ROUNDS, bounds=(0.85, 2.0))
        figures += _quality(clips.make(clips.HD, folder), folder)
        figures += _alone(clips.make(clips.HD, folder))
        figures += _probing(clips.make(clips.HD, folder))
        for clip in (clips.UHD, clips.VP9, clips.LONG):
            figures += _of_clip(clip, folder, rounds=1)
    return figures


def _of_clip(
    clip: Clip, folder: Path, *, rounds: int, bounds: tuple[float | None, float | None] = (None, None)
) -> list[Figure]:
    source = clips.make(clip, folder)
    taken = [(cost(bare, source), cost(plain, source, folder / "plain.mp4"), cost(ours, source)) for _ in range(rounds)]
    of_plain, of_bare = bounds
    what = "all renditions, a web copy among them" if Output.WEB in needed(_facts(source)) else "all renditions"
    return [
        Figure(f"{clip.name}: {what}", statistics.median(one.seconds for _, _, one in taken), "s"),
        Figure(
            "beside the plain proxy command alone", _ratio([(one, usual) for _, usual, one in taken]), "×", of_plain
        ),
        Figure("beside bare decoding", _ratio([(one, least) for least, _, one in taken]), "×", of_bare),
        Figure(
            "processor time beside the plain proxy command's",
            _cpu_ratio([(one, usual) for _, usual, one in taken]),
            "×",
        ),
        Figure("peak memory of ffmpeg", max(one.child_mib for _, _, one in taken), "MiB"),
    ]


def _ratio(pairs: list[tuple[Cost, Cost]]) -> float:
    """The median of ratios taken side by side, so that a noisy moment counts on both sides."""
    return statistics.median(one.seconds / other.seconds for one, other in pairs)


def _cpu_ratio(pairs: list[tuple[Cost, Cost]]) -> float:
    return statistics.median(one.cpu_seconds / other.cpu_seconds for one, other in pairs)


def bare(source: Path) -> None:
    """Decode the picture and throw it away."""
    ffmpeg("-i", str(source), "-map", "0:v", "-f", "null", "-")


def plain(source: Path, path: Path) -> None:
    """Make a proxy as it is commonly made."""
    ffmpeg("-i", str(source), *PLAIN, "-movflags", "+faststart", str(path))


def ours(source: Path, outputs: frozenset[Output] | None = None, keep: Path | None = None) -> None:
    """Make everything that the clip needs, or `outputs`; the proxy moves to `keep`."""
    facts = _facts(source)
    with tempfile.TemporaryDirectory() as folder:
        made = make(source, facts, outputs or needed(facts), Path(folder), bounds=BOUNDS, max_seconds=3600)
        if keep is not None:
            made.renditions[Output.PROXY].files[ArtifactKind.PROXY].replace(keep)


def _facts(source: Path) -> MediaFacts:
    return probe(source, bounds=BOUNDS)


def _quality(source: Path, folder: Path) -> list[Figure]:
    """Bytes and VMAF of our proxy beside the plain one's."""
    usual, own = folder / "plain.mp4", folder / "proxy.mp4"
    plain(source, usual)
    ours(source, frozenset({Output.PROXY}), own)
    return [
        Figure("bytes of its proxy beside the plain one's", own.stat().st_size / usual.stat().st_size, "×", 1.0),
        Figure("VMAF of the plain proxy", best := _vmaf(usual, source), ""),
        Figure("VMAF of ours below it", best - _vmaf(own, source), "points", 1.0),
    ]


def _vmaf(proxy: Path, source: Path) -> float:
    """How near a proxy is to its source, scaled to its size and at its rate: VMAF v0.6.1, 0 to 100.

    Both get the same description of colours: where only one has any, ffmpeg turns the colours of the other.
    """
    named = "setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709:range=tv"
    clock = f"settb=AVTB,setpts=N/{PROXY.frame_rate}/TB"
    reference = f"[1:v]{named},fps={PROXY.frame_rate},scale=854:480:flags=bicubic,format=yuv420p,{clock}[wanted]"
    compared = f"[0:v]{named},{clock}[made];{reference};[made][wanted]libvmaf=n_threads=2"
    printed = ffmpeg("-i", str(proxy), "-i", str(source), "-lavfi", compared, "-f", "null", "-")
    score = re.search(r"VMAF score: ([\d.]+)", printed)
    assert score, printed
    return float(score[1])


def _alone(source: Path) -> list[Figure]:
    """One output made again, beside all of them."""
    whole = cost(ours, source).cpu_seconds
    outputs = sorted(needed(_facts(source)))
    return [
        Figure(
            f"processor time of {output} alone, beside all",
            cost(ours, source, frozenset({output})).cpu_seconds / whole,
            "×",
        )
        for output in outputs
    ]


def _probing(source: Path) -> list[Figure]:
    return [
        Figure(
            f"probing it (median of {PROBES})",
            statistics.median(_probe_seconds(source) for _ in range(PROBES)),
            "s",
            0.3,
        )
    ]


def _probe_seconds(source: Path) -> float:
    began = time.perf_counter()
    _facts(source)
    return time.perf_counter() - began
