from __future__ import annotations

import pytest
from sqlalchemy import Connection, insert, select

from video_pipeline.catalog import queries
from video_pipeline.catalog.records import editing, jobs, purging, videos
from video_pipeline.catalog.records.reprocess import request_reprocess
from video_pipeline.catalog.tables import uploads
from video_pipeline.catalog.tables import videos as table
from video_pipeline.errors import VideoNotFound
from video_pipeline.types import ArtifactKind, Stage
from video_pipeline_tests.catalog.stories import in_parts

from ..stories import artifact, completed, uploaded


def busy(conn: Connection):
    """A video on which everything hangs that can."""
    video_id = completed(conn)
    jobs.start_job(conn, video_id=video_id, stage=Stage.RENDITIONS, run_id="run-2", worker="here")
    request = request_reprocess(conn, video_id, outputs=None, requested_by="ada")
    conn.execute(table.metadata.tables["reprocess_requests"].update().values(run_id=f"run-{request}"))
    in_parts(conn, video_id, part_bytes=1, part_count=1, week_start=queries.now(conn))
    editing.count_view(conn, video_id, viewer="eve")
    archived = {"run_id": "run-0", "video_id": video_id, "job": "x", "status": "SUCCESS", "tags": {}, "steps": []}
    conn.execute(insert(table.metadata.tables["archived_runs"]).values(**archived))
    editing.delete_video(conn, video_id)
    return video_id


def hanging(conn: Connection) -> set[str]:
    """The tables with rows that a video hangs on."""
    related = {
        name: of
        for name, of in table.metadata.tables.items()
        if any(key.column.table is table for key in of.foreign_keys) and of is not table
    }
    return {name for name, of in related.items() if conn.execute(select(of)).first()}


def test_of_a_purged_video_no_row_is_left(conn: Connection) -> None:
    video_id = busy(conn)
    assert hanging(conn) >= {"artifacts", "jobs", "reprocess_requests", "uploads", "video_views", "archived_runs"}

    purging.purge_video(conn, video_id, keep_row=False)

    assert hanging(conn) == set()
    with pytest.raises(VideoNotFound):
        queries.video(conn, video_id)


def test_the_bare_row_stays_with_its_uploads_where_it_is_to_be_counted(conn: Connection) -> None:
    video_id = busy(conn)
    purging.purge_video(conn, video_id, keep_row=True)

    assert queries.video(conn, video_id).id == video_id
    assert conn.scalar(select(uploads.c.week_start)) == queries.now(conn)
    assert not hanging(conn) & {"artifacts", "jobs", "reprocess_requests"}


def test_a_video_that_is_not_deleted_is_never_removed(conn: Connection) -> None:
    video_id = completed(conn)
    purging.purge_video(conn, video_id, keep_row=False)

    assert queries.video(conn, video_id).id == video_id


def test_duplicates_point_at_nothing_then_and_say_so(conn: Connection) -> None:
    first, second = completed(conn), uploaded(conn)
    videos.mark_duplicate(conn, second, of=first)
    editing.delete_video(conn, first)
    purging.purge_video(conn, first, keep_row=False)

    row = queries.video(conn, second)
    assert (row.duplicate_of, row.error_code) == (None, "duplicate")
    assert str(row.error_sentence).endswith("Upload it again.")


def test_a_withdrawn_artifact_is_served_no_more_until_the_same_bytes_are_made_again(conn: Connection) -> None:
    from video_pipeline.catalog.records.artifacts import replace_artifact

    video_id = completed(conn)
    made = queries.current_artifacts(conn, video_id)[ArtifactKind.PROXY]
    purging.withdraw_artifacts(conn, [made.key])
    assert queries.current_artifacts(conn, video_id) == {}

    replace_artifact(conn, artifact(video_id))
    assert queries.current_artifacts(conn, video_id)[ArtifactKind.PROXY].key == made.key


def test_only_a_superseded_artifact_is_forgotten(conn: Connection) -> None:
    video_id = completed(conn)
    made = queries.current_artifacts(conn, video_id)[ArtifactKind.PROXY]
    purging.forget_artifact(conn, made.key)
    assert queries.known_keys(conn, video_id) == {made.key}

    purging.withdraw_artifacts(conn, [made.key])
    purging.forget_artifact(conn, made.key)
    assert queries.known_keys(conn, video_id) == set()
