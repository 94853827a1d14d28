"""Catalog and bucket as the care of them finds them: the bucket with nothing of the tests before, parts included."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine

from video_pipeline.storage.leftovers import discard, unfinished
from video_pipeline.storage.objects import ObjectStore
from video_pipeline_tests.desk import Desk


@pytest.fixture
def desk(engine: Engine, store: ObjectStore, tmp_path: Path) -> Desk:
    """Videos whose bytes are not video: nobody looks into them."""
    for upload in list(unfinished(store)):
        discard(store, upload.key, upload.upload_id)
    sample = tmp_path / "sample.mp4"
    sample.write_bytes(b"no video")
    return Desk(engine, store, tmp_path, sample)
