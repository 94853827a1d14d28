"""Whose clocks count."""

from __future__ import annotations

from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field
from pydantic_settings import BaseSettings, SettingsConfigDict


def _zone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"no time zone is called {name}") from error


class Calendar(BaseSettings):
    """What decides on days. Dagster's definitions need it when they are loaded, which must not need a stack."""

    model_config = SettingsConfigDict(env_ignore_empty=True, extra="ignore", frozen=True)

    time_zone: Annotated[str, AfterValidator(_zone)] = Field(
        default="UTC", description="Whose clocks the schedules and the days of reports follow, `Europe/Berlin`."
    )
