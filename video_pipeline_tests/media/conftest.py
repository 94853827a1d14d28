"""Real files for the tests of media, made once a session."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from video_pipeline.media.probe import probe
from video_pipeline.media.process import Bounds
from video_pipeline.media.profiles import needed
from video_pipeline.media.renditions import Made, make
from video_pipeline.types import MediaFacts
from video_pipeline_tests.samples import Samples

GENEROUS = Bounds(wall_seconds=60, memory_bytes=6 * 1024**3)


@dataclass(frozen=True)
class Derived:
    """A sample, what it says of itself, and what was made of it."""

    source: Path
    facts: MediaFacts
    made: Made


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Samples:
    return Samples(tmp_path_factory.mktemp("samples"))


@pytest.fixture(scope="session")
def bounds() -> Bounds:
    """Enough for every sample, and an end for what hangs."""
    return GENEROUS


@pytest.fixture(scope="session")
def derived(samples: Samples, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Derived]:
    """What a sample needs, by its name; made once, so look and do not touch."""

    @cache
    def derive(name: str) -> Derived:
        source = samples[name]
        facts = probe(source, bounds=GENEROUS)
        folder = tmp_path_factory.mktemp(name)
        made = make(source, facts, needed(facts), folder, bounds=GENEROUS, max_seconds=60)
        return Derived(source, facts, made)

    return derive
