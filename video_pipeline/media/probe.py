"""What a file says of itself, asked in a limited process of its own."""

from __future__ import annotations

import sys
from pathlib import Path

from pydantic import TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from video_pipeline.errors import MediaRefused, MediaToolFailed
from video_pipeline.media import boxes, process
from video_pipeline.media.allowed import MAX_STREAMS
from video_pipeline.media.process import Bounds
from video_pipeline.media.sniff import identify
from video_pipeline.types import Container, Finding, MediaFacts

MAX_ANSWER_BYTES = 1024**2  # facts have a few thousand
PROBE = [sys.executable, "-P", "-m", "video_pipeline.media.probe_child"]
BROKEN_OFF = Finding(
    "incomplete",
    "The file has no index: the recording was not ended properly, or part of the file did not arrive. "
    "Check that it plays on your device, and upload it again.",
)
PIECE = Finding(
    "incomplete",
    "The file is one piece of a stream, without the piece before it that says how to play it. Upload the whole video.",
)
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
    container = identify(path)
    answer = _ask(path, bounds)
    if answer.facts is None:
        raise MediaRefused(_why_unreadable(path, container, answer.error or "no reason given"))
    return answer.facts


def _ask(path: Path, bounds: Bounds) -> Answer:
    ended = process.run(
        [*PROBE, str(path.resolve())],
        bounds=bounds,
        reads=[path],
        read_stdout=lambda stream: stream.read(MAX_ANSWER_BYTES),
    )
    if ended.exit_code != 0:
        raise MediaToolFailed(f"Probing did not work: {process.last_words(ended.stderr_tail)}")
    try:
        return _ANSWER.validate_json(ended.output)
    except ValidationError as error:
        raise MediaToolFailed(f"Probing gave an answer that makes no sense: {error}") from error


def _why_unreadable(path: Path, container: Container, error: str) -> Finding:
    """The sentence for a file that its demuxer could not open, as specific as its bytes allow."""
    if OUT_OF_MEMORY in error:
        return Finding(
            "too_many_streams",
            f"The file cannot be opened within bounds: it has more than {MAX_STREAMS} streams, or an index "
            "that asks for more memory than any video needs.",
        )
    if container in {Container.MP4, Container.MOV}:
        kinds = {box.kind for box in boxes.outermost(path)}
        if "moov" not in kinds:
            return PIECE if "moof" in kinds else BROKEN_OFF
    return Finding("unreadable", f"The file begins like {container.label}, but cannot be opened ({error}).")
