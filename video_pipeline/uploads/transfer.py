"""An upload under way: more addresses, the parts that have come, and its end, which the store's own answer decides."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection, Engine

from video_pipeline.catalog import uploading
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.records import multipart, quota, videos
from video_pipeline.catalog.uploading import UploadRow
from video_pipeline.errors import Conflict, NotAllowed, RequestRefused, VideoNotFound
from video_pipeline.storage.multipart import DirectUploads, Part
from video_pipeline.types import Caller, StoredObject, VideoStatus
from video_pipeline.uploads.announcement import reserve
from video_pipeline.uploads.begin import Signed, sign_parts
from video_pipeline.uploads.limits import Limits, this_week
from video_pipeline.uploads.plans import is_exact

WRONG_SIZE = "size_mismatch"


def sign(engine: Engine, direct: DirectUploads, caller: Caller, video_id: UUID, numbers: Sequence[int]) -> Signed:
    """Addresses for these parts, whether they were signed or sent before or not.

    Raises:
        VideoNotFound, NotAllowed: there is no such upload, or it is somebody else's.
        RequestRefused: it has no such part.
        Conflict: it has ended.
    """
    upload = alive(engine, caller, video_id)
    strangers = sorted({number for number in numbers if not 1 <= number <= upload.part_count})
    if strangers:
        raise RequestRefused(f"The upload has parts 1 to {upload.part_count}; there is no part {strangers[0]}.")
    return sign_parts(direct, upload, numbers)


def parts(engine: Engine, direct: DirectUploads, caller: Caller, video_id: UUID) -> list[Part]:
    """The parts that the store has got; none where the file is sent as one.

    Raises:
        VideoNotFound: there is no such upload, or none that the caller may see.
        Conflict: it has ended.
    """
    return stored(direct, alive(engine, caller, video_id, to_read=True))


def stored(direct: DirectUploads, upload: UploadRow) -> list[Part]:
    """The same of an upload that was read already.

    Raises:
        Conflict: it has ended.
    """
    if upload.multipart_id is None:
        return []
    there = direct.parts(upload.key, upload.multipart_id)
    if there is None:
        raise Conflict("The object store has no such upload under way any more: complete it, or begin again.")
    return there


def complete(
    engine: Engine,
    direct: DirectUploads,
    caller: Caller,
    video_id: UUID,
    listed: Sequence[Part],
    *,
    defaults: Limits,
) -> VideoStatus:
    """Make what was sent the upload's object, and say so to the catalog; asking again is the same as asking once.

    Dying between the two does no harm: the next to ask finds the object, and so does the sensor.

    Raises:
        VideoNotFound, NotAllowed: there is no such upload, or it is somebody else's.
        RequestRefused: the parts are not those that came, or not as many bytes as were announced.
        QuotaExceeded: their size was not known, and is more than is left.
        Conflict: the upload was aborted or has expired.
    """
    with transaction(engine) as connection:
        upload = _own(connection, caller, video_id)
        if upload.is_completed:
            return upload.status
        _check_alive(upload)
        multipart.touch(connection, video_id)
    stored = _assembled(engine, direct, upload, listed, defaults)
    with transaction(engine) as connection:
        arrived = multipart.arrived(connection, video_id, stored)
        upload = uploading.upload(connection, video_id)
    if not arrived and not upload.is_completed:
        direct.store.delete_exactly(stored)
        raise Conflict(f"Upload {video_id} ended while it was being completed.")
    return upload.status


def abort(engine: Engine, direct: DirectUploads, caller: Caller, video_id: UUID) -> None:
    """Give an upload up: its parts are removed and its bytes go back to the quota. Again is the same as once.

    Raises:
        VideoNotFound, NotAllowed: there is no such upload, or it is somebody else's.
        Conflict: it is complete.
    """
    with transaction(engine) as connection:
        _own(connection, caller, video_id)
        is_gone = multipart.give_up(connection, video_id)
        upload = uploading.upload(connection, video_id)
    if not is_gone:
        raise Conflict(f"Upload {video_id} is complete or has failed: delete the video instead.")
    direct.abort(upload.key)


def alive(engine: Engine, caller: Caller, video_id: UUID, *, to_read: bool = False) -> UploadRow:
    """The caller's upload, which lives on from now: being asked for is a sign of life."""
    with transaction(engine) as connection:
        _check_alive(_own(connection, caller, video_id, to_read=to_read))
        multipart.touch(connection, video_id)
        return uploading.upload(connection, video_id)


