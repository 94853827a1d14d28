"""What wants a run: files that arrived in the inbox, and wishes to make something again.

`decide` is a pure function of what was seen; the sensor around it looks, asks it, and does what it says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from video_pipeline.catalog.rows import ReprocessRow, Standing
from video_pipeline.intake import drop_id
from video_pipeline.storage import keys
from video_pipeline.types import Output, StoredObject, VideoStatus

#: A request whose run has not begun by then is made again, under the same run key: Dagster skips it if the run exists.
ASK_AGAIN_AFTER = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Decision:
    """What one look leads to.

    `discard` are objects of videos that are completed or deleted: the same bytes dropped again under the same name, or
    an upload link used again, be it after the upload was aborted. `heal` are uploads that lie in the bucket complete
    though nobody said so; `request` the videos that get a run; `fulfil` the wishes that get one; `reason` says why
    nothing does, for the operator.
    """

    discard: tuple[StoredObject, ...] = ()
    heal: tuple[tuple[UUID, StoredObject], ...] = ()
    request: tuple[UUID, ...] = ()
    fulfil: tuple[ReprocessRow, ...] = ()
    reason: str = "Nothing has arrived."

    @property
    def has_work(self) -> bool:
        """Whether anything gets a run."""
        return bool(self.request or self.fulfil)


def decide(
    arrived: Mapping[UUID, StoredObject],
    waiting: Mapping[UUID, Standing],
    wishes: Sequence[ReprocessRow],
    *,
    now: datetime,
    room: int,
    spare: int,
) -> Decision:
    """Which of the videos seen in the inbox, and which wishes, get a run now; fresh uploads come first.

    Args:
        arrived: what lies in the inbox, by the video it belongs to.
        waiting: what the catalog knows of those videos; a video it does not know is left alone.
        wishes: requests to make something again, the oldest first.
        now: the catalog's clock.
        room: how many runs may be requested.
        spare: how many of them for a backfill, which must not keep others waiting.
    """
    ended = {VideoStatus.COMPLETED, VideoStatus.DELETED}
    discard = tuple(stored for video_id, stored in arrived.items() if _is(waiting, video_id, ended))
    if room <= 0:
        return Decision(discard, reason="The queue of runs is long; what has arrived waits in the inbox.")
    heal = tuple(
        (video_id, stored) for video_id, stored in arrived.items() if _is(waiting, video_id, {VideoStatus.UPLOADING})
    )
    request = tuple(video_id for video_id in arrived if _wants_a_run(waiting.get(video_id), now))[:room]
    due = [wish for wish in wishes if _is_due(wish.dispatched_at, now)]
    wanted = [wish for wish in due if wish.priority >= 0]
    backfill = [wish for wish in due if wish.priority < 0][: max(spare, 0)]
    fulfil = tuple([*wanted, *backfill][: room - len(request)])
    return Decision(discard, heal, request, fulfil)


def _is(waiting: Mapping[UUID, Standing], video_id: UUID, statuses: AbstractSet[VideoStatus]) -> bool:
    return video_id in waiting and waiting[video_id].status in statuses


def _wants_a_run(video: Standing | None, now: datetime) -> bool:
    if video is None:
        return False
    return video.status in {VideoStatus.UPLOADING, VideoStatus.UPLOADED} and _is_due(video.requested_at, now)


def _is_due(asked_at: datetime | None, now: datetime) -> bool:
    """Whether to ask (again); a moment to come was noted before the clock was put back, and may be an hour away."""
    return asked_at is None or abs(now - asked_at) >= ASK_AGAIN_AFTER


def sort_inbox(listing: Iterable[StoredObject], bucket: str) -> tuple[dict[UUID, StoredObject], set[UUID]]:
    """What arrived, by the video it belongs to, and which of the videos were dropped into the bucket.

    Objects that are neither uploads nor drops are nobody's and stay where they are.
    """
    arrived: dict[UUID, StoredObject] = {}
    drops: set[UUID] = set()
    for stored in listing:
        video_id = keys.upload_id(stored.key)
        if video_id is None and keys.drop_path(stored.key) is not None:
            video_id = drop_id(bucket, stored)
            drops.add(video_id)
        if video_id is not None:
            arrived[video_id] = stored
    return arrived, drops


def selection(wish: ReprocessRow) -> list[str] | None:
    """The assets that a wish wants made again; None means all."""
    return None if wish.outputs is None else [str(Output(output)) for output in wish.outputs]
