"""When a stack is at rest: nothing is under way in the catalog, in the bucket, in Dagster or in the work folder."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

import psycopg
from sqlalchemy import Engine, text

from video_pipeline.catalog import queries
from video_pipeline.catalog.engine import transaction
from video_pipeline.client.problems import ApiProblem
from video_pipeline.errors import CatalogUnavailable, StoreUnavailable
from video_pipeline.intake import drop_id
from video_pipeline.local.postgres import libpq
from video_pipeline.storage import keys
from video_pipeline_tests.chaos.estate import Estate
from video_pipeline_tests.chaos.sending import Crowd

LONGEST_SECONDS = 900.0
"""Dagster takes three minutes to see that a run never started, and the watchdog ten to ask for a video again."""
LOOK_SECONDS = 1.0

#: What is still to be done, as the catalog says it.
_CATALOG = """
    SELECT 'videos ' || status, count(*) FROM videos
        WHERE status NOT IN ('completed', 'failed', 'deleted', 'uploading') GROUP BY status
    UNION ALL SELECT 'jobs running', count(*) FROM jobs WHERE status = 'running' HAVING count(*) > 0
    UNION ALL SELECT 'wishes', count(*) FROM reprocess_requests WHERE run_id IS NULL HAVING count(*) > 0
"""
_RUNS = "SELECT status, count(*) FROM runs WHERE status NOT IN ('SUCCESS', 'FAILURE', 'CANCELED') GROUP BY status"


@dataclass(frozen=True, slots=True)
class Rest:
    """How long it took until nothing was under way any more; `missing` is what still was when nobody waited longer."""

    seconds: float
    missing: tuple[str, ...] = ()


def await_rest(estate: Estate, engine: Engine, crowd: Crowd) -> Rest:
    """Wait until everything has come to its end; uploads whose senders have gone are given up."""
    began = time.monotonic()
    while True:
        try:
            left = tuple(_under_way(estate, engine, crowd))
        except (CatalogUnavailable, StoreUnavailable, psycopg.OperationalError) as error:
            left = (str(error),)
        seconds = time.monotonic() - began
        if not left or seconds > LONGEST_SECONDS:
            return Rest(seconds, left)
        time.sleep(LOOK_SECONDS)


def _under_way(estate: Estate, engine: Engine, crowd: Crowd) -> Iterator[str]:
    """In the order in which a file goes from one to the other: what moves on meanwhile is seen where it comes to."""
    yield from (f"object {key}" for key in _unseen(estate, engine))
    with transaction(engine) as connection:
        yield from (f"{number} {what}" for what, number in connection.execute(text(_CATALOG)))
        abandoned = list(connection.scalars(text("SELECT id FROM videos WHERE status = 'uploading'")))
    for video_id in abandoned:
        _give_up(crowd, video_id)
        yield f"upload {video_id}"
    with psycopg.connect(libpq(estate.told["DAGSTER_DATABASE_URL"])) as dagster:
        yield from (f"{number} runs {status}" for status, number in dagster.execute(_RUNS))
    yield from (f"folder {folder.name}" for folder in estate.work.glob("run-*"))


def _unseen(estate: Estate, engine: Engine) -> list[str]:
    """What lies in the inbox and is no video yet."""
    bucket = estate.bucket()
    lying = {keys.upload_id(one.key) or drop_id(bucket.bucket, one): one.key for one in bucket.list(keys.INBOX)}
    with transaction(engine) as connection:
        known = queries.statuses(connection, lying)
    return [key for video_id, key in lying.items() if video_id not in known]


def _give_up(crowd: Crowd, video_id: UUID) -> None:
    """End an upload whose sender has gone; one that turns out to have arrived lives on as a video."""
    with suppress(ApiProblem):
        crowd.give_up(video_id)
