"""In what catalog, bucket and Dagster can disagree, by stable codes, and the sentence that each is told by."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

DAY = timedelta(days=1)


class Code(StrEnum):
    """A kind of disagreement. The first two groups are between catalog and bucket, where the sweep finds them too."""

    # Objects that no row accounts for.
    STRAY_UPLOAD = "stray_upload"
    STRAY_ORIGINAL = "stray_original"
    ORPHAN_ORIGINAL = "orphan_original"
    STRAY_RENDITION = "stray_rendition"
    STRAY_REJECT = "stray_reject"
    OLD_REJECT = "old_reject"
    UNADOPTED_DROP = "unadopted_drop"
    UNKNOWN_OBJECT = "unknown_object"
    UNFINISHED_UPLOAD = "unfinished_upload"
    # Rows that their objects do not bear out.
    UPLOAD_MISSING = "upload_missing"
    ORIGINAL_MISSING = "original_missing"
    ORIGINAL_DAMAGED = "original_damaged"
    ARTIFACT_MISSING = "artifact_missing"
    ARTIFACT_DAMAGED = "artifact_damaged"
    ARTIFACT_FOREIGN = "artifact_foreign"
    ARTIFACT_LACKING = "artifact_lacking"
    DELETED_VIDEO = "deleted_video"
    ABORTED_UPLOAD = "aborted_upload"
    SUPERSEDED_ARTIFACT = "superseded_artifact"
    # What the catalog says of itself.
    SAME_BYTES_TWICE = "same_bytes_twice"
    NOT_VALIDATED = "not_validated"
    STUCK_UPLOAD = "stuck_upload"
    STUCK_VIDEO = "stuck_video"
    STUCK_JOB = "stuck_job"
    STUCK_REQUEST = "stuck_request"
    QUOTA_DRIFT = "quota_drift"
    # What Dagster and the machine say.
    LONE_PARTITION = "lone_partition"
    LONE_RUN = "lone_run"
    NO_RUN = "no_run"
    ABANDONED_FOLDER = "abandoned_folder"

    @property
    def sentence(self) -> str:
        """What it means."""
        return SENTENCES[self]


SENTENCES = {
    Code.STRAY_UPLOAD: "An object in the inbox belongs to no video that waits for it.",
    Code.STRAY_ORIGINAL: "An object among the originals is not the original that its video's row names.",
    Code.ORPHAN_ORIGINAL: "An original, all there is of a video, is known to no row: as after the restore of an older "
    "catalog. It is left alone.",
    Code.STRAY_RENDITION: "A derived object is known to no row.",
    Code.STRAY_REJECT: "A refused file is kept of a video that is not refused.",
    Code.OLD_REJECT: "A refused file has been kept for as long as was promised.",
    Code.UNADOPTED_DROP: "A file that was dropped into the bucket has no video: the inbox sensor has not seen it.",
    Code.UNKNOWN_OBJECT: "An object lies where only ours lie and is called like none of ours. It is left alone.",
    Code.UNFINISHED_UPLOAD: "The store keeps parts of an upload that nobody will finish.",
    Code.UPLOAD_MISSING: "An upload was acknowledged, and its object is nowhere.",
    Code.ORIGINAL_MISSING: "The original of a video is not in the bucket.",
    Code.ORIGINAL_DAMAGED: "The original of a video has other bytes than those that were validated.",
    Code.ARTIFACT_MISSING: "A derived object that is served is not in the bucket.",
    Code.ARTIFACT_DAMAGED: "A derived object that is served has other bytes than those that were checked.",
    Code.ARTIFACT_FOREIGN: "A derived object was made from other bytes than its video's original has.",
    Code.ARTIFACT_LACKING: "A completed video lacks an artifact that it must have.",
    Code.DELETED_VIDEO: "A deleted video has not been purged.",
    Code.ABORTED_UPLOAD: "The row of an upload that was given up is still there.",
    Code.SUPERSEDED_ARTIFACT: "A derived object whose place another one took is still there.",
    Code.SAME_BYTES_TWICE: "Two videos of one scope hold the same bytes.",
    Code.NOT_VALIDATED: "Something is served that was never validated.",
    Code.STUCK_UPLOAD: "An upload that has expired was not given up.",
    Code.STUCK_VIDEO: "A video has been in work or waiting, and nothing has happened to it for long.",
    Code.STUCK_JOB: "A job that is said to be running gives no sign of life, or its video has ended.",
    Code.STUCK_REQUEST: "A request to process a video again has not become a run.",
    Code.QUOTA_DRIFT: "A user's quota counts other bytes than those that were taken from it.",
    Code.LONE_PARTITION: "Dagster has a partition of a video that is no more.",
    Code.LONE_RUN: "Dagster has a run under way for a video that is deleted, or for none.",
    Code.NO_RUN: "A video is in work, and Dagster has no run for it.",
    Code.ABANDONED_FOLDER: "A work folder was left by a run that is no more.",
}


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One thing that is not as it should be, and exactly which.

    `key` is the object's, or names what it is besides (a partition, a folder); `version` is the ETag of the object that
    was seen, or the store's name of an upload in parts.
    """

    code: Code
    video_id: UUID | None = None
    key: str | None = None
    version: str | None = None
    detail: str = field(default="", compare=False)

    def __str__(self) -> str:
        where = " ".join(str(part) for part in (self.video_id, self.key) if part)
        return f"{self.code}: {self.code.sentence} {where} {self.detail}".rstrip()


@dataclass(frozen=True, slots=True)
class Ages:
    """How old what disagrees must be to count.

    Work under way makes objects before rows, so nothing younger than `settled` is told as astray. What was deleted,
    given up or superseded is `kept` for those who are just looking at it, refused files for `rejects`.
    """

    settled: timedelta = DAY
    kept: timedelta = DAY
    rejects: timedelta = 30 * DAY


@dataclass(frozen=True, slots=True)
class Cutoffs:
    """The same as moments: what is from before them counts."""

    settled: datetime
    kept: datetime
    rejects: datetime

    @classmethod
    def at(cls, now: datetime, ages: Ages) -> Cutoffs:
        """The moments, as seen from `now`."""
        return cls(now - ages.settled, now - ages.kept, now - ages.rejects)
