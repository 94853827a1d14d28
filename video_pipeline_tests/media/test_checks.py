import math
from collections.abc import Callable
from dataclasses import fields, replace
from fractions import Fraction

import pytest

from video_pipeline.config import Settings
from video_pipeline.errors import MediaRefused
from video_pipeline.media.checks import RULES, Policy, judge, judge_container, judge_size, refused
from video_pipeline.media.probe_child import facts_of
from video_pipeline.types import Container, MediaFacts, Severity
from video_pipeline_tests.samples import Samples

POLICY = Policy(max_bytes=2 * 1024**3, max_duration_seconds=4 * 3600)

Change = Callable[[MediaFacts], MediaFacts]


@pytest.fixture(scope="module")
def good(samples: Samples) -> MediaFacts:
    return facts_of(samples["phone"])


def picture(**changes: object) -> Change:
    def change(facts: MediaFacts) -> MediaFacts:
        assert facts.video is not None
        return replace(facts, video=replace(facts.video, **changes))  # type: ignore[arg-type] # names are the test's

    return change


def of_file(**changes: object) -> Change:
    return lambda facts: replace(facts, **changes)  # type: ignore[arg-type] # names are the test's


BAD: dict[str, Change] = {
    "empty_file": of_file(size_bytes=0),
    "too_large": of_file(size_bytes=2 * 1024**3 + 1),
    "container_not_accepted": of_file(container=None),
    "no_streams": of_file(video=None, audio=None, video_streams=0, audio_streams=0),
    "no_video": of_file(video=None),
    "codec_not_accepted": picture(codec="magicyuv"),
    "encrypted": of_file(encrypted=True),
    "no_size": picture(width=0),
    "no_duration": of_file(duration_seconds=None),
    "too_long": of_file(duration_seconds=4 * 3600 + 1),
    "picture_too_large": picture(width=16_385),
    "frame_rate_too_high": picture(frame_rate=Fraction(90_000)),
    "too_many_streams": of_file(subtitle_streams=40),
    "renamed": of_file(container=Container.MOV),
    "sound_not_accepted": of_file(audio=None),
}


def test_a_good_file_passes(good: MediaFacts) -> None:
    assert judge(good, POLICY, declared_extension="mp4") == ()


def test_every_rule_is_tried_here() -> None:
    assert [rule.code for rule in RULES] == list(BAD)


@pytest.mark.parametrize("code", BAD)
def test_a_broken_rule_is_found_and_told_in_a_sentence(good: MediaFacts, code: str) -> None:
    (finding,) = judge(BAD[code](good), POLICY, declared_extension="mp4" if code == "renamed" else None)
    assert finding.code == code
    assert finding.sentence.endswith(".")


def test_sentences_tell_numbers(good: MediaFacts) -> None:
    (finding,) = judge(
        of_file(duration_seconds=3725.4)(good), replace(POLICY, max_duration_seconds=600), declared_extension=None
    )
    assert finding.sentence.startswith("The file says that it lasts 1:02:05; at most 0:10:00 are accepted.")


def test_a_size_alone_can_refuse() -> None:
    judge_size(POLICY.max_bytes, POLICY)
    with pytest.raises(MediaRefused) as refusal:
        judge_size(POLICY.max_bytes + 1, POLICY)
    assert refusal.value.reason.code == "too_large"


def test_a_picture_of_few_long_sides_but_many_pixels(good: MediaFacts) -> None:
    (finding,) = judge(picture(width=10_000, height=10_000)(good), POLICY, declared_extension=None)
    assert finding.code == "picture_too_large"


def test_a_picture_that_is_stored_larger_than_shown(good: MediaFacts) -> None:
    (finding,) = judge(picture(coded_width=16_000, coded_height=16_000)(good), POLICY, declared_extension=None)
    assert finding.code == "picture_too_large"


@pytest.mark.parametrize(
    ("extension", "warned"),
    [("mov", True), (".MOV", True), ("mp4", False), ("M4V", False), ("bin", False), (None, False)],
)
def test_a_renamed_file_is_taken_with_a_warning(good: MediaFacts, extension: str | None, warned: bool) -> None:
    findings = judge(good, POLICY, declared_extension=extension)
    assert [finding.code for finding in findings] == ["renamed"] * warned
    assert refused(findings) == ()


