from __future__ import annotations

from uuid import UUID

from sqlalchemy import Connection, update

from video_pipeline.catalog.queries import pending_reprocess
from video_pipeline.catalog.records import reprocess
from video_pipeline.catalog.records.artifacts import replace_artifact
from video_pipeline.catalog.stale import StaleVideo, stale_counts, stale_videos
from video_pipeline.catalog.tables import artifacts
from video_pipeline.types import ArtifactKind, Output

from .stories import artifact, completed, described, sha

PRESENT = {Output.PROXY: "recipe-2", Output.STORYBOARD: "board-1"}


def served(conn: Connection, content: str, *, proxy: str, board: str) -> UUID:
    """A completed video whose proxy and storyboard were made by these recipes."""
    video_id = completed(conn, content=content)
    for kind, recipe in (
        (ArtifactKind.PROXY, proxy),
        (ArtifactKind.STORYBOARD, board),
        (ArtifactKind.STORYBOARD_INDEX, board),
    ):
        replace_artifact(conn, artifact(video_id, kind=kind, original=content, recipe=recipe))
    return video_id


def test_only_what_another_recipe_made_is_stale(conn: Connection) -> None:
    served(conn, "a", proxy="recipe-2", board="board-1")
    old = served(conn, "b", proxy="recipe-1", board="board-1")
    older = served(conn, "c", proxy="recipe-1", board="board-0")

    found = {video.video_id: video.outputs for video in stale_videos(conn, PRESENT, limit=10)}

    assert found == {old: (Output.PROXY,), older: (Output.PROXY, Output.STORYBOARD)}
    assert stale_counts(conn, PRESENT) == {Output.PROXY: 2, Output.STORYBOARD: 1}
    assert stale_videos(conn, {Output.POSTER: "x"}, limit=10) == []


def test_what_was_made_of_other_bytes_is_stale(conn: Connection) -> None:
    video_id = served(conn, "a", proxy="recipe-2", board="board-1")
    conn.execute(update(artifacts).where(artifacts.c.kind == ArtifactKind.PROXY).values(input_sha256=sha("other")))

    assert stale_videos(conn, PRESENT, limit=10) == [StaleVideo(video_id, (Output.PROXY,))]


def test_superseded_artifacts_and_unfinished_videos_are_not_stale(conn: Connection) -> None:
    video_id = completed(conn)
    replace_artifact(conn, artifact(video_id, recipe="recipe-1"))
    replace_artifact(conn, artifact(video_id, recipe="recipe-2", content="new"))
    unfinished = described(conn, content="b")
    replace_artifact(conn, artifact(unfinished, original="b", recipe="recipe-1"))

    assert stale_videos(conn, PRESENT, limit=10) == []


def test_pages_follow_each_other(conn: Connection) -> None:
    everything = {served(conn, content, proxy="recipe-1", board="board-1") for content in "abc"}

    first = stale_videos(conn, PRESENT, limit=2)
    rest = stale_videos(conn, PRESENT, limit=2, after=first[-1].video_id)

    assert [len(first), len(rest)] == [2, 1]
    assert {video.video_id for video in (*first, *rest)} == everything


def test_what_is_wished_for_is_not_listed_again_until_a_run_has_begun(conn: Connection) -> None:
    served(conn, "a", proxy="recipe-1", board="board-1")

    assert reprocess.request_backfill(conn, stale_videos(conn, PRESENT, limit=10)) == 1

    assert stale_videos(conn, PRESENT, limit=10) == []
    assert stale_counts(conn, PRESENT) == {Output.PROXY: 1}
    (wish,) = pending_reprocess(conn, 10)
    assert (wish.outputs, wish.priority, wish.requested_by) == ((Output.PROXY,), reprocess.BACKFILL, "backfill")
    reprocess.confirm_dispatch(conn, wish.id, "run-9")
    assert len(stale_videos(conn, PRESENT, limit=10)) == 1


def test_a_backfill_waits_behind_everybody(conn: Connection) -> None:
    video_id = served(conn, "a", proxy="recipe-1", board="board-1")
    assert reprocess.request_backfill(conn, []) == 0
    reprocess.request_backfill(conn, [StaleVideo(video_id, (Output.PROXY,))])
    urgent = reprocess.request_reprocess(conn, video_id, outputs=None, requested_by="ada")

    assert [wish.id for wish in pending_reprocess(conn, 1)] == [urgent]
