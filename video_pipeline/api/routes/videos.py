"""Videos: lists of them, one, what is said of it, and its end."""

from __future__ import annotations

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from video_pipeline.api import problems
from video_pipeline.api.dependencies import CallerDep, Catalog, Keys
from video_pipeline.api.schemas.videos import VideoChange, VideoDetail, VideoPage, VideoSummary
from video_pipeline.api.schemas.words import Moment, Prose
from video_pipeline.catalog import cursors, visibility
from video_pipeline.catalog.cursors import Cursor, Order, Sort
from video_pipeline.catalog.described import described
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.listing import Filter, Page, list_videos
from video_pipeline.catalog.records import editing
from video_pipeline.playback import Keyring
from video_pipeline.types import VideoStatus

router = APIRouter(prefix="/api/videos", tags=["videos"])

UNAVAILABLE = (HTTPStatus.UNAUTHORIZED, HTTPStatus.SERVICE_UNAVAILABLE)
READING = problems.responses(*UNAVAILABLE, HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY)
CHANGING = {**READING, **problems.responses(HTTPStatus.FORBIDDEN, HTTPStatus.BAD_REQUEST)}


class ListQuery(BaseModel):
    """Which videos, in which order, and which page of them. Ranges begin with `…_from` and end before `…_before`."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(default=20, ge=1, le=100)
    offset: int = Field(default=0, ge=0, le=10_000, description="How many to leave out; further on, use a cursor.")
    cursor: str | None = Field(default=None, max_length=800, description="`next_cursor` of the page before.")
    sort: Sort = Sort.DATE
    order: Order = Order.DESCENDING
    status: VideoStatus | None = None
    q: Prose | None = Field(default=None, max_length=500, description="Words in title, description or file name.")
    site: UUID | None = None
    camera: UUID | None = None
    category: UUID | None = None
    recorded_from: Moment | None = None
    recorded_before: Moment | None = None
    uploaded_from: Moment | None = None
    uploaded_before: Moment | None = None

    def wanted(self) -> Filter:
        """The filter."""
        ranges = ("recorded_from", "recorded_before", "uploaded_from", "uploaded_before")
        return Filter(
            status=self.status,
            words=self.q,
            site_id=self.site,
            camera_id=self.camera,
            category_id=self.category,
            **{name: getattr(self, name) for name in ranges},
        )

    def page(self) -> Page:
        """The page.

        Raises:
            RequestValidationError: the cursor is none of this list's.
        """
        return Page(self.sort, self.order, self.limit, self.offset, self._after())

    def _after(self) -> Cursor | None:
        if self.cursor is None:
            return None
        try:
            return cursors.decode(self.cursor, sort=self.sort, order=self.order)
        except ValueError as error:
            fault = {"loc": ("query", "cursor"), "msg": "It is no cursor of a list with this sort and order"}
            raise RequestValidationError([fault]) from error


@router.get("", operation_id="list_videos", responses=problems.responses(*UNAVAILABLE, HTTPStatus.UNPROCESSABLE_ENTITY))
def list_(query: Annotated[ListQuery, Query()], caller: CallerDep, catalog: Catalog, keys: Keys) -> VideoPage:
    """The videos that the caller may see: their own and those of their sites, or all for an admin."""
    page = query.page()
    with transaction(catalog) as connection:
        found = list_videos(connection, caller, query.wanted(), page)
    now = datetime.now(UTC)
    return VideoPage(
        total=found.total,
        total_is_exact=found.total_is_exact,
        limit=page.limit,
        offset=page.offset,
        next_cursor=found.following and cursors.encode(found.following),
        videos=[VideoSummary.of(video, keys, now) for video in found.videos],
    )


@router.get("/{video_id}", operation_id="get_video", responses=READING)
def get(video_id: UUID, caller: CallerDep, catalog: Catalog, keys: Keys) -> VideoDetail:
    """One video."""
    with transaction(catalog) as connection:
        visibility.visible(connection, caller, video_id)
        return _detail(connection, video_id, keys)


@router.patch("/{video_id}", operation_id="change_video", responses=CHANGING)
def patch(video_id: UUID, change: VideoChange, caller: CallerDep, catalog: Catalog, keys: Keys) -> VideoDetail:
    """Change what is said of a video. Its owner and admins may."""
    with transaction(catalog) as connection:
        visibility.changeable(connection, caller, video_id)
        editing.amend(connection, video_id, change.model_dump(exclude_unset=True))
        return _detail(connection, video_id, keys)


@router.delete(
    "/{video_id}",
    operation_id="delete_video",
    status_code=HTTPStatus.NO_CONTENT,
    responses={**CHANGING, **problems.responses(HTTPStatus.CONFLICT)},
)
def delete(video_id: UUID, caller: CallerDep, catalog: Catalog) -> None:
    """Delete a video; twice is the same as once. Its owner and admins may. Nobody sees or plays it from now on.

    Its objects and its rows are purged by the first sweep that comes a day later.
    """
    with transaction(catalog) as connection:
        visibility.owned(connection, caller, video_id)
        editing.delete_video(connection, video_id)


def _detail(connection: Connection, video_id: UUID, keys: Keyring) -> VideoDetail:
    return VideoDetail.of(described(connection, [video_id])[video_id], keys, datetime.now(UTC))
