"""What a source's colours are, and how they come to what every screen shows: BT.709 in standard dynamic range."""

from __future__ import annotations

from typing import Any

from video_pipeline.types import VideoStream

# What carries no colour description is BT.709 from so many lines on, BT.601 below: players assume the same.
HD_LINES = 720
SD, HD, WIDE = "smpte170m", "bt709", "bt2020"

HDR_TRANSFERS = frozenset({"smpte2084", "arib-std-b67"})  # PQ and HLG, ITU-R BT.2100
WIDE_PRIMARIES = frozenset({WIDE, "smpte431", "smpte432"})  # the others' reds and greens hardly differ from BT.709's

# White that a page or a face in daylight reflects, in candela per square metre: ITU-R BT.2408, table 1. What is up to
# there in HDR becomes the range of SDR; what shines brighter is pressed into the rest.
REFERENCE_WHITE = 203

# Mobius leaves what fits as it is and bends only the highlights. Hable, the other usual curve, darkens all of it: of a
# clip that was SDR before it became HDR, its mean was 35 % too low, Mobius's 5 %.
CURVE = "mobius"

Stream = Any  # ffmpeg-python has no types


def is_hdr(picture: VideoStream) -> bool:
    """Whether a picture holds more brightness than standard screens show, by its transfer function."""
    return picture.color_transfer in HDR_TRANSFERS


def is_standard(picture: VideoStream) -> bool:
    """Whether a picture shows as it should on a screen that knows nothing of HDR and wide gamuts."""
    return not is_hdr(picture) and picture.color_primaries not in WIDE_PRIMARIES


def described(stream: Stream, picture: VideoStream) -> Stream:
    """`stream` with what its source leaves unsaid of its colours filled in, as players do; RGB needs no description."""
    told = {
        "colorspace": picture.color_space,
        "color_primaries": picture.color_primaries,
        "color_trc": picture.color_transfer,
    }
    missing = {name: value for name, value in _usual(picture).items() if told[name] is None}
    is_yuv = (picture.pixel_format or "").startswith("yuv")
    return stream.filter("setparams", **missing) if missing and is_yuv else stream


def _usual(picture: VideoStream) -> dict[str, str]:
    if is_hdr(picture) or picture.color_primaries == WIDE:
        return {"colorspace": "bt2020nc", "color_primaries": WIDE, "color_trc": HD}
    name = HD if picture.coded_height >= HD_LINES or not is_standard(picture) else SD
    return {"colorspace": name, "color_primaries": name, "color_trc": name}


def to_standard(stream: Stream, picture: VideoStream) -> Stream:
    """A described and scaled picture in BT.709, its highlights kept; in linear light, some 5 ms a frame of 480p.

    libswscale's own conversion (`intent=perceptual`) looks as good, and builds tables for 4 s at each start.
    """
    if is_standard(picture):
        return stream
    if is_hdr(picture):
        linear = stream.filter("zscale", transfer="linear", npl=REFERENCE_WHITE).filter("format", "gbrpf32le")
        stream = linear.filter("zscale", primaries=HD).filter("tonemap", tonemap=CURVE, desat=0)
    shown = stream.filter("zscale", primaries=HD, transfer=HD, matrix=HD, range="tv")
    return shown.filter("format", "yuv444p")
