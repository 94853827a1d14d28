from sqlalchemy import text

from video_pipeline.api import dependencies
from video_pipeline.config import settings


def test_the_catalog_is_the_one_in_the_environment_and_one_pool_for_all(fresh_dependencies):
    with dependencies.engine().connect() as connection:
        assert connection.scalar(text("SELECT to_regclass('videos')")) == "videos"

    assert dependencies.engine() is dependencies.engine()


def test_the_bucket_is_the_one_in_the_environment(fresh_dependencies, store, tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"x")
    store.store(path, "incoming/x.mp4", content_type="video/mp4")

    assert dependencies.store().bucket == settings().s3_bucket
    assert [stored.key for stored in dependencies.store().list("")] == ["incoming/x.mp4"]
    assert dependencies.store() is dependencies.store()
