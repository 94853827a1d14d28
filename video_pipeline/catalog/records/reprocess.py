"""Wishes to derive outputs again: a row that the sensor turns into a run."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import Connection, func, insert, update

from video_pipeline.catalog.records.guards import locked, refusal
from video_pipeline.catalog.stale import StaleVideo
from video_pipeline.catalog.tables import reprocess_requests
from video_pipeline.errors import RequestRefused
from video_pipeline.types import Output, VideoStatus

BACKFILL = -1
"""The priority of what is merely to be made again because it is stale."""


def request_reprocess(
    conn: Connection, video_id: UUID, *, outputs: Collection[Output] | None, requested_by: str
) -> int:
    """Ask for these outputs of a video, or for everything where `outputs` is None; gives the request's id.

    Raises:
        VideoNotFound: no video has that id.
        RequestRefused: the video is not uploaded yet, is deleted, or is the duplicate of another one.
    """
    video = locked(conn, video_id)
    if video.status in {VideoStatus.UPLOADING, VideoStatus.DELETED}:
        raise refusal(conn, video_id, "be processed again")
    if video.duplicate_of:
        raise RequestRefused(f"Video {video_id} has no bytes of its own; ask for {video.duplicate_of}.")
    wish = insert(reprocess_requests).values(
        video_id=video_id, outputs=None if outputs is None else sorted(outputs), requested_by=requested_by
    )
    request_id: int = conn.execute(wish.returning(reprocess_requests.c.id)).scalar_one()
    return request_id


def request_backfill(conn: Connection, stale: Sequence[StaleVideo]) -> int:
    """Ask for what is stale to be made again, when nobody else waits for a run; gives how many wishes were noted."""
    wishes = [
        {
            "video_id": video.video_id,
            "outputs": sorted(video.outputs),
            "requested_by": "backfill",
            "priority": BACKFILL,
        }
        for video in stale
    ]
    if wishes:
        conn.execute(insert(reprocess_requests), wishes)
    return len(wishes)


def mark_dispatched(conn: Connection, request_ids: Collection[int]) -> None:
    """Runs were asked for to fulfil these requests; none has been seen yet."""
    step = update(reprocess_requests).where(reprocess_requests.c.id.in_(request_ids))
    conn.execute(step.values(dispatched_at=func.now()))


def confirm_dispatch(conn: Connection, request_id: int, run_id: str) -> None:
    """The run that fulfils the request exists: nobody waits for one any more."""
    step = update(reprocess_requests).where(reprocess_requests.c.id == request_id)
    conn.execute(step.values(run_id=run_id))
