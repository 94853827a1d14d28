from __future__ import annotations

from uuid import uuid4

import pytest
from sqlalchemy import Connection

from video_pipeline.catalog import places
from video_pipeline.errors import NotFound
from video_pipeline.types import Caller, Role

from .crowd import camera, category, site, user


def test_members_read_their_sites_and_admins_all(conn: Connection) -> None:
    mall, dock = site(conn, "mall"), site(conn, "dock")
    gate, quay = camera(conn, mall), camera(conn, dock)
    somebody = user(conn, "ada")
    admin, member, stranger = (
        Caller(somebody, Role.ADMIN),
        Caller(somebody, Role.MEMBER, frozenset({mall})),
        Caller(somebody, Role.MEMBER),
    )

    assert [row.id for row in places.list_sites(conn, admin)] == [dock, mall]
    assert {row.id for row in places.list_cameras(conn, admin)} == {gate, quay}
    assert [row.id for row in places.list_cameras(conn, admin, site_id=dock)] == [quay]
    assert [row.id for row in places.list_sites(conn, member)] == [mall]
    assert [row.id for row in places.list_cameras(conn, member)] == [gate]
    assert places.list_cameras(conn, member, site_id=dock) == []
    assert places.list_sites(conn, stranger) == []
    assert (places.site(conn, member, mall).slug, places.camera(conn, member, gate).site_id) == ("mall", mall)
    for look, sought in ((places.site, dock), (places.camera, quay), (places.site, uuid4())):
        with pytest.raises(NotFound, match=str(sought)):
            look(conn, member, sought)


def test_everybody_reads_categories(conn: Connection) -> None:
    sports, music = category(conn, "Sports"), category(conn, "Music")

    assert [row.id for row in places.list_categories(conn)] == [music, sports]
    assert places.category(conn, music).slug == "music"
    with pytest.raises(NotFound):
        places.category(conn, uuid4())
