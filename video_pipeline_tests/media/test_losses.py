from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from video_pipeline.media import losses
from video_pipeline.media.decoded import Decoded, Track
from video_pipeline.media.probe_child import facts_of
from video_pipeline.media.timetable import EMPTY, Span, Timetable
from video_pipeline.types import Container, MediaFacts
from video_pipeline_tests.samples import Samples

RATE = 25
SECONDS = 10
Pairs = list[tuple[float, float]]


def every(*, until: float = SECONDS, without: tuple[float, float] = (0, 0)) -> Timetable:
    """Things at an even rate, save between two seconds."""
    starts = np.arange(0, until, 1 / RATE)
    first, last = without
    kept = starts[(starts < first - 0.001) | (starts > last - 0.001)]
    return Timetable(kept, np.full(len(kept), 1 / RATE))


def found(picture: Track, sound: Track | None = None, complaints: int = 0) -> Decoded:
    frames = picture.frames
    seconds = frames.end(1 / RATE) if len(frames) else None
    return Decoded(len(frames), seconds, 1 / RATE, picture, sound or Track(), complaints=complaints)


def pairs(spans: tuple[Span, ...]) -> Pairs:
    return [(round(span.start, 3), round(span.end, 3)) for span in spans]


def told(span: Span | None) -> tuple[float, float] | None:
    return pairs((span,))[0] if span is not None else None


@pytest.fixture(scope="module")
def facts(samples: Samples) -> MediaFacts:
    """Ten seconds of picture and sound in a container that tells no length of either."""
    seen = facts_of(samples["matroska"])
    assert seen.video is not None
    assert seen.audio is not None
    video = replace(seen.video, duration_seconds=None, variable_frame_rate=False)
    return replace(seen, duration_seconds=float(SECONDS), video=video, audio=replace(seen.audio, duration_seconds=None))


def rests(facts: MediaFacts) -> MediaFacts:
    assert facts.video is not None
    return replace(facts, video=replace(facts.video, variable_frame_rate=True))


def test_packets_without_frames_are_lost(facts: MediaFacts) -> None:
    assert pairs(losses.in_picture(found(Track(every(), every(without=(4, 5)), errors=25)), facts)) == [(4, 5)]


def test_a_single_frame_is_a_loss(facts: MediaFacts) -> None:
    assert pairs(losses.in_picture(found(Track(every(), every(without=(4, 4.04)), errors=1)), facts)) == [(4, 4.04)]


def test_what_is_lost_at_the_beginning_and_at_the_end_counts(facts: MediaFacts) -> None:
    frames = Timetable(every().starts[25:200], every().lengths[25:200])
    assert pairs(losses.in_picture(found(Track(every(), frames, errors=75)), facts)) == [(0, 1), (8, 10)]


def test_a_rest_is_no_loss_though_something_else_was(facts: MediaFacts) -> None:
    resting = every(without=(4, 9))
    frames = Timetable(np.delete(resting.starts, 10), np.delete(resting.lengths, 10))
    assert pairs(losses.in_picture(found(Track(resting, frames, errors=1)), facts)) == [(0.4, 0.44)]


def test_a_loss_in_a_rest_begins_when_something_was_due(facts: MediaFacts) -> None:
    resting = every(without=(4, 9))
    due = Timetable(np.sort(np.append(resting.starts, 7.0)), np.full(len(resting) + 1, 0.04))
    assert pairs(losses.in_picture(found(Track(due, resting, errors=1)), facts)) == [(7, 9)]


def test_packets_without_frames_are_none_of_our_business_without_errors(facts: MediaFacts) -> None:
    assert losses.in_picture(found(Track(every(), every(without=(4, 5)))), facts) == ()


def test_fields_are_no_losses(facts: MediaFacts) -> None:
    fields = Timetable(np.arange(0, SECONDS, 0.02), np.full(500, 0.02))
    assert losses.in_picture(found(Track(fields, every(), errors=1)), facts) == ()


def test_what_an_edit_list_cuts_away_is_no_loss(facts: MediaFacts) -> None:
    packets = Timetable(np.append([-0.08, -0.04], every().starts), np.full(252, 0.04))
    assert losses.in_picture(found(Track(packets, every(), errors=1)), facts) == ()


HOLE = (4.0, 6.0)


