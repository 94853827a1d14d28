"""Following videos until they are done."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Engine

from video_pipeline.catalog import progress, queries
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.rows import ArtifactRow, JobRow, VideoRow
from video_pipeline.errors import CatalogUnavailable
from video_pipeline.types import ArtifactKind, Stage

SECONDS_BETWEEN_LOOKS = 0.3


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A video as it stands, with the latest job of each stage and its current artifacts."""

    video: VideoRow
    jobs: dict[Stage, JobRow]
    artifacts: dict[ArtifactKind, ArtifactRow]

    @property
    def stage(self) -> Stage | None:
        """The stage that is at work, or the last that was."""
        return max(self.jobs, key=lambda name: self.jobs[name].started_at, default=None)

    @property
    def percent(self) -> int:
        """How far the whole journey is, from 0 to 100."""
        return progress.percent(self.video, self.jobs.values())


def look(engine: Engine, video_id: UUID) -> Snapshot:
    """How a video stands now.

    Raises:
        VideoNotFound: no video has that id.
    """
    with transaction(engine) as connection:
        return Snapshot(
            queries.video(connection, video_id),
            {job.stage: job for job in queries.jobs_of(connection, video_id)},
            queries.current_artifacts(connection, video_id),
        )


def follow(engine: Engine, video_ids: Sequence[UUID]) -> Iterator[list[Snapshot]]:
    """Look at the videos again and again, until every one is completed or failed.

    A catalog that does not answer for a while is waited for: following promises nothing but patience.
    """
    while True:
        try:
            snapshots = [look(engine, video_id) for video_id in video_ids]
        except CatalogUnavailable:
            time.sleep(SECONDS_BETWEEN_LOOKS)
            continue
        yield snapshots
        if all(snapshot.video.status.is_final for snapshot in snapshots):
            return
        time.sleep(SECONDS_BETWEEN_LOOKS)
