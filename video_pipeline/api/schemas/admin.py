"""What admins are told of the care of the installation."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field


class Cleaned(BaseModel):
    """What a look for stuck things has led to."""

    stuck_uploads_cleaned: int = Field(
        description="Uploads of which nothing was heard for six hours, now failed.", examples=[2]
    )
    stuck_jobs_cleaned: int = Field(
        description="Jobs that showed no sign of life or stood still; their runs end and are tried again soon.",
        examples=[1],
    )
    cleaned_at: datetime
