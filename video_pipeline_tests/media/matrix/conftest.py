"""The whole journey of a sample, as every upload makes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from video_pipeline.media.acceptance import Accepted, accept
from video_pipeline.media.checks import Policy
from video_pipeline.media.process import Bounds
from video_pipeline.media.profiles import needed
from video_pipeline.media.renditions import Made, make
from video_pipeline.media.verify import CheckOutcome, verify
from video_pipeline.types import ArtifactKind, MediaFacts, Output, VideoStream
from video_pipeline_tests.samples import Samples

POLICY = Policy(max_bytes=10**8, max_duration_seconds=14_400)


@dataclass(frozen=True)
class Journey:
    """What became of a sample."""

    accepted: Accepted
    made: Made
    outcomes: tuple[CheckOutcome, ...]

    @property
    def facts(self) -> MediaFacts:
        return self.accepted.facts

    @property
    def picture(self) -> VideoStream:
        assert self.facts.video is not None
        return self.facts.video

    @property
    def warnings(self) -> set[str]:
        """The codes of what was found and did not refuse it."""
        return {finding.code for finding in (*self.accepted.warnings, *self.made.findings)}

    def file(self, output: Output, kind: ArtifactKind | None = None) -> Path:
        return self.made.renditions[output].files[kind or ArtifactKind(output)]


@pytest.fixture(scope="session")
def journey(samples: Samples, bounds: Bounds, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Journey]:
    """What becomes of a sample, by its name; made once, so look and do not touch."""

    @cache
    def travel(name: str) -> Journey:
        source = samples[name]
        accepted = accept(source, POLICY, declared_extension=source.suffix, bounds=bounds)
        made = make(
            source,
            accepted.facts,
            needed(accepted.facts),
            tmp_path_factory.mktemp(name),
            bounds=bounds,
            max_seconds=POLICY.max_duration_seconds,
        )
        return Journey(accepted, made, verify(made, accepted.facts, bounds=bounds))

    return travel
