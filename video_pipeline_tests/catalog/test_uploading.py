from datetime import UTC, datetime
from uuid import uuid4

import pytest

from video_pipeline.catalog import uploading
from video_pipeline.catalog.records import videos
from video_pipeline.catalog.uploading import CameraSite, Configured, Rival
from video_pipeline.errors import NotFound, VideoNotFound
from video_pipeline.types import VideoStatus
from video_pipeline_tests.catalog import crowd
from video_pipeline_tests.catalog.stories import failed, in_parts, processing, registered, sha


def test_an_upload_that_never_was_is_not_found(conn):
    with pytest.raises(VideoNotFound):
        uploading.upload(conn, uuid4())
    with pytest.raises(VideoNotFound):
        uploading.upload(conn, registered(conn))  # handed in, and not through the API


def test_nothing_is_configured_until_somebody_does(conn):
    assert uploading.configured(conn) == Configured()
    conn.exec_driver_sql("INSERT INTO configuration (max_file_bytes) VALUES (7)")
    assert uploading.configured(conn) == Configured(max_file_bytes=7)


def test_a_camera_leads_to_its_site(conn):
    site = crowd.site(conn, "mall")
    camera = crowd.camera(conn, site)

    assert uploading.site_of_camera(conn, camera) == CameraSite(site, None, None)
    with pytest.raises(NotFound):
        uploading.site_of_camera(conn, uuid4())


def test_categories_are_there_or_not(conn):
    assert uploading.category_exists(conn, crowd.category(conn))
    assert not uploading.category_exists(conn, uuid4())


@pytest.fixture
def ada(conn):
    return crowd.user(conn, "ada")


def rival(conn, owner, content="a", scope="installation"):
    return uploading.rival(conn, scope=scope, sha256=sha(content), owner_id=owner)


def test_who_has_the_same_bytes_in_the_same_scope_is_a_rival(conn, ada):
    first = processing(conn, content="a")

    assert rival(conn, ada) == Rival(first, VideoStatus.PROCESSING)
    assert rival(conn, ada, content="b") is None
    assert rival(conn, ada, scope="elsewhere") is None
    failed(conn, first)
    assert rival(conn, ada) is None


def test_the_first_of_those_who_only_say_so_is_the_rival(conn, ada):
    for video_id in [registered(conn), registered(conn)]:
        in_parts(conn, video_id, part_bytes=5, part_count=1, week_start=None)
    conn.exec_driver_sql("UPDATE videos SET declared_sha256 = %s, owner_id = %s", (sha("a"), ada))
    first = conn.exec_driver_sql("SELECT id FROM videos ORDER BY created_at LIMIT 1").scalar_one()
    found = rival(conn, ada)
    assert found is not None
    assert found.status is VideoStatus.UPLOADING

    accepted = processing(conn, content="a")

    assert first != accepted
    assert rival(conn, ada) == Rival(accepted, VideoStatus.PROCESSING)


def test_a_duplicate_is_nobodys_rival(conn, ada):
    first, second = processing(conn, content="b"), registered(conn)
    conn.exec_driver_sql("UPDATE videos SET declared_sha256 = %s WHERE id = %s", (sha("a"), second))
    videos.mark_duplicate(conn, second, of=first)

    assert rival(conn, ada) is None


def test_who_has_used_nothing_has_used_zero(conn, ada):
    assert uploading.used_bytes(conn, ada, datetime(2026, 5, 3, tzinfo=UTC)) == 0
