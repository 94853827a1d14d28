"""Uploads as stock Uppy makes them: it names them by key and upload id, and says nothing of sizes."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Engine

from video_pipeline.catalog import uploading
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.uploading import Rival, UploadRow
from video_pipeline.errors import DuplicateVideo, NotFound, RequestRefused
from video_pipeline.storage import keys
from video_pipeline.storage.multipart import DirectUploads, SignedRequest
from video_pipeline.types import Caller
from video_pipeline.uploads.announcement import Announcement
from video_pipeline.uploads.begin import announced, opened
from video_pipeline.uploads.limits import Limits, limits
from video_pipeline.uploads.names import media_type
from video_pipeline.uploads.plans import Planning, as_form, as_uppy_cuts
from video_pipeline.uploads.transfer import sign


def begin_parts(
    engine: Engine, direct: DirectUploads, caller: Caller, file: Announcement, *, defaults: Limits
) -> UploadRow:
    """Begin an upload whose parts Uppy cuts as it likes.

    Raises:
        DuplicateVideo: the caller's scope has the same bytes; Uppy knows no other way to be told.
    """
    return opened(engine, direct, _registered(engine, caller, file, defaults, as_uppy_cuts))


def begin_form(
    engine: Engine, direct: DirectUploads, caller: Caller, file: Announcement, *, defaults: Limits
) -> SignedRequest:
    """Begin an upload that Uppy sends as one, by a form. It never says that it is done: the sensor sees it.

    Raises:
        DuplicateVideo: the caller's scope has the same bytes.
    """
    upload = opened(engine, direct, _registered(engine, caller, file, defaults, as_form))
    return direct.form(upload.key, content_type=media_type(file.mime_type), largest_bytes=upload.part_bytes)


def _registered(engine: Engine, caller: Caller, file: Announcement, defaults: Limits, planning: Planning) -> UploadRow:
    found = announced(engine, caller, file, defaults=defaults, planning=planning)
    if isinstance(found, Rival):
        raise DuplicateVideo(found.video_id)
    return found


def video_of(engine: Engine, caller: Caller, *, key: str, upload_id: str) -> UUID:
    """The video that the caller uploads under this key and this upload id.

    Raises:
        NotFound: the two do not belong together, or not to the caller.
    """
    unknown = NotFound("There is no such upload.")
    video_id = keys.upload_id(key)
    if video_id is None:
        raise unknown
    with transaction(engine) as connection:
        upload = uploading.upload(connection, video_id)
    if (upload.key, upload.multipart_id, upload.owner_id) != (key, upload_id, caller.user_id):
        raise unknown
    return video_id


def sign_within_limits(
    engine: Engine, direct: DirectUploads, caller: Caller, video_id: UUID, numbers: list[int], *, defaults: Limits
) -> dict[int, str]:
    """Addresses of parts of any size, while those that have come are no more than a file may have.

    Raises:
        RequestRefused: they are, or there is no such part.
    """
    signed = sign(engine, direct, caller, video_id, numbers)
    with transaction(engine) as connection:
        upload = uploading.upload(connection, video_id)
        largest = upload.declared_bytes or limits(connection, defaults).max_file_bytes
    arrived = direct.parts(upload.key, upload.multipart_id or "") or []
    if sum(part.size_bytes for part in arrived if part.number not in numbers) >= largest:
        raise RequestRefused(f"A file has 1 to {largest} bytes here, and as many have come already.")
    return signed.urls
