"""What admins set, as the API takes and shows it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Self
from uuid import UUID
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictInt

from video_pipeline.api.schemas.places import Seconds
from video_pipeline.catalog.configuration import ConfigurationRow
from video_pipeline.types import Container


def _known(zone: str) -> str:
    if zone not in available_timezones():
        raise ValueError("no time zone has that name")
    return zone


Bytes = Annotated[StrictInt, Field(lt=2**63)]
Pixels = Annotated[StrictInt, Field(gt=0, lt=2**31)]
TimeZone = Annotated[str, AfterValidator(_known)]


class ConfigurationChange(BaseModel):
    """What is to be changed; what is left out stays, null means as the environment says."""

    model_config = ConfigDict(extra="forbid")

    max_file_bytes: Bytes | None = Field(
        default=None, gt=0, description="Largest file that may be uploaded.", examples=[1073741824]
    )
    max_duration_seconds: Seconds | None = Field(
        default=None, description="Longest video that is accepted.", examples=[14400]
    )
    max_side_pixels: Pixels | None = Field(
        default=None, description="Longest side of a picture that is accepted.", examples=[16384]
    )
    weekly_bytes_per_user: Bytes | None = Field(default=None, ge=0, examples=[4294967296])
    accepted_containers: list[Container] | None = Field(default=None, min_length=1, max_length=len(Container))
    quota_reset_weekday: StrictInt | None = Field(default=None, ge=0, le=6, description="0 is Sunday.", examples=[0])
    quota_reset_hour: StrictInt | None = Field(default=None, ge=0, le=23, examples=[0])
    quota_reset_timezone: TimeZone | None = Field(default=None, examples=["Europe/Berlin"])


class Configuration(BaseModel):
    """The limits on uploads that admins have set; null is as the environment says."""

    max_file_bytes: int | None = Field(examples=[1073741824])
    max_duration_seconds: float | None = Field(examples=[14400])
    max_side_pixels: int | None = Field(examples=[16384])
    weekly_bytes_per_user: int | None = Field(examples=[4294967296])
    accepted_containers: list[str] | None
    quota_reset_weekday: int | None = Field(examples=[0])
    quota_reset_hour: int | None = Field(examples=[0])
    quota_reset_timezone: str | None = Field(examples=["Europe/Berlin"])
    updated_at: datetime | None = Field(description="When something was changed last.")
    updated_by: UUID | None = Field(description="Who changed it.")

    @classmethod
    def of(cls, row: ConfigurationRow) -> Self:
        """The configuration as the catalog knows it."""
        return cls(**asdict(row.configured), updated_at=row.updated_at, updated_by=row.updated_by)