def test_a_hole_in_picture_and_sound_is_a_loss_of_both(facts: MediaFacts) -> None:
    track = Track(every(without=HOLE), every(without=HOLE))
    seen = found(track, track, complaints=1)
    assert pairs(losses.in_picture(seen, facts)) == pairs(losses.in_sound(seen, facts)) == [HOLE]


def test_while_the_sound_goes_on_the_picture_rests(facts: MediaFacts) -> None:
    seen = found(Track(every(without=HOLE), every(without=HOLE)), Track(every(), every()), complaints=1)
    assert losses.in_picture(seen, facts) == ()


def test_a_container_that_does_not_complain_has_no_holes(facts: MediaFacts) -> None:
    track = Track(every(without=HOLE), every(without=HOLE))
    assert losses.in_picture(found(track, track), facts) == ()


def test_a_hole_is_longer_than_what_recorders_drop(facts: MediaFacts) -> None:
    track = Track(every(without=(4, 4.2)), every(without=(4, 4.2)))
    assert losses.in_picture(found(track, track, complaints=1), facts) == ()


def test_without_sound_only_a_steady_picture_tells_a_hole(facts: MediaFacts) -> None:
    silent = replace(facts, audio=None)
    seen = found(Track(every(without=HOLE), every(without=HOLE)), complaints=1)
    assert pairs(losses.in_picture(seen, silent)) == [HOLE]
    assert losses.in_picture(seen, rests(silent)) == ()


def test_what_was_not_decoded_has_no_losses(facts: MediaFacts) -> None:
    seen = found(Track(every(), EMPTY, errors=9), Track(every(), EMPTY, errors=9), complaints=1)
    assert losses.in_picture(seen, facts) == losses.in_sound(seen, facts) == ()


def test_lost_sound_is_told(facts: MediaFacts) -> None:
    seen = found(Track(every(), every()), Track(every(), every(without=(4, 5)), errors=25))
    assert pairs(losses.in_sound(seen, facts)) == [(4, 5)]


def test_a_file_ends_where_its_last_stream_does(facts: MediaFacts) -> None:
    short = Track(every(until=4), every(until=4))
    assert told(losses.at_end(found(short, short), facts)) == (4, 10)
    assert losses.at_end(found(short, Track(every(), every())), facts) is None


def test_a_picture_with_a_length_of_its_own_is_held_to_it(facts: MediaFacts) -> None:
    assert facts.video is not None
    own = replace(facts, video=replace(facts.video, duration_seconds=10.0, start_seconds=0.0), start_seconds=0.0)
    seen = found(Track(every(until=4), every(until=4)), Track(every(), every()))
    assert told(losses.at_end(seen, own)) == (4, 10)


def test_an_avi_is_held_to_the_frames_it_counts(facts: MediaFacts) -> None:
    assert facts.video is not None
    video = replace(facts.video, duration_seconds=4.0, frames=250, frame_rate=Fraction(25))
    avi = replace(facts, container=Container.AVI, duration_seconds=4.0, video=video)
    assert told(losses.at_end(found(Track(every(until=4), every(until=4))), avi)) == (4, 10)


def test_headers_may_round_unless_the_container_complains(facts: MediaFacts) -> None:
    almost = Track(every(until=9.2), every(until=9.2))
    assert losses.at_end(found(almost), facts) is None
    assert told(losses.at_end(found(almost, complaints=1), facts)) == (9.2, 10)


def test_sound_may_end_early_too(facts: MediaFacts) -> None:
    assert facts.audio is not None
    own = replace(facts, audio=replace(facts.audio, duration_seconds=10.0))
    seen = found(Track(every(), every()), Track(every(until=4), every(until=4)))
    assert told(losses.at_sound_end(seen, own)) == (4, 10)
    assert losses.at_sound_end(seen, facts) is None
    assert losses.at_sound_end(seen, replace(facts, audio=None)) is None


def test_a_file_is_suspected_for_errors_complaints_and_an_early_end(facts: MediaFacts) -> None:
    good = Track(every(), every())
    assert not losses.suspected(found(good), facts)
    assert losses.suspected(found(replace(good, errors=1)), facts)
    assert losses.suspected(found(good, complaints=1), facts)
    assert losses.suspected(found(Track(EMPTY, every(until=4))), facts)
    assert not losses.suspected(found(Track()), facts), "where only the sound was decoded, nothing tells when it ends"
