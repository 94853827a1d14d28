from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from video_pipeline.care import removal
from video_pipeline.care import sweep as story
from video_pipeline.care.disagreements import Ages, Code
from video_pipeline.care.sweep import Report, sweep
from video_pipeline.catalog import queries
from video_pipeline.catalog.alerting import events
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.records import videos as records
from video_pipeline.catalog.tables import videos
from video_pipeline.storage import keys
from video_pipeline.storage.leftovers import unfinished
from video_pipeline.types import ArtifactKind, Container, Output, VideoStatus
from video_pipeline_tests.care import messes
from video_pipeline_tests.care.messes import ALL, LEFT_ALONE, MESSES
from video_pipeline_tests.desk import Death, Desk, Killed

NOW = Ages(timedelta(0), timedelta(0))


def swept(desk: Desk, **options) -> Report:
    return sweep(desk.engine, desk.store, **{"apply": True, "ages": NOW, **options})


def wishes(desk: Desk) -> list[tuple[Output, ...]]:
    with transaction(desk.engine) as connection:
        return [wish.outputs or () for wish in queries.pending_reprocess(connection, limit=99)]


def told(desk: Desk) -> Counter[str]:
    with transaction(desk.engine) as connection:
        return Counter(connection.scalars(select(events.c.type).where(events.c.type.startswith("watchdog"))))


def of(desk: Desk, video_id) -> tuple[object, ...]:
    """A video with all that it has: neither rows nor objects of the others."""
    with transaction(desk.engine) as connection:
        return (
            queries.video(connection, video_id),
            queries.current_artifacts(connection, video_id),
            desk.keys(desk.row(video_id)),
        )


def test_what_is_wrong_is_told_then_done_away_with_and_nothing_else_is_touched(desk: Desk) -> None:
    healthy = messes.served(desk)
    for mess in ALL:
        mess(desk)
    kept, before = of(desk, healthy), messes.everything(desk)

    dry = swept(desk, apply=False)
    assert dry.found == Counter(ALL.values())
    assert (dry.done, dry.refused, messes.everything(desk)) == (Counter(), (), before)

    wet = swept(desk)
    assert (wet.found, wet.done) == (dry.found, Counter(MESSES.values()))
    assert swept(desk, apply=False).found == Counter(LEFT_ALONE.values())
    assert of(desk, healthy) == kept
    assert sorted(wishes(desk)) == [(Output.POSTER,), (Output.PROXY,), (Output.PROXY,), (Output.PROXY,)]
    assert told(desk)["watchdog.original_lost"] == 2
    assert list(unfinished(desk.store)) == []


def test_it_may_be_killed_after_each_of_its_steps_and_begun_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    healthy = messes.served(desk)
    for mess in MESSES:
        mess(desk)
    kept = of(desk, healthy)
    monkeypatch.setattr(Death, "VERBS", ("delete_exactly",))  # what it reads changes nothing
    death = Death(monkeypatch, removal, story)

    deaths = 0
    while dies(desk, death):
        deaths += 1
    assert deaths > 20
    assert swept(desk).found == Counter()
    assert of(desk, healthy) == kept
    assert sorted(wishes(desk)) == [(Output.POSTER,), (Output.PROXY,), (Output.PROXY,), (Output.PROXY,)]


def dies(desk: Desk, death: Death) -> bool:
    """Sweep, and whether it was killed by the first thing it did."""
    try:
        with death.after(2):  # it looks at the clock first
            swept(desk)
    except Killed:
        return True
    return False


def test_nothing_younger_than_a_day_goes(desk: Desk) -> None:
    for mess in ALL:
        mess(desk)

    assert sweep(desk.engine, desk.store, apply=True).found == Counter()


