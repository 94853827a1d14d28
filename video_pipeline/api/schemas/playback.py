"""Links to media, and views, as the API shows them."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from video_pipeline.api.schemas.words import Prose
from video_pipeline.playback import Rendering


class Link(BaseModel):
    """A signed link to media: whoever holds it gets them, until it expires."""

    url: str = Field(
        description="Relative to the API's address.",
        examples=["/media/7f0c1a52-8d3f-4f0e-9f3e-0d9f4b8f2a11/proxy?expires=1790000000&key=2026&signature=5f…"],
    )
    kind: Rendering
    content_type: str = Field(examples=["video/mp4"])
    size_bytes: int = Field(examples=[1048576])
    expires_at: datetime


class View(BaseModel):
    """Somebody looks at a video."""

    model_config = ConfigDict(extra="forbid")

    session: Prose = Field(
        min_length=1,
        max_length=100,
        description="Any text that stays the same while one person watches.",
        examples=["5d1f4c1e"],
    )


class Views(BaseModel):
    """How many have looked at a video."""

    view_count: int = Field(examples=[12])
