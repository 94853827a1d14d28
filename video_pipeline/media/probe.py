"""What a file says of itself, asked in a limited process of its own."""

from __future__ import annotations

import sys
from pathlib import Path

from pydantic import TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from video_pipeline.errors import MediaRefused, MediaToolFailed
from video_pipeline.media import boxes, process, sniff
from video_pipeline.media.allowed import MAX_STREAMS
from video_pipeline.media.process import Bounds
from video_pipeline.types import Container, Finding, MediaFacts

PROBE = [sys.executable, "-P", "-m", "video_pipeline.media.probe_child"]
OUT_OF_MEMORY = "Cannot allocate memory"  # also what FFmpeg's library says when a file has more streams than allowed


@dataclass(frozen=True)
class Answer:
    """What `probe_child` prints: one of the two. It read a stranger's file, so its words are checked, not trusted."""

    facts: MediaFacts | None = None
    error: str | None = None


_ANSWER = TypeAdapter(Answer)


def probe(path: Path, *, bounds: Bounds) -> MediaFacts:
    """Read the facts of a file.

    Args:
        path: a local file; its name tells nothing.
        bounds: what the probing process may use.

    Raises:
        MediaRefused: the file is empty (`empty_file`), something else than video (`playlist`, `picture`, `archive`,
            `no_video`, `not_a_video`), broke off (`incomplete`), cannot be opened (`unreadable`), or takes too much
            time or memory to open.
        MediaToolFailed: the probing process did not work.
    """
    found = sniff.impostor(path)
    if found is not None:
        raise MediaRefused(found)
    answer = _ask(path, bounds)
    if answer.facts is None:
        raise MediaRefused(_why_unreadable(path, answer.error or "no reason given"))
    return answer.facts


def _ask(path: Path, bounds: Bounds) -> Answer:
    ended = process.run([*PROBE, str(path.resolve())], bounds=bounds, read_stdout=lambda stream: stream.read())
    if ended.exit_code != 0:
        raise MediaToolFailed(f"Probing did not work: {process.last_words(ended.stderr_tail)}")
    try:
        return _ANSWER.validate_json(ended.output)
    except ValidationError as error:
        raise MediaToolFailed(f"Probing gave an answer that makes no sense: {error}") from error


def _why_unreadable(path: Path, error: str) -> Finding:
    """The sentence for a file that no demuxer could open, as specific as its bytes allow."""
    if OUT_OF_MEMORY in error:
        return Finding(
            "too_many_streams",
            f"The file cannot be opened within bounds: it has more than {MAX_STREAMS} streams, or asks for huge ones.",
        )
    container = sniff.sniff(path)
    if container is None:
        return Finding("not_a_video", "The file is not a video in a format that is known: MP4, MOV, MKV, WebM or AVI.")
    if container in {Container.MP4, Container.MOV} and "moov" not in {box.kind for box in boxes.outermost(path)}:
        return Finding(
            "incomplete",
            "The file has no index: the recording was not ended properly, or part of the file did not arrive. "
            "Check that it plays on your device, and upload it again.",
        )
    return Finding("unreadable", f"The file begins like {container.name}, but cannot be opened ({error}).")
