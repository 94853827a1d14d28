"""What an auditor asks of whoever executes runs, and what its records say that the catalog does not bear out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import islice
from typing import Protocol
from uuid import UUID

from sqlalchemy import Engine

from video_pipeline.care.disagreements import Code, Disagreement
from video_pipeline.care.stray_runs import ActiveRun
from video_pipeline.catalog import auditing, queries
from video_pipeline.catalog.engine import transaction

_AT_ONCE = 1000


class Ledger(Protocol):
    """The records of runs, and of the videos that there may be runs for."""

    def partitions(self) -> Sequence[str]:
        """The keys of all partitions of videos: their ids."""

    def active(self) -> Sequence[ActiveRun]:
        """Every run for a video that has not ended."""


def lone_partitions(engine: Engine, keys: Sequence[str]) -> Iterator[Disagreement]:
    """The partitions of videos that are no more, and what is no video's."""
    left = iter(keys)
    while chunk := list(islice(left, _AT_ONCE)):
        ids = {key: _id(key) for key in chunk}
        with transaction(engine) as connection:
            known = queries.statuses(connection, [video_id for video_id in ids.values() if video_id is not None])
        for key, video_id in ids.items():
            if video_id not in known:
                yield Disagreement(Code.LONE_PARTITION, video_id, key)


def _id(key: str) -> UUID | None:
    try:
        return UUID(key)
    except ValueError:
        return None


def lone_runs(engine: Engine, runs: Sequence[ActiveRun], *, grace: timedelta) -> Iterator[Disagreement]:
    """The runs that have been under way for longer than `grace` though their videos ended longer ago than that."""
    old = [run for run in runs if run.seconds >= grace.total_seconds()]
    with transaction(engine) as connection:
        ended = auditing.ended(connection, [run.video_id for run in old], before=grace)
    yield from (Disagreement(Code.LONE_RUN, run.video_id, run.run_id) for run in old if run.video_id in ended)
