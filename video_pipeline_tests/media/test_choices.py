import inspect
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import pytest

from video_pipeline.media import choices
from video_pipeline.media.choices import Orientation, Picture, Sound
from video_pipeline.media.probe_child import facts_of
from video_pipeline.types import MediaFacts
from video_pipeline_tests.samples import Samples

FILM = Picture(0, still=False, decodable=True, default=True, pixels=320 * 180, frames=100)
SPEECH = Sound(1, usable=True, default=True)


@pytest.mark.parametrize(
    ("other", "why"),
    [
        (replace(FILM, still=True, pixels=10**6), "a cover"),
        (replace(FILM, decodable=False, pixels=10**6), "what we may not decode"),
        (replace(FILM, frames=9, pixels=10**6), "a large picture that hardly moves"),
        (replace(FILM, default=False, pixels=10**6), "an angle that is not the default"),
        (replace(FILM, pixels=100), "a small one"),
        (FILM, "one that comes later"),
    ],
)
def test_the_picture_that_plays(other: Picture, why: str) -> None:
    other = replace(other, index=1)
    assert choices.main_picture([FILM, other]) == FILM, why
    if other.pixels != FILM.pixels:
        film, other = replace(FILM, index=1), replace(other, index=0)
        assert choices.main_picture([other, film]) == film, why


def test_frames_that_are_not_counted_may_move() -> None:
    unknown = replace(FILM, index=1, frames=None, pixels=10**6)
    assert choices.main_picture([FILM, unknown]) == unknown


def test_no_picture_but_a_cover() -> None:
    assert choices.main_picture([replace(FILM, still=True)]) is None
    assert choices.main_picture([]) is None


def test_the_sound_that_plays() -> None:
    second = replace(SPEECH, index=2)
    assert choices.default_sound([SPEECH, second]) == SPEECH
    assert choices.default_sound([replace(SPEECH, default=False), second]) == second
    assert choices.default_sound([SPEECH, replace(second, usable=False)]) == SPEECH
    assert choices.default_sound([replace(SPEECH, usable=False)]) is None


ONE = 1 << 16  # 16.16 fixed point
COS_30, SIN_30 = round(0.866 * ONE), ONE // 2


def matrix(a: int, b: int, c: int, d: int) -> Sequence[int]:
    return (a, b, 0, c, d, 0, 0, 0, 1 << 30)


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        (matrix(ONE, 0, 0, ONE), Orientation(0, mirrored=False)),
        (matrix(0, ONE, -ONE, 0), Orientation(90, mirrored=False)),
        (matrix(-ONE, 0, 0, -ONE), Orientation(180, mirrored=False)),
        (matrix(0, -ONE, ONE, 0), Orientation(270, mirrored=False)),
        (matrix(-ONE, 0, 0, ONE), Orientation(0, mirrored=True)),
        (matrix(0, -ONE, -ONE, 0), Orientation(90, mirrored=True)),
        (matrix(ONE, 0, 0, -ONE), Orientation(180, mirrored=True)),
        (matrix(0, ONE, ONE, 0), Orientation(270, mirrored=True)),
        (matrix(2 * ONE, 0, 0, 2 * ONE), Orientation(0, mirrored=False)),
        (matrix(COS_30, SIN_30, -SIN_30, COS_30), Orientation(0, mirrored=False)),
        (matrix(0, 0, 0, 0), Orientation(0, mirrored=False)),
    ],
)
def test_which_way_up(stored: Sequence[int], shown: Orientation) -> None:
    assert choices.orientation(stored) == shown


@pytest.mark.parametrize(
    ("aspect", "rotation", "shown"),
    [
        (Fraction(1), 0, (720, 576)),
        (Fraction(64, 45), 0, (1024, 576)),
        (Fraction(64, 45), 180, (1024, 576)),
        (Fraction(64, 45), 90, (576, 1024)),
        (Fraction(8, 9), 270, (576, 640)),
    ],
)
def test_what_shape(aspect: Fraction, rotation: int, shown: tuple[int, int]) -> None:
    assert choices.shape(720, 576, aspect, rotation) == shown


