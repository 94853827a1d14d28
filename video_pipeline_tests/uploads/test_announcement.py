from dataclasses import replace
from uuid import uuid4

import pytest

from video_pipeline.catalog.records.uploads import mark_uploaded
from video_pipeline.catalog.uploading import Rival, UploadRow
from video_pipeline.errors import NotFound, QuotaExceeded, RequestRefused
from video_pipeline.types import Role, VideoStatus
from video_pipeline.uploads.announcement import register
from video_pipeline.uploads.plans import exact
from video_pipeline_tests.catalog import crowd


@pytest.fixture
def announce(engine, caller, file, limits):
    """Announce the file, differently where that is told."""

    def to_catalog(who=caller, under=limits, **told):
        with engine.begin() as connection:
            return register(connection, who, replace(file, **told), defaults=under, planning=exact)

    return to_catalog


def test_what_is_said_of_a_file_is_in_its_row(announce, row, engine):
    with engine.begin() as connection:
        category = crowd.category(connection)
    found = announce(title="Gate", description="A van", operator_notes="loud", category_id=category)

    video = row(found.video_id)

    assert (video.title, video.description, video.operator_notes) == ("Gate", "A van", "loud")
    assert (video.category_id, video.declared_bytes, video.mime_type) == (category, 12, "video/mp4")
    assert (video.status, video.inbox_key) == (VideoStatus.UPLOADING, found.key)


def test_a_camera_needs_its_site(announce, engine, caller, row):
    with engine.begin() as connection:
        site = crowd.site(connection, "mall")
        camera = crowd.camera(connection, site)

    with pytest.raises(NotFound, match="camera"):
        announce(camera_id=camera)
    member = row(announce(replace(caller, sites=frozenset({site})), camera_id=camera).video_id)
    admin = row(announce(replace(caller, role=Role.ADMIN), camera_id=camera).video_id)

    assert (member.site_id, member.camera_id, member.scope) == (site, camera, f"camera:{camera}")
    assert admin.site_id == site


def test_what_is_not_there_is_told(announce):
    with pytest.raises(NotFound, match="category"):
        announce(category_id=uuid4())
    with pytest.raises(NotFound, match="camera"):
        announce(camera_id=uuid4())


def test_the_limits_hold_to_the_byte(announce, limits):
    assert announce(size_bytes=limits.max_file_bytes)
    with pytest.raises(RequestRefused, match="bytes"):
        announce(size_bytes=limits.max_file_bytes + 1)
    with pytest.raises(QuotaExceeded, match=f"and {12 - 1} of"):
        announce(under=replace(limits, weekly_bytes=limits.max_file_bytes + 11))
    assert announce(under=replace(limits, weekly_bytes=limits.max_file_bytes + 12))


def test_an_upload_that_died_is_no_rival(announce, engine):
    first = announce(sha256="a" * 64)
    assert announce(sha256="a" * 64) == Rival(first.video_id, VideoStatus.UPLOADING)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE uploads SET seen_at = now() - interval '7 hours'")

    assert isinstance(announce(sha256="a" * 64), UploadRow)


def test_what_somebody_else_only_began_to_send_is_no_rival(announce, engine, caller):
    with engine.begin() as connection:
        site = crowd.site(connection, "mall")
        camera = crowd.camera(connection, site)
        bob = replace(caller, user_id=crowd.user(connection, "bob"), sites=frozenset({site}))
    ada = replace(caller, sites=frozenset({site}))
    first = announce(ada, sha256="a" * 64, camera_id=camera)

    assert isinstance(announce(bob, sha256="a" * 64, camera_id=camera), UploadRow)
    with engine.begin() as connection:
        mark_uploaded(connection, first.video_id, etag="e", size_bytes=12)
    assert announce(bob, sha256="a" * 64, camera_id=camera) == Rival(first.video_id, VideoStatus.UPLOADED)
