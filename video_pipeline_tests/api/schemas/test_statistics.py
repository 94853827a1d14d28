from __future__ import annotations

from video_pipeline.api.schemas.statistics import Statistics
from video_pipeline.catalog import statistics
from video_pipeline.types import VideoStatus


def test_the_sums_of_the_catalog_are_put_in_groups() -> None:
    counts = {VideoStatus.COMPLETED: 2, VideoStatus.FAILED: 1}

    told = Statistics.of(statistics.Statistics(counts, 100, 20, 9.5, 2, 4.0, 5.0, 3, 2, 1))

    assert (told.videos, told.by_status, told.video_seconds) == (3, counts, 9.5)
    assert told.storage.model_dump() == {"original_bytes": 100, "derived_bytes": 20, "total_bytes": 120}
    assert told.processing.model_dump() == {"completed": 2, "mean_seconds": 4.0, "p95_seconds": 5.0}
    assert told.last_day.model_dump() == {"uploaded": 3, "completed": 2, "failed": 1}