def test_only_some_findings_refuse(good: MediaFacts) -> None:
    findings = judge(of_file(size_bytes=0, audio=None)(good), POLICY, declared_extension=None)
    assert [finding.severity for finding in findings] == [Severity.REFUSE, Severity.WARN]
    assert [finding.code for finding in refused(findings)] == ["empty_file"]


def test_a_site_may_take_fewer_containers(good: MediaFacts) -> None:
    narrow = replace(POLICY, containers=frozenset({Container.WEBM}))
    (finding,) = judge(good, narrow, declared_extension=None)
    assert finding.sentence == "The file's format is MP4; accepted are WebM. Export it in one of these."


def test_a_container_alone_can_refuse() -> None:
    judge_container(Container.MP4, POLICY)
    with pytest.raises(MediaRefused, match=r"MPEG transport stream \(TS\); accepted are MP4, ") as refusal:
        judge_container(Container.MPEG_TS, POLICY)
    assert refusal.value.reason.code == "container_not_accepted"


@pytest.mark.parametrize("seconds", [math.inf, math.nan, 1e300])
def test_a_duration_that_cannot_be_is_too_long(good: MediaFacts, seconds: float) -> None:
    (finding,) = judge(picture(duration_seconds=seconds)(good), POLICY, declared_extension=None)
    assert finding.code == "too_long"


@pytest.mark.parametrize("seconds", [None, 0.0, -1.0, math.nan])
def test_a_file_without_a_duration(good: MediaFacts, seconds: float | None) -> None:
    found = judge(of_file(duration_seconds=seconds)(good), POLICY, declared_extension=None)
    assert found[0].code == "no_duration"


def test_the_longest_of_what_is_said_counts(good: MediaFacts) -> None:
    assert good.audio is not None
    long_sound = replace(good, audio=replace(good.audio, duration_seconds=4 * 3600 + 1.0))
    (finding,) = judge(long_sound, POLICY, declared_extension=None)
    assert finding.code == "too_long"


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"frame_rate": Fraction(90_000), "frames": 2}, []),
        ({"frame_rate": Fraction(90_000), "frames": None, "duration_seconds": 2 / 90_000}, []),
        ({"frame_rate": Fraction(1000), "frames": 10}, ["frame_rate_too_high"]),
        ({"frame_rate": Fraction(0)}, []),
        ({"frame_rate": Fraction(960)}, []),
    ],
)
def test_a_rate_takes_some_frames_to_tell(good: MediaFacts, changes: dict[str, object], codes: list[str]) -> None:
    brief = picture(**changes)(replace(good, duration_seconds=2 / 90_000, audio=None, audio_streams=0))
    assert [finding.code for finding in judge(brief, POLICY, declared_extension=None)] == codes


@pytest.mark.parametrize("side", ["width", "height", "coded_width", "coded_height"])
@pytest.mark.parametrize("pixels", [0, -1])
def test_a_picture_has_two_sides(good: MediaFacts, side: str, pixels: int) -> None:
    (finding,) = judge(picture(**{side: pixels})(good), POLICY, declared_extension=None)
    assert finding.code == "no_size"


def test_every_limit_is_moved_by_a_setting_that_there_is() -> None:
    named = {name.lower() for rule in RULES for name in rule.settings}
    assert named <= set(Settings.model_fields)
    assert len(named) == len(fields(Policy)), "each field of the policy is some rule's limit"


@pytest.mark.parametrize("sample", ["sound", "covered"])
def test_sound_alone_is_no_video(samples: Samples, sample: str) -> None:
    assert [found.code for found in judge(facts_of(samples[sample]), POLICY, declared_extension=None)] == ["no_video"]


def test_a_decoder_that_strangers_may_not_reach(samples: Samples) -> None:
    facts = facts_of(samples["rare_codec"])
    assert [found.code for found in judge(facts, POLICY, declared_extension=None)] == ["codec_not_accepted"]
