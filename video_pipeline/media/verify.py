"""Checks on what was made, which publication waits for: are the renditions what they promise to be?"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from pydantic import TypeAdapter, ValidationError

from video_pipeline.errors import MediaToolFailed
from video_pipeline.media import process, verdicts
from video_pipeline.media.process import Bounds
from video_pipeline.media.renditions import Made
from video_pipeline.media.verdicts import Check, Report, Subject
from video_pipeline.types import ArtifactKind, MediaFacts, Output

DECODE = [sys.executable, "-P", "-m", "video_pipeline.media.decode_child"]
DECODED_KINDS = frozenset({ArtifactKind.PROXY, ArtifactKind.WEB, ArtifactKind.AUDIO})

_VIDEO: Mapping[str, Check] = {
    "duration": verdicts.duration,
    "streams": verdicts.streams,
    "faststart": verdicts.faststart,
    "decodable": verdicts.decodable,
}
_CHECKS: Mapping[Output, Mapping[str, Check]] = {
    Output.PROXY: _VIDEO,
    Output.WEB: _VIDEO,
    Output.POSTER: {"picture": verdicts.picture},
    Output.STORYBOARD: {"tiles": verdicts.tiles},
    Output.AUDIO: {"audio_format": verdicts.audio_format},
    Output.SCENE_CUTS: {"scenes": verdicts.scenes},
}

# The names of the checks on each output: stable, since history in Dagster hangs on them.
CHECKS: Mapping[Output, tuple[str, ...]] = MappingProxyType(
    {output: tuple(checks) for output, checks in _CHECKS.items()}
)


def promise(output: Output, name: str) -> str:
    """What the check of that name holds an output to, in a sentence."""
    return inspect.getdoc(_CHECKS[output][name]) or name


_REPORTS = TypeAdapter(list[Report])


@dataclass(frozen=True, slots=True)
class CheckOutcome:
    """What one check found on one output: a sentence for people, and what was measured."""

    output: Output
    name: str
    passed: bool
    sentence: str
    measured: Mapping[str, object] = field(default_factory=dict)


def verify(made: Made, facts: MediaFacts, *, bounds: Bounds) -> tuple[CheckOutcome, ...]:
    """Check everything that was made, with one process that decodes all of it.

    Args:
        made: what the renditions made.
        facts: what the original says of itself.
        bounds: what the decoding process may use.

    Raises:
        MediaRefused: decoding took more time or memory than it may.
        MediaToolFailed: the decoding process did not work.
    """
    files = [
        path
        for rendition in made.renditions.values()
        for kind, path in rendition.files.items()
        if kind in DECODED_KINDS
    ]
    reports = _decode(files, bounds)
    return tuple(
        _outcome(name, check, Subject(rendition, made, facts, reports))
        for output, rendition in made.renditions.items()
        for name, check in _CHECKS[output].items()
    )


def _outcome(name: str, check: Check, subject: Subject) -> CheckOutcome:
    verdict = check(subject)
    return CheckOutcome(subject.rendition.output, name, verdict.passed, verdict.sentence, verdict.measured)


def _decode(files: list[Path], bounds: Bounds) -> dict[Path, Report]:
    if not files:
        return {}
    ended = process.run(
        [*DECODE, *map(str, files)], bounds=bounds, reads=files, read_stdout=lambda stream: stream.read()
    )
    if ended.exit_code != 0:
        raise MediaToolFailed(f"Checking renditions did not work: {process.last_words(ended.stderr_tail)}")
    try:
        return dict(zip(files, _REPORTS.validate_json(ended.output), strict=True))
    except ValidationError as error:
        raise MediaToolFailed(f"Checking renditions gave an answer that makes no sense: {error}") from error
