"""What must come out of every sample of pictures, timing and sounds, row by row.

A row says how it differs from the card as most devices film it: 320 × 180, 25 frames a second, two seconds, with sound.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import ceil

from video_pipeline.media.geometry import Size

SIZE = Size(320, 180)


@dataclass(frozen=True)
class Row:
    """What must come out of one sample.

    `size` is the picture as shown, `seconds` how long it is shown, `file_seconds` how long the file plays where that is
    longer. A flash is seen and a beep heard at `flash` seconds, where there are any. `web` tells whether browsers need
    another file, `facts` what else probing must say of the picture, and `streams` how many of picture, sound, subtitles
    and others there are. Nothing is found wrong with any of them.
    """

    size: Size = SIZE
    rate: Fraction = Fraction(25)
    seconds: float = 2.0
    file_seconds: float | None = None
    flash: float | None = 1.0
    sound: bool = True
    web: bool = False
    shows_card: bool = True
    streams: tuple[int, int, int, int] = (1, 1, 0, 0)
    facts: Mapping[str, object] = field(default_factory=dict)


CARD = Row()
WEB = Row(web=True)
SILENT = Row(sound=False, streams=(1, 0, 0, 0))
STANDING = replace(CARD, size=Size(180, 320))
NTSC = Fraction(1000, 1001)
PRIMING = 0.021  # of AAC: 1024 samples ahead of the sound, for which the picture waits where no edit list hides them


def _turned(rotation: int, *, mirrored: bool = False, web: bool = False) -> Row:
    row = STANDING if rotation in {90, 270} else CARD
    return replace(row, web=web or mirrored, facts={"rotation": rotation, "mirrored": mirrored})


def _at(rate: Fraction) -> Row:
    """Whole frames of that rate up to two seconds: those of NTSC end a little later."""
    return replace(CARD, rate=rate, seconds=float(ceil(2 * rate) / rate), facts={"variable_frame_rate": False})


CODECS = {
    "h264_mp4": replace(CARD, facts={"codec": "h264", "rotation": 0, "mirrored": False, "interlaced": False}),
    "h264_mov": WEB,
    "h264_mkv": WEB,
    "vp9_webm": replace(CARD, facts={"codec": "vp9"}),
    "av1_webm": replace(WEB, facts={"codec": "av1"}),
    "av1_mp4": replace(WEB, facts={"codec": "av1"}),
    "hevc_mp4": replace(WEB, facts={"codec": "hevc", "bit_depth": 10}),
    "hevc_mov": replace(WEB, facts={"codec": "hevc", "bit_depth": 10}),
    "mpeg4_avi": replace(WEB, seconds=2.04, facts={"codec": "mpeg4"}),  # MP3 has its sound wait for a frame
    "mjpeg_avi": replace(WEB, facts={"codec": "mjpeg", "color_range": "pc"}),
    "h264_422": replace(WEB, facts={"pixel_format": "yuv422p10le"}),
    "h264_444": replace(WEB, facts={"pixel_format": "yuv444p"}),
    "h264_rgb": replace(WEB, facts={"pixel_format": "gbrp"}),
}

SHAPES = {
    "anamorphic_ntsc": replace(
        _at(30 * NTSC), size=Size(853, 480), facts={"sample_aspect_ratio": Fraction(32, 27), "coded_width": 720}
    ),
    "anamorphic_turned": replace(
        CARD, size=Size(180, 427), facts={"sample_aspect_ratio": Fraction(4, 3), "rotation": 90}
    ),
    "clean_aperture": CARD,
    "odd_sides": replace(WEB, size=Size(853, 479)),
    "not_enlarged": replace(CARD, size=Size(320, 240)),
    "narrow": replace(SILENT, size=Size(2, 200), shows_card=False, flash=None),
    "ribbon": replace(SILENT, size=Size(16, 1000), shows_card=False),
    "banner": replace(SILENT, size=Size(1000, 16), shows_card=False),
    "vertical": replace(CARD, size=Size(270, 480)),
}

TURNS = {
    "turned_90": _turned(90),
    "turned_180": _turned(180, web=True),
    "turned_270": _turned(270),
    "mirrored": _turned(0, mirrored=True),
    "mirrored_180": _turned(180, mirrored=True),
    "mirrored_270": _turned(270, mirrored=True),
}

FIELDS = {
    name: replace(SILENT, size=Size(320, 240), web=True, flash=None, shows_card=False, facts={"interlaced": True})
    for name in ("top_first", "bottom_first")
}

COMPANY = {
    "cover_mp4": replace(CARD, streams=(2, 1, 0, 0), facts={"codec": "h264"}),
    "cover_mkv": replace(WEB, streams=(2, 1, 0, 0), facts={"codec": "h264"}),
    "motion_photo": replace(WEB, streams=(2, 1, 0, 0), facts={"index": 1}),
    "timecode": replace(WEB, streams=(1, 1, 0, 1)),
    "telemetry": replace(CARD, streams=(1, 1, 0, 1)),
}

RATES = {
    "fps_10": _at(Fraction(10)),
    "fps_23_976": _at(24 * NTSC),
    "fps_25": _at(Fraction(25)),
    "fps_29_97": _at(30 * NTSC),
    "fps_30": _at(Fraction(30)),
    "fps_59_94": _at(60 * NTSC),
    "fps_120": _at(Fraction(120)),
    "fps_29_97_mkv": replace(_at(30 * NTSC), web=True),
    "fps_59_94_mkv": replace(_at(60 * NTSC), web=True),
    "variable": replace(CARD, rate=Fraction(1600, 99), facts={"variable_frame_rate": True}),
    "variable_mkv": replace(WEB, rate=Fraction(1600, 99), facts={"variable_frame_rate": True}),
    "resting": CARD,
}

STARTS = {
    "from_10_s": WEB,
    "from_1_h": WEB,
    "from_10_s_mp4": replace(CARD, seconds=2 + PRIMING),
    "from_transport": replace(WEB, seconds=2 + PRIMING),
    "edit_cuts": replace(CARD, flash=0.0),
    "edit_delays": CARD,
    "b_frames": CARD,
    "negative_offsets": CARD,
}

FILES = {
    "fragmented": replace(CARD, seconds=2 + PRIMING),
    "index_first": CARD,
    "live": CARD,
    "one_frame": replace(SILENT, seconds=0.04, flash=None),
    "one_frame_live": replace(SILENT, seconds=0.04, flash=None),
    "fifth": replace(CARD, seconds=0.2, flash=None),
    "two_hours": replace(SILENT, size=Size(32, 18), rate=Fraction(1), seconds=7200.0, flash=None, shows_card=False),
}

# The picture begins with the keyframe after the cut, its sound a second earlier.
CUTS = {
    "cut_h264": replace(WEB, seconds=3.0, flash=2.0),
    "cut_hevc": replace(WEB, seconds=3.0, flash=2.0),
    "cut_mpeg2": replace(WEB, seconds=3.0, flash=2.0),
}

SOUNDS = {
    "no_sound": SILENT,
    "sound_longer": replace(CARD, file_seconds=4.0),
    "sound_shorter": replace(CARD, seconds=4.0),
    "sound_late": WEB,
    "sound_gap": WEB,
    "surround": CARD,
    "one_channel": WEB,
    "several": replace(WEB, streams=(1, 2, 2, 0)),
}

ROWS: Mapping[str, Row] = {
    **CODECS,
    **SHAPES,
    **TURNS,
    **FIELDS,
    **COMPANY,
    **RATES,
    **STARTS,
    **FILES,
    **CUTS,
    **SOUNDS,
}
