from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from video_pipeline.catalog.rows import ReprocessRow, Standing
from video_pipeline.defs.arrivals import ASK_AGAIN_AFTER, decide, selection, sort_inbox
from video_pipeline.types import Output, StoredObject, VideoStatus

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def stored(key: str = "incoming/x.mp4", etag: str = "e") -> StoredObject:
    return StoredObject(key, etag, 10, NOW)


def waiting(status: VideoStatus = VideoStatus.UPLOADED, requested_at: datetime | None = None) -> Standing:
    return Standing(status=status, requested_at=requested_at, run_id=None)


def wish(
    number: int = 1, outputs: tuple[Output, ...] | None = None, dispatched_at=None, priority: int = 0
) -> ReprocessRow:
    return ReprocessRow(
        id=number,
        video_id=uuid4(),
        outputs=outputs,
        priority=priority,
        requested_by="test",
        requested_at=NOW,
        dispatched_at=dispatched_at,
        run_id=None,
    )


def decide_on(*known: Standing | None, wishes=(), room=10, spare=10):
    ids = [uuid4() for _ in known]
    decision = decide(
        {video_id: stored() for video_id in ids},
        {video_id: row for video_id, row in zip(ids, known, strict=True) if row is not None},
        wishes,
        now=NOW,
        room=room,
        spare=spare,
    )
    return ids, decision


def test_an_upload_that_nobody_asked_a_run_for_gets_one():
    ids, decision = decide_on(waiting())

    assert decision.request == tuple(ids)
    assert decision.heal == ()


def test_an_upload_whose_completion_was_never_recorded_is_healed_and_gets_its_run():
    ids, decision = decide_on(waiting(VideoStatus.UPLOADING))

    assert [video_id for video_id, _ in decision.heal] == ids
    assert decision.request == tuple(ids)


@pytest.mark.parametrize(
    "status",
    [VideoStatus.VALIDATING, VideoStatus.PROCESSING, VideoStatus.COMPLETED, VideoStatus.FAILED, VideoStatus.DELETED],
)
def test_a_video_that_is_further_gets_nothing(status: VideoStatus):
    _, decision = decide_on(waiting(status))

    assert not decision.has_work


def test_what_lies_there_of_a_completed_or_deleted_video_goes_and_of_any_other_stays():
    ended = {VideoStatus.COMPLETED, VideoStatus.DELETED}
    _, done = decide_on(*(waiting(status) for status in ended), room=0)
    _, others = decide_on(*(waiting(status) for status in VideoStatus if status not in ended), None)

    assert done.discard == (stored(), stored())
    assert others.discard == ()


def test_an_object_that_the_catalog_does_not_know_is_left_alone():
    _, decision = decide_on(None)

    assert not decision.has_work
    assert decision.heal == ()


def test_a_request_is_not_made_twice_at_once_but_again_when_no_run_came_of_it():
    ids, decision = decide_on(
        waiting(requested_at=NOW - timedelta(seconds=5)), waiting(requested_at=NOW - ASK_AGAIN_AFTER)
    )

    assert decision.request == (ids[1],)


def test_a_clock_that_was_put_back_keeps_nobody_waiting():
    ids, decision = decide_on(waiting(requested_at=NOW + timedelta(hours=1)))

    assert decision.request == tuple(ids)


def test_no_more_runs_than_there_is_room_and_fresh_uploads_before_wishes():
    ids, decision = decide_on(waiting(), waiting(), wishes=[wish(1), wish(2)], room=3)

    assert decision.request == tuple(ids)
    assert [one.id for one in decision.fulfil] == [1]


def test_a_long_queue_leaves_everything_where_it_is_and_says_so():
    _, decision = decide_on(waiting(VideoStatus.UPLOADING), wishes=[wish()], room=0)

    assert not decision.has_work
    assert decision.heal == ()
    assert "queue" in decision.reason


def test_a_wish_is_not_fulfilled_twice_at_once():
    fresh, stale = wish(1, dispatched_at=NOW), wish(2, dispatched_at=NOW - ASK_AGAIN_AFTER)
    _, decision = decide_on(wishes=[fresh, stale])

    assert decision.fulfil == (stale,)


def test_the_inbox_holds_uploads_drops_and_what_is_nobodys():
    video_id = uuid4()
    upload = stored(f"incoming/{video_id}.mp4")
    drop = stored("incoming/drop/mall/gate/2026-01-01 12.00.mkv")
    arrived, drops = sort_inbox(
        [upload, drop, stored("incoming/readme.txt"), stored("incoming/drop/mall/x.mp4")], "videos"
    )

    assert arrived[video_id] == upload
    assert [arrived[one] for one in drops] == [drop]
    assert len(arrived) == 2


def test_a_drop_seen_twice_is_one_video_and_an_overwritten_one_is_another():
    key = "incoming/drop/mall/gate/clip.mp4"

    def id_of(etag: str) -> UUID:
        (video_id,) = sort_inbox([stored(key, etag)], "videos")[1]
        return video_id

    assert id_of("one") == id_of("one")
    assert id_of("one") != id_of("two")


def test_a_wish_names_assets():
    assert selection(wish(outputs=(Output.PROXY, Output.POSTER))) == ["proxy", "poster"]
    assert selection(wish()) is None


def test_a_backfill_takes_only_what_nobody_waits_for():
    wishes = [wish(1, priority=-1), wish(2), wish(3, priority=-1), wish(4)]

    def fulfilled(**limits):
        return [granted.id for granted in decide_on(wishes=wishes, **limits)[1].fulfil]

    assert fulfilled() == [2, 4, 1, 3]
    assert fulfilled(room=3) == [2, 4, 1]
    assert fulfilled(spare=1) == [2, 4, 1]
    assert fulfilled(spare=-5) == [2, 4]
