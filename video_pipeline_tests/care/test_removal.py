from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from video_pipeline.care import removal
from video_pipeline.care.disagreements import Ages, Code, Cutoffs, Disagreement
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.records import jobs, multipart
from video_pipeline.catalog.tables import videos
from video_pipeline.errors import VideoNotFound
from video_pipeline.storage import keys, leftovers
from video_pipeline.storage.objects import ObjectStore
from video_pipeline.types import ArtifactKind, Container, Stage
from video_pipeline_tests.care import messes
from video_pipeline_tests.catalog.stories import in_parts
from video_pipeline_tests.desk import Desk


def settle(desk: Desk, *found: Disagreement) -> int:
    cutoffs = Cutoffs.at(datetime.now(UTC), Ages(timedelta(0), timedelta(0)))
    return len(removal.settle(desk.engine, desk.store, found, cutoffs))


def stray(desk: Desk, key: str, code: Code = Code.STRAY_ORIGINAL) -> Disagreement:
    stored = desk.store.head(key)
    assert stored is not None
    return Disagreement(code, keys.owner(key), key, stored.etag)


def test_what_a_row_names_by_now_stays(desk: Desk) -> None:
    original = keys.original(messes.served(desk), Container.MP4)

    assert settle(desk, stray(desk, original)) == 0
    assert desk.store.head(original) is not None


def test_what_a_run_may_be_about_to_name_stays(desk: Desk) -> None:
    video_id = messes.served(desk)
    key = messes.put(desk, keys.rendition(video_id, ArtifactKind.WEB, "0" * 64, "mp4"))
    with transaction(desk.engine) as connection:
        job = jobs.start_job(connection, video_id=video_id, stage=Stage.RENDITIONS, run_id="run-2", worker="here")
    assert settle(desk, stray(desk, key, Code.STRAY_RENDITION)) == 0

    with transaction(desk.engine) as connection:
        jobs.fail_job(connection, job, code="interrupted", sentence="It ended.")
    assert settle(desk, stray(desk, key, Code.STRAY_RENDITION)) == 1
    assert desk.store.head(key) is None


def test_a_purge_in_which_somebody_writes_keeps_the_row_for_the_next_one(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    video_id = messes.delete(desk, messes.served(desk))
    forgotten = ObjectStore.delete_exactly
    late = keys.original(video_id, Container.MP4)

    def delete_and_write(store: ObjectStore, stored: object) -> bool:
        is_gone = forgotten(store, stored)  # type: ignore[arg-type]
        messes.put(desk, late)
        return is_gone

    with monkeypatch.context() as patch:
        patch.setattr(ObjectStore, "delete_exactly", delete_and_write)
        settle(desk, Disagreement(Code.DELETED_VIDEO, video_id))
    assert desk.row(video_id).id == video_id

    settle(desk, Disagreement(Code.DELETED_VIDEO, video_id))
    assert desk.keys() == set()
    with pytest.raises(VideoNotFound):
        desk.row(video_id)


def test_parts_that_somebody_may_still_add_to_stay(desk: Desk) -> None:
    video_id = messes.register(desk)
    key = keys.upload(video_id, "mp4")
    upload_id = desk.store.client.create_multipart_upload(Bucket=desk.store.bucket, Key=key)["UploadId"]
    with transaction(desk.engine) as connection:
        in_parts(connection, video_id, part_bytes=1, part_count=2, week_start=None)
        multipart.started(connection, video_id, upload_id)
    found = Disagreement(Code.UNFINISHED_UPLOAD, video_id, key, upload_id)
    assert not removal.discard(desk.engine, desk.store, found)
    assert [one.upload_id for one in leftovers.unfinished(desk.store)] == [upload_id]

    with transaction(desk.engine) as connection:
        multipart.give_up(connection, video_id)
    assert removal.discard(desk.engine, desk.store, found)
    assert list(leftovers.unfinished(desk.store)) == []


def test_without_a_video_there_is_nothing_to_settle(desk: Desk) -> None:
    assert settle(desk, Disagreement(Code.STRAY_UPLOAD, None, "incoming/x")) == 0
    with transaction(desk.engine) as connection:
        assert connection.execute(videos.select()).all() == []
