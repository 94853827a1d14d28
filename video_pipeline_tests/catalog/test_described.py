from __future__ import annotations

from uuid import uuid4

from sqlalchemy import Connection, update

from video_pipeline.catalog.described import described
from video_pipeline.catalog.records.artifacts import replace_artifact
from video_pipeline.catalog.tables import videos
from video_pipeline.types import ArtifactKind

from .crowd import camera, category, site, user
from .stories import artifact, completed, registered


def test_a_video_has_the_names_of_what_it_belongs_to(conn: Connection) -> None:
    video_id, place = registered(conn), site(conn, "mall")
    belongs = {"owner": user(conn, "ada"), "site": place, "camera": camera(conn, place), "category": category(conn)}
    columns = {f"{name}_id": value for name, value in belongs.items()}
    conn.execute(update(videos).where(videos.c.id == video_id).values(**columns))

    (video,) = described(conn, [video_id, uuid4()]).values()

    named = {"owner": video.owner, "site": video.site, "camera": video.camera, "category": video.category}
    assert {name: value and value.id for name, value in named.items()} == belongs
    assert [value and value.name for value in named.values()] == ["ada", "Mall", "Gate", "Sports"]


def test_a_video_that_belongs_to_nothing_has_what_is_current_of_it(conn: Connection) -> None:
    video_id = completed(conn)
    replace_artifact(conn, artifact(video_id, content="a better proxy"))

    video = described(conn, [video_id])[video_id]

    assert (video.owner, video.site, video.camera, video.category) == (None, None, None, None)
    assert {kind: made.size_bytes for kind, made in video.artifacts.items()} == {ArtifactKind.PROXY: 14}