ROUNDED = Fraction(1, 1000) / 119  # a millisecond in 120 frames


@pytest.mark.parametrize(
    ("claims", "distance", "variable", "rate"),
    [
        ([Fraction(25)], Fraction(1, 25), False, 25),
        ([Fraction(320_000, 12_937), Fraction(25)], Fraction(1, 25), False, 25),  # a first frame that stays longer
        ([Fraction(13), Fraction(13)], Fraction(1, 25), False, 25),  # a last one that stays for a second
        ([Fraction(19_001, 317)], Fraction(1985, 119_000), False, Fraction(60_000, 1001)),
        ([Fraction(2_997, 100)], Fraction(3970, 119_000), False, Fraction(30_000, 1001)),
        ([Fraction(1600, 99), Fraction(50)], Fraction(3, 50), True, Fraction(1600, 99)),
        ([Fraction(25)], Fraction(0), False, 25),
        ([], Fraction(0), False, 0),
        ([], Fraction(1, 50), False, 50),
        ([Fraction(90_000)], Fraction(1, 25), False, 25),
    ],
)
def test_how_many_frames_a_second(claims: list[Fraction], distance: Fraction, variable: bool, rate: Fraction) -> None:
    assert choices.frame_rate(claims, distance, precision=ROUNDED, variable=variable) == rate


@pytest.mark.parametrize(
    ("rounded", "nominal"),
    [
        (Fraction(23_976, 1000), Fraction(24_000, 1001)),
        (Fraction(24), 24),
        (Fraction(59_940, 1000), Fraction(60_000, 1001)),
        (Fraction(119_999, 1000), 120),
        (Fraction(2998, 100), Fraction(2998, 100)),
        (Fraction(0), 0),
    ],
)
def test_what_a_rate_was_rounded_from(rounded: Fraction, nominal: Fraction) -> None:
    claims = [rounded] if rounded else []
    assert choices.frame_rate(claims, Fraction(0), precision=ROUNDED, variable=False) == nominal


@pytest.fixture(scope="module")
def late(samples: Samples) -> MediaFacts:
    """A picture of 1.5 s that begins half a second after the sound, which goes on for longer."""
    facts = facts_of(samples["edit_delays"])
    assert facts.video is not None
    picture = replace(facts.video, start_seconds=10.5, duration_seconds=1.5)
    return replace(facts, start_seconds=10.0, duration_seconds=4.0, video=picture)


def test_a_video_lasts_until_its_picture_ends(late: MediaFacts) -> None:
    assert choices.duration(late) == 2.0


def test_what_was_decoded_counts_most(late: MediaFacts) -> None:
    assert choices.duration(late, 1.2) == 1.2


def test_what_the_file_declares_counts_least(late: MediaFacts) -> None:
    assert late.video is not None
    assert choices.duration(replace(late, video=replace(late.video, duration_seconds=None))) == 4.0
    assert choices.duration(replace(late, video=None, duration_seconds=None)) is None


def test_every_rule_is_told_in_words() -> None:
    found = [rule for _, rule in inspect.getmembers(choices, inspect.isfunction) if rule.__module__ == choices.__name__]
    rules = {rule.__name__: inspect.getdoc(rule) or "" for rule in found if not rule.__name__.startswith("_")}
    assert set(rules) == {"main_picture", "default_sound", "orientation", "shape", "frame_rate", "duration"}
    assert all(told.split("\n\nArgs:")[0].endswith(".") for told in rules.values())


def test_every_process_may_ask() -> None:
    """FFmpeg's library does not belong into processes that hold credentials."""
    asked = "import sys, video_pipeline.media.choices; sys.exit('av' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", asked], check=False).returncode == 0
