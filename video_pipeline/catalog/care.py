"""What the care of an installation needs to remember: signs of life, and the story of runs that Dagster has let go."""

from __future__ import annotations

from sqlalchemy import Column, DateTime, ForeignKey, Index, Table, Text, func
from sqlalchemy.dialects.postgresql import JSONB

from video_pipeline.catalog.columns import metadata, moment

# One row for each thing that should never fall silent; who reads it decides how long silence may last.
heartbeats = Table(
    "heartbeats",
    metadata,
    Column("name", Text, primary_key=True),
    Column("beaten_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)

# What is told of a run after its video has left the hot window of partitions and Dagster has deleted it.
archived_runs = Table(
    "archived_runs",
    metadata,
    Column("run_id", Text, primary_key=True),
    Column("video_id", ForeignKey("videos.id", ondelete="CASCADE"), nullable=False),
    Column("job", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("tags", JSONB, nullable=False),
    Column("steps", JSONB, nullable=False),
    moment("created_at"),
    moment("started_at"),
    moment("ended_at"),
    moment("archived_at", now=True),
    Index("ix_archived_runs_video_id", "video_id"),
)
