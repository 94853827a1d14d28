"""Runs that may write no more: those that are to be ended, and those that have.

    ask → (Dagster's side ends the run) → close

A run that is in here has been given up, whatever its worker believes: a worker that was frozen and wakes up later
finds that its jobs are not its own any more (`jobs.hold`), and can begin no others.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import Connection, delete, func, literal, select
from sqlalchemy.dialects.postgresql import insert

from video_pipeline.catalog.care import Ending, run_endings
from video_pipeline.catalog.tables import videos
from video_pipeline.errors import GivenUp

KEPT = timedelta(days=30)
"""How long a run is remembered whose worker might still wake up."""


def ask(conn: Connection, run_id: str, video_id: UUID, reason: Ending) -> bool:
    """Wish that a run ends, which may write no more from now on. False where it was to end, or had ended, already."""
    wish = insert(run_endings).values(run_id=run_id, video_id=video_id, reason=reason)
    return conn.execute(wish.on_conflict_do_nothing().returning(run_endings.c.run_id)).one_or_none() is not None


def close(conn: Connection, run_id: str, video_id: UUID) -> Ending | None:
    """The run has ended; gives the reason why it was to, or `ENDED`. None where that was known, or the video is gone.

    Dagster may tell twice of a run that fails: once when it is ended, and again when its worker wakes up.
    """
    known = select(literal(run_id), videos.c.id, literal(Ending.ENDED.value), func.now()).where(videos.c.id == video_id)
    ended = insert(run_endings).from_select(["run_id", "video_id", "reason", "done_at"], known)
    step = ended.on_conflict_do_update(
        index_elements=["run_id"], set_={"done_at": func.now()}, where=run_endings.c.done_at.is_(None)
    )
    return conn.execute(step.returning(run_endings.c.reason)).scalar_one_or_none()


def refuse_ended(conn: Connection, run_id: str) -> None:
    """Let a run go on only if nobody has given it up.

    Raises:
        GivenUp: somebody has.
    """
    if conn.scalar(select(run_endings.c.run_id).where(run_endings.c.run_id == run_id)) is not None:
        raise GivenUp


def forget_old(conn: Connection) -> int:
    """Forget runs that ended long ago, and give how many."""
    return conn.execute(delete(run_endings).where(run_endings.c.done_at < func.now() - KEPT)).rowcount
