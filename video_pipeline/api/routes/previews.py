"""Posters and storyboards for Dagster's UI, behind signed addresses that never change."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import UUID

from fastapi import APIRouter, HTTPException
from fastapi.responses import Response, StreamingResponse
from sqlalchemy import Engine

from video_pipeline import previews
from video_pipeline.api import problems
from video_pipeline.api.dependencies import Bucket, Catalog, Known
from video_pipeline.catalog import queries
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.rows import ArtifactRow
from video_pipeline.errors import ObjectMissing
from video_pipeline.types import ArtifactKind, VideoStatus

router = APIRouter(tags=["media"])

RESPONSES: dict[int | str, dict[str, Any]] = {
    **problems.responses(HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.SERVICE_UNAVAILABLE),
    200: {
        "description": "The picture.",
        "content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}},
    },
}

HEADERS = {
    "Cache-Control": "private, max-age=60",
    "Content-Security-Policy": "default-src 'none'",
    "X-Content-Type-Options": "nosniff",
}


@router.get("/previews/{video_id}/{kind}", operation_id="get_preview", response_class=Response, responses=RESPONSES)
def preview(
    video_id: UUID, kind: ArtifactKind, catalog: Catalog, bucket: Bucket, known: Known, signature: str = ""
) -> StreamingResponse:
    """The current poster or storyboard of a video.

    Everything that is wrong is answered by the same 404: whoever guesses learns nothing.
    """
    is_signed = previews.is_valid(known.signing_key.get_secret_value(), video_id, kind, signature)
    if kind not in previews.PREVIEWABLE or not is_signed:
        raise HTTPException(404)
    artifact = _current(catalog, video_id, kind)
    if artifact is None:
        raise HTTPException(404)
    try:
        body = bucket.open(artifact.key)
    except ObjectMissing as error:  # another picture took its place just now, and it was removed
        raise HTTPException(404) from error
    return StreamingResponse(body, media_type=artifact.content_type, headers=HEADERS)


def _current(catalog: Engine, video_id: UUID, kind: ArtifactKind) -> ArtifactRow | None:
    """What is shown of a video; nothing of one that is deleted, though its objects stay until the sweep."""
    with transaction(catalog) as connection:
        standing = queries.statuses(connection, [video_id]).get(video_id)
        if standing is None or standing.status is VideoStatus.DELETED:
            return None
        return queries.current_artifacts(connection, video_id).get(kind)
