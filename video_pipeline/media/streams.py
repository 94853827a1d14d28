"""The streams of an opened file as facts, read through PyAV.

Used only in processes of their own (`probe_child`, `decode_child`): PyAV runs FFmpeg's C code inside the interpreter,
and a stranger's file must not be opened in one that holds credentials or other people's work.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from av.audio.stream import AudioStream as AvAudioStream
from av.container import InputContainer
from av.stream import Disposition, Stream
from av.video.stream import VideoStream as AvVideoStream

from video_pipeline.media import choices
from video_pipeline.media.allowed import AUDIO_DECODERS, VIDEO_DECODERS
from video_pipeline.media.choices import Picture, Sound
from video_pipeline.media.timing import Timing
from video_pipeline.types import AudioStream, VideoStream

# Cover art and chapter pictures count as video streams, and are none.
STILLS = Disposition.attached_pic | Disposition.timed_thumbnails | Disposition.still_image

UNKNOWN_CODEC = "unknown"

PROGRESSIVE_ORDERS = (0, 1)  # AV_FIELD_UNKNOWN, AV_FIELD_PROGRESSIVE

# Code points of ITU-T H.273, by the names that FFmpeg prints and browsers' documentation uses.
COLOR_PRIMARIES = {1: "bt709", 4: "bt470m", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 8: "film", 9: "bt2020",
                   10: "smpte428", 11: "smpte431", 12: "smpte432", 22: "ebu3213"}  # fmt: skip
COLOR_TRANSFERS = {1: "bt709", 4: "gamma22", 5: "gamma28", 6: "smpte170m", 7: "smpte240m", 8: "linear",
                   11: "iec61966-2-4", 13: "iec61966-2-1", 14: "bt2020-10", 15: "bt2020-12", 16: "smpte2084",
                   17: "smpte428", 18: "arib-std-b67"}  # fmt: skip
COLOR_SPACES = {0: "gbr", 1: "bt709", 4: "fcc", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 8: "ycgco", 9: "bt2020nc",
                10: "bt2020c", 14: "ictcp"}  # fmt: skip
COLOR_RANGES = {1: "tv", 2: "pc"}


def main_picture(streams: Sequence[AvVideoStream]) -> AvVideoStream | None:
    """The video that plays, by the rule of `choices.main_picture`."""
    chosen = choices.main_picture([_picture(stream) for stream in streams])
    return next((stream for stream in streams if chosen and stream.index == chosen.index), None)


def default_sound(streams: Sequence[AvAudioStream]) -> AvAudioStream | None:
    """The sound that plays, by the rule of `choices.default_sound`."""
    chosen = choices.default_sound([_sound(stream) for stream in streams])
    return next((stream for stream in streams if chosen and stream.index == chosen.index), None)


def has_key(stream: Stream) -> bool:
    """Whether a Matroska track names the key that it is encrypted with; of MP4 it is the packets that tell."""
    return "enc_key_id" in stream.metadata


def may_decode(stream: AvVideoStream) -> bool:
    """Whether the stream's decoder is one that strangers' files may reach."""
    return stream.codec_context is not None and stream.codec.name in VIDEO_DECODERS


def _picture(stream: AvVideoStream) -> Picture:
    context = stream.codec_context
    return Picture(
        index=stream.index,
        still=bool(stream.disposition & STILLS),
        decodable=may_decode(stream),
        default=bool(stream.disposition & Disposition.default),
        pixels=context.width * context.height if context else 0,
        frames=stream.frames or None,
    )


def _sound(stream: AvAudioStream) -> Sound:
    context = stream.codec_context
    known = context is not None and stream.codec.name in AUDIO_DECODERS
    return Sound(
        index=stream.index,
        usable=known and context.sample_rate > 0 and context.channels > 0,
        default=bool(stream.disposition & Disposition.default),
    )


def video_facts(stream: AvVideoStream, timing: Timing) -> VideoStream:
    """What the file says of its main picture, with what the first packets showed."""
    context = stream.codec_context
    if context is None:
        return _undescribed(stream.index)
    aspect = stream.sample_aspect_ratio or Fraction(1)
    rotation, mirrored = timing.orientation
    width, height = choices.shape(context.width, context.height, aspect, rotation)
    return VideoStream(
        index=stream.index,
        codec=stream.codec.canonical_name,
        profile=stream.profile,
        pixel_format=context.pix_fmt,
        bit_depth=context.format.components[0].bits if context.format else 8,
        coded_width=context.width,
        coded_height=context.height,
        width=width,
        height=height,
        sample_aspect_ratio=aspect,
        rotation=rotation,
        mirrored=mirrored,
        frame_rate=_frame_rate(stream, timing),
        variable_frame_rate=timing.variable_frame_rate,
        frames=stream.frames or None,
        duration_seconds=timing.picture_seconds or _seconds(stream.duration, stream.time_base),
        start_seconds=_seconds(stream.start_time, stream.time_base) or 0.0,
        bit_rate=stream.bit_rate or None,
        color_space=COLOR_SPACES.get(context.colorspace),
        color_primaries=COLOR_PRIMARIES.get(context.color_primaries),
        color_transfer=COLOR_TRANSFERS.get(context.color_trc),
        color_range=COLOR_RANGES.get(context.color_range),
        interlaced=timing.interlaced or context.field_order not in PROGRESSIVE_ORDERS,
    )


def _undescribed(index: int) -> VideoStream:
    """A picture in a codec that FFmpeg has no name for: PyAV tells nothing of it, and a rule refuses it for that."""
    return VideoStream(
        index=index,
        codec=UNKNOWN_CODEC,
        profile=None,
        pixel_format=None,
        bit_depth=8,
        coded_width=0,
        coded_height=0,
        width=0,
        height=0,
        sample_aspect_ratio=Fraction(1),
        rotation=0,
        frame_rate=Fraction(0),
        variable_frame_rate=False,
        frames=None,
        duration_seconds=None,
        start_seconds=0.0,
        bit_rate=None,
        color_space=None,
        color_primaries=None,
        color_transfer=None,
        color_range=None,
        interlaced=False,
    )


def _frame_rate(stream: AvVideoStream, timing: Timing) -> Fraction:
    claims = (stream.average_rate, stream.guessed_rate, stream.base_rate)
    return choices.frame_rate(
        [claim for claim in claims if claim],
        timing.frame_seconds,
        precision=timing.precision_seconds,
        variable=timing.variable_frame_rate,
    )


def audio_facts(stream: AvAudioStream) -> AudioStream:
    """What the file says of the sound that plays by default."""
    context = stream.codec_context
    return AudioStream(
        index=stream.index,
        codec=stream.codec.canonical_name,
        sample_rate=context.sample_rate,
        channels=context.channels,
        layout=context.layout.name or None,
        bit_rate=stream.bit_rate or None,
        duration_seconds=_seconds(stream.duration, stream.time_base),
        start_seconds=_seconds(stream.start_time, stream.time_base) or 0.0,
        language=None if stream.language in {None, "", "und"} else stream.language,
    )


def others(container: InputContainer) -> int:
    """How many streams are neither picture, sound nor subtitle: data, attachments, what FFmpeg does not know."""
    return sum(stream.type not in {"video", "audio", "subtitle"} for stream in container.streams)


def _seconds(ticks: int | None, time_base: Fraction | None) -> float | None:
    return float(ticks * time_base) if ticks is not None and time_base else None
