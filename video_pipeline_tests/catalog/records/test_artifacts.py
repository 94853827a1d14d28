from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from sqlalchemy import Connection, Engine, func, update

from video_pipeline.catalog import queries
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.records import artifacts
from video_pipeline.catalog.tables import artifacts as table
from video_pipeline.catalog.tables import videos
from video_pipeline.errors import RequestRefused, VideoNotFound
from video_pipeline.types import ArtifactKind, NewArtifact

from ..stories import artifact, completed, described, sha, wait_until_somebody_waits_for


def test_a_new_artifact_takes_the_place_of_the_current_one(conn: Connection) -> None:
    video_id = completed(conn)
    old, new = artifact(video_id), artifact(video_id, content="better", recipe="recipe-2", run_id="run-2")
    artifacts.replace_artifact(conn, new)

    current = queries.current_artifacts(conn, video_id)[ArtifactKind.PROXY]

    assert (current.key, current.sha256, current.size_bytes) == (new.key, sha("better"), 6)
    assert (current.recipe_digest, current.code_version, current.run_id) == ("recipe-2", "1", "run-2")
    assert queries.known_keys(conn, video_id) == {old.key, new.key}


def test_other_kinds_stay_current(conn: Connection) -> None:
    video_id = completed(conn)
    artifacts.replace_artifact(conn, artifact(video_id, kind=ArtifactKind.POSTER))

    assert queries.current_artifacts(conn, video_id).keys() == {ArtifactKind.PROXY, ArtifactKind.POSTER}


def test_the_same_bytes_made_by_a_new_recipe_are_the_same_artifact(conn: Connection) -> None:
    video_id = completed(conn)
    before = queries.current_artifacts(conn, video_id)[ArtifactKind.PROXY]
    artifacts.replace_artifact(conn, artifact(video_id, recipe="recipe-2", run_id="run-2"))

    after = queries.current_artifacts(conn, video_id)[ArtifactKind.PROXY]

    assert (after.id, after.key) == (before.id, before.key)
    assert (after.recipe_digest, after.run_id) == ("recipe-2", "run-2")


def test_bytes_that_were_superseded_may_become_current_again(conn: Connection) -> None:
    video_id = completed(conn)
    for content in ("better", "proxy"):
        artifacts.replace_artifact(conn, artifact(video_id, content=content))

    assert queries.current_artifacts(conn, video_id)[ArtifactKind.PROXY].sha256 == sha("proxy")


def test_of_two_who_replace_at_once_the_later_one_is_current(engine: Engine) -> None:
    with transaction(engine) as conn:
        video_id = described(conn)
    first, second = artifact(video_id, content="one"), artifact(video_id, content="other")

    def replace(new: NewArtifact) -> None:
        with transaction(engine) as conn:
            artifacts.replace_artifact(conn, new)

    with ThreadPoolExecutor(1) as threads:
        with transaction(engine) as conn:
            artifacts.replace_artifact(conn, first)
            later = threads.submit(replace, second)
            wait_until_somebody_waits_for(conn)
        later.result()

    with transaction(engine) as conn:
        assert queries.current_artifacts(conn, video_id)[ArtifactKind.PROXY].key == second.key
        assert queries.known_keys(conn, video_id) == {first.key, second.key}


def test_an_unknown_video_gets_no_artifact(conn: Connection) -> None:
    with pytest.raises(VideoNotFound):
        artifacts.replace_artifact(conn, artifact(uuid4()))


def test_a_deleted_video_gets_no_artifact(conn: Connection) -> None:
    video_id = completed(conn)
    conn.execute(update(videos).values(status="deleted", deleted_at=func.now()))

    with pytest.raises(RequestRefused, match="is deleted"):
        artifacts.replace_artifact(conn, artifact(video_id, content="better"))


def test_what_was_superseded_is_forgotten_after_a_while(conn: Connection) -> None:
    video_id = completed(conn)
    old, new = artifact(video_id), artifact(video_id, content="better")
    artifacts.replace_artifact(conn, new)
    long_ago = func.now() - func.make_interval(0, 0, 0, 0, 0, 0, 100)
    conn.execute(update(table).where(table.c.superseded_at.is_not(None)).values(superseded_at=long_ago))

    assert artifacts.forget_superseded(conn, video_id, older_than_seconds=101) == []
    assert artifacts.forget_superseded(conn, video_id, older_than_seconds=99) == [old.key]
    assert queries.known_keys(conn, video_id) == {new.key}
