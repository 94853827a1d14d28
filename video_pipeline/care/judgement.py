"""Where the rows and the objects of one video disagree: a pure function of both."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from uuid import UUID

from video_pipeline.care.disagreements import Code, Cutoffs, Disagreement
from video_pipeline.catalog.inventory import Holding
from video_pipeline.catalog.rows import ArtifactRow
from video_pipeline.media.profiles import required
from video_pipeline.storage import keys
from video_pipeline.types import StoredObject, VideoStatus

WAITING = frozenset({VideoStatus.UPLOADING, VideoStatus.UPLOADED, VideoStatus.VALIDATING})
"""Where a video's only bytes lie in the inbox."""


def judge(
    video_id: UUID, holding: Holding | None, objects: Sequence[StoredObject], cutoffs: Cutoffs
) -> Iterator[Disagreement]:
    """What is wrong with a video, given everything that lies in the bucket under its id, dropped files included."""
    if holding is None:
        yield from _unaccounted(video_id, None, objects, cutoffs)
    elif holding.video.status is VideoStatus.DELETED:
        yield from _left_of_deleted(holding, objects, cutoffs)
    elif not holding.is_busy:
        yield from _unaccounted(video_id, holding, objects, cutoffs)
        yield from _unborne(holding, {stored.key: stored for stored in objects}, cutoffs)


def _unaccounted(
    video_id: UUID, holding: Holding | None, objects: Sequence[StoredObject], cutoffs: Cutoffs
) -> Iterator[Disagreement]:
    """The objects that no row accounts for."""
    for stored in objects:
        code = _astray(holding, stored, objects, cutoffs) if stored.last_modified < cutoffs.settled else None
        if code is not None:
            yield Disagreement(code, video_id, stored.key, stored.etag, f"{stored.size_bytes} bytes")


def _astray(
    holding: Holding | None, stored: StoredObject, objects: Sequence[StoredObject], cutoffs: Cutoffs
) -> Code | None:
    if stored.key.startswith(keys.INBOX):
        return None if holding and _waits_for(holding, stored, objects) else Code.STRAY_UPLOAD
    if stored.key.startswith(keys.ORIGINALS):
        return _astray_original(holding, stored, objects)
    if stored.key.startswith(keys.RENDITIONS):
        known = {made.key for made in holding.artifacts} if holding else set()
        return None if stored.key in known else Code.STRAY_RENDITION
    if holding is None or holding.video.status is not VideoStatus.FAILED or holding.video.duplicate_of:
        return Code.STRAY_REJECT
    return Code.OLD_REJECT if stored.last_modified < cutoffs.rejects else None


def _astray_original(holding: Holding | None, stored: StoredObject, objects: Sequence[StoredObject]) -> Code | None:
    """An original may be all there is of a video, and then it is never astray.

    A purge takes the row last, and validation empties the inbox last. So an original without a row, or without the
    upload that its row still waits for, was validated after the catalog was saved that is there now.
    """
    if holding is None:
        return Code.ORPHAN_ORIGINAL
    video = holding.video
    if video.original_key == stored.key:
        return None
    elsewhere = {video.inbox_key, keys.rejected(video.id)} & {one.key for one in objects}
    is_known = elsewhere or video.original_key or video.duplicate_of
    return Code.STRAY_ORIGINAL if is_known else Code.ORPHAN_ORIGINAL


def _waits_for(holding: Holding, stored: StoredObject, objects: Sequence[StoredObject]) -> bool:
    """Whether the inbox has the video's only bytes: before validation, and where that failed without a verdict."""
    video = holding.video
    if stored.key != video.inbox_key:
        return False
    if video.status in WAITING:
        return True
    is_judged = video.duplicate_of or video.validated_at or keys.rejected(video.id) in {one.key for one in objects}
    return video.status is VideoStatus.FAILED and video.uploaded_at is not None and not is_judged


def _left_of_deleted(holding: Holding, objects: Sequence[StoredObject], cutoffs: Cutoffs) -> Iterator[Disagreement]:
    """A deleted video stays as a bare row while its bytes count in a week's quota."""
    video = holding.video
    is_bare = not objects and not holding.artifacts
    is_due = video.deleted_at is not None and video.deleted_at < cutoffs.kept and not holding.is_busy
    if is_due and not (is_bare and holding.holds_quota):
        yield Disagreement(Code.ABORTED_UPLOAD if holding.is_aborted else Code.DELETED_VIDEO, video.id)


def _unborne(holding: Holding, present: dict[str, StoredObject], cutoffs: Cutoffs) -> Iterator[Disagreement]:
    """The rows that no object bears out, or not the right one."""
    yield from _of_upload(holding, present, cutoffs)
    yield from _of_original(holding, present, cutoffs)
    for made in holding.artifacts:
        yield from _of_artifact(holding, made, present.get(made.key), cutoffs)
    yield from _lacking(holding, cutoffs)


def _of_upload(holding: Holding, present: dict[str, StoredObject], cutoffs: Cutoffs) -> Iterator[Disagreement]:
    video = holding.video
    is_waiting = video.status is VideoStatus.UPLOADED and (video.uploaded_at or video.created_at) < cutoffs.settled
    if is_waiting and not any(key in present for key in (video.inbox_key, video.original_key, keys.rejected(video.id))):
        yield Disagreement(Code.UPLOAD_MISSING, video.id, video.inbox_key)


def _of_original(holding: Holding, present: dict[str, StoredObject], cutoffs: Cutoffs) -> Iterator[Disagreement]:
    video = holding.video
    if video.original_key is None or video.validated_at is None or video.validated_at >= cutoffs.settled:
        return
    stored = present.get(video.original_key)
    if stored is None:
        yield Disagreement(Code.ORIGINAL_MISSING, video.id, video.original_key)
    elif stored.size_bytes != video.size_bytes:
        sizes = f"{stored.size_bytes} bytes instead of {video.size_bytes}"
        yield Disagreement(Code.ORIGINAL_DAMAGED, video.id, video.original_key, stored.etag, sizes)


def _of_artifact(
    holding: Holding, made: ArtifactRow, stored: StoredObject | None, cutoffs: Cutoffs
) -> Iterator[Disagreement]:
    wrong = partial(Disagreement, video_id=made.video_id, key=made.key, detail=made.kind)
    if made.superseded_at is not None:
        if made.superseded_at < cutoffs.kept:
            yield wrong(Code.SUPERSEDED_ARTIFACT)
    elif made.created_at < cutoffs.settled:
        if stored is None:
            yield wrong(Code.ARTIFACT_MISSING)
        elif stored.size_bytes != made.size_bytes:
            yield wrong(Code.ARTIFACT_DAMAGED, version=stored.etag)
        elif made.input_sha256 != holding.video.checksum_sha256:
            yield wrong(Code.ARTIFACT_FOREIGN)


def _lacking(holding: Holding, cutoffs: Cutoffs) -> Iterator[Disagreement]:
    video = holding.video
    if video.status is not VideoStatus.COMPLETED or video.facts is None:
        return
    if video.completed_at is None or video.completed_at >= cutoffs.settled:
        return
    current = {made.kind for made in holding.artifacts if made.superseded_at is None}
    for kind in sorted(required(video.facts) - current):
        yield Disagreement(Code.ARTIFACT_LACKING, video.id, kind)
