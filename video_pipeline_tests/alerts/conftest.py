"""A receiver, and an alert on its way."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

import pytest

from video_pipeline.catalog.outbox import Delivery, Event
from video_pipeline_tests.alerts.receiver import Receiver, listening

VIDEO = "5c9e0f6e-0000-4000-8000-000000000001"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with listening() as listener:
        yield listener


@pytest.fixture
def delivery() -> Delivery:
    event = Event(
        UUID("5c9e0f6e-0000-4000-8000-00000000000e"),
        "video.failed",
        VIDEO,
        {"video_id": VIDEO, "code": "internal_error", "sentence": "It went <!channel> wrong & stayed so."},
        "video.failed:internal_error",
        datetime(2026, 3, 29, 1, 30, tzinfo=UTC),
    )
    return Delivery(UUID("5c9e0f6e-0000-4000-8000-00000000000d"), "slack", event, attempt=1, held_back=0)
