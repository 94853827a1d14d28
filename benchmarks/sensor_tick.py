"""What one look of the inbox sensor costs, with no video and with 100 000 finished ones in catalog and bucket."""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import dagster as dg
from sqlalchemy import text

from benchmarks.report import Figure
from video_pipeline.config import settings
from video_pipeline.defs.resources import Bucket, Catalog
from video_pipeline.defs.sensors import look
from video_pipeline.local.stack import running
from video_pipeline.storage import keys
from video_pipeline.types import Container

VIDEOS = 100_000
LOOKS = 200

FINISHED = text("""
    INSERT INTO videos (id, status, source, scope, filename, extension, checksum_sha256, original_key, size_bytes,
                        duration_seconds, facts, uploaded_at, validated_at, completed_at)
    SELECT unnest(CAST(:ids AS uuid[])), 'completed', 'upload', 'installation', 'clip.mp4', 'mp4',
           unnest(CAST(:sums AS text[])), unnest(CAST(:keys AS text[])), 1, 1.0, '{}', now(), now(), now()
""")


def measure() -> list[Figure]:
    """Median seconds of a look, before and after the finished videos are there, and their ratio."""
    with tempfile.TemporaryDirectory() as folder, running(Path(folder), parts={"postgres", "seaweedfs"}) as stack:
        os.environ.update(stack.environment)
        settings.cache_clear()
        empty = _median_look()
        _fill()
        full = _median_look()
    return [
        Figure("a look with no video", 1000 * empty, "ms"),
        Figure(f"a look with {VIDEOS} finished videos", 1000 * full, "ms"),
        Figure("ratio", full / empty, "×", bound=1.25),
    ]


def _median_look() -> float:
    with dg.DagsterInstance.ephemeral() as instance:
        return statistics.median(_timed_look(instance) for _ in range(LOOKS))


def _timed_look(instance: dg.DagsterInstance) -> float:
    started = time.perf_counter()
    decision, _ = look(instance, Catalog(), Bucket(), None)
    assert not decision.has_work
    return time.perf_counter() - started


def _fill() -> None:
    """Rows as the pipeline leaves them, and an object for each original, where the pipeline puts it."""
    ids = [uuid4() for _ in range(VIDEOS)]
    originals = [keys.original(video_id, Container.MP4) for video_id in ids]
    store = Bucket().objects
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda key: store.client.put_object(Bucket=store.bucket, Key=key, Body=b"x"), originals))
    with Catalog().transaction() as connection:
        connection.execute(
            FINISHED,
            {"ids": [str(one) for one in ids], "sums": [one.hex * 2 for one in ids], "keys": originals},
        )
        connection.execute(text("ANALYZE videos"))
