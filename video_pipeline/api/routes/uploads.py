"""Uploads: announced here, sent straight to the bucket, and completed here."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from uuid import UUID

from fastapi import APIRouter, Response
from fastapi.concurrency import run_in_threadpool

from video_pipeline.api import problems
from video_pipeline.api.dependencies import AskingDep, CallerDep, Uploading, UploadingDep
from video_pipeline.api.schemas.uploads import (
    Completed,
    Completion,
    Duplicate,
    NewUpload,
    Numbers,
    Quota,
    SignedUrls,
    StoredParts,
    Upload,
)
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.uploading import Rival
from video_pipeline.types import Caller
from video_pipeline.uploads import begin, limits, transfer
from video_pipeline.uploads.begin import Begun

_ALWAYS = problems.responses(HTTPStatus.UNAUTHORIZED, HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.SERVICE_UNAVAILABLE)
_REFUSED = problems.responses(HTTPStatus.BAD_REQUEST)
_ABSENT = problems.responses(HTTPStatus.NOT_FOUND)
_QUOTA = problems.responses(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
_ENDED = problems.responses(HTTPStatus.CONFLICT)
_OWN = _ABSENT | problems.responses(HTTPStatus.FORBIDDEN)

router = APIRouter(prefix="/api", tags=["uploads"], responses=_ALWAYS)


@router.post(
    "/uploads",
    operation_id="begin_upload",
    status_code=HTTPStatus.CREATED,
    responses=_REFUSED | _ABSENT | _QUOTA | _ENDED | {200: {"model": Duplicate, "description": "Known already"}},
)
async def begin_upload(
    given: NewUpload, response: Response, asking: AskingDep, here: UploadingDep
) -> Upload | Duplicate:
    """Announce a file: its bytes are taken from your quota, and you get addresses to send it to.

    Every part is sent by PUT to its address, in any order, several at once if you like; then the upload is completed.
    """
    # One way to a thread: of plain functions, FastAPI sends the caller's look-up and the answer's making to others.
    begun = await run_in_threadpool(_begun, asking, here, given)
    if isinstance(begun, Rival):
        response.status_code = HTTPStatus.OK
        return Duplicate(video_id=begun.video_id, status=begun.status)
    return Upload.begun(begun)


def _begun(asking: Callable[[], Caller], here: Uploading, given: NewUpload) -> Begun | Rival:
    return begin.begin(here.catalog, here.direct, asking(), given.announcement(), defaults=here.limits)


@router.post("/uploads/{video_id}/parts", operation_id="sign_parts", responses=_OWN | _REFUSED | _ENDED)
def sign_parts(video_id: UUID, given: Numbers, caller: CallerDep, here: UploadingDep) -> SignedUrls:
    """Get addresses for parts, first ones or new ones, as often as you like."""
    return SignedUrls.of(transfer.sign(here.catalog, here.direct, caller, video_id, given.numbers))


@router.get("/uploads/{video_id}/parts", operation_id="list_parts", responses=_ABSENT | _ENDED)
def list_parts(video_id: UUID, caller: CallerDep, here: UploadingDep) -> StoredParts:
    """How the file is cut, and the parts that have arrived; to resume, send the others."""
    upload = transfer.alive(here.catalog, caller, video_id, to_read=True)
    return StoredParts.of(upload, transfer.stored(here.direct, upload))


@router.post(
    "/uploads/{video_id}/complete", operation_id="complete_upload", responses=_OWN | _REFUSED | _QUOTA | _ENDED
)
def complete_upload(video_id: UUID, given: Completion, caller: CallerDep, here: UploadingDep) -> Completed:
    """Say that everything has been sent. Asking again is the same as asking once."""
    status = transfer.complete(here.catalog, here.direct, caller, video_id, given.listed(), defaults=here.limits)
    return Completed(video_id=video_id, status=status)


@router.delete(
    "/uploads/{video_id}", operation_id="abort_upload", status_code=HTTPStatus.NO_CONTENT, responses=_OWN | _ENDED
)
def abort_upload(video_id: UUID, caller: CallerDep, here: UploadingDep) -> None:
    """Give an upload up: what was sent is removed, and its bytes are yours again."""
    transfer.abort(here.catalog, here.direct, caller, video_id)


@router.get("/quota", operation_id="read_quota")
def read_quota(caller: CallerDep, here: UploadingDep) -> Quota:
    """How much of this week's quota you have used."""
    with transaction(here.catalog) as connection:
        return Quota.of(limits.standing(connection, caller.user_id, here.limits))
