"""Retiring: videos leave Dagster's hot window of partitions; what is told of their runs stays in the catalog.

The order makes it safe to die anywhere: a run is archived, then deleted, and the key goes when no run is left. Deleting
the key alone would keep the events that make each new key slow (docs/decisions/0003-partitions-as-a-hot-window.md).
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import dagster as dg
from dagster._core.storage.dagster_run import FINISHED_STATUSES, RunRecord  # public, but exported nowhere

from video_pipeline.catalog.records.guards import locked
from video_pipeline.catalog.records.retiring import archive_run
from video_pipeline.catalog.retiring import ArchivedRun, in_use
from video_pipeline.config import calendar, settings
from video_pipeline.defs.partitions import WINDOW
from video_pipeline.defs.resources import Catalog
from video_pipeline.errors import VideoNotFound

#: Where the window is too full, a video may go that has been quiet for as long as this.
BRIEFLY = timedelta(hours=1)

#: Videos that one run retires at most, so that it ends within an hour; the next day's goes on.
BATCH = 20_000

_CHUNK = 500


@dg.op
def retire_videos(context: dg.OpExecutionContext, catalog: Catalog) -> None:
    """Take the videos that ended long ago, and the oldest where there are too many, out of Dagster's partitions."""
    known = settings()
    keys = context.instance.get_dynamic_partitions(WINDOW)
    retired = sum(
        retire(context.instance, catalog, key)
        for key in leaving(catalog, keys, quiet_for=timedelta(days=known.hot_window_days), room=known.hot_window_videos)
    )
    context.add_output_metadata({"retired": retired, "kept": len(keys) - retired})


@dg.job(executor_def=dg.in_process_executor, description="Moves old videos from Dagster into the catalog alone.")
def retire_old_videos() -> None:
    """One op: what it does must happen in order."""
    retire_videos()


retire_daily = dg.ScheduleDefinition(
    name="retire_daily",
    job=retire_old_videos,
    cron_schedule="30 3 * * *",  # behind the nightly care, which purges videos whose partitions then go
    execution_timezone=calendar().time_zone,
    default_status=dg.DefaultScheduleStatus.RUNNING,
)


def leaving(catalog: Catalog, keys: Sequence[str], *, quiet_for: timedelta, room: int) -> Iterator[str]:
    """The keys that are to go, the oldest first: all that were quiet so long, and what is above `room` meanwhile.

    Args:
        catalog: knows which videos have ended, and when.
        keys: every key there is, the oldest first.
        quiet_for: since when nothing may have changed.
        room: how many keys may stay.
    """
    excess = len(keys) - room
    for chunk in (keys[start : start + _CHUNK] for start in range(0, min(len(keys), BATCH), _CHUNK)):
        named = {key: UUID(key) for key in chunk}
        with catalog.transaction() as connection:
            young = in_use(connection, named.values(), quiet_for=quiet_for)
            busy = in_use(connection, young, quiet_for=BRIEFLY)
        for key, video_id in named.items():
            if video_id not in young or (excess > 0 and video_id not in busy):
                excess -= 1
                yield key


def retire(instance: dg.DagsterInstance, catalog: Catalog, key: str) -> bool:
    """Archive and delete a video's runs, then its key. False where somebody has begun to use it again."""
    records = instance.get_run_records(dg.RunsFilter(tags={"dagster/partition": key}))
    if any(record.dagster_run.status not in FINISHED_STATUSES for record in records):
        return False
    for record in records:
        with catalog.transaction() as connection:
            archive_run(connection, told(instance, UUID(key), record))
        instance.compute_log_manager.delete_logs(prefix=[record.dagster_run.run_id])
        instance.delete_run(record.dagster_run.run_id)
    return _delete_key(instance, catalog, key)


def _delete_key(instance: dg.DagsterInstance, catalog: Catalog, key: str) -> bool:
    """Delete the key while nobody can wish for the video: a wish waits for the row, and then has its key made anew."""
    with catalog.transaction() as connection:
        with suppress(VideoNotFound):  # a purged one, nobody can wish for
            locked(connection, UUID(key))
        if in_use(connection, [UUID(key)], quiet_for=timedelta()):
            return False
        instance.delete_dynamic_partition(WINDOW, key)
    return True


def told(instance: dg.DagsterInstance, video_id: UUID, record: RunRecord) -> ArchivedRun:
    """What is worth keeping of a run."""
    run = record.dagster_run
    return ArchivedRun(
        run_id=run.run_id,
        video_id=video_id,
        job=run.job_name,
        status=run.status.value,
        tags={name: value for name, value in run.tags.items() if not name.startswith(".dagster/")},
        steps=[_step(stats) for stats in instance.get_run_step_stats(run.run_id)],
        created_at=record.create_timestamp.replace(tzinfo=UTC),
        started_at=_moment(record.start_time),
        ended_at=_moment(record.end_time),
    )


def _step(stats: Any) -> dict[str, Any]:  # noqa: ANN401 - Dagster exports no name for it
    began, ended = stats.start_time, stats.end_time
    return {
        "name": stats.step_key,
        "status": stats.status.value if stats.status else None,
        "attempts": stats.attempts,
        "started_at": None if began is None else datetime.fromtimestamp(began, UTC).isoformat(),
        "seconds": None if began is None or ended is None else round(ended - began, 3),
    }


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
