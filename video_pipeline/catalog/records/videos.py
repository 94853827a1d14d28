"""A video from validation to its end: which step may follow which is decided by each statement's WHERE.

    uploaded ─begin_validation→ validating ─accept→ processing ─complete→ completed
    any of these but completed ─fail, refuse, mark_duplicate→ failed
    failed ─begin_validation→ validating, or, if it had been accepted, ─resume→ processing

A video that was completed once stays completed: when it is processed again and that fails, what is served is as good
as before, and its jobs tell of the failure. Every end is told to the outside as well (`events`).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, case, delete, func, or_, update

from video_pipeline.catalog import queries
from video_pipeline.catalog.records import events, quota
from video_pipeline.catalog.records.guards import IN_WORK, claiming_bytes, locked, refusal
from video_pipeline.catalog.rows import VideoRow
from video_pipeline.catalog.tables import artifacts, videos
from video_pipeline.errors import DuplicateVideo, RequestRefused
from video_pipeline.types import ArtifactKind, Finding, VideoStatus

_BEFORE_ACCEPTANCE = (VideoStatus.UPLOADING, VideoStatus.UPLOADED, VideoStatus.VALIDATING)
_UNFINISHED = (*_BEFORE_ACCEPTANCE, VideoStatus.PROCESSING)
_NO_FAILURE: dict[str, Any] = {
    "error_code": None,
    "error_sentence": None,
    "error_retryable": None,
    "failed_at": None,
}


def begin_validation(conn: Connection, video_id: UUID, *, run_id: str) -> VideoRow:
    """A run looks at the video. A failed one starts afresh; one that is accepted already keeps its status.

    Raises:
        VideoNotFound: no video has that id.
        RequestRefused: the video is not uploaded yet, or deleted.
        DuplicateVideo: it had failed, and the same bytes have come in as another video since.
    """
    possible = videos.c.status.not_in([VideoStatus.UPLOADING, VideoStatus.DELETED])
    fresh = videos.c.status.in_([VideoStatus.UPLOADED, VideoStatus.FAILED])
    status = case((fresh, VideoStatus.VALIDATING), else_=videos.c.status)
    return _take_up(conn, video_id, possible, "be validated", status=status, run_id=run_id)


def resume(conn: Connection, video_id: UUID, *, run_id: str) -> VideoRow:
    """A run works on the video. One that failed after it had been accepted is processed again.

    Raises:
        VideoNotFound: no video has that id.
        RequestRefused: the video was never accepted, or is deleted.
        DuplicateVideo: it had failed, and the same bytes have come in as another video since.
    """
    failed = videos.c.status == VideoStatus.FAILED
    possible = or_(videos.c.status.in_(IN_WORK), failed & videos.c.validated_at.is_not(None))
    status = case((failed, VideoStatus.PROCESSING), else_=videos.c.status)
    return _take_up(conn, video_id, possible, "be processed", status=status, run_id=run_id)


def _take_up(
    conn: Connection,
    video_id: UUID,
    possible: ColumnElement[bool],
    deed: str,
    **values: Any,  # noqa: ANN401
) -> VideoRow:
    step = update(videos).where(videos.c.id == video_id, possible).values(**values, **_NO_FAILURE)
    with claiming_bytes(conn, video_id):
        row = conn.execute(step.returning(*videos.c)).one_or_none()
    if row is None:
        raise refusal(conn, video_id, deed)
    return VideoRow(**row._mapping)


def accept(
    conn: Connection,
    video_id: UUID,
    *,
    sha256: str,
    size_bytes: int,
    original_key: str,
    warnings: Sequence[Finding] = (),
    browser_ready: bool | None = None,
) -> None:
    """The file is good: these are its bytes from now on, and nobody else's in its scope.

    Of several transactions that accept the same bytes at once, one succeeds; the others wait for it and learn its id.

    Raises:
        DuplicateVideo: another video of the scope holds these bytes; the transaction goes on as if nothing was tried.
        RequestRefused: the video is not being validated, or was accepted with other bytes before.
    """
    status = case((videos.c.status == VideoStatus.VALIDATING, VideoStatus.PROCESSING), else_=videos.c.status)
    step = (
        update(videos)
        .where(
            videos.c.id == video_id,
            videos.c.status.in_(IN_WORK),
            func.coalesce(videos.c.checksum_sha256, sha256) == sha256,
        )
        .values(
            status=status,
            checksum_sha256=sha256,
            size_bytes=size_bytes,
            original_key=original_key,
            duplicate_of=None,
            warnings=warnings,
            browser_ready=func.coalesce(browser_ready, videos.c.browser_ready),
            validated_at=func.coalesce(videos.c.validated_at, func.now()),
        )
    )
    with claiming_bytes(conn, video_id, sha256):
        accepted = conn.execute(step).rowcount
    if not accepted:
        raise refusal(conn, video_id, "be accepted with these bytes")


def mark_duplicate(conn: Connection, video_id: UUID, *, of: UUID) -> None:
    """The video ends here, pointing at the one that had the same bytes first; its own go back to the quota.

    Raises:
        RequestRefused: the video was accepted before, or has ended.
    """
    step = update(videos).where(videos.c.id == video_id, videos.c.status.in_(_BEFORE_ACCEPTANCE))
    story = DuplicateVideo(of)
    ended = step.values(duplicate_of=of, **_failure(story.code, str(story), retryable=False))
    if not conn.execute(ended).rowcount:
        raise refusal(conn, video_id, "become a duplicate")
    quota.give_back(conn, video_id)
    events.video_failed(conn, video_id, is_alert=False)


def complete(conn: Connection, video_id: UUID, *, run_id: str, required: Collection[ArtifactKind]) -> None:
    """Everything is there: the video is served. `completed_at` stays the first time it was.

    Raises:
        RequestRefused: it is not in processing, lacks metadata or a required artifact, or has an artifact that was
            made from other bytes than its original's.
    """
    video = locked(conn, video_id)
    if video.status not in {VideoStatus.PROCESSING, VideoStatus.COMPLETED}:
        raise refusal(conn, video_id, "be completed")
    lacks = _lacks(conn, video, required)
    if lacks:
        raise RequestRefused(f"Video {video_id} cannot be completed: it lacks {', '.join(lacks)}.")
    completed_at = func.coalesce(videos.c.completed_at, func.now())
    step = update(videos).where(videos.c.id == video_id)
    conn.execute(step.values(status=VideoStatus.COMPLETED, run_id=run_id, completed_at=completed_at))
    if video.completed_at is None:
        events.video_completed(conn, video_id)


def _lacks(conn: Connection, video: VideoRow, required: Collection[ArtifactKind]) -> list[str]:
    current = queries.current_artifacts(conn, video.id)
    lacks = ["its metadata"] if video.facts is None else []
    if video.facts is not None and video.duration_seconds is None:
        lacks.append("a known duration")
    lacks += [f"the {kind}" for kind in sorted(set(required) - current.keys())]
    foreign = sorted(kind for kind, made in current.items() if made.input_sha256 != video.checksum_sha256)
    return lacks + [f"a {kind} made from its present original" for kind in foreign]


def refuse(conn: Connection, video_id: UUID, *, code: str, sentence: str) -> None:
    """A rule refused the file, at whatever stage: the video is as if it had never been accepted.

    Nothing happens to a video that has ended, completed ones included (see above).
    """
    step = update(videos).where(videos.c.id == video_id, videos.c.status.in_(_UNFINISHED))
    undone = {"original_key": None, "validated_at": None, "browser_ready": None}
    if not conn.execute(step.values(**undone, **_failure(code, sentence, retryable=False))).rowcount:
        return
    quota.give_back(conn, video_id)
    events.video_failed(conn, video_id, is_alert=False)  # the file is to blame, and its owner is told
    conn.execute(delete(artifacts).where(artifacts.c.video_id == video_id))


def fail(
    conn: Connection, video_id: UUID, *, code: str, sentence: str, retryable: bool, run_id: str | None = None
) -> None:
    """The video ends here for now. The first failure told of an attempt is kept.

    Nothing happens to a video that has ended, completed ones included (see above), nor where `run_id` is given and a
    later run has taken the video up: news of a dead run may come late.
    """
    step = update(videos).where(videos.c.id == video_id, videos.c.status.in_(_UNFINISHED))
    if run_id is not None:
        step = step.where(func.coalesce(videos.c.run_id, run_id) == run_id)
    if conn.execute(step.values(_failure(code, sentence, retryable=retryable))).rowcount:
        events.video_failed(conn, video_id, is_alert=True)


def _failure(code: str, sentence: str, *, retryable: bool) -> dict[str, Any]:
    return {
        "status": VideoStatus.FAILED,
        "error_code": code,
        "error_sentence": sentence,
        "error_retryable": retryable,
        "failed_at": func.now(),
    }
