"""Links to play and to download a video, and the count of those who looked at it."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from http import HTTPStatus
from uuid import UUID

from fastapi import APIRouter
from sqlalchemy import Engine

from video_pipeline import playback
from video_pipeline.api import problems
from video_pipeline.api.dependencies import CallerDep, Catalog, Keys
from video_pipeline.api.routes.videos import READING
from video_pipeline.api.schemas.playback import Link, View, Views
from video_pipeline.catalog import visibility
from video_pipeline.catalog.described import DescribedVideo, described
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.records import editing
from video_pipeline.playback import DOWNLOAD_SECONDS, STREAM_SECONDS, Grant, Keyring, Rendering
from video_pipeline.types import Caller

router = APIRouter(prefix="/api/videos/{video_id}", tags=["playback"])


class Playable(StrEnum):
    """What of a video is played."""

    ORIGINAL = "original"
    WEB = "web"
    PROXY = "proxy"


@router.get("/stream-url", operation_id="get_stream_url", responses=READING)
def stream_url(video_id: UUID, caller: CallerDep, catalog: Catalog, keys: Keys, kind: Playable | None = None) -> Link:
    """A link to play a video by; without a kind, to what a browser plays best of what there is by now."""
    video = _video(catalog, caller, video_id)
    rendering = Rendering(kind) if kind else playback.best(video)
    return _link(video, rendering, keys, seconds=STREAM_SECONDS)


@router.get("/download-url", operation_id="get_download_url", responses=READING)
def download_url(
    video_id: UUID, caller: CallerDep, catalog: Catalog, keys: Keys, kind: Rendering = Rendering.ORIGINAL
) -> Link:
    """A link to save a video by, or a picture of it."""
    video = _video(catalog, caller, video_id)
    return _link(video, kind, keys, seconds=DOWNLOAD_SECONDS, download=True)


@router.post("/views", operation_id="count_view", responses=READING | problems.responses(HTTPStatus.BAD_REQUEST))
def count_view(video_id: UUID, view: View, caller: CallerDep, catalog: Catalog) -> Views:
    """Count that somebody looks at a video; the same session of the same user counts once."""
    with transaction(catalog) as connection:
        visibility.visible(connection, caller, video_id)
        viewer = f"{caller.user_id}/{view.session}"
        return Views(view_count=editing.count_view(connection, video_id, viewer=viewer))


def _video(catalog: Engine, caller: Caller, video_id: UUID) -> DescribedVideo:
    with transaction(catalog) as connection:
        visibility.visible(connection, caller, video_id)
        return described(connection, [video_id])[video_id]


def _link(video: DescribedVideo, rendering: Rendering, keys: Keyring, *, seconds: int, download: bool = False) -> Link:
    media = playback.media(video, rendering)
    expires = playback.expiry(datetime.now(UTC), seconds)
    return Link(
        url=playback.address(keys, Grant(video.row.id, rendering, expires, download)),
        kind=rendering,
        content_type=media.content_type,
        size_bytes=media.size_bytes,
        expires_at=playback.moment(expires),
    )
