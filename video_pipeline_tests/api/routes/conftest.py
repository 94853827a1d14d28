"""Videos of several people, behind the API."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine

from video_pipeline.storage.objects import ObjectStore
from video_pipeline_tests.api.conftest import Client
from video_pipeline_tests.api.gallery import Gallery, opened
from video_pipeline_tests.desk import Desk


@pytest.fixture
def gallery(api: Client, engine: Engine, store: ObjectStore, tmp_path: Path) -> Gallery:
    """A gallery whose people have no videos yet."""
    return opened(api, Desk(engine, store, tmp_path, tmp_path / "sample.mp4"))
