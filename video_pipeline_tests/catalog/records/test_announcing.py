from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.exc import IntegrityError

from video_pipeline.catalog import queries, uploading
from video_pipeline.catalog.engine import autocommitted, transaction
from video_pipeline.catalog.people import quota_usage
from video_pipeline.catalog.records import people
from video_pipeline.catalog.records.announcing import Parts, Share, announce
from video_pipeline.catalog.tables import uploads, videos
from video_pipeline.errors import NotFound
from video_pipeline.types import VideoStatus

WEEK = datetime(2026, 5, 3, tzinfo=UTC)
PARTS = Parts(part_bytes=60, part_count=2)


@pytest.fixture
def ada(engine: Engine) -> UUID:
    with transaction(engine) as conn:
        return people.create_user(conn, email="ada@example.org", display_name="Ada", password_hash="")


def announced(conn: Connection, owner: UUID, share: Share | None, **told: Any) -> tuple[UUID, datetime | None]:
    video_id = uuid4()
    expires_at = announce(
        conn,
        PARTS,
        share,
        video_id=video_id,
        inbox_key=f"incoming/{video_id}.mp4",
        filename="gate\n.mp4",
        extension="mp4",
        scope=f"owner:{owner}",
        declared_bytes=100,
        owner_id=owner,
        **told,
    )
    return video_id, expires_at


def rows(conn: Connection) -> list[int]:
    counted = (conn.scalar(select(func.count()).select_from(table)) for table in (videos, uploads, quota_usage))
    return [number or 0 for number in counted]


def test_what_is_announced_is_a_video_an_upload_and_a_share_of_a_week(engine: Engine, ada: UUID) -> None:
    with autocommitted(engine) as conn:
        video_id, expires_at = announced(conn, ada, Share(ada, WEEK, 100, 100), title="The\0 gate")

    with transaction(engine) as conn:
        video, upload = queries.video(conn, video_id), uploading.upload(conn, video_id)
        used = uploading.used_bytes(conn, ada, WEEK)
        lifetime = upload.expires_at - queries.now(conn)
    assert (video.status, video.title, video.filename) == (VideoStatus.UPLOADING, "The gate", "gate.mp4")
    assert (upload.owner_id, upload.part_bytes, upload.part_count) == (ada, 60, 2)
    assert upload.expires_at == expires_at
    assert timedelta(hours=5) < lifetime < uploading.LIFETIME
    assert used == 100


def test_more_than_is_left_is_not_written_down(engine: Engine, ada: UUID) -> None:
    with autocommitted(engine) as conn:
        _, first = announced(conn, ada, Share(ada, WEEK, 60, 100))
        _, second = announced(conn, ada, Share(ada, WEEK, 41, 100))
        _, third = announced(conn, ada, Share(ada, WEEK, 40, 100))

        assert [bool(at) for at in (first, second, third)] == [True, False, True]
        assert (rows(conn), uploading.used_bytes(conn, ada, WEEK)) == ([2, 2, 1], 100)


def test_where_nobody_knows_how_much_nothing_is_taken(engine: Engine, ada: UUID) -> None:
    with autocommitted(engine) as conn:
        _, expires_at = announced(conn, ada, None)

        assert expires_at is not None
        assert rows(conn) == [1, 1, 0]


def test_an_owner_who_is_not_there_leaves_nothing(engine: Engine) -> None:
    nobody = uuid4()
    with autocommitted(engine) as conn, pytest.raises(IntegrityError):
        announced(conn, nobody, Share(nobody, WEEK, 1, 100))

    with transaction(engine) as conn:
        assert rows(conn) == [0, 0, 0]


@pytest.mark.parametrize("place", ["camera_id", "category_id"])
def test_a_place_that_was_removed_meanwhile_leaves_nothing_either(engine: Engine, ada: UUID, place: str) -> None:
    with autocommitted(engine) as conn, pytest.raises(NotFound, match="just been removed"):
        announced(conn, ada, Share(ada, WEEK, 1, 100), **{place: uuid4()})

    with transaction(engine) as conn:
        assert rows(conn) == [0, 0, 0]
