"""What tests stand on: real servers in folders of their own, and real files.

`stores` are PostgreSQL and SeaweedFS alone, for the layers; `stack` is everything, for the end to end.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from video_pipeline.catalog.engine import connect
from video_pipeline.catalog.tables import videos
from video_pipeline.config import settings
from video_pipeline.local.stack import Running, running
from video_pipeline.storage.client import client
from video_pipeline.storage.objects import ObjectStore


@pytest.fixture(scope="session")
def stores() -> Iterator[Running]:
    """PostgreSQL with the catalog's schema, and the object store with its bucket.

    Not under pytest's own folder: it is closed to others at each session's start, and as root PostgreSQL is another.
    """
    with (
        tempfile.TemporaryDirectory(prefix="video-pipeline-stores-") as folder,
        running(Path(folder), parts={"postgres", "seaweedfs"}) as servers,
    ):
        yield servers


@pytest.fixture
def environment(stores: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """The stores in the process's environment, as our edges read them, with a work folder of the test's own."""
    known = {**stores.environment, "WORK_DIR": str(tmp_path / "work"), "INBOX_WATCH_SECONDS": "0"}
    for name, value in known.items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()
    yield known
    settings.cache_clear()


@pytest.fixture(scope="session")
def _engine(stores: Running) -> Iterator[Engine]:
    engine = connect(stores.environment["DATABASE_URL"])
    yield engine
    engine.dispose()


@pytest.fixture
def engine(_engine: Engine) -> Engine:
    """The catalog, empty."""
    with (
        _engine.begin() as connection
    ):  # DELETE: TRUNCATE of tables that hold next to nothing takes twenty times as long
        for table in reversed(videos.metadata.sorted_tables):
            connection.execute(table.delete())
    return _engine


@pytest.fixture
def store(environment: dict[str, str]) -> ObjectStore:
    """The bucket, empty."""
    objects = ObjectStore(client(environment["S3_ENDPOINT_URL"], environment["S3_REGION"]), environment["S3_BUCKET"])
    objects.delete([stored.key for stored in objects.list("")])
    under_way = objects.client.list_multipart_uploads(Bucket=objects.bucket).get("Uploads", [])
    for upload in under_way:
        objects.client.abort_multipart_upload(Bucket=objects.bucket, Key=upload["Key"], UploadId=upload["UploadId"])
    return objects
