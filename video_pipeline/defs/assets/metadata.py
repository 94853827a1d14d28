"""What the file says of itself, in the catalog."""

from typing import Any

import dagster as dg

from video_pipeline.catalog import queries
from video_pipeline.catalog.records.facts import record_metadata
from video_pipeline.defs.assets.validated_file import validated_file
from video_pipeline.defs.partitions import video_partitions
from video_pipeline.defs.resources import Bucket, Catalog, Workspace
from video_pipeline.defs.stage import RETRIES, stage
from video_pipeline.media.profiles import browser_ready
from video_pipeline.types import MediaFacts, Stage


@dg.asset(
    deps=[validated_file], partitions_def=video_partitions, retry_policy=RETRIES, group_name="video", kinds={"postgres"}
)
def metadata(
    context: dg.AssetExecutionContext, catalog: Catalog, bucket: Bucket, workspace: Workspace
) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """Container, duration, size as displayed, frame rate, codecs, colour, sound and tags of the original."""
    with stage(context, catalog, bucket, Stage.METADATA) as job:
        with catalog.transaction() as connection:
            row = queries.video(connection, job.video_id)
        facts = workspace.facts(bucket.objects, row)
        with job.transaction() as connection:
            record_metadata(connection, job.video_id, facts=facts, browser_ready=browser_ready(facts))
    return dg.MaterializeResult(metadata=shown(facts))


def shown(facts: MediaFacts) -> dict[str, Any]:
    """The facts as the UI shows them; numbers stay numbers, so that they plot."""
    entries: dict[str, Any] = {
        "format": facts.format_name,
        "size_bytes": facts.size_bytes,
        "duration_seconds": facts.duration_seconds or 0.0,
        "browser_ready": browser_ready(facts),
    }
    if facts.video is not None:
        entries |= {
            "picture": f"{facts.video.width} × {facts.video.height}, rotated by {facts.video.rotation}°",
            "frame_rate": float(facts.video.frame_rate),
            "video_codec": facts.video.codec,
            "pixel_format": facts.video.pixel_format or "unknown",
        }
    if facts.audio is not None:
        entries |= {"audio_codec": facts.audio.codec, "audio_channels": facts.audio.channels}
    return entries
