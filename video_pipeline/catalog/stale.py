"""What was made by another recipe than the present one, or from other bytes than the video's present original."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from video_pipeline.catalog.tables import artifacts, reprocess_requests, videos
from video_pipeline.types import ArtifactKind, Output, VideoStatus

_OUTPUTS = {kind: output for output in Output for kind in output.kinds}


@dataclass(frozen=True, slots=True)
class StaleVideo:
    """A completed video, and what of it is to be made again."""

    video_id: UUID
    outputs: tuple[Output, ...]


def stale_videos(
    conn: Connection, recipes: Mapping[Output, str], *, limit: int, after: UUID | None = None
) -> list[StaleVideo]:
    """Completed videos with stale artifacts, in the order of their ids.

    What somebody has wished to be made again already, and is not begun yet, is left out.

    Args:
        conn: a connection in a transaction.
        recipes: the digest of the present recipe of every output that is to be looked at.
        limit: how many videos at most.
        after: only videos whose id comes behind this one.
    """
    kinds = func.array_agg(artifacts.c.kind.distinct())
    wanted = (
        select(artifacts.c.video_id, kinds.label("kinds"))
        .join_from(artifacts, videos)
        .where(_is_stale(recipes), ~_is_wished_for())
        .group_by(artifacts.c.video_id)
        .order_by(artifacts.c.video_id)
        .limit(limit)
    )
    if after is not None:
        wanted = wanted.where(artifacts.c.video_id > after)
    return [StaleVideo(row.video_id, _outputs(row.kinds)) for row in conn.execute(wanted)]


def stale_counts(conn: Connection, recipes: Mapping[Output, str]) -> dict[Output, int]:
    """How many videos have a stale artifact of each output, wished for or not; outputs with none are left out."""
    output = artifacts.c.kind
    counted = select(output, func.count()).join_from(artifacts, videos).where(_is_stale(recipes)).group_by(output)
    counts: dict[Output, int] = {}
    for kind, number in conn.execute(counted):
        counts[_OUTPUTS[kind]] = max(number, counts.get(_OUTPUTS[kind], 0))
    return counts


def _is_stale(recipes: Mapping[Output, str]) -> ColumnElement[bool]:
    made_otherwise = or_(
        *(and_(artifacts.c.kind.in_(output.kinds), artifacts.c.recipe_digest != now) for output, now in recipes.items())
    )
    looked_at = artifacts.c.kind.in_([kind for output in recipes for kind in output.kinds])
    other_bytes = looked_at & (artifacts.c.input_sha256 != videos.c.checksum_sha256)
    is_current = artifacts.c.superseded_at.is_(None) & (videos.c.status == VideoStatus.COMPLETED)
    return and_(is_current, or_(made_otherwise, other_bytes))


def _is_wished_for() -> ColumnElement[bool]:
    wish = select(reprocess_requests.c.id).where(
        reprocess_requests.c.video_id == videos.c.id, reprocess_requests.c.run_id.is_(None)
    )
    return wish.exists()


def _outputs(kinds: list[ArtifactKind]) -> tuple[Output, ...]:
    return tuple(sorted({_OUTPUTS[ArtifactKind(kind)] for kind in kinds}))
