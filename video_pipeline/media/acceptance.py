"""Whether a file on this machine is taken: everything that is asked of it, in the order in which it is asked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from video_pipeline.errors import MediaRefused
from video_pipeline.media.beginning import decodes
from video_pipeline.media.checks import Policy, judge, judge_container, refused
from video_pipeline.media.probe import probe
from video_pipeline.media.process import Bounds
from video_pipeline.media.sniff import identify
from video_pipeline.types import Finding, MediaFacts


@dataclass(frozen=True, slots=True)
class Accepted:
    """What an accepted file says of itself, and the findings that did not refuse it."""

    facts: MediaFacts
    warnings: tuple[Finding, ...]


def accept(path: Path, policy: Policy, *, declared_extension: str | None, bounds: Bounds) -> Accepted:
    """Judge a file by its first bytes, by what it says of itself, and by decoding its beginning.

    Nothing opens a file whose first bytes show no container that the policy accepts.

    Args:
        path: the file; its name tells nothing.
        policy: what is accepted.
        declared_extension: the extension of the name that its sender gave it, with or without a dot.
        bounds: what each of the processes that look at it may use.

    Raises:
        MediaRefused: a rule refused it, or it cannot be opened or decoded within bounds.
        MediaToolFailed: a process failed for a reason that is not the file's.
    """
    judge_container(identify(path), policy)
    facts = probe(path, bounds=bounds)
    findings = judge(facts, policy, declared_extension=declared_extension)
    refusals = refused(findings)
    if refusals:
        raise MediaRefused(*refusals)
    decodes(path, facts, bounds=bounds)
    return Accepted(facts, findings)
