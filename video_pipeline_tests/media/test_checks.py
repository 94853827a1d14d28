from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from video_pipeline.errors import MediaRefused
from video_pipeline.media.checks import RULES, Policy, decodes, judge, judge_size, refused
from video_pipeline.media.probe import probe
from video_pipeline.media.probe_child import facts_of
from video_pipeline.media.process import Bounds
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
    "no_video": of_file(video=None),
    "codec_not_accepted": picture(codec="magicyuv"),
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
    assert finding.sentence == "The video lasts 1:02:05; at most 0:10:00 are accepted."


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
    assert finding.sentence == "The file is mp4; accepted are webm. Export it in one of these."


@pytest.mark.parametrize("sample", ["sound", "covered"])
def test_sound_alone_is_no_video(samples: Samples, sample: str) -> None:
    assert [found.code for found in judge(facts_of(samples[sample]), POLICY, declared_extension=None)] == ["no_video"]


def test_a_decoder_that_strangers_may_not_reach(samples: Samples) -> None:
    facts = facts_of(samples["rare_codec"])
    assert [found.code for found in judge(facts, POLICY, declared_extension=None)] == ["codec_not_accepted"]


@pytest.mark.parametrize("sample", ["phone", "webm", "avi", "ten_bit", "blink", "rotated", "late", "with_cover"])
def test_what_plays_decodes(samples: Samples, sample: str, bounds: Bounds) -> None:
    decodes(samples[sample], facts_of(samples[sample]), bounds=bounds)


def gone(content: bytes) -> bytes:
    return content[: content.index(b"mdat") + 4]


def zeroed(content: bytes) -> bytes:
    start = content.index(b"mdat") + 4
    return content[:start] + bytes(len(content) - start)


def scrambled(content: bytes) -> bytes:
    start = content.index(b"mdat") + 4
    return content[:start] + bytes(byte ^ 0x5A for byte in content[start:])


@pytest.mark.parametrize("damage", [gone, zeroed, scrambled])
def test_headers_without_media_do_not_decode(
    samples: Samples, tmp_path: Path, bounds: Bounds, damage: Callable[[bytes], bytes]
) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(damage(samples["fast"].read_bytes()))
    facts = probe(path, bounds=bounds)
    assert refused(judge(facts, POLICY, declared_extension="mp4")) == (), "only decoding tells"
    with pytest.raises(MediaRefused) as refusal:
        decodes(path, facts, bounds=bounds)
    assert refusal.value.reason.code == "undecodable"


def test_a_file_without_a_picture_does_not_decode(samples: Samples, bounds: Bounds) -> None:
    with pytest.raises(MediaRefused) as refusal:
        decodes(samples["sound"], facts_of(samples["sound"]), bounds=bounds)
    assert refusal.value.reason.code == "no_video"
