"""What may be uploaded, and how much a week: as the environment says, an admin has set, and a camera's site narrows."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from video_pipeline.catalog import uploading
from video_pipeline.catalog.uploading import CameraSite, Configured
from video_pipeline.types import USUAL_CONTAINERS, Container
from video_pipeline.uploads.week import Reset, Week, week_of


@dataclass(frozen=True, slots=True)
class Limits:
    """What uploads must keep to; `extensions` are those that a site takes, None where it takes all."""

    max_file_bytes: int
    weekly_bytes: int
    part_bytes: int
    containers: frozenset[Container] = USUAL_CONTAINERS
    extensions: frozenset[str] | None = None
    reset: Reset = field(default_factory=Reset)

    def at(self, site: CameraSite) -> Limits:
        """The same, narrowed by what a site takes."""
        extensions = self.extensions
        if site.accepted_extensions is not None:
            extensions = frozenset(extension.lower().lstrip(".") for extension in site.accepted_extensions)
        largest = min(self.max_file_bytes, site.max_file_bytes or self.max_file_bytes)
        return replace(self, max_file_bytes=largest, extensions=extensions)


@dataclass(frozen=True, slots=True)
class Standing:
    """How much of this week's quota a user has used, uploads under way included, in bytes."""

    used: int
    limit: int
    resets_at: datetime


def limits(conn: Connection, defaults: Limits) -> Limits:
    """What counts now: what an admin has set, else the defaults."""
    return this_week(conn, defaults)[0]


def this_week(conn: Connection, defaults: Limits) -> tuple[Limits, Week]:
    """What counts now, and the week that quotas are counted in."""
    told, now = uploading.configured_now(conn)
    known = _of(told, defaults)
    return known, week_of(now, known.reset)


def _of(told: Configured, defaults: Limits) -> Limits:
    containers = told.accepted_containers
    return replace(
        defaults,
        max_file_bytes=_or(told.max_file_bytes, defaults.max_file_bytes),
        weekly_bytes=_or(told.weekly_bytes_per_user, defaults.weekly_bytes),
        containers=defaults.containers if containers is None else frozenset(map(Container, containers)),
        reset=reset_of(told, defaults.reset),
    )


def reset_of(told: Configured, default: Reset) -> Reset:
    """When quotas are reset: what an admin has set, else as `default` has it."""
    return Reset(
        weekday=_or(told.quota_reset_weekday, default.weekday),
        hour=_or(told.quota_reset_hour, default.hour),
        timezone=told.quota_reset_timezone or default.timezone,
    )


def _or(told: int | None, default: int) -> int:
    return default if told is None else told


def standing(conn: Connection, user_id: UUID, defaults: Limits) -> Standing:
    """A user's quota. It is the same for everybody: an admin who needs more raises it."""
    known, week = this_week(conn, defaults)
    return Standing(uploading.used_bytes(conn, user_id, week.start), known.weekly_bytes, week.end)
