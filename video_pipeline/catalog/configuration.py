"""What admins have set, and who did it when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, select

from video_pipeline.catalog import uploading
from video_pipeline.catalog.people import configuration
from video_pipeline.catalog.uploading import Configured


@dataclass(frozen=True, slots=True)
class ConfigurationRow:
    """The limits that admins have set, and the last change of them; None where there was none."""

    configured: Configured
    updated_at: datetime | None
    updated_by: UUID | None


def configuration_row(conn: Connection) -> ConfigurationRow:
    """The installation's configuration, as it is now."""
    changed = conn.execute(select(configuration.c.updated_at, configuration.c.updated_by)).one_or_none()
    at, by = changed if changed is not None else (None, None)
    return ConfigurationRow(uploading.configured(conn), at, by)
