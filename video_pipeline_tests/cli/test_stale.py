import pytest
from sqlalchemy import update

from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.queries import pending_reprocess
from video_pipeline.catalog.records.artifacts import replace_artifact
from video_pipeline.catalog.tables import artifacts
from video_pipeline.cli import stale
from video_pipeline.media.profiles import recipe
from video_pipeline.types import Output
from video_pipeline_tests.catalog.stories import artifact, completed

pytestmark = pytest.mark.usefixtures("environment")


@pytest.fixture
def videos(engine):
    """Three videos whose proxies are as they would be made now."""
    with transaction(engine) as connection:
        ids = [completed(connection, content=content) for content in "abc"]
        connection.execute(update(artifacts).values(recipe_digest=recipe(Output.PROXY).digest))
    return sorted(ids)


@pytest.fixture
def outdate(engine):
    def change(video_id):
        with transaction(engine) as connection:
            step = update(artifacts).where(artifacts.c.video_id == video_id)
            connection.execute(step.values(recipe_digest="before"))

    return change


def wishes(engine):
    with transaction(engine) as connection:
        return [(wish.video_id, wish.outputs) for wish in pending_reprocess(connection, limit=9)]


def test_nothing_is_stale_as_long_as_recipes_stay(run, videos, engine):
    assert run("stale").stdout == ""
    assert run("stale", "--reprocess").stdout.startswith("Asked for 0.")
    assert wishes(engine) == []


def test_what_is_stale_is_listed_and_only_that_is_made_again(run, videos, outdate, engine, monkeypatch):
    monkeypatch.setattr(stale, "PAGE", 1)
    outdate(videos[0])
    outdate(videos[2])

    listed = run("stale").stdout.splitlines()
    assert listed == ["proxy: stale in 2 videos", f"{videos[0]}  proxy", f"{videos[2]}  proxy"]
    assert wishes(engine) == []

    assert "Asked for 1." in run("stale", "--reprocess", "--limit", "1").stdout
    assert "Asked for 1." in run("stale", "--reprocess").stdout
    assert wishes(engine) == [(videos[0], (Output.PROXY,)), (videos[2], (Output.PROXY,))]
    assert run("stale").stdout.splitlines() == ["proxy: stale in 2 videos"]


def test_one_output_can_be_looked_at_alone(run, videos, outdate, engine):
    with transaction(engine) as connection:
        replace_artifact(connection, artifact(videos[1], original="b", recipe="before"))

    assert run("stale", "--output", "poster").stdout == ""
    assert run("stale", "--output", "proxy").stdout.splitlines()[0] == "proxy: stale in 1 video"
