"""Runs and videos that have lost each other: runs at which nobody works, and videos that no run is there for.

A run is ended here and nowhere else. What follows is bounded: Dagster tries a failed run again as often as dagster.yaml
says, and a video that has no run at all is asked for again here, `len(BACKOFF)` times within a day; then it has failed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from sqlalchemy import Engine

from video_pipeline.care.deeds import Deed, Done
from video_pipeline.catalog import queries, watching
from video_pipeline.catalog.care import Ending
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.records import endings, events, jobs, videos
from video_pipeline.catalog.records.guards import locked
from video_pipeline.catalog.records.reprocess import request_reprocess
from video_pipeline.catalog.watching import WATCHDOG, OpenEnding, Unattended, Work
from video_pipeline.types import VideoStatus

IDLE_SECONDS = 300.0
"""How long a run may be without a job: from its start to the first, and while a stage waits to be tried again."""

MISSED_SECONDS = 600.0
"""After which nobody will tell of a run's end any more that Dagster does not have among those under way."""

QUIET_SECONDS = 120.0
"""How long a video may be without a run: Dagster takes seconds to try a failed one again."""

BEGIN_SECONDS = 600.0
"""How long a new video may be without one: the sensor asks every minute, and Dagster has none for it yet."""

BACKOFF = (0.0, 300.0, 1800.0)
"""The seconds between one time that a video is asked for again and the next."""

LONG_QUEUE = 50
"""Runs that wait; where there are more, new videos wait in the inbox, and that is as it should be."""

UNATTENDED = 1000
WAITING_SECONDS = 3600.0
HOUR = timedelta(hours=1)

_WHY = {
    Ending.SILENT: "Nothing was heard of its worker any more.",
    Ending.STALLED: "Its job stood still for longer than it may.",
    Ending.IDLE: "Nobody was at work for it, though it was said to be under way.",
    Ending.UNWANTED: "Its video is deleted, or has failed: the work is not wanted any more.",
    Ending.ENDED: "It had ended.",
}
_LOST = "Nothing was at work on the video any more, and asking for it again did not help. Ask for it to be done again."


@dataclass(frozen=True, slots=True)
class ActiveRun:
    """A run that has not ended: it waits, or is at work since `seconds` (`is_started`), or was asked to end."""

    run_id: str
    video_id: UUID
    is_started: bool
    is_ending: bool
    seconds: float


class Runs(Protocol):
    """What is needed of Dagster, which only the layer above knows: its runs for videos."""

    def active(self) -> Sequence[ActiveRun]:
        """Every run for a video that has not ended."""

    def end(self, run_id: str, why: str, *, is_tried_again: bool) -> None:
        """End a run in Dagster's books, then kill what may be left of it, wherever it is.

        With `is_tried_again` it has failed, and Dagster's own retries follow as far as they are allowed; otherwise it
        is cancelled. A run that has ended meanwhile stays as it is.
        """


def settle_runs(engine: Engine, runs: Runs) -> list[Done]:
    """Bring runs and videos together again."""
    active = {run.run_id: run for run in runs.active()}
    return [
        *_give_up_idle(engine, active),
        *_carry_out(engine, runs, active),
        *_attend(engine, active),
        *_tell_of_waiting(engine, active),
    ]


def _give_up_idle(engine: Engine, active: Mapping[str, ActiveRun]) -> list[Done]:
    """Wish the end of runs without work, and of those whose video is deleted."""
    with transaction(engine) as connection:
        standings = queries.statuses(connection, {run.video_id for run in active.values()})
        work = watching.work_of(connection, [(run.run_id, run.video_id) for run in active.values()])
    done = []
    for run in active.values():
        standing = standings.get(run.video_id)
        reason = _idle(run, standing.status, work.get(run.run_id)) if standing is not None else None
        if reason is not None and _ask(engine, run, reason):
            done.append(Done(Deed.RUN_GIVEN_UP, run.run_id, _WHY[reason]))
    return done


def _idle(run: ActiveRun, status: VideoStatus, work: Work | None) -> Ending | None:
    """Why a run is to end, as far as its jobs do not tell by themselves; None where it is not."""
    if run.is_ending or (work is not None and work.is_running):
        return None
    if status is VideoStatus.DELETED:
        return Ending.UNWANTED
    quiet_seconds = min(run.seconds, work.quiet_seconds) if work is not None else run.seconds
    if not run.is_started or quiet_seconds < IDLE_SECONDS:
        return None
    return Ending.UNWANTED if status is VideoStatus.FAILED else Ending.IDLE


