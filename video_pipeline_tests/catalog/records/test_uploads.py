from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, Engine, func, select, update

from video_pipeline.catalog import queries
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.records import uploads
from video_pipeline.catalog.tables import cameras, sites, videos
from video_pipeline.errors import VideoNotFound
from video_pipeline.types import StoredObject, VideoStatus

from ..stories import registered, sha, uploaded

STORED = StoredObject("incoming/drop/north/gate/latest.mp4", "etag-1", 1000, datetime(2026, 1, 1, tzinfo=UTC))


def adopted(conn: Connection, video_id: UUID, stored: StoredObject = STORED) -> bool:
    site_id, camera_id = uploads.camera_for_drop(conn, "north", "gate")
    return uploads.adopt_drop(
        conn,
        video_id=video_id,
        stored=stored,
        filename="latest.mp4",
        extension="mp4",
        site_id=site_id,
        camera_id=camera_id,
    )


def test_an_upload_begins_with_what_its_uploader_promises(conn: Connection) -> None:
    video_id = uuid4()
    uploads.register_upload(
        conn,
        video_id=video_id,
        inbox_key=f"incoming/{video_id}.mov",
        filename="harbour.mov",
        extension="mov",
        scope="installation",
        mime_type="video/quicktime",
        declared_bytes=5,
        declared_sha256=sha("a"),
        title="Harbour",
    )

    video = queries.video(conn, video_id)

    assert (video.status, video.source, video.uploaded_at) == (VideoStatus.UPLOADING, "upload", None)
    assert (video.declared_bytes, video.declared_sha256, video.title) == (5, sha("a"), "Harbour")
    assert video.created_at == queries.now(conn)


def test_a_name_that_is_no_text_does_not_stop_the_upload(conn: Connection) -> None:
    video_id = uuid4()
    undecodable = b"caf\xe9.mp4".decode(errors="surrogateescape")
    uploads.register_upload(
        conn,
        video_id=video_id,
        inbox_key="incoming/x.mp4",
        filename=undecodable,
        extension="mp4",
        scope="installation",
        title="before\0after",
    )

    video = queries.video(conn, video_id)

    assert (video.filename, video.title) == ("caf?.mp4", "beforeafter")


@pytest.mark.parametrize(
    ("dropped", "shown"),
    [
        ("a\x1b[31mb\r\nc\u2028d.mp4", "a[31mbcd.mp4"),
        ("holiday \u202egpj.mp4", "holiday gpj.mp4"),
        ("<b>\N{FAMILY}\u200d\N{BOY}.mp4", "<b>\N{FAMILY}\u200d\N{BOY}.mp4"),
        ("\x01\u2066", uploads.UNNAMED),
        ("x" * 100_000, "x" * 100_000),
    ],
)
def test_a_dropped_name_is_shown_without_what_cannot_be_seen(conn: Connection, dropped: str, shown: str) -> None:
    site_id, camera_id = uploads.camera_for_drop(conn, "north", "gate")
    video_id = uuid4()

    uploads.adopt_drop(
        conn,
        video_id=video_id,
        stored=STORED,
        filename=dropped,
        extension="mp4",
        site_id=site_id,
        camera_id=camera_id,
    )

    assert queries.video(conn, video_id).filename == shown


def test_places_whose_names_look_alike_are_kept_apart(conn: Connection) -> None:
    one, _ = uploads.camera_for_drop(conn, "north", "gate")
    other, _ = uploads.camera_for_drop(conn, "north\u202e", "gate")

    names = {site.id: site.name for site in conn.execute(select(sites.c.id, sites.c.name))}
    assert one != other
    assert names == {one: "north", other: "north"}


def test_an_upload_is_marked_once(conn: Connection) -> None:
    video_id = registered(conn)

    assert uploads.mark_uploaded(conn, video_id, etag="etag-1", size_bytes=7)
    assert not uploads.mark_uploaded(conn, video_id, etag="etag-2", size_bytes=8)

    video = queries.video(conn, video_id)
    assert (video.status, video.inbox_etag, video.size_bytes) == (VideoStatus.UPLOADED, "etag-1", 7)
    assert video.uploaded_at == queries.now(conn)


def test_an_unknown_upload_cannot_be_marked(conn: Connection) -> None:
    with pytest.raises(VideoNotFound):
        uploads.mark_uploaded(conn, uuid4(), etag="etag-1", size_bytes=7)


def test_a_camera_comes_to_be_when_it_is_first_named(conn: Connection) -> None:
    site_id, gate = uploads.camera_for_drop(conn, "north", "gate")

    assert uploads.camera_for_drop(conn, "north", "gate") == (site_id, gate)
    assert uploads.camera_for_drop(conn, "north", "yard")[0] == site_id
    assert uploads.camera_for_drop(conn, "south", "gate")[1] != gate


def test_a_camera_that_several_name_at_once_is_one_camera(engine: Engine) -> None:
    def name(_: int) -> tuple[UUID, UUID]:
        with transaction(engine) as conn:
            return uploads.camera_for_drop(conn, "north", "gate")

    with ThreadPoolExecutor(4) as threads:
        named = set(threads.map(name, range(12)))

    assert len(named) == 1
    with transaction(engine) as conn:
        assert conn.scalar(select(func.count()).select_from(cameras)) == 1


def test_a_drop_is_an_uploaded_video_of_its_camera(conn: Connection) -> None:
    video_id = uuid4()

    assert adopted(conn, video_id)

    video = queries.video(conn, video_id)
    assert (video.status, video.source, video.size_bytes) == (VideoStatus.UPLOADED, "drop", 1000)
    assert (video.inbox_key, video.inbox_etag) == (STORED.key, STORED.etag)
    assert video.scope == f"camera:{video.camera_id}"


def test_a_drop_seen_twice_is_one_video(conn: Connection) -> None:
    video_id = uuid4()
    adopted(conn, video_id)
    conn.execute(update(videos).values(title="already known"))

    assert not adopted(conn, video_id)
    assert not adopted(conn, uuid4())

    assert [video.title for video in queries.recent_videos(conn, 10)] == ["already known"]


def test_another_file_dropped_under_the_same_name_is_another_video(conn: Connection) -> None:
    adopted(conn, uuid4())
    later = StoredObject(STORED.key, "etag-2", 2000, STORED.last_modified)

    assert adopted(conn, uuid4(), later)


def test_a_request_waits_for_its_run(conn: Connection) -> None:
    video_id, other = uploaded(conn), uploaded(conn)
    uploads.mark_requested(conn, [video_id])
    asked = queries.statuses(conn, [video_id])[video_id]

    assert (asked.requested_at, asked.run_id) == (queries.now(conn), None)
    assert queries.statuses(conn, [other])[other].requested_at is None


def test_a_deleted_video_is_not_asked_for(conn: Connection) -> None:
    video_id = uploaded(conn)
    conn.execute(update(videos).values(status="deleted", deleted_at=func.now()))
    uploads.mark_requested(conn, [video_id])

    assert queries.video(conn, video_id).requested_at is None
