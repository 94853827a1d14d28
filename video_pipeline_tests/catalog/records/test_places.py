from __future__ import annotations

from uuid import uuid4

import pytest
from sqlalchemy import Connection, update

from video_pipeline.catalog import places as read
from video_pipeline.catalog import queries
from video_pipeline.catalog.records import places
from video_pipeline.catalog.tables import videos
from video_pipeline.errors import Conflict, NotFound, RequestRefused
from video_pipeline.types import Caller, Role
from video_pipeline_tests.catalog.stories import registered

ADMIN = Caller(uuid4(), Role.ADMIN)
MALL = {"slug": "mall", "name": "Mall"}


def test_a_site_is_set_up_changed_and_removed(conn: Connection) -> None:
    site_id = places.add_site(conn, {**MALL, "max_file_bytes": 1000})
    places.change_site(conn, site_id, {"name": "North Mall", "max_file_bytes": None, "accepted_extensions": ["mp4"]})
    places.change_site(conn, site_id, {})

    (site,) = read.list_sites(conn, ADMIN)
    assert (site.name, site.max_file_bytes, site.accepted_extensions) == ("North Mall", None, ["mp4"])
    for _ in range(2):
        places.remove_site(conn, site_id)
    assert read.list_sites(conn, ADMIN) == []
    with pytest.raises(NotFound):
        places.change_site(conn, site_id, {})


def test_names_are_taken_once(conn: Connection) -> None:
    site_id, other = places.add_site(conn, MALL), places.add_site(conn, {"slug": "dock", "name": "Dock"})
    places.add_camera(conn, {"site_id": site_id, "slug": "gate", "name": "Gate"})
    places.add_camera(conn, {"site_id": other, "slug": "gate", "name": "Gate"})
    places.add_category(conn, {"slug": "music", "name": "Music"})
    sports = places.add_category(conn, {"slug": "sports", "name": "Sports"})

    with pytest.raises(Conflict):
        places.add_site(conn, MALL)
    with pytest.raises(Conflict):
        places.add_camera(conn, {"site_id": site_id, "slug": "gate", "name": "Another"})
    with pytest.raises(Conflict):
        places.add_category(conn, {"slug": "loud", "name": "MUSIC"})
    with pytest.raises(Conflict):
        places.change_category(conn, sports, {"slug": "music"})
    assert len(read.list_categories(conn)) == 2


def test_what_is_in_use_stays(conn: Connection) -> None:
    site_id = places.add_site(conn, MALL)
    camera_id = places.add_camera(conn, {"site_id": site_id, "slug": "gate", "name": "Gate"})
    conn.execute(update(videos).where(videos.c.id == registered(conn)).values(camera_id=camera_id))

    for remove, sought in ((places.remove_site, site_id), (places.remove_camera, camera_id)):
        with pytest.raises(Conflict, match="in use"):
            remove(conn, sought)
    places.change_camera(conn, camera_id, {"name": "Main gate"})
    assert read.camera(conn, ADMIN, camera_id).name == "Main gate"


def test_a_camera_needs_its_site(conn: Connection) -> None:
    with pytest.raises(RequestRefused, match="does not exist"):
        places.add_camera(conn, {"site_id": uuid4(), "slug": "gate", "name": "Gate"})


def test_videos_outlive_their_category(conn: Connection) -> None:
    video_id = registered(conn)
    sports = places.add_category(conn, {"slug": "sports", "name": "Sports"})
    conn.execute(update(videos).where(videos.c.id == video_id).values(category_id=sports))
    places.remove_category(conn, sports)

    assert queries.video(conn, video_id).category_id is None
