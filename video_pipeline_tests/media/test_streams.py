from fractions import Fraction
from pathlib import Path

import pytest

from video_pipeline.media.allowed import VIDEO_CODECS
from video_pipeline.media.probe_child import facts_of
from video_pipeline.media.streams import UNKNOWN_CODEC
from video_pipeline.types import AudioStream, VideoStream
from video_pipeline_tests.samples import Samples


def picture(samples: Samples, name: str) -> VideoStream:
    found = facts_of(samples[name]).video
    assert found is not None
    return found


def sound(samples: Samples, name: str) -> AudioStream:
    found = facts_of(samples[name]).audio
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("sample", "stored", "displayed"),
    [
        ("phone", (1280, 720), (1280, 720)),
        ("portrait", (720, 1280), (720, 1280)),
        ("rotated", (640, 360), (360, 640)),
        ("anamorphic", (720, 576), (1024, 576)),
        ("odd", (321, 241), (321, 241)),
    ],
)
def test_a_size_is_what_is_seen(
    samples: Samples, sample: str, stored: tuple[int, int], displayed: tuple[int, int]
) -> None:
    found = picture(samples, sample)
    assert (found.coded_width, found.coded_height) == stored
    assert (found.width, found.height) == displayed


def test_pixels_that_are_not_square(samples: Samples) -> None:
    assert picture(samples, "anamorphic").sample_aspect_ratio == Fraction(64, 45)


def test_a_mirrored_picture(samples: Samples) -> None:
    assert picture(samples, "mirrored").mirrored
    assert picture(samples, "mirrored").rotation == 0
    assert not picture(samples, "rotated").mirrored


@pytest.mark.parametrize(
    ("sample", "rate"),
    [
        ("fps_59_94_mkv", Fraction(60_000, 1001)),
        ("fragmented", Fraction(25)),
        ("resting", Fraction(25)),
        ("variable", Fraction(1600, 99)),
    ],
)
def test_a_rate_is_what_the_frames_keep(samples: Samples, sample: str, rate: Fraction) -> None:
    assert picture(samples, sample).frame_rate == rate


def test_depth_and_format(samples: Samples) -> None:
    found = picture(samples, "ten_bit")
    assert (found.pixel_format, found.bit_depth) == ("yuv422p10le", 10)
    assert (picture(samples, "odd").pixel_format, picture(samples, "odd").bit_depth) == ("yuv444p", 8)


def test_colours_by_their_names(samples: Samples) -> None:
    found = picture(samples, "wide_gamut")
    assert (found.color_space, found.color_primaries) == ("bt2020nc", "bt2020")
    assert (found.color_transfer, found.color_range) == ("smpte2084", "tv")
    assert picture(samples, "small").color_space is None


def test_fields(samples: Samples) -> None:
    assert picture(samples, "interlaced").interlaced
    assert not picture(samples, "small").interlaced


def test_a_codec_that_may_not_be_decoded_is_still_named(samples: Samples) -> None:
    assert picture(samples, "rare_codec").codec == "qtrle"


def test_the_main_picture_is_not_the_cover(samples: Samples) -> None:
    found = facts_of(samples["with_cover"])
    assert found.video_streams == 2
    assert found.video is not None
    assert (found.video.codec, found.video.width) == ("h264", 320)


def test_the_main_picture_is_the_one_that_moves(samples: Samples) -> None:
    assert picture(samples, "motion_photo").index == 1


def test_the_sound_marked_as_default_plays(samples: Samples) -> None:
    found = sound(samples, "two_languages")
    assert (found.index, found.language, found.channels) == (2, "ger", 2)
    assert facts_of(samples["two_languages"]).audio_streams == 2


def test_sound_that_may_not_be_decoded_is_no_sound(samples: Samples) -> None:
    facts = facts_of(samples["rare_sound"])
    assert facts.audio is None
    assert facts.audio_streams == 1


def test_a_late_picture(samples: Samples) -> None:
    assert picture(samples, "late").start_seconds == pytest.approx(0.5, abs=0.05)
    assert sound(samples, "late").start_seconds == pytest.approx(0, abs=0.05)


def test_an_undetermined_language_is_none(samples: Samples) -> None:
    assert sound(samples, "phone").language is None


def test_a_picture_in_a_codec_that_nobody_knows_is_told_of(samples: Samples, tmp_path: Path) -> None:
    path = tmp_path / "unknown.mkv"
    path.write_bytes(samples["matroska"].read_bytes().replace(b"V_MPEG4/ISO/AVC", b"V_NOBODY/KNOWS!"))
    found = facts_of(path).video
    assert found is not None
    assert (found.codec, found.width, found.coded_height) == (UNKNOWN_CODEC, 0, 0)
    assert UNKNOWN_CODEC not in VIDEO_CODECS
