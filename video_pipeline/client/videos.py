"""Videos as the API has them."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypedDict, Unpack
from uuid import UUID

from video_pipeline.client.answers import Artifact, Link, Standing, Video, VideoPage, VideoSummary, read
from video_pipeline.client.connection import Connection
from video_pipeline.client.watching import watch
from video_pipeline.types import VideoStatus

PAGE = 100  # the most that the API gives at once


class Filters(TypedDict, total=False):
    """Which videos are listed, and in which order."""

    status: VideoStatus
    q: str
    site: UUID
    camera: UUID
    category: UUID
    sort: str
    order: str


class Changes(TypedDict, total=False):
    """What can be said of a video; None takes it away."""

    title: str | None
    description: str | None
    operator_notes: str | None
    recorded_at: str | None
    category_id: str | None


@dataclass(frozen=True, slots=True)
class Videos:
    """The verbs on videos."""

    connection: Connection

    def page(self, *, limit: int = PAGE, cursor: str | None = None, **filters: Unpack[Filters]) -> VideoPage:
        """One page of the videos that the caller may see."""
        told = {name: value if isinstance(value, str) else str(value) for name, value in filters.items()}
        return read(
            VideoPage, self.connection.ask("GET", "/api/videos", params={"limit": limit, "cursor": cursor, **told})
        )

    def list(self, *, at_most: int | None = None, **filters: Unpack[Filters]) -> Iterator[VideoSummary]:
        """The videos that the caller may see, all or the first so many, asked for page by page."""
        cursor, left = None, sys.maxsize if at_most is None else at_most
        while left > 0:
            page = self.page(limit=min(left, PAGE), cursor=cursor, **filters)
            yield from page.videos
            cursor, left = page.next_cursor, left - len(page.videos)
            if cursor is None:
                return

    def get(self, video_id: UUID) -> Video:
        """One video."""
        return read(Video, self.connection.ask("GET", f"/api/videos/{video_id}"))

    def change(self, video_id: UUID, **changes: Unpack[Changes]) -> Video:
        """Change what is said of a video."""
        return read(Video, self.connection.ask("PATCH", f"/api/videos/{video_id}", body=changes))

    def delete(self, video_id: UUID) -> None:
        """Delete a video; twice is the same as once."""
        self.connection.ask("DELETE", f"/api/videos/{video_id}")

    def status(self, video_id: UUID) -> Standing:
        """Where a video stands."""
        return read(Standing, self.connection.ask("GET", f"/api/videos/{video_id}/status"))

    def watch(self, video_id: UUID) -> Iterator[Standing]:
        """Where a video stands, now and at every change, up to a final status."""
        return watch(self.connection, video_id)

    def artifacts(self, video_id: UUID) -> Sequence[Artifact]:
        """What is derived from a video now."""
        told = self.connection.ask("GET", f"/api/videos/{video_id}/artifacts")
        return [read(Artifact, one) for one in told]

    def download_link(self, video_id: UUID, kind: str) -> Link:
        """A link to save a rendering of a video by, good for ten minutes."""
        return read(Link, self.connection.ask("GET", f"/api/videos/{video_id}/download-url", params={"kind": kind}))