def test_more_than_half_of_a_kind_goes_only_where_it_is_told_to(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(story, "ALWAYS_ALLOWED", 1)
    messes.served(desk)
    for _ in range(2):
        messes.an_upload_of_nobody(desk)
        messes.a_deleted_video(desk)

    first = swept(desk)
    assert first.refused == (Code.DELETED_VIDEO, Code.STRAY_UPLOAD)
    assert (first.done, told(desk)["watchdog.sweep_refused"]) == (Counter(), 2)
    second = swept(desk, more_than_half=True)
    assert second.done == first.found


def test_a_few_may_go_even_where_they_are_all_there_are(desk: Desk) -> None:
    messes.an_upload_of_nobody(desk)

    assert swept(desk).done == {Code.STRAY_UPLOAD: 1}


def test_an_upload_that_arrives_between_the_look_and_the_deletion_survives(desk: Desk) -> None:
    video_id = messes.upload(desk)
    key = keys.upload(video_id, "mp4")
    with transaction(desk.engine) as connection:
        row = connection.execute(select(videos)).mappings().one()
        connection.execute(videos.delete())

    def arrives(*_: object) -> None:
        with transaction(desk.engine) as connection:
            connection.execute(videos.insert().values(**row))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(story, "_tell", arrives)
        report = swept(desk)

    assert (report.found, report.done) == ({Code.STRAY_UPLOAD: 1}, {})
    assert desk.keys() == {key}


def test_an_object_that_is_replaced_between_the_look_and_the_deletion_survives(desk: Desk) -> None:
    messes.an_upload_of_nobody(desk)
    (key,) = desk.keys()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(story, "_tell", lambda *_: messes.put(desk, key, b"another"))
        report = swept(desk)

    assert (report.found, report.done) == ({Code.STRAY_UPLOAD: 1}, {})
    assert desk.keys() == {key}


def test_everything_wrong_with_a_video_is_asked_for_at_once(desk: Desk) -> None:
    video_id = messes.served(desk)
    gone = [messes.artifact(desk, video_id, kind) for kind in (ArtifactKind.AUDIO, ArtifactKind.STORYBOARD_INDEX)]
    desk.store.delete(gone)
    swept(desk)

    assert wishes(desk) == [(Output.AUDIO, Output.STORYBOARD)]
    with transaction(desk.engine) as connection:
        current = queries.current_artifacts(connection, video_id)
    assert not {ArtifactKind.AUDIO, ArtifactKind.STORYBOARD, ArtifactKind.STORYBOARD_INDEX} & current.keys()


def test_what_cannot_be_made_again_is_withdrawn_all_the_same(desk: Desk) -> None:
    video_id = messes.served(desk)
    desk.store.delete([messes.artifact(desk, video_id), keys.original(video_id, Container.MP4)])
    swept(desk)

    with transaction(desk.engine) as connection:
        assert ArtifactKind.PROXY not in queries.current_artifacts(connection, video_id)
    assert (wishes(desk), told(desk)) == ([], {"watchdog.original_lost": 1})


def test_duplicates_of_a_video_that_is_purged_point_at_nothing(desk: Desk) -> None:
    first, second = messes.served(desk), messes.upload(desk)
    with transaction(desk.engine) as connection:
        records.mark_duplicate(connection, second, of=first)
    desk.store.delete([keys.upload(second, "mp4")])
    messes.delete(desk, first)
    swept(desk)

    row = desk.row(second)
    assert (row.status, row.error_code, row.duplicate_of) == (VideoStatus.FAILED, "duplicate", None)
    assert "deleted since" in str(row.error_sentence)


def test_bytes_that_changed_under_the_same_size_are_found_by_reading_them(desk: Desk) -> None:
    video_id = messes.served(desk)
    broken = messes.artifact(desk, video_id)
    stored = desk.store.head(broken)
    assert stored is not None
    messes.put(desk, broken, b"x" * stored.size_bytes)

    assert swept(desk).found == {}
    report = swept(desk, integrity_of=1)

    assert report.counts() == {"artifact_damaged_found": 1, "artifact_damaged_settled": 1}
    assert wishes(desk) == [(Output.PROXY,)]
    assert swept(desk, integrity_of=1).found == {}


def test_a_video_at_work_is_left_alone(desk: Desk) -> None:
    messes.a_proxy_that_is_gone(desk)
    with transaction(desk.engine) as connection:
        connection.execute(update(videos).values(status="processing", completed_at=None))

    assert swept(desk).found == {}
