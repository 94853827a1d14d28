"""What becomes of a file to which something happened on its way: taken, taken with a warning, or refused."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from video_pipeline.errors import MediaRefused
from video_pipeline.media.acceptance import accept
from video_pipeline.media.probe_child import facts_of
from video_pipeline.media.process import Bounds
from video_pipeline.media.renditions import make
from video_pipeline.types import Finding, Output
from video_pipeline_tests.media.conftest import Derived
from video_pipeline_tests.media.matrix.conftest import POLICY
from video_pipeline_tests.samples import Samples
from video_pipeline_tests.samples.damaged import (
    DAMAGES,
    ENCRYPTED,
    WHOLE,
    enciphered,
    first_frame_spoilt,
    sound_spoilt,
    truncated,
)
from video_pipeline_tests.samples.everyday import EVERYDAY

Ask = Callable[..., dict[str, str]]

QUICK = frozenset({Output.POSTER, Output.AUDIO})  # decodes everything and encodes no picture

# Refused at the door for other reasons than damage; and sound that FFmpeg cannot decode here, which is told elsewhere.
NOT_TAKEN = {"covered", "sound", "rare_codec"}

CUT = {"shorter_than_declared"}
BROKEN = {"picture_broken"}
LOST = {"picture_broken", "picture_lost", "sound_lost"}
DAMAGED, MIXED_UP = {"damaged"}, {"out_of_order"}

# By what happened and by container. An MP4 has one index: where something is not in its place, all that follows is lost
# up to where places are right again. Fragments and clusters name their times, so that what comes in another order shows
# as that. AVI has no times: what comes first is shown first, and what is lost makes it end early.
ANSWERS = {
    "cut_at_30": {"mp4": CUT, "fragmented": CUT, "mkv": CUT, "webm": CUT, "avi": CUT},
    "cut_at_60": {"mp4": CUT, "fragmented": {"broken_off"}, "mkv": CUT, "webm": CUT, "avi": CUT},
    "cut_at_90": {"mp4": CUT, "fragmented": CUT, "mkv": CUT, "webm": CUT, "avi": CUT},
    "little_zeroed": {
        "mp4": LOST,
        "fragmented": {"picture_broken", "picture_lost"},
        "mkv": LOST,
        "webm": {"picture_lost", "sound_lost"},
        "avi": BROKEN,
    },
    "part_zeroed": dict.fromkeys(("mp4", "fragmented", "mkv", "webm", "avi"), DAMAGED),
    "parts_swapped": {"mp4": DAMAGED, "fragmented": DAMAGED, "mkv": MIXED_UP, "webm": MIXED_UP, "avi": BROKEN},
    "part_twice": {"mp4": DAMAGED, "fragmented": DAMAGED, "mkv": MIXED_UP, "webm": MIXED_UP, "avi": BROKEN},
    "forty_percent_missing": {"mp4": DAMAGED, "fragmented": DAMAGED, "mkv": DAMAGED, "webm": DAMAGED, "avi": CUT},
    "bits_flipped": {
        "mp4": BROKEN,
        "fragmented": BROKEN,
        "mkv": LOST,
        "webm": {"picture_lost", "sound_lost"},
        "avi": BROKEN,
    },
}


@pytest.fixture
def ask(samples: Samples, tmp_path: Path, bounds: Bounds) -> Ask:
    """What is found in a sample after something happened to it, code and sentence; where it is refused, only why."""

    def answer(
        sample: str, damage: Callable[[bytes], bytes] = lambda content: content, outputs: frozenset[Output] = QUICK
    ) -> dict[str, str]:
        path, folder = tmp_path / "upload", tmp_path / "work"
        path.write_bytes(damage(samples[sample].read_bytes()))
        folder.mkdir()
        try:
            findings = whole(path, folder, outputs)
        finally:
            for left in folder.iterdir():
                left.unlink()
            folder.rmdir()
        return {finding.code: finding.sentence for finding in findings}

    def whole(path: Path, folder: Path, outputs: frozenset[Output]) -> tuple[Finding, ...]:
        try:
            taken = accept(path, POLICY, declared_extension=None, bounds=bounds)
            made = make(path, taken.facts, outputs, folder, bounds=bounds, max_seconds=POLICY.max_duration_seconds)
        except MediaRefused as refusal:
            return (refusal.reason,)
        return (*taken.warnings, *made.findings)

    return answer


@pytest.mark.parametrize("container", ["mp4", "fragmented", "mkv", "webm", "avi"])
@pytest.mark.parametrize("damage", DAMAGES)
def test_every_damage_has_its_answer(ask: Ask, container: str, damage: str) -> None:
    assert set(ask(f"whole_{container}", DAMAGES[damage])) == ANSWERS[damage][container]


@pytest.mark.parametrize("name", [*WHOLE, *(name for name in EVERYDAY if name not in NOT_TAKEN)])
def test_nothing_is_found_in_a_good_file(derived: Callable[[str], Derived], name: str) -> None:
    assert derived(name).made.findings == ()


def test_what_is_missing_is_told_from_when_to_when(ask: Ask) -> None:
    assert ask("whole_mp4", DAMAGES["little_zeroed"])["picture_lost"] == (
        "The picture is missing from 0:00:04 to 0:00:05: it could not be read there."
    )
    assert ask("whole_mkv", DAMAGES["cut_at_60"])["shorter_than_declared"] == (
        "The file says that it lasts 0:00:08, and plays up to 0:00:04: what should come from 0:00:04 to its end at "
        "0:00:08 is missing."
    )
    assert ask("whole_fragmented", DAMAGES["cut_at_60"])["broken_off"] == (
        "The file breaks off at 0:00:05: what should follow is missing."
    )


def test_what_is_refused_is_told_with_its_place(ask: Ask) -> None:
    assert "from 0:00:02 to 0:00:05, 25% of the video" in ask("whole_mp4", DAMAGES["part_zeroed"])["damaged"]
    assert "goes back to 0:00:02" in ask("whole_mkv", DAMAGES["parts_swapped"])["out_of_order"]


@pytest.mark.parametrize("damage", ["little_zeroed", "part_zeroed"])
def test_a_hole_shows_where_there_is_no_sound_to_tell_it_from_a_rest(ask: Ask, damage: str) -> None:
    assert set(ask("silent_mkv", DAMAGES[damage])) <= {"picture_lost", "picture_broken", "damaged"} != set()


def test_a_rest_is_no_hole_though_the_file_is_damaged(ask: Ask) -> None:
    assert set(ask("resting_mkv", DAMAGES["little_zeroed"])) == {"sound_lost"}


def test_one_broken_frame_at_the_beginning_is_a_warning(ask: Ask) -> None:
    assert set(ask("whole_mp4", first_frame_spoilt)) == BROKEN


@pytest.mark.parametrize("sample", ENCRYPTED)
def test_what_needs_a_key_is_refused_before_it_is_decoded(ask: Ask, sample: str) -> None:
    assert set(ask(sample)) == {"encrypted"}


def test_ciphertext_behind_readable_headers_is_refused(ask: Ask) -> None:
    assert set(ask("whole_mp4", enciphered)) == {"undecodable"}


def test_broken_sound_refuses_no_picture(ask: Ask) -> None:
    half, all_of_it = ask("whole_mp4", sound_spoilt(0.5)), ask("whole_mp4", sound_spoilt(1))
    assert half == {"sound_lost": "The sound is missing from 0:00:00 to 0:00:05: it could not be read there."}
    assert all_of_it == {"sound_lost": "The sound cannot be decoded: the video is silent."}


def test_of_an_mp4_that_lost_its_index_at_the_end_nothing_is_left(ask: Ask) -> None:
    assert set(ask("phone", truncated(0.6))) == {"incomplete"}


@pytest.mark.parametrize(
    ("sample", "damage"),
    [("whole_mp4", "bits_flipped"), ("whole_mp4", "parts_swapped"), ("whole_webm", "parts_swapped")],
)
def test_the_same_file_always_gets_the_same_answer(ask: Ask, sample: str, damage: str) -> None:
    answers = [ask(sample, DAMAGES[damage]) for _ in range(5)]
    assert answers == [answers[0]] * 5


@pytest.mark.parametrize("damage", ["little_zeroed", "parts_swapped"])
@pytest.mark.parametrize("output", [Output.PROXY, Output.POSTER, Output.STORYBOARD, Output.SCENE_CUTS])
def test_each_output_says_the_same_of_the_picture(ask: Ask, damage: str, output: Output) -> None:
    everything = ask("whole_mkv", DAMAGES[damage])
    alone = ask("whole_mkv", DAMAGES[damage], frozenset({output}))
    assert {**alone, **everything} == everything
    assert everything.keys() - alone.keys() <= {"sound_lost"}, "the sound is judged where it is decoded"


def test_sound_alone_is_judged_by_the_sound(ask: Ask) -> None:
    everything = ask("whole_mkv", DAMAGES["little_zeroed"])
    alone = ask("whole_mkv", DAMAGES["little_zeroed"], frozenset({Output.AUDIO}))
    assert alone == {"sound_lost": everything["sound_lost"]}


def test_what_plays_for_longer_than_is_accepted_is_refused_whatever_it_says(
    samples: Samples, tmp_path: Path, bounds: Bounds
) -> None:
    facts = replace(facts_of(samples["whole_mkv"]), duration_seconds=1.0)
    with pytest.raises(MediaRefused) as refusal:
        make(samples["whole_mkv"], facts, QUICK, tmp_path, bounds=bounds, max_seconds=3)
    assert refusal.value.reason.code == "too_long"


def test_a_leap_beyond_all_that_a_file_says_is_a_mistake(samples: Samples, tmp_path: Path, bounds: Bounds) -> None:
    seen = facts_of(samples["gap"])
    assert seen.video is not None
    facts = replace(seen, duration_seconds=1.0, video=replace(seen.video, duration_seconds=None))
    made = make(samples["gap"], facts, QUICK, tmp_path, bounds=bounds, max_seconds=POLICY.max_duration_seconds)
    assert made.decoded.frames == 10
    assert made.decoded.seconds == pytest.approx(0.4)