def _own(connection: Connection, caller: Caller, video_id: UUID, *, to_read: bool = False) -> UploadRow:
    upload = uploading.upload(connection, video_id)
    if caller.is_admin or upload.owner_id == caller.user_id:
        return upload
    if to_read:
        raise VideoNotFound(f"No upload has the id {video_id}.")
    raise NotAllowed(f"Upload {video_id} is somebody else's.")


def _check_alive(upload: UploadRow) -> None:
    if upload.is_completed:
        raise Conflict(f"Upload {upload.video_id} is complete.")
    if upload.is_aborted or upload.status is not VideoStatus.UPLOADING:
        raise Conflict(f"Upload {upload.video_id} was aborted. Begin again.")
    if upload.is_expired:
        raise Conflict(f"Upload {upload.video_id} has expired: nothing was heard of it for hours. Begin again.")


def _assembled(
    engine: Engine, direct: DirectUploads, upload: UploadRow, listed: Sequence[Part], defaults: Limits
) -> StoredObject:
    """The object that the store made of the upload, looked at: nobody's word is taken for its size."""
    name = upload.multipart_id
    there = None if name is None else direct.parts(upload.key, name)
    if name is None or there is None:  # sent as one, or completed by somebody who died before saying so
        stored = direct.store.head(upload.key)
    else:
        size = _agreed_size(upload, listed, there)
        _declare(engine, upload, size, defaults)
        stored = direct.complete(upload.key, name, listed)
    if stored is None:
        raise RequestRefused("Nothing of the file has arrived in the object store. Send it, then complete the upload.")
    if upload.declared_bytes not in {None, stored.size_bytes}:
        _refuse(engine, direct, upload, stored)
    return stored


def _agreed_size(upload: UploadRow, listed: Sequence[Part], there: Sequence[Part]) -> int:
    """How large the file is if its parts are those listed, all there, in order and as large as was announced."""
    numbers = [part.number for part in listed]
    wanted = list(range(1, (upload.part_count if is_exact(upload) else max(len(listed), 1)) + 1))
    if numbers != wanted:
        raise RequestRefused(f"List parts 1 to {wanted[-1]}, each once and in order.")
    known = {part.number: part for part in there}
    for part in listed:
        if part.number not in known:
            raise RequestRefused(f"Part {part.number} has not arrived. Send it, then complete the upload.")
        if part.etag != known[part.number].etag:
            raise RequestRefused(f"Part {part.number} is another one than that listed: its ETag differs.")
    size = sum(known[number].size_bytes for number in numbers)
    if upload.declared_bytes not in {None, size}:
        raise RequestRefused(f"The parts have {size} bytes; {upload.declared_bytes} were announced.")
    return size


def _declare(engine: Engine, upload: UploadRow, size_bytes: int, defaults: Limits) -> None:
    """Take the bytes of a file from the quota whose size was not known when it began."""
    if upload.declared_bytes is not None or upload.owner_id is None:
        return
    with transaction(engine) as connection:
        known, week = this_week(connection, defaults)
        if size_bytes > known.max_file_bytes:
            raise RequestRefused(f"A file has 1 to {known.max_file_bytes} bytes here; this one has {size_bytes}.")
        if multipart.declare(connection, upload.video_id, size_bytes=size_bytes):
            reserve(connection, upload.owner_id, week, size_bytes, limit_bytes=known.weekly_bytes)
            multipart.reserved(connection, upload.video_id, week.start)


def _refuse(engine: Engine, direct: DirectUploads, upload: UploadRow, stored: StoredObject) -> None:
    """End an upload whose object is not as large as was announced; nothing of it is left."""
    sentence = f"The file that arrived has {stored.size_bytes} bytes; {upload.declared_bytes} were announced."
    with transaction(engine) as connection:
        videos.fail(connection, upload.video_id, code=WRONG_SIZE, sentence=sentence, retryable=False)
        quota.give_back(connection, upload.video_id)
    direct.store.delete_exactly(stored)
    raise RequestRefused(sentence)