def _ask(engine: Engine, run: ActiveRun, reason: Ending) -> bool:
    """Wish the end of a run; False where it was wished before, or where a stage has begun at this moment."""
    with transaction(engine) as connection:
        locked(connection, run.video_id)  # a stage that begins later sees the ending
        work = watching.work_of(connection, [(run.run_id, run.video_id)])
        if run.run_id in work and work[run.run_id].is_running:
            return False
        if not endings.ask(connection, run.run_id, run.video_id, reason):
            return False
        told = {"video_id": run.video_id, "run_id": run.run_id, "reason": reason, "sentence": _WHY[reason]}
        same_as = None if reason is Ending.UNWANTED else "run:idle"
        events.emit(connection, "watchdog.run_ended", run.run_id, told, same_as=same_as)
    return True


def _carry_out(engine: Engine, runs: Runs, active: Mapping[str, ActiveRun]) -> list[Done]:
    """End the runs that are to end; whoever hears of their end closes the matter (the sensors of failed runs)."""
    with transaction(engine) as connection:
        wished = watching.open_endings(connection)
    done = []
    for ending in wished:
        run = active.get(ending.run_id)
        if run is None:
            _close_missed(engine, ending)
        elif not run.is_ending:
            runs.end(ending.run_id, _WHY[ending.reason], is_tried_again=ending.reason.is_tried_again)
            done.append(Done(Deed.RUN_ENDED, ending.run_id, _WHY[ending.reason]))
    return done


def _close_missed(engine: Engine, ending: OpenEnding) -> None:
    """Close the matter of a run that Dagster does not know, or of whose end nobody has heard."""
    if ending.asked_seconds < MISSED_SECONDS:
        return
    with transaction(engine) as connection:
        jobs.interrupt_jobs(connection, ending.run_id)
        endings.close(connection, ending.run_id, ending.video_id)


def _attend(engine: Engine, active: Mapping[str, ActiveRun]) -> list[Done]:
    """Ask for the videos again that no run is there for, or let them fail."""
    attended = {run.video_id for run in active.values()}
    is_long = sum(not run.is_started for run in active.values()) >= LONG_QUEUE
    with transaction(engine) as connection:
        found = watching.unattended(connection, limit=UNATTENDED, requested_only=is_long)
    return [_attend_to(engine, video) for video in found if video.video_id not in attended and _is_due(video)]


def _is_due(video: Unattended) -> bool:
    is_waiting = video.status is VideoStatus.UPLOADED and not video.has_lost_run
    patience = BEGIN_SECONDS if is_waiting else QUIET_SECONDS
    if video.retried_seconds is not None and video.retries < len(BACKOFF):
        return video.quiet_seconds >= patience and video.retried_seconds >= BACKOFF[video.retries]
    return video.quiet_seconds >= patience


def _attend_to(engine: Engine, video: Unattended) -> Done:
    why = f"It was {video.status} for {video.quiet_seconds:.0f} s, and no run was there for it."
    told = {"video_id": video.video_id, "attempt": video.retries + 1, "sentence": why}
    with transaction(engine) as connection:
        if video.retries >= len(BACKOFF):
            videos.fail(connection, video.video_id, code="interrupted", sentence=_LOST, retryable=True)
            return Done(Deed.VIDEO_FAILED, str(video.video_id), _LOST)
        request_reprocess(connection, video.video_id, outputs=None, requested_by=WATCHDOG)
        events.emit(connection, "watchdog.video_retried", video.video_id, told, same_as="video_retried")
    return Done(Deed.VIDEO_RETRIED, str(video.video_id), why)


def _tell_of_waiting(engine: Engine, active: Mapping[str, ActiveRun]) -> list[Done]:
    """Say that the queue does not move; ending what waits in it would only put it at its end."""
    waiting = [run for run in active.values() if not run.is_started and run.seconds >= WAITING_SECONDS]
    if not waiting:
        return []
    longest = max(waiting, key=lambda run: run.seconds)
    why = (
        f"{len(waiting)} runs have been waiting for longer than an hour, the first for {longest.seconds / 60:.0f} min."
    )
    with transaction(engine) as connection:
        if not watching.was_told_lately(connection, "watchdog.runs_waiting", HOUR):
            told = {"number": len(waiting), "seconds": round(longest.seconds), "sentence": why}
            events.emit(connection, "watchdog.runs_waiting", longest.run_id, told, same_as="runs_waiting")
    return [Done(Deed.RUNS_WAITING, longest.run_id, why)]
