"""Videos with the names of what they belong to, and with what can be played of them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, select

from video_pipeline.catalog.people import users
from video_pipeline.catalog.rows import ArtifactRow, VideoRow
from video_pipeline.catalog.tables import artifacts, cameras, categories, sites, videos
from video_pipeline.types import ArtifactKind


@dataclass(frozen=True, slots=True)
class Named:
    """Something that a video belongs to: a site, a camera, a category or a person."""

    id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class DescribedVideo:
    """A video and what it belongs to; `artifacts` are the current ones."""

    row: VideoRow
    site: Named | None
    camera: Named | None
    category: Named | None
    owner: Named | None
    artifacts: dict[ArtifactKind, ArtifactRow]


def described(conn: Connection, video_ids: Collection[UUID]) -> dict[UUID, DescribedVideo]:
    """These videos by their ids; an unknown id is left out."""
    made = _artifacts(conn, video_ids)
    query = (
        select(
            *videos.c,
            sites.c.name.label("site_name"),
            cameras.c.name.label("camera_name"),
            categories.c.name.label("category_name"),
            users.c.display_name.label("owner_name"),
        )
        .outerjoin(sites, sites.c.id == videos.c.site_id)
        .outerjoin(cameras, cameras.c.id == videos.c.camera_id)
        .outerjoin(categories, categories.c.id == videos.c.category_id)
        .outerjoin(users, users.c.id == videos.c.owner_id)
        .where(videos.c.id.in_(video_ids))
    )
    return {row.id: _described(row, made[row.id]) for row in conn.execute(query)}


def _described(row: Row[*tuple[Any, ...]], made: dict[ArtifactKind, ArtifactRow]) -> DescribedVideo:
    known = dict(row._mapping)
    names = {owner: known.pop(f"{owner}_name") for owner in ("site", "camera", "category", "owner")}
    belongs = {owner: Named(known[f"{owner}_id"], name) if name else None for owner, name in names.items()}
    return DescribedVideo(row=VideoRow(**known), **belongs, artifacts=made)


def _artifacts(conn: Connection, video_ids: Collection[UUID]) -> dict[UUID, dict[ArtifactKind, ArtifactRow]]:
    made: dict[UUID, dict[ArtifactKind, ArtifactRow]] = {video_id: {} for video_id in video_ids}
    current = artifacts.c.video_id.in_(video_ids) & artifacts.c.superseded_at.is_(None)
    for row in conn.execute(select(artifacts).where(current)):
        made[row.video_id][row.kind] = ArtifactRow(**row._mapping)
    return made
