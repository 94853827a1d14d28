import os
from pathlib import Path
from unittest.mock import patch

import pytest
from sqlalchemy import text

from video_pipeline.cli.session import open_session
from video_pipeline.config import settings
from video_pipeline.errors import ConfigurationError
from video_pipeline.local.installation import Installation


@pytest.fixture
def outside():
    """An environment that a command may add to, for as long as the test lasts."""
    with patch.dict(os.environ):
        yield


def assert_works(session, known: dict[str, str]) -> None:
    """The session leads to the catalog and to the bucket."""
    with session.engine.connect() as connection:
        assert connection.scalar(text("SELECT to_regclass('videos')")) == "videos"
    assert session.store.bucket == known["S3_BUCKET"]
    assert session.store.head("nothing") is None


def test_the_environment_goes_first(environment, tmp_path: Path):
    assert_works(open_session(tmp_path / "never up"), environment)


def test_without_one_the_installation_in_the_data_folder_is_joined(environment, outside, tmp_path: Path):
    Installation(tmp_path).save_environment(environment, given=frozenset())
    for name in environment:
        os.environ.pop(name, None)

    assert_works(open_session(tmp_path), environment)


def test_with_neither_it_says_what_to_do(environment, outside, tmp_path: Path):
    os.environ.pop("DATABASE_URL")
    settings.cache_clear()

    with pytest.raises(ConfigurationError, match=r"(?s)No stack has been up.*video-pipeline up.*DATABASE_URL"):
        open_session(tmp_path)
