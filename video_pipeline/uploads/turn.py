"""The turn of the week: quotas are full again by themselves, since each week has counters of its own.

What is left to do is to forget those of long ago, and to make sure that the others agree with the uploads.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Engine

from video_pipeline.catalog import queries
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.records import events, quota

KEPT = timedelta(weeks=8)


@dataclass(frozen=True, slots=True)
class Turned:
    """How many counters were forgotten, and how many told other than the uploads do."""

    forgotten: int
    settled: int


def turn_week(engine: Engine) -> Turned:
    """Put the counters of the weekly quota in order.

    Raises:
        CatalogUnavailable: the database did not answer.
    """
    with transaction(engine) as connection:
        forgotten = quota.forget(connection, before=queries.now(connection) - KEPT)
        settled = quota.settle_drift(connection)
        if settled:
            sentence = f"{len(settled)} counters of the weekly quota told other than the uploads, and were put right."
            told = {"users": sorted(map(str, settled)), "sentence": sentence}
            events.emit(connection, "watchdog.quota_settled", "quota", told, same_as="quota_settled")
    return Turned(forgotten, len(settled))
