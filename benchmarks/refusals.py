"""What a refusal costs: every hostile file of the tests, judged as every upload is."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.metering import cost
from benchmarks.report import Figure
from video_pipeline_tests.media.matrix.examiner import answer
from video_pipeline_tests.samples import Samples
from video_pipeline_tests.samples.hostile import HOSTILE
from video_pipeline_tests.samples.unreasonable import UNREASONABLE


def measure() -> list[Figure]:
    """The slowest, and the one for which any process took the most memory; those that are taken in the end included."""
    with tempfile.TemporaryDirectory() as folder:
        costs = {name: cost(answer, path) for name, path in _files(Path(folder))}
    slowest = max(costs, key=lambda name: costs[name].seconds)
    largest = max(costs, key=lambda name: costs[name].child_mib)
    return [
        Figure(
            f"judging {len(costs)} hostile files, one after the other", sum(one.seconds for one in costs.values()), "s"
        ),
        Figure(f"the slowest, `{slowest}`", costs[slowest].seconds, "s", bound=5),
        Figure(f"the most memory that any process used, for `{largest}`", costs[largest].child_mib, "MiB", bound=512),
    ]


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Each file under a name that says nothing but video, gone when the next is asked for."""
    samples = Samples(folder)
    path = folder / "clip.mp4"
    for name, hostile in HOSTILE.items():
        path.write_bytes(hostile.content(samples[hostile.source].read_bytes()))
        yield name, path
    for name in UNREASONABLE:
        path.write_bytes(samples[name].read_bytes())
        yield name, path
