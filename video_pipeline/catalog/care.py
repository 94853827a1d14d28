"""What an installation's care must remember: signs of life, runs to be ended, and those that Dagster has let go."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import Column, DateTime, ForeignKey, Index, Table, Text, func, text
from sqlalchemy.dialects.postgresql import JSONB

from video_pipeline.catalog.columns import metadata, moment, word


class Ending(StrEnum):
    """Why a run has no say any more."""

    ENDED = "ended"  # Dagster says so itself
    SILENT = "silent"  # its job gave no sign of life
    STALLED = "stalled"  # its job lived and got no further
    IDLE = "idle"  # it had no job, though it was said to be at work
    UNWANTED = "unwanted"  # its video is deleted, or has failed without it

    @property
    def is_tried_again(self) -> bool:
        """Whether another run is to do what this one did not."""
        return self is not Ending.UNWANTED


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

# Runs that may write no more, be it that they have ended or that they shall: the wish to end one is a row, since only
# Dagster's side can. An old worker that wakes up finds its run here.
run_endings = Table(
    "run_endings",
    metadata,
    Column("run_id", Text, primary_key=True),
    Column("video_id", ForeignKey("videos.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("reason", word(Ending, constraint="reason"), nullable=False),
    moment("asked_at", now=True),
    moment("done_at"),
    Index("ix_run_endings_open", "asked_at", postgresql_where=text("done_at IS NULL")),
)
