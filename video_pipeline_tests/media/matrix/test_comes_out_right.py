"""Every odd file that phones, cameras, screen recorders and editing programs make comes out right."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice

import pytest

from video_pipeline.media import choices
from video_pipeline.media.geometry import Size
from video_pipeline.media.probe_child import facts_of
from video_pipeline.media.stills import read_jpeg
from video_pipeline.types import MediaFacts, Output
from video_pipeline_tests.media.matrix.conftest import Journey
from video_pipeline_tests.media.matrix.measuring import Image, beeps, flashes, is_black, is_upright_card, pictures
from video_pipeline_tests.media.matrix.rows import ROWS, Row
from video_pipeline_tests.samples.pictures import PICTURES
from video_pipeline_tests.samples.sounds import SOUNDS
from video_pipeline_tests.samples.timing import TIMING

IN_STEP_SECONDS = 0.05
PROXY_FRAME_SECONDS = 0.1

Travel = Callable[[str], Journey]


def rows(chosen: Callable[[Row], object] = lambda _: True) -> pytest.MarkDecorator:
    """One test for each row, or for each of those that are chosen."""
    found = {name: row for name, row in ROWS.items() if chosen(row)}
    return pytest.mark.parametrize(("name", "row"), found.items(), ids=found)


def test_every_sample_is_a_row_or_what_one_is_made_of() -> None:
    samples = PICTURES | TIMING | SOUNDS
    material = {sample.source for sample in samples.values()} | {"cover", "hairline"}
    assert set(ROWS) <= set(samples)
    assert set(samples) - material <= set(ROWS)


@rows()
def test_it_is_taken_without_a_warning(journey: Travel, name: str, row: Row) -> None:
    assert journey(name).warnings == set()


@rows()
def test_all_checks_pass(journey: Travel, name: str, row: Row) -> None:
    assert [outcome.sentence for outcome in journey(name).outcomes if not outcome.passed] == []


@rows()
def test_its_facts(journey: Travel, name: str, row: Row) -> None:
    found = journey(name)
    facts, picture = found.facts, found.picture
    assert (picture.width, picture.height) == row.size
    assert picture.frame_rate == row.rate
    assert {fact: getattr(picture, fact) for fact in row.facts} == row.facts
    assert (facts.audio is not None) is row.sound
    counted = (facts.video_streams, facts.audio_streams, facts.subtitle_streams, facts.other_streams)
    assert counted == row.streams


@rows()
def test_how_long_it_lasts(journey: Travel, name: str, row: Row) -> None:
    found = journey(name)
    file_seconds = row.file_seconds or row.seconds
    assert found.facts.duration_seconds == pytest.approx(file_seconds, abs=0.1)
    assert choices.duration(found.facts) == pytest.approx(row.seconds, abs=0.05)
    assert found.made.decoded.seconds == pytest.approx(row.seconds, abs=0.05)
    assert facts_of(found.file(Output.PROXY)).duration_seconds == pytest.approx(file_seconds, abs=PROXY_FRAME_SECONDS)
    assert found.made.scenes[-1].end_seconds == pytest.approx(row.seconds, abs=PROXY_FRAME_SECONDS)


def images(found: Journey) -> list[tuple[str, Image]]:
    """One picture of everything with pictures: the poster, a frame of the videos, the first tile."""
    poster, sheet = (read_jpeg(found.file(output)) for output in (Output.POSTER, Output.STORYBOARD))
    assert poster is not None
    assert sheet is not None
    facts = found.made.renditions[Output.STORYBOARD].facts
    tile = sheet[: int(str(facts["tile_height"])), : int(str(facts["tile_width"]))]
    videos = [output for output in (Output.PROXY, Output.WEB) if output in found.made.renditions]
    frames = [(output.value, next(pictures(found.file(output)))[1]) for output in videos]
    return [("poster", poster), ("tile", tile), *frames]


def strays(size: Size, shape: Size) -> float:
    """By how many pixels a picture misses the shape that it ought to have, on the side where it is less."""
    return min(
        abs(size.width - shape.width * size.height / shape.height),
        abs(size.height - shape.height * size.width / shape.width),
    )


@rows()
def test_its_shape_is_kept_and_it_never_grows(journey: Travel, name: str, row: Row) -> None:
    for what, image in images(journey(name)):
        size = Size(image.shape[1], image.shape[0])
        assert strays(size, row.size) <= 1, f"{what}: {size}"
        assert size.width <= row.size.width, what
        assert size.height <= row.size.height, what


@rows(lambda row: row.shows_card)
def test_it_stands_upright_and_whole(journey: Travel, name: str, row: Row) -> None:
    assert [what for what, image in images(journey(name)) if not is_upright_card(image)] == []


@rows()
def test_it_begins_with_its_picture(journey: Travel, name: str, row: Row) -> None:
    found = journey(name)
    proxy = pictures(found.file(Output.PROXY))
    begins, first = next(proxy)
    assert begins == pytest.approx(0, abs=0.03)
    assert not is_black(first)
    assert not any(is_black(image) for _, image in islice(proxy, 5))


@rows(lambda row: row.flash is not None)
def test_a_flash_is_seen_when_it_was(journey: Travel, name: str, row: Row) -> None:
    found = journey(name)
    for output in {Output.PROXY, Output.WEB} & set(found.made.renditions):
        assert pytest.approx(row.flash, abs=IN_STEP_SECONDS) in flashes(found.file(output)), output


@rows(lambda row: row.flash is not None and row.sound)
def test_a_beep_is_heard_when_it_was(journey: Travel, name: str, row: Row) -> None:
    found = journey(name)
    for output in {Output.PROXY, Output.WEB, Output.AUDIO} & set(found.made.renditions):
        assert pytest.approx(row.flash, abs=IN_STEP_SECONDS) in beeps(found.file(output)), output


@rows()
def test_browsers_get_what_they_play(journey: Travel, name: str, row: Row) -> None:
    found = journey(name)
    assert (Output.WEB in found.made.renditions) is row.web
    if row.web:
        web = facts_of(found.file(Output.WEB))
        assert rate_of(web) == (30 if found.picture.variable_frame_rate else min(row.rate, 60))


@rows()
def test_a_proxy_has_ten_frames_a_second(journey: Travel, name: str, row: Row) -> None:
    proxy = facts_of(journey(name).file(Output.PROXY))
    assert rate_of(proxy) == 10
    assert (proxy.video_streams, proxy.audio_streams) == (1, int(row.sound))
    assert (proxy.subtitle_streams, proxy.other_streams) == (0, 0)


def rate_of(facts: MediaFacts) -> object:
    assert facts.video is not None
    return facts.video.frame_rate
