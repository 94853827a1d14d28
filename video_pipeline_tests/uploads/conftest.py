"""Uploads without HTTP: a caller, the bucket's addresses, and limits that tests can exceed."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from sqlalchemy import Engine

from video_pipeline.catalog import queries
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.rows import VideoRow
from video_pipeline.storage.multipart import DirectUploads
from video_pipeline.storage.objects import MIB, ObjectStore
from video_pipeline.types import Caller, Role
from video_pipeline.uploads.announcement import Announcement
from video_pipeline.uploads.limits import Limits
from video_pipeline_tests.catalog import crowd

LIMITS = Limits(max_file_bytes=20 * MIB, weekly_bytes=50 * MIB, part_bytes=5 * MIB)


@pytest.fixture
def limits() -> Limits:
    """What the environment says."""
    return LIMITS


@pytest.fixture
def caller(engine: Engine) -> Caller:
    """Somebody with an account."""
    with engine.begin() as connection:
        return Caller(crowd.user(connection, "ada"), Role.MEMBER)


@pytest.fixture
def direct(store: ObjectStore) -> DirectUploads:
    """The bucket."""
    return DirectUploads(store, store.client)


@pytest.fixture
def file() -> Announcement:
    """A small file."""
    return Announcement("gate.mp4", "video/mp4", 12)


@pytest.fixture
def row(engine: Engine) -> Callable[[UUID], VideoRow]:
    """A video's row, read anew at each call."""

    def read(video_id: UUID) -> VideoRow:
        with transaction(engine) as connection:
            return queries.video(connection, video_id)

    return read
