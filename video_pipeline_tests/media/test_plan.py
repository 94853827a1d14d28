from dataclasses import replace
from fractions import Fraction

import pytest

from video_pipeline.errors import MediaRefused
from video_pipeline.media.plan import Plan, plan
from video_pipeline.media.probe_child import facts_of
from video_pipeline.types import MediaFacts, Output
from video_pipeline_tests.samples import Samples


@pytest.fixture(scope="module")
def phone(samples: Samples) -> MediaFacts:
    return facts_of(samples["phone"])


def lasting(facts: MediaFacts, seconds: float) -> MediaFacts:
    assert facts.video is not None
    return replace(facts, duration_seconds=seconds, video=replace(facts.video, duration_seconds=seconds))


def at_rate(facts: MediaFacts, rate: Fraction, *, uneven: bool = False) -> Plan:
    assert facts.video is not None
    changed = replace(facts.video, frame_rate=rate, variable_frame_rate=uneven)
    return plan(replace(facts, video=changed), frozenset(Output))


def test_only_what_is_asked_for_is_planned(phone: MediaFacts) -> None:
    audio_alone = plan(phone, frozenset({Output.AUDIO}))
    assert audio_alone.audio
    assert not audio_alone.looks
    poster_alone = plan(phone, frozenset({Output.POSTER}))
    assert poster_alone.looks
    assert (poster_alone.audio, poster_alone.storyboard, poster_alone.detection) == (False, None, None)
    assert poster_alone.encodes == {}


def test_sound_that_is_not_there_is_not_planned(samples: Samples) -> None:
    assert not plan(facts_of(samples["silent"]), frozenset(Output)).audio


def test_every_proxy_has_ten_frames_a_second(phone: MediaFacts) -> None:
    rates = (Fraction(5), Fraction(25), Fraction(240))
    assert {at_rate(phone, rate).encodes[Output.PROXY].frame_rate for rate in rates} == {Fraction(10)}


@pytest.mark.parametrize(
    ("rate", "uneven", "kept"),
    [
        (Fraction(25), False, Fraction(25)),
        (Fraction(30000, 1001), False, Fraction(30000, 1001)),
        (Fraction(240), False, Fraction(60)),
        (Fraction(2), False, Fraction(2)),
        (Fraction(2), True, Fraction(30)),  # a screen recording at rest: its average says nothing
        (Fraction(0), False, Fraction(30)),
    ],
)
def test_a_web_rendition_keeps_its_rate(phone: MediaFacts, rate: Fraction, uneven: bool, kept: Fraction) -> None:
    assert at_rate(phone, rate, uneven=uneven).encodes[Output.WEB].frame_rate == kept


def test_cuts_are_looked_for_in_30_frames_a_second_at_most(phone: MediaFacts) -> None:
    detection = at_rate(phone, Fraction(60)).detection
    assert detection is not None
    assert detection.frame_rate == 30
    assert detection.size == (256, 144)


@pytest.mark.parametrize(
    ("seconds", "preferred"),
    [
        (0.2, (0,)),
        (2.0, (1, 0)),
        (60.0, (1, 0, 2, 3, 5, 8, 6, 15, 30, 45)),
    ],
)
def test_a_poster_prefers_the_first_second(phone: MediaFacts, seconds: float, preferred: tuple[int, ...]) -> None:
    poster = plan(lasting(phone, seconds), frozenset(Output)).poster
    assert poster is not None
    assert poster.preferred == preferred
    assert poster.seconds == tuple(sorted(preferred))


@pytest.mark.parametrize(
    ("seconds", "count"),
    [(0.2, 1), (5.28, 5), (100.0, 100), (14_400.0, 100)],
)
def test_tiles_share_the_duration(phone: MediaFacts, seconds: float, count: int) -> None:
    tiles = plan(lasting(phone, seconds), frozenset(Output)).storyboard
    assert tiles is not None
    assert tiles.count == count
    assert float(tiles.interval * count) == pytest.approx(seconds, abs=0.001)


def test_the_shortest_video_has_a_tile(phone: MediaFacts) -> None:
    tiles = plan(lasting(phone, 0.00002), frozenset(Output)).storyboard
    assert tiles is not None
    assert tiles.interval > 0


@pytest.mark.parametrize(
    ("outputs", "looks", "hears"),
    [
        ({Output.PROXY}, True, True),
        ({Output.POSTER, Output.STORYBOARD, Output.SCENE_CUTS}, True, False),
        ({Output.AUDIO}, False, True),
    ],
)
def test_only_what_is_needed_is_decoded(phone: MediaFacts, outputs: set[Output], looks: bool, hears: bool) -> None:
    wanted = plan(phone, frozenset(outputs))
    assert (wanted.looks, wanted.hears) == (looks, hears)


def test_a_standing_tile_is_no_wider_than_a_lying_one(samples: Samples) -> None:
    tiles = plan(facts_of(samples["portrait"]), frozenset(Output)).storyboard
    assert tiles is not None
    assert tiles.size == (160, 284)


def test_the_picture_sets_the_duration(phone: MediaFacts) -> None:
    assert plan(replace(phone, duration_seconds=99.0), frozenset(Output)).seconds == 2.0


def test_without_a_picture_there_is_no_plan(samples: Samples) -> None:
    with pytest.raises(MediaRefused):
        plan(facts_of(samples["sound"]), frozenset(Output))
