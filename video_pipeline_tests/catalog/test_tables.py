from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from video_pipeline.catalog.tables import (
    SAME_BYTES,
    artifacts,
    cameras,
    categories,
    jobs,
    sites,
    uploads,
    video_views,
    videos,
)
from video_pipeline.types import Stage, VideoStatus

from .stories import artifact, broken, completed, processing, sha, uploaded


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"status": "completed"}, "ck_videos_completed"),
        ({"status": "failed"}, "ck_videos_failed"),
        ({"status": "failed", "error_code": "x", "failed_at": func.now()}, "ck_videos_failed"),
        ({"status": "deleted"}, "ck_videos_deleted"),
        ({"deleted_at": func.now()}, "ck_videos_deleted"),
        ({"original_key": None}, "ck_videos_accepted"),
        ({"checksum_sha256": None}, "ck_videos_accepted"),
        ({"checksum_sha256": sha("a").upper()}, "ck_videos_checksum_sha256_is_sha256"),
        ({"declared_sha256": "d41d8cd98f00b204e9800998ecf8427e"}, "ck_videos_declared_sha256_is_sha256"),
        ({"size_bytes": -1}, "ck_videos_bytes"),
        ({"source": "fax"}, "ck_videos_source"),
        ({"duplicate_of": videos.c.id}, "ck_videos_duplicate_of_another"),
    ],
)
def test_a_video_cannot_say_what_is_not_so(conn: Connection, values: dict[str, Any], constraint: str) -> None:
    processing(conn)

    with pytest.raises(IntegrityError) as error, conn.begin_nested():
        conn.execute(update(videos).values(values))

    assert broken(error) == constraint


def test_a_status_is_one_of_our_words(conn: Connection) -> None:
    processing(conn)

    with pytest.raises(IntegrityError) as error, conn.begin_nested():
        conn.exec_driver_sql("UPDATE videos SET status = 'cooking'")

    assert broken(error) == "ck_videos_status"


def holds_bytes(conn: Connection, video_id: UUID) -> None:
    conn.execute(update(videos).where(videos.c.id == video_id).values(checksum_sha256=sha("a")))


def test_the_same_bytes_are_one_video_of_a_scope(conn: Connection) -> None:
    processing(conn, content="a")
    again = uploaded(conn)

    with pytest.raises(IntegrityError) as error, conn.begin_nested():
        holds_bytes(conn, again)

    assert broken(error) == SAME_BYTES


def test_the_same_bytes_are_another_video_of_another_scope(conn: Connection) -> None:
    processing(conn, content="a", scope="camera:1")

    holds_bytes(conn, uploaded(conn, scope="camera:2"))


@pytest.mark.parametrize(
    "gone",
    [
        {"status": "deleted", "deleted_at": func.now()},
        {
            "status": "failed",
            "error_code": "x",
            "error_sentence": "X.",
            "error_retryable": False,
            "failed_at": func.now(),
        },
    ],
    ids=["deleted", "failed"],
)
def test_a_video_that_is_gone_holds_no_bytes(conn: Connection, gone: dict[str, Any]) -> None:
    first = processing(conn, content="a")
    conn.execute(update(videos).where(videos.c.id == first).values(gone))

    holds_bytes(conn, uploaded(conn))


def test_an_inbox_object_is_one_video_but_a_name_may_be_used_again(conn: Connection) -> None:
    uploaded(conn)
    second = uploaded(conn)
    conn.execute(update(videos).where(videos.c.id == second).values(inbox_etag="etag-2"))
    conn.execute(update(videos).values(inbox_key="incoming/drop/north/gate/latest.mp4"))

    with pytest.raises(IntegrityError) as error, conn.begin_nested():
        conn.execute(update(videos).values(inbox_etag="etag-1"))

    assert broken(error) == "uq_videos_inbox_key_inbox_etag"


