from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from sqlalchemy import ColumnElement, Connection, select

from video_pipeline.catalog.records.editing import delete_video
from video_pipeline.catalog.tables import videos
from video_pipeline.catalog.visibility import changeable, owned, visible, visible_to
from video_pipeline.errors import NotAllowed, VideoNotFound
from video_pipeline.types import Caller, Role

from .crowd import Crowd, gathered


@pytest.fixture
def crowd(conn: Connection) -> Crowd:
    return gathered(conn, 42)


def seen(conn: Connection, caller: Caller) -> set[UUID]:
    return set(conn.scalars(select(videos.c.id).where(visible_to(caller))))


def of(conn: Connection, *condition: ColumnElement[bool]) -> set[UUID]:
    return set(conn.scalars(select(videos.c.id).where(*condition)))


def test_a_member_sees_their_own_and_their_sites_videos_and_an_admin_all(conn: Connection, crowd: Crowd) -> None:
    own = of(conn, videos.c.owner_id == crowd.owners[1])
    of_site = of(conn, videos.c.site_id == crowd.sites[1])

    assert seen(conn, crowd.member(1)) == own
    assert seen(conn, crowd.member(1, 1)) == own | of_site
    assert len(own | of_site) < 42
    assert len(seen(conn, crowd.admin)) == 42
    assert seen(conn, Caller(uuid4(), Role.MEMBER)) == set()


def test_a_drop_that_nobody_owns_is_seen_by_its_site(conn: Connection, crowd: Crowd) -> None:
    conn.execute(videos.update().values(owner_id=None))

    assert seen(conn, crowd.member(0, 0)) == of(conn, videos.c.site_id == crowd.sites[0])


def test_somebody_elses_video_is_not_found_and_not_theirs_to_change(conn: Connection, crowd: Crowd) -> None:
    video_id = min(of(conn, videos.c.owner_id == crowd.owners[0], videos.c.site_id == crowd.sites[0]))
    stranger, colleague, owner = crowd.member(1), crowd.member(1, 0), crowd.member(0)

    with pytest.raises(VideoNotFound):
        visible(conn, stranger, video_id)
    assert {visible(conn, who, video_id).id for who in (colleague, owner, crowd.admin)} == {video_id}
    for other in (stranger, colleague):
        with pytest.raises(NotAllowed):
            changeable(conn, other, video_id)
    assert {changeable(conn, who, video_id).id for who in (owner, crowd.admin)} == {video_id}


def test_a_deleted_video_is_seen_by_nobody(conn: Connection, crowd: Crowd) -> None:
    video_id = min(of(conn, videos.c.owner_id == crowd.owners[0]))
    delete_video(conn, video_id)

    assert len(seen(conn, crowd.admin)) == 41
    for who in (crowd.member(0, 0, 1), crowd.admin):
        for look in (visible, changeable):
            with pytest.raises(VideoNotFound):
                look(conn, who, video_id)
        assert owned(conn, who, video_id).id == video_id


def test_what_never_was_is_not_found(conn: Connection, crowd: Crowd) -> None:
    for look in (visible, changeable, owned):
        with pytest.raises(VideoNotFound):
            look(conn, crowd.admin, uuid4())
