"""How far the work on a video is, the same for whoever asks."""

from __future__ import annotations

from collections.abc import Iterable

from video_pipeline.catalog.rows import JobRow, VideoRow
from video_pipeline.types import Stage, VideoStatus

SHARES = {Stage.VALIDATION: 10, Stage.METADATA: 2, Stage.RENDITIONS: 86, Stage.PUBLICATION: 2}
"""How much of the whole work each stage is, in percent: nearly all of it is encoding."""


def percent(video: VideoRow, jobs: Iterable[JobRow]) -> int:
    """How far the work is, 0 to 100, by the latest job of each stage; what other runs did before does not count."""
    if video.status is VideoStatus.COMPLETED:
        return 100
    return sum(SHARES[job.stage] * job.progress for job in jobs if job.run_id == video.run_id) // 100
