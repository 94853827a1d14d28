from __future__ import annotations

import pytest

from video_pipeline.catalog import belongings, directory, places, queries
from video_pipeline.catalog.engine import transaction
from video_pipeline.cli import planting
from video_pipeline.cli.planting import BEGUN, DELETED, OWNER, PEOPLE, SENT
from video_pipeline.errors import RequestRefused
from video_pipeline.storage.multipart import DirectUploads
from video_pipeline.storage.objects import MIB
from video_pipeline.types import VideoStatus
from video_pipeline.uploads import transfer
from video_pipeline.uploads.limits import Limits, standing

LIMITS = Limits(max_file_bytes=100 * MIB, weekly_bytes=100 * MIB, part_bytes=10 * MIB)


@pytest.fixture
def direct(store):
    return DirectUploads(store, store.client)


def statuses(engine):
    """The samples' statuses, by their titles."""
    with transaction(engine) as connection:
        owner = directory.find_address(connection, OWNER.email)
        assert owner is not None
        titled = belongings.titled(connection, owner.id)
        return {title: queries.video(connection, video_id).status for title, video_id in titled.items()}


def everything(engine, store):
    """All that a second planting must leave as it is."""
    with transaction(engine) as connection:
        users, _ = directory.list_users(connection, limit=100)
        used = {user.email: standing(connection, user.id, LIMITS).used for user in users}
        return statuses(engine), users, used, places.list_categories(connection), store.list("")


def test_what_is_planted_is_sent_as_any_upload_and_planting_again_changes_nothing(engine, store, direct, tmp_path):
    passwords = planting.settle(engine)
    video_ids = planting.plant(engine, direct, tmp_path, defaults=LIMITS)
    planting.discard(engine)
    before = everything(engine, store)

    assert passwords.keys() == {person.email for person in PEOPLE}
    assert statuses(engine) == {one.title: VideoStatus.UPLOADED for one in SENT} | {
        BEGUN.title: VideoStatus.UPLOADING,
        DELETED.title: VideoStatus.DELETED,
    }
    assert before[2] == {person.email: person.quota_share * 100 * MIB for person in PEOPLE}
    with transaction(engine) as connection:
        (cooking,) = {one.id for one in places.list_categories(connection) if one.slug == "cooking"}
        assert [queries.video(connection, one).category_id for one in video_ids].count(cooking) == 1

    assert planting.settle(engine) == {}
    assert planting.plant(engine, direct, tmp_path, defaults=LIMITS) == video_ids
    planting.discard(engine)
    assert everything(engine, store) == before


def test_what_was_cut_off_between_two_steps_goes_on(engine, store, direct, tmp_path, monkeypatch):
    planting.settle(engine)
    with monkeypatch.context() as patch:
        patch.setattr(transfer, "complete", interrupted)
        with pytest.raises(KeyboardInterrupt):
            planting.plant(engine, direct, tmp_path, defaults=LIMITS)
    assert VideoStatus.UPLOADED not in statuses(engine).values()

    planting.plant(engine, direct, tmp_path, defaults=LIMITS)

    assert list(statuses(engine).values()).count(VideoStatus.UPLOADED) == len(SENT)


def interrupted(*_args, **_told):
    raise KeyboardInterrupt


def test_other_peoples_videos_are_not_mixed_with_samples_unless_that_is_wanted(engine, desk):
    desk.receive()

    with pytest.raises(RequestRefused, match="--force"):
        planting.settle(engine)
    with transaction(engine) as connection:
        assert places.list_categories(connection) == []

    assert len(planting.settle(engine, force=True)) == len(PEOPLE)
