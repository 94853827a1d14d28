"""Uploads and quotas, as the API takes and gives them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field, StrictInt, StringConstraints

from video_pipeline.api.schemas.words import Moment
from video_pipeline.catalog.uploading import UploadRow
from video_pipeline.storage.multipart import PARTS_MAX, Part
from video_pipeline.types import VideoStatus
from video_pipeline.uploads.announcement import Announcement
from video_pipeline.uploads.begin import Begun, Signed
from video_pipeline.uploads.limits import Standing

Sha256 = Annotated[str, StringConstraints(to_lower=True, pattern=r"^[0-9a-fA-F]{64}$")]
PartNumber = Annotated[StrictInt, Field(ge=1, le=PARTS_MAX, examples=[1])]
ETag = Annotated[
    str,
    StringConstraints(min_length=1, max_length=256),
    AfterValidator(lambda etag: etag.strip('"')),
    Field(examples=["d41d8cd98f00b204e9800998ecf8427e"]),
]

_SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
_URL = "https://s3.example.org/videos/incoming/…?X-Amz-Signature=…"


def _of_a_camera(moment: datetime) -> datetime:
    if not datetime(1900, 1, 1, tzinfo=UTC) <= moment < datetime(2200, 1, 1, tzinfo=UTC):
        raise ValueError("nothing was recorded then")
    return moment


Recorded = Annotated[Moment, AfterValidator(_of_a_camera)]


class Described(BaseModel):
    """What people say of a video."""

    title: str | None = Field(default=None, max_length=200, examples=["Delivery at the gate"])
    description: str | None = Field(default=None, max_length=5000, examples=["Two men and a pallet."])
    operator_notes: str | None = Field(default=None, max_length=5000, examples=["Clock is two minutes fast."])
    recorded_at: Recorded | None = Field(default=None, examples=["2026-05-04T10:00:00Z"])
    camera_id: UUID | None = Field(default=None, description="The camera it was recorded with, of a site you see.")
    category_id: UUID | None = None
    checksum_sha256: Sha256 | None = Field(default=None, description="Of the whole file, in hex.", examples=[_SHA256])


class NewUpload(Described):
    """A file that is to be sent."""

    filename: str = Field(max_length=1024, description="Without folders.", examples=["gate.mp4"])
    size_bytes: StrictInt = Field(gt=0, examples=[73_400_320])
    mime_type: str = Field(max_length=255, description="It agrees with the extension.", examples=["video/mp4"])

    def announcement(self) -> Announcement:
        """The same for the story."""
        told = self.model_dump(exclude={"checksum_sha256"})
        return Announcement(**told, sha256=self.checksum_sha256)


class PartUrl(BaseModel):
    """Where a part is PUT, of exactly its size; the answer's ETag is needed to complete the upload."""

    number: int = Field(examples=[1])
    url: str = Field(examples=[_URL])


class Put(BaseModel):
    """The one request that sends a small file; all the headers must go with it."""

    method: str = Field(examples=["PUT"])
    url: str = Field(examples=[_URL])
    headers: dict[str, str] = Field(examples=[{"If-None-Match": "*"}])


class SignedUrls(BaseModel):
    """Addresses to send to, good for 15 minutes: of parts, or of the file where it is sent as one."""

    parts: list[PartUrl]
    put: Put | None = Field(default=None, description="Instead of parts, where the file is no larger than one.")
    expires_at: datetime = Field(description="When the upload ends if nothing more is heard of it.")

    @classmethod
    def of(cls, signed: Signed) -> Self:
        """The same as the API tells it."""
        return cls(**_urls(signed))


class Upload(SignedUrls):
    """An upload that has begun, with the addresses of its first 100 parts."""

    video_id: UUID
    upload_id: str | None = Field(description="The store's name for an upload in parts.", examples=[None])
    key: str = Field(examples=["incoming/0b8b4f0e-4b7a-4c55-9c36-4bb2a0c6a8e0.mp4"])
    part_size: int = Field(description="In bytes; the last part is smaller.", examples=[10_485_760])
    part_count: int = Field(examples=[7])

    @classmethod
    def begun(cls, begun: Begun) -> Self:
        """The same as the API tells it."""
        upload = begun.upload
        return cls(
            video_id=upload.video_id,
            upload_id=upload.multipart_id,
            key=upload.key,
            part_size=upload.part_bytes,
            part_count=upload.part_count,
            **_urls(begun.signed),
        )


class Duplicate(BaseModel):
    """The same bytes are in the catalog, or on their way: nothing need be sent, or the upload there be resumed."""

    video_id: UUID
    duplicate: bool = True
    status: VideoStatus = Field(description="`uploading`: an upload of yours that you can go on with.")


class Numbers(BaseModel):
    """Parts that addresses are wanted for."""

    numbers: list[PartNumber] = Field(min_length=1, max_length=1000, examples=[[101, 102]])


class StoredPart(BaseModel):
    """A part that the store has got."""

    number: int = Field(examples=[1])
    etag: str = Field(examples=["d41d8cd98f00b204e9800998ecf8427e"])
    size_bytes: int = Field(examples=[10_485_760])


class StoredParts(BaseModel):
    """How an upload is cut, and the parts that the store has got."""

    part_size: int = Field(description="In bytes; the last part is smaller.", examples=[10_485_760])
    part_count: int = Field(examples=[7])
    parts: list[StoredPart]

    @classmethod
    def of(cls, upload: UploadRow, parts: Sequence[Part]) -> Self:
        """The same as the API tells it."""
        told = [StoredPart(number=part.number, etag=part.etag, size_bytes=part.size_bytes) for part in parts]
        return cls(part_size=upload.part_bytes, part_count=upload.part_count, parts=told)


class SentPart(BaseModel):
    """A part that was sent, and the ETag that the store answered with."""

    number: PartNumber
    etag: ETag


class Completion(BaseModel):
    """All the parts in order; none where the file was sent as one."""

    parts: list[SentPart] = Field(default=[], max_length=PARTS_MAX)

    def listed(self) -> list[Part]:
        """The same for the story."""
        return [Part(part.number, part.etag) for part in self.parts]


class Completed(BaseModel):
    """A video that has been uploaded, and where it stands."""

    video_id: UUID
    status: VideoStatus = Field(examples=[VideoStatus.UPLOADED])


class Quota(BaseModel):
    """This week's quota, in bytes. It is the same for everybody."""

    used: int = Field(description="Uploads under way included.", examples=[73_400_320])
    limit: int = Field(examples=[4_294_967_296])
    resets_at: datetime

    @classmethod
    def of(cls, standing: Standing) -> Self:
        """The same as the API tells it."""
        return cls(used=standing.used, limit=standing.limit, resets_at=standing.resets_at)


def _urls(signed: Signed) -> dict[str, object]:
    put = signed.put
    return {
        "parts": [PartUrl(number=number, url=url) for number, url in signed.urls.items()],
        "put": None if put is None else Put(method=put.method, url=put.url, headers=put.headers),
        "expires_at": signed.expires_at,
    }
