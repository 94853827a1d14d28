from dataclasses import replace

import numpy as np
import pytest

from video_pipeline.media import damage
from video_pipeline.media.damage import RULES, judge
from video_pipeline.media.decoded import Decoded, Track
from video_pipeline.media.probe_child import facts_of
from video_pipeline.media.timetable import EMPTY, Span, Timetable
from video_pipeline.types import Finding, MediaFacts, Severity
from video_pipeline_tests.samples import Samples

FRAMES = 1000
SECONDS = 40.0


@pytest.fixture(scope="module")
def facts(samples: Samples) -> MediaFacts:
    """Forty seconds of picture and sound, and nothing else."""
    seen = facts_of(samples["matroska"])
    assert seen.video is not None
    return replace(seen, duration_seconds=SECONDS, video=replace(seen.video, duration_seconds=None))


def frames(number: int = FRAMES, *lost: range) -> Timetable:
    """25 a second, save some by their numbers."""
    starts = np.delete(np.arange(number) / 25, [frame for numbers in lost for frame in numbers])
    return Timetable(starts, np.full(len(starts), 0.04))


def seen(*lost: range, until: int = FRAMES) -> Decoded:
    """What a decode found of which some frames did not come out."""
    track = Track(frames(until), frames(until, *lost), errors=sum(map(len, lost)))
    return Decoded(len(track.frames), track.frames.end(0), 0.04, track, replace(track, frames=frames(until), errors=0))


def judged(decoded: Decoded, facts: MediaFacts, *, max_seconds: float = 60) -> dict[str, Finding]:
    return {one.code: one for one in judge(decoded, facts, looked=True, max_seconds=max_seconds)}


def refusals(findings: dict[str, Finding]) -> list[str]:
    return [code for code, finding in findings.items() if finding.severity is Severity.REFUSE]


def test_nothing_is_found_in_what_decodes(facts: MediaFacts) -> None:
    assert judged(seen(), facts) == {}


def test_a_lost_moment_is_told(facts: MediaFacts) -> None:
    (finding,) = judged(seen(range(300, 395)), facts).values()
    assert finding == Finding(
        "picture_lost",
        "The picture is missing from 0:00:12 to 0:00:16: it could not be read there.",
        Severity.WARN,
    )


@pytest.mark.parametrize(("lost", "refused"), [(100, []), (101, ["damaged"])])
def test_a_tenth_is_taken_and_no_more(facts: MediaFacts, lost: int, refused: list[str]) -> None:
    findings = judged(seen(range(300, 300 + lost)), facts)
    assert refusals(findings) == refused


def test_damage_is_told_with_its_place_and_its_share(facts: MediaFacts) -> None:
    findings = judged(seen(range(100, 300), range(500, 600)), facts)
    assert findings["damaged"].sentence == (
        "The file is damaged: it has no readable picture from 0:00:04 to 0:00:12 and from 0:00:20 to 0:00:24, 30% of "
        "the video. Check that it plays on your device, and upload it again."
    )


@pytest.mark.parametrize(("patched", "refused"), [(500, []), (501, ["damaged"])])
def test_half_of_the_frames_may_be_patched(facts: MediaFacts, patched: int, refused: list[str]) -> None:
    findings = judged(replace(seen(), patched=patched), facts)
    assert refusals(findings) == refused
    assert "picture_broken" in findings


def test_nothing_decoded_is_one_finding(facts: MediaFacts) -> None:
    nothing = Decoded(picture=Track(frames(), EMPTY, errors=FRAMES), patched=7)
    assert list(judged(nothing, facts)) == ["undecodable"]


def test_what_nobody_looked_at_is_not_undecodable(facts: MediaFacts) -> None:
    assert judge(Decoded(), facts, looked=False, max_seconds=60) == ()


def test_decoded_time_counts(facts: MediaFacts) -> None:
    short = replace(facts, duration_seconds=1.0)
    assert judged(seen(), short, max_seconds=39.5) == {}
    finding = judged(seen(), short, max_seconds=39)["too_long"]
    assert finding.severity is Severity.REFUSE
    assert "0:00:39" in finding.sentence


@pytest.mark.parametrize(("back", "refused"), [(9.6, []), (9.4, ["out_of_order"])])
def test_time_goes_forward(facts: MediaFacts, back: float, refused: list[str]) -> None:
    assert refusals(judged(replace(seen(), step_back=Span(back, 10)), facts)) == refused


def test_a_picture_that_is_over_before_the_file_begins_is_mixed_up(facts: MediaFacts) -> None:
    early = Timetable(np.arange(-10, -1) / 25, np.full(9, 0.04))
    nothing = replace(seen(), picture=Track(early), seconds=early.end(0.04))
    assert refusals(judged(nothing, facts)) == ["out_of_order"]


def test_a_missing_end_is_taken_whatever_its_length(facts: MediaFacts) -> None:
    (finding,) = judged(seen(until=25), facts).values()
    assert finding == Finding(
        "shorter_than_declared",
        "The file says that it lasts 0:00:40, and plays up to 0:00:01: what should come from 0:00:01 to its end at "
        "0:00:40 is missing.",
        Severity.WARN,
    )


def test_an_end_that_is_there_and_cannot_be_read_is_damage(facts: MediaFacts) -> None:
    unread = replace(seen(until=500), unread_share=0.5)
    assert refusals(judged(unread, facts)) == ["damaged"]
    several = replace(facts, audio_streams=2)
    assert refusals(judged(unread, several)) == [], "what was not read may be the other sound"


def test_a_frame_that_the_file_broke_off_in_is_told_with_the_end(facts: MediaFacts) -> None:
    assert list(judged(replace(seen(until=500), patched=2), facts)) == ["shorter_than_declared"]
    assert "picture_broken" in judged(replace(seen(until=500), patched=3), facts)


def test_unread_bytes_are_told_where_nothing_is_missing(facts: MediaFacts) -> None:
    spare = replace(seen(), unread_share=0.2)
    assert judged(spare, facts) == {}, "containers have their own"
    assert list(judged(replace(spare, complaints=1), facts)) == ["parts_unread"]


def test_lost_sound_is_told_and_refuses_nothing(facts: MediaFacts) -> None:
    sound = Track(frames(), frames(FRAMES, range(100, 900)), errors=800)
    (finding,) = judged(replace(seen(), sound=sound), facts).values()
    assert finding == Finding(
        "sound_lost", "The sound is missing from 0:00:04 to 0:00:36: it could not be read there.", Severity.WARN
    )


def test_a_blink_of_sound_is_nothing(facts: MediaFacts) -> None:
    sound = Track(frames(), frames(FRAMES, range(100, 102)), errors=2)
    assert judged(replace(seen(), sound=sound), facts) == {}


def test_no_sound_at_all_is_a_warning_of_the_same_code() -> None:
    assert (damage.MUTE.code, damage.MUTE.severity) == ("sound_lost", Severity.WARN)
    assert "sound_lost" in {rule.code for rule in RULES}
