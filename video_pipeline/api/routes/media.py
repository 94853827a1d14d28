"""The bytes of videos, for whoever holds a signed link: in ranges, piece by piece, from here or from the bucket."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import PurePosixPath
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.responses import RedirectResponse, Response, StreamingResponse
from sqlalchemy import Engine
from starlette.types import Receive, Scope, Send

from video_pipeline import playback
from video_pipeline.api import problems, ranges
from video_pipeline.api.attachments import disposition
from video_pipeline.api.dependencies import Bucket, Catalog, Elsewhere, Keys
from video_pipeline.catalog.described import DescribedVideo, described
from video_pipeline.catalog.engine import transaction
from video_pipeline.errors import NotAllowed, NotFound, ObjectMissing, VideoNotFound
from video_pipeline.playback import Grant, Keyring, Media, Rendering
from video_pipeline.storage.cloudfront import CloudFront
from video_pipeline.storage.objects import ObjectStore

router = APIRouter(prefix="/media", tags=["media"])

PICTURES = frozenset({Rendering.POSTER, Rendering.STORYBOARD, Rendering.STORYBOARD_INDEX})
SAFE = {"Content-Security-Policy": "default-src 'none'; sandbox", "X-Content-Type-Options": "nosniff"}
INVALID = "This link is not valid, or not any more. Ask for a new one."
PROBLEMS = problems.responses(
    HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.SERVICE_UNAVAILABLE
)
RESPONSES = {
    **PROBLEMS,
    200: {"description": "All of it.", "content": {"video/mp4": {"schema": {"type": "string", "format": "binary"}}}},
    206: {"description": "The range that was asked for."},
    304: {"description": "What the client has is current."},
    307: {"description": "The bucket or CloudFront gives it, at this address (`PLAYBACK_DELIVERY`)."},
    416: {"description": "The range begins behind the end."},
}


class Streamed(StreamingResponse):
    """An object's pieces, whose connection to the bucket ends with the response: players go away in the middle."""

    def __init__(self, pieces: Generator[bytes, None, None], status: int, headers: Mapping[str, str]) -> None:
        super().__init__(pieces, status, headers)
        self._pieces = pieces

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the pieces, as far as the client takes them."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._pieces.close()


@dataclass(frozen=True, slots=True)
class Found:
    """What a link gives, and the headers that say so."""

    grant: Grant
    media: Media
    headers: dict[str, str]


def told_once(request: Request) -> None:
    """Let no parameter be told twice: a cache before us might go by the one, and we by the other.

    Raises:
        NotAllowed: one is.
    """
    names = [name for name, _ in request.query_params.multi_items()]
    if len(names) > len(set(names)):
        raise NotAllowed(INVALID)


def found(
    video_id: UUID,
    kind: Rendering,
    catalog: Catalog,
    keys: Keys,
    expires: Annotated[int, Query(ge=0, le=2**40)],
    key: Annotated[str, Query(max_length=100)],
    signature: Annotated[str, Query(max_length=100)],
    _: Annotated[None, Depends(told_once)],
    download: bool = False,  # noqa: FBT001, FBT002 - a query parameter
) -> Found:
    """What the link of the request gives.

    Raises:
        NotAllowed: we did not sign it, or it has expired.
        NotFound: what it gave is gone.
    """
    grant = Grant(video_id, kind, expires, download)
    return open_link(catalog, keys, grant, key, signature)


def open_link(catalog: Engine, keys: Keyring, grant: Grant, key_id: str, signature: str) -> Found:
    """The same for a link in its pieces."""
    if not keys.allows(grant, key_id, signature, datetime.now(UTC)):
        raise NotAllowed(INVALID)
    with transaction(catalog) as connection:
        video = described(connection, [grant.video_id]).get(grant.video_id)
    if video is None:
        raise VideoNotFound
    media = playback.media(video, grant.rendering)
    return Found(grant, media, _headers(video, grant, media))


def _headers(video: DescribedVideo, grant: Grant, media: Media) -> dict[str, str]:
    return {
        **SAFE,
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, max-age=3600" if grant.rendering in PICTURES else "private, no-cache",
        "Content-Disposition": _disposition(video, grant, media) if grant.download else "inline",
        "Content-Type": media.content_type,
        "ETag": f'"{media.sha256}"',
    }


def _disposition(video: DescribedVideo, grant: Grant, media: Media) -> str:
    stem = video.row.title or PurePosixPath(video.row.filename).stem
    kind = "" if grant.rendering is Rendering.ORIGINAL else f" ({grant.rendering})"
    return disposition(stem + kind, PurePosixPath(media.key).suffix.removeprefix("."))


FoundDep = Annotated[Found, Depends(found)]


@router.get("/{video_id}/{kind}", operation_id="get_media", response_class=Response, responses=RESPONSES)
def get(
    found: FoundDep,
    bucket: Bucket,
    elsewhere: Elsewhere,
    range_: Annotated[str | None, Header(alias="Range")] = None,
    if_range: Annotated[str | None, Header()] = None,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """The bytes that a link gives, or those of them that are asked for."""
    if _is_current(found, if_none_match):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=found.headers)
    if elsewhere is not None:
        return _sent_on(found, elsewhere)
    try:
        span = ranges.parse(range_, found.media.size_bytes) if if_range in {None, found.headers["ETag"]} else None
    except ranges.Unsatisfiable:
        beyond = found.headers | {"Content-Range": f"bytes */{found.media.size_bytes}"}
        return Response(status_code=HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, headers=beyond)
    return _streamed(found, bucket, span)


@router.head("/{video_id}/{kind}", include_in_schema=False)
def head(found: FoundDep, if_none_match: Annotated[str | None, Header()] = None) -> Response:
    """What `get` would say of all the bytes, without them."""
    if _is_current(found, if_none_match):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=found.headers)
    return Response(headers=found.headers | {"Content-Length": str(found.media.size_bytes)})


def _is_current(found: Found, if_none_match: str | None) -> bool:
    tags = [tag.strip().removeprefix("W/") for tag in (if_none_match or "").split(",")]
    return found.headers["ETag"] in tags or tags == ["*"]


def _sent_on(found: Found, elsewhere: ObjectStore | CloudFront) -> Response:
    """To the bucket or a distribution before it, for as long as the link itself lives."""
    left = found.grant.expires - int(datetime.now(UTC).timestamp())
    address = elsewhere.link(
        found.media.key,
        seconds=max(left, 1),
        content_type=found.media.content_type,
        disposition=found.headers["Content-Disposition"],
    )
    return RedirectResponse(address, HTTPStatus.TEMPORARY_REDIRECT, {"Cache-Control": "private, no-store"})


def _streamed(found: Found, bucket: ObjectStore, span: ranges.Span | None) -> Response:
    size_bytes = span.size_bytes if span else found.media.size_bytes
    headers = found.headers | {"Content-Length": str(size_bytes)}
    status = HTTPStatus.OK
    if span:
        status = HTTPStatus.PARTIAL_CONTENT
        headers["Content-Range"] = f"bytes {span.first}-{span.last}/{found.media.size_bytes}"
    try:
        pieces = bucket.open(found.media.key, span=(span.first, span.last) if span else None)
    except ObjectMissing as error:
        raise NotFound("The file of this video is missing. An operator can have it made again.") from error
    return Streamed(pieces, status, headers)
