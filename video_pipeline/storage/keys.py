"""Every key in the bucket, as a function: no user text is ever in a key that we make.

The layout of the bucket:

    incoming/<video_id>.<ext>                      an upload, until validation has judged it
    incoming/drop/<site>/<camera>/<name>           a file that somebody put straight into the bucket
    originals/<video_id>/original.<ext>            a validated original; no presigned URL ever covers this prefix
    renditions/<video_id>/<kind>/<sha256>.<ext>    a derived object; new bytes get a new key
    rejected/<video_id>/rejected.bin               what was refused, kept for a while to be looked at
    reports/daily/<date>.parquet                   what happened on a day, as figures
    compute-logs/…                                 what Dagster's runs printed
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from video_pipeline.types import ArtifactKind, Container

INBOX = "incoming/"
DROP = "incoming/drop/"
ORIGINALS = "originals/"
RENDITIONS = "renditions/"
REJECTED = "rejected/"
REPORTS = "reports/"
COMPUTE_LOGS = "compute-logs/"

_UPLOAD = re.compile(r"incoming/(?P<video_id>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.[a-z0-9]{2,5}")
_OWNED = re.compile(r"(?:originals|renditions|rejected)/(?P<video_id>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/.+")
# Without NUL, which no database holds: one such object among the drops would end every look at them.
_DROP = re.compile(r"incoming/drop/(?P<site>[^/\0]+)/(?P<camera>[^/\0]+)/(?P<name>[^\0]*[^/\0])")


@dataclass(frozen=True, slots=True)
class DropPath:
    """Who dropped a file: the site, the camera and the name it gave, all of them a stranger's text."""

    site: str
    camera: str
    name: str


def upload(video_id: UUID, extension: str) -> str:
    """Where an upload lands; `extension` is one the product accepts, without its dot."""
    return f"{INBOX}{video_id}.{extension}"


def upload_id(key: str) -> UUID | None:
    """The video whose upload lies at `key`, or None where `key` is no upload's."""
    match = _UPLOAD.fullmatch(key)
    return UUID(match["video_id"]) if match else None


def owner(key: str) -> UUID | None:
    """The video that the object at `key` belongs to; None for a drop, and where nothing of ours is called so."""
    match = _OWNED.fullmatch(key)
    return UUID(match["video_id"]) if match else upload_id(key)


def drop_path(key: str) -> DropPath | None:
    """Who dropped the object at `key`, or None where it is no drop."""
    match = _DROP.fullmatch(key)
    return DropPath(match["site"], match["camera"], match["name"]) if match else None


def original(video_id: UUID, container: Container) -> str:
    """Where a validated original lives."""
    return f"{originals_of(video_id)}original.{container}"


def originals_of(video_id: UUID) -> str:
    """The prefix of a video's original."""
    return f"{ORIGINALS}{video_id}/"


def rendition(video_id: UUID, kind: ArtifactKind, sha256: str, extension: str) -> str:
    """Where a derived object lives; its content names it, so that new bytes never overwrite served ones."""
    return f"{renditions_of(video_id)}{kind}/{sha256}.{extension}"


def renditions_of(video_id: UUID) -> str:
    """The prefix of everything derived from a video."""
    return f"{RENDITIONS}{video_id}/"


def rejected(video_id: UUID) -> str:
    """Where a refused upload is kept; without an extension that any program would act on."""
    return f"{rejected_of(video_id)}rejected.bin"


def rejected_of(video_id: UUID) -> str:
    """The prefix of what was refused of a video."""
    return f"{REJECTED}{video_id}/"


def daily_report(day: date) -> str:
    """Where a day's report lies; making it again replaces it."""
    return f"{REPORTS}daily/{day.isoformat()}.parquet"
