"""Companion's S3 endpoints, as stock Uppy calls them (@uppy/aws-s3): a page needs no code of ours to upload."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from video_pipeline.api import problems
from video_pipeline.api.dependencies import CallerDep, UploadingDep
from video_pipeline.api.schemas.companion import (
    ArrivedPart,
    Assembled,
    ListedParts,
    Metadata,
    Multipart,
    NewMultipart,
    Params,
    PartAddress,
    PartAddresses,
    announcement,
)
from video_pipeline.errors import RequestRefused
from video_pipeline.storage.multipart import PARTS_MAX, URL_SECONDS
from video_pipeline.uploads import companion, transfer

_ALWAYS = problems.responses(
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.CONFLICT,
    HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.SERVICE_UNAVAILABLE,
)
_QUOTA = problems.responses(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)

router = APIRouter(prefix="/s3", tags=["companion"], responses=_ALWAYS)

Key = Annotated[str, Query(max_length=1024)]


@router.post("/multipart", operation_id="companion_begin", responses=_QUOTA)
def begin(given: NewMultipart, caller: CallerDep, here: UploadingDep) -> Multipart:
    """Begin an upload in parts."""
    upload = companion.begin_parts(here.catalog, here.direct, caller, given.announcement(), defaults=here.limits)
    return Multipart(key=upload.key, uploadId=upload.multipart_id or "")


@router.get("/multipart/{upload_id}", operation_id="companion_list")
def list_parts(upload_id: str, key: Key, caller: CallerDep, here: UploadingDep) -> list[ArrivedPart]:
    """The parts that have arrived."""
    video_id = companion.video_of(here.catalog, caller, key=key, upload_id=upload_id)
    found = transfer.parts(here.catalog, here.direct, caller, video_id)
    return [ArrivedPart(PartNumber=part.number, ETag=part.etag, Size=part.size_bytes) for part in found]


@router.get("/multipart/{upload_id}/batch", operation_id="companion_sign_batch")
def sign_batch(
    upload_id: str,
    key: Key,
    partNumbers: Annotated[str, Query(max_length=6 * 1000)],  # noqa: N803 - Companion's name
    caller: CallerDep,
    here: UploadingDep,
) -> PartAddresses:
    """Where several parts are PUT; their numbers stand between commas."""
    video_id = companion.video_of(here.catalog, caller, key=key, upload_id=upload_id)
    numbers = [_number(word) for word in partNumbers.split(",")]
    urls = companion.sign_within_limits(here.catalog, here.direct, caller, video_id, numbers, defaults=here.limits)
    return PartAddresses(presignedUrls=urls)


@router.get("/multipart/{upload_id}/{part_number}", operation_id="companion_sign")
def sign(
    upload_id: str,
    part_number: str,
    key: Key,
    caller: CallerDep,
    here: UploadingDep,
) -> PartAddress:
    """Where a part is PUT."""
    video_id = companion.video_of(here.catalog, caller, key=key, upload_id=upload_id)
    number = _number(part_number)
    urls = companion.sign_within_limits(here.catalog, here.direct, caller, video_id, [number], defaults=here.limits)
    return PartAddress(url=urls[number], expires=URL_SECONDS)


@router.post("/multipart/{upload_id}/complete", operation_id="companion_complete", responses=_QUOTA)
def complete(
    upload_id: str,
    key: Key,
    given: ListedParts,
    caller: CallerDep,
    here: UploadingDep,
) -> Assembled:
    """Make the parts a video's upload."""
    video_id = companion.video_of(here.catalog, caller, key=key, upload_id=upload_id)
    status = transfer.complete(here.catalog, here.direct, caller, video_id, given.listed(), defaults=here.limits)
    return Assembled(location=f"/api/videos/{video_id}", key=key, bucket=here.direct.store.bucket, status=status)


@router.delete("/multipart/{upload_id}", operation_id="companion_abort")
def abort(upload_id: str, key: Key, caller: CallerDep, here: UploadingDep) -> dict[str, str]:
    """Give an upload up."""
    video_id = companion.video_of(here.catalog, caller, key=key, upload_id=upload_id)
    transfer.abort(here.catalog, here.direct, caller, video_id)
    return {}


@router.get("/params", operation_id="companion_params", responses=_QUOTA)
def params(
    filename: Annotated[str, Query(max_length=1024)],
    type: Annotated[str, Query(max_length=255)],  # noqa: A002 - Companion's name
    request: Request,
    caller: CallerDep,
    here: UploadingDep,
) -> Params:
    """How a small file is sent as one; what `metadata[…]` says of it goes into the catalog."""
    try:
        metadata = Metadata.of_query(request.query_params)
    except ValidationError as error:
        raise RequestValidationError(
            [{**fault, "loc": ("query", *fault["loc"])} for fault in error.errors()]
        ) from error
    form = companion.begin_form(
        here.catalog, here.direct, caller, announcement(filename, type, metadata), defaults=here.limits
    )
    return Params(url=form.url, fields=form.fields, expires=URL_SECONDS)


def _number(word: str) -> int:
    """The number of a part.

    Raises:
        RequestRefused: it is none.
    """
    if not (word.isascii() and word.isdecimal() and len(word) <= len(str(PARTS_MAX)) and int(word)):
        raise RequestRefused(f"Parts have numbers from 1 to {PARTS_MAX}.")
    return int(word)