def test_a_camera_has_its_name_to_itself_only_within_its_site(conn: Connection) -> None:
    north, south = conn.scalars(
        insert(sites).values([{"slug": "north", "name": "N"}, {"slug": "south", "name": "S"}]).returning(sites.c.id)
    )
    gate = insert(cameras).values(slug="gate", name="Gate")
    conn.execute(gate.values(site_id=north))
    conn.execute(gate.values(site_id=south))

    with pytest.raises(IntegrityError) as error, conn.begin_nested():
        conn.execute(gate.values(site_id=north))

    assert broken(error) == "uq_cameras_site_id_slug"


def test_a_video_has_one_current_artifact_of_a_kind(conn: Connection) -> None:
    video_id = completed(conn)
    other = artifact(video_id, content="other")

    with pytest.raises(IntegrityError) as error, conn.begin_nested():
        conn.execute(
            insert(artifacts).values(
                video_id=video_id,
                kind=other.kind,
                key=other.key,
                content_type=other.content_type,
                size_bytes=other.size_bytes,
                sha256=other.sha256,
                input_sha256=other.input_sha256,
                code_version="1",
                recipe_digest="recipe-1",
                run_id="run-2",
            )
        )

    assert broken(error) == "uq_artifacts_current"


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"status": "running", "progress": 101}, "ck_jobs_progress"),
        ({"status": "completed"}, "ck_jobs_finished"),
        ({"status": "failed", "finished_at": func.now()}, "ck_jobs_failed"),
    ],
)
def test_a_job_cannot_say_what_is_not_so(conn: Connection, values: dict[str, Any], constraint: str) -> None:
    job = insert(jobs).values(video_id=uploaded(conn), stage=Stage.VALIDATION, run_id="run-1", worker="w")

    with pytest.raises(IntegrityError) as error, conn.begin_nested():
        conn.execute(job.values(values))

    assert broken(error) == constraint


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"part_count": 0}, "ck_uploads_parts"),
        ({"part_count": 10_001}, "ck_uploads_parts"),
        ({"part_bytes": 0}, "ck_uploads_parts"),
        ({"completed_at": func.now(), "aborted_at": func.now()}, "ck_uploads_one_end"),
    ],
)
def test_an_upload_cannot_say_what_is_not_so(conn: Connection, values: dict[str, Any], constraint: str) -> None:
    with pytest.raises(IntegrityError) as error, conn.begin_nested():
        conn.execute(insert(uploads).values({"video_id": uploaded(conn), "part_bytes": 1, "part_count": 1} | values))

    assert broken(error) == constraint


def test_a_viewer_counts_once(conn: Connection) -> None:
    view = insert(video_views).values(video_id=completed(conn), viewer_sha256=sha("ada"))
    conn.execute(view)

    with pytest.raises(IntegrityError) as error, conn.begin_nested():
        conn.execute(view)

    assert broken(error) == "pk_video_views"


def test_a_category_has_its_name_to_itself_however_it_is_written(conn: Connection) -> None:
    conn.execute(insert(categories).values(name="Music", slug="music"))

    with pytest.raises(IntegrityError) as error, conn.begin_nested():
        conn.execute(insert(categories).values(name="MUSIC", slug="music-2"))

    assert broken(error) == "uq_categories_name"


def test_videos_outlive_their_category(conn: Connection) -> None:
    category = conn.scalar(insert(categories).values(name="Music", slug="music").returning(categories.c.id))
    video_id = uploaded(conn)
    conn.execute(update(videos).values(category_id=category))

    conn.execute(delete(categories))

    assert conn.execute(select(videos.c.id, videos.c.category_id)).one() == (video_id, None)


def test_a_site_that_accepts_nothing_is_none(conn: Connection) -> None:
    with pytest.raises(IntegrityError) as error, conn.begin_nested():
        conn.execute(insert(sites).values(slug="north", name="N", max_file_bytes=0))

    assert broken(error) == "ck_sites_limits"


def test_a_change_is_dated(conn: Connection) -> None:
    uploaded(conn)
    conn.execute(update(videos).values(updated_at=func.to_timestamp(0)))
    conn.execute(update(videos).values(title="Harbour"))

    assert conn.scalar(select(videos.c.updated_at == func.now()))


def test_every_status_fits_its_column() -> None:
    assert max(map(len, VideoStatus)) <= 20
