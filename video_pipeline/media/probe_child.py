"""The program that opens a file and prints what it says of itself: `python -m video_pipeline.media.probe_child PATH`.

It prints one JSON object, with `facts` (a MediaFacts) or, where FFmpeg's library cannot open the file, `error`.
It imports only PyAV and the standard library, so that it starts in 0.2 s.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from fractions import Fraction
from pathlib import Path

import av
from av.container import InputContainer
from av.error import FFmpegError
from av.video.stream import VideoStream

from video_pipeline.media import allowance, boxes, streams, timing
from video_pipeline.media.allowed import DEMUXERS, demuxer_options
from video_pipeline.media.sniff import identify, sniff
from video_pipeline.media.tags import cleaned
from video_pipeline.types import Container, MediaFacts

MICROSECONDS = 1_000_000  # AV_TIME_BASE
MAX_DECODED_PIXELS = 8192 * 8192  # one frame of it takes 0.1 to 0.4 GB


def facts_of(path: Path, demuxer: str | None = None) -> MediaFacts:
    """Open a file and read its facts.

    Args:
        path: the file.
        demuxer: what opens it; unless given, the one of the container that its first bytes show.

    Raises:
        MediaRefused: its first bytes show no container that is known.
        FFmpegError: the demuxer cannot read it.
    """
    demuxer = demuxer or DEMUXERS[identify(path)]
    guards, decoding = demuxer_options(demuxer), {"max_pixels": str(MAX_DECODED_PIXELS)}
    with av.open(
        f"file:{path}", "r", demuxer, options=decoding, container_options=guards, metadata_errors="replace"
    ) as opened:
        return _facts(opened, path)


def _facts(opened: InputContainer, path: Path) -> MediaFacts:
    picture = streams.main_picture(opened.streams.video)
    sound = streams.default_sound(opened.streams.audio)
    seen = timing.Timing()
    if picture is not None and streams.may_decode(picture):
        allowance.widen(_room(picture))
        seen = timing.observe(opened, picture, sound, max_pixels=MAX_DECODED_PIXELS)
    container = sniff(path)
    return MediaFacts(
        format_name=opened.format.name,
        container=container,
        size_bytes=path.stat().st_size,
        duration_seconds=seen.file_seconds or _seconds(opened.duration),
        start_seconds=_seconds(opened.start_time) or 0.0,
        bit_rate=opened.bit_rate or None,
        video=streams.video_facts(picture, seen) if picture is not None else None,
        audio=streams.audio_facts(sound) if sound is not None else None,
        video_streams=len(opened.streams.video),
        audio_streams=len(opened.streams.audio),
        subtitle_streams=len(opened.streams.subtitles),
        other_streams=streams.others(opened),
        faststart=boxes.faststart(path) if container in {Container.MP4, Container.MOV} else None,
        encrypted=seen.encrypted or any(map(streams.has_key, opened.streams)),
        tags=cleaned(opened.metadata),
    )


def _room(picture: VideoStream) -> int:
    """The address space that decoding this picture may take."""
    context = picture.codec_context
    bit_depth = context.format.components[0].bits if context.format else 8
    return allowance.decoding_bytes(context.width, context.height, pixel_format=context.pix_fmt, bit_depth=bit_depth)


def _seconds(microseconds: int | None) -> float | None:
    return microseconds / MICROSECONDS if microseconds is not None else None


def as_json(value: object) -> str | float:
    """How JSON tells what it has no word for."""
    return str(value) if isinstance(value, Fraction) else repr(value)


def main() -> None:
    """Print the facts of the file named on the command line."""
    try:
        answer: dict[str, object] = {"facts": asdict(facts_of(Path(sys.argv[1])))}
    except FFmpegError as error:
        answer = {"error": str(error.strerror or error)}
    json.dump(answer, sys.stdout, default=as_json)


if __name__ == "__main__":
    allowance.hold(Path(sys.argv[1]).stat().st_size)
    main()
