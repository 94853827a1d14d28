"""What Uppy's @uppy/aws-s3 sends to a Companion and expects of it (versions 4 to 6); the names are Companion's."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from video_pipeline.api.schemas.uploads import Described, ETag, PartNumber
from video_pipeline.storage.multipart import PARTS_MAX, Part
from video_pipeline.types import VideoStatus
from video_pipeline.uploads.announcement import Announcement

_METADATA = re.compile(r"metadata\[(\w+)\]")


class Metadata(Described):
    """A file's `meta` in Uppy, as far as we know its names; pages that set `size` have it reserved at once."""

    size: int | None = Field(default=None, gt=0, description="Of the file, in bytes.", examples=[73_400_320])

    @classmethod
    def of_query(cls, query: Mapping[str, str]) -> Self:
        """What a query says as `metadata[name]=value`; empty is as good as nothing."""
        found = ((_METADATA.fullmatch(name), value) for name, value in query.items())
        return cls.model_validate({match[1]: value for match, value in found if match and value})


class NewMultipart(BaseModel):
    """A file that Uppy wants to send in parts."""

    filename: str = Field(max_length=1024, examples=["gate.mp4"])
    type: str = Field(max_length=255, examples=["video/mp4"])
    metadata: Metadata = Metadata()

    def announcement(self) -> Announcement:
        """The same for the story."""
        return announcement(self.filename, self.type, self.metadata)


class Multipart(BaseModel):
    """An upload in parts, by the two names that every further request gives."""

    key: str = Field(examples=["incoming/0b8b4f0e-4b7a-4c55-9c36-4bb2a0c6a8e0.mp4"])
    uploadId: str = Field(examples=["f2b4…"])  # noqa: N815 - Companion's name


class PartAddress(BaseModel):
    """Where a part is PUT."""

    url: str = Field(examples=["https://s3.example.org/videos/incoming/…?X-Amz-Signature=…"])
    expires: int = Field(description="Seconds that the address is good for.", examples=[900])


class PartAddresses(BaseModel):
    """Where parts are PUT, by their numbers."""

    presignedUrls: dict[int, str]  # noqa: N815 - Companion's name


class ListedPart(BaseModel):
    """A part as S3 lists it."""

    model_config = ConfigDict(extra="ignore")

    PartNumber: PartNumber
    ETag: ETag


class ArrivedPart(ListedPart):
    """A part that the store has got."""

    Size: int = Field(examples=[5_242_880])


class ListedParts(BaseModel):
    """The parts that Uppy has sent."""

    parts: list[ListedPart] = Field(min_length=1, max_length=PARTS_MAX)

    def listed(self) -> list[Part]:
        """The same for the story."""
        return [Part(part.PartNumber, part.ETag) for part in self.parts]


class Assembled(BaseModel):
    """What became of the parts. `location` is where the video is told of: nobody reads the upload itself."""

    location: str = Field(examples=["/api/videos/0b8b4f0e-4b7a-4c55-9c36-4bb2a0c6a8e0"])
    key: str = Field(examples=["incoming/0b8b4f0e-4b7a-4c55-9c36-4bb2a0c6a8e0.mp4"])
    bucket: str = Field(examples=["videos"])
    status: VideoStatus


class Params(BaseModel):
    """How Uppy sends a small file: a form, POSTed to the bucket with these fields before the file."""

    method: str = "POST"
    url: str = Field(examples=["https://s3.example.org/videos"])
    fields: dict[str, str]
    expires: int = Field(examples=[900])


def announcement(filename: str, mime_type: str, metadata: Metadata) -> Announcement:
    """A file that Uppy wants to send, for the story."""
    told = metadata.model_dump(exclude={"checksum_sha256", "size"})
    return Announcement(filename, mime_type, metadata.size, sha256=metadata.checksum_sha256, **told)
