"""Sites, cameras and categories as the API takes and shows them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StrictFloat, StrictInt, StringConstraints

from video_pipeline.api.schemas.words import Line
from video_pipeline.catalog.places import CameraRow, CategoryRow, SiteRow

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
"""A name for addresses and for the folders of drops."""

Extension = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]{2,5}$")]
Bytes = Annotated[StrictInt, Field(gt=0, lt=2**63)]
Seconds = Annotated[StrictFloat | StrictInt, Field(gt=0, le=10**6)]


class SiteLimits(BaseModel):
    """What a site accepts where that is less than the installation does; null means the same."""

    model_config = ConfigDict(extra="forbid")

    accepted_extensions: list[Extension] | None = Field(default=None, min_length=1, max_length=20, examples=[["mp4"]])
    max_file_bytes: Bytes | None = Field(default=None, examples=[1073741824])
    max_duration_seconds: Seconds | None = Field(default=None, examples=[600])


class NewSite(SiteLimits):
    """A site to be set up."""

    slug: Slug = Field(examples=["north-mall"])
    name: Line = Field(examples=["North Mall"])


class SiteChange(SiteLimits):
    """What is to be changed of a site; what is left out stays."""

    name: Line = Field(default="", examples=["North Mall"])


class Site(BaseModel):
    """A site."""

    id: UUID
    slug: str = Field(examples=["north-mall"])
    name: str = Field(examples=["North Mall"])
    accepted_extensions: list[str] | None
    max_file_bytes: int | None = Field(examples=[1073741824])
    max_duration_seconds: float | None = Field(examples=[600])
    created_at: datetime

    @classmethod
    def of(cls, row: SiteRow) -> Self:
        """The site as the catalog knows it."""
        return cls(**{name: getattr(row, name) for name in cls.model_fields})


class Sites(BaseModel):
    """Sites, by name."""

    sites: list[Site]


class NewCamera(BaseModel):
    """A camera to be set up."""

    model_config = ConfigDict(extra="forbid")

    site_id: UUID
    slug: Slug = Field(examples=["gate-2"])
    name: Line = Field(examples=["Gate 2"])


class CameraChange(BaseModel):
    """A camera's new name."""

    model_config = ConfigDict(extra="forbid")

    name: Line = Field(examples=["Gate 2"])


class Camera(BaseModel):
    """A camera of a site."""

    id: UUID
    site_id: UUID
    slug: str = Field(examples=["gate-2"])
    name: str = Field(examples=["Gate 2"])
    created_at: datetime

    @classmethod
    def of(cls, row: CameraRow) -> Self:
        """The camera as the catalog knows it."""
        return cls(**{name: getattr(row, name) for name in cls.model_fields})


class Cameras(BaseModel):
    """Cameras, by name."""

    cameras: list[Camera]


class NewCategory(BaseModel):
    """A category to be set up."""

    model_config = ConfigDict(extra="forbid")

    name: Line = Field(examples=["Tutorials"])
    slug: Slug = Field(examples=["tutorials"])


class CategoryChange(BaseModel):
    """What is to be changed of a category; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    name: Line = Field(default="", examples=["Tutorials"])
    slug: Slug = Field(default="", examples=["tutorials"])


class Category(BaseModel):
    """What a video can be about."""

    id: UUID
    name: str = Field(examples=["Tutorials"])
    slug: str = Field(examples=["tutorials"])
    created_by: UUID | None
    created_at: datetime

    @classmethod
    def of(cls, row: CategoryRow) -> Self:
        """The category as the catalog knows it."""
        return cls(**{name: getattr(row, name) for name in cls.model_fields})


class Categories(BaseModel):
    """Categories, by name."""

    categories: list[Category]
