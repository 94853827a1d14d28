"""The video, published: everything promised is there, and the row says so."""

import dagster as dg

from video_pipeline.catalog import queries
from video_pipeline.catalog.records import videos
from video_pipeline.catalog.records.artifacts import forget_superseded
from video_pipeline.catalog.rows import VideoRow
from video_pipeline.defs.assets.renditions import renditions
from video_pipeline.defs.partitions import video_partitions
from video_pipeline.defs.resources import Bucket, Catalog
from video_pipeline.defs.stage import RETRIES, Job, stage
from video_pipeline.errors import RequestRefused
from video_pipeline.media import profiles
from video_pipeline.storage import keys
from video_pipeline.types import ArtifactKind, Stage

READ_SECONDS = 3600  # as long as a link for playback lives


@dg.asset(
    deps=list(renditions.keys),
    partitions_def=video_partitions,
    retry_policy=RETRIES,
    group_name="video",
    kinds={"postgres"},
)
def catalog_row(context: dg.AssetExecutionContext, catalog: Catalog, bucket: Bucket) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """The catalog's row turns `completed`, in one transaction, when every output that the video needs is there."""
    with stage(context, catalog, bucket, Stage.PUBLICATION) as job:
        with job.transaction() as connection:
            row = queries.video(connection, job.video_id)
            videos.complete(connection, job.video_id, run_id=job.run_id, required=required(row))
        strays = _remove_strays(bucket, job)
        with catalog.transaction() as connection:
            artifacts = queries.current_artifacts(connection, job.video_id)
    return dg.MaterializeResult(
        metadata={
            "artifacts": ", ".join(sorted(artifacts)),
            "derived_bytes": sum(artifact.size_bytes for artifact in artifacts.values()),
            "warnings": [finding.sentence for finding in row.warnings],
            "strays_removed": len(strays),
        }
    )


def required(row: VideoRow) -> frozenset[ArtifactKind]:
    """Every artifact that this video must have before it may be published.

    Raises:
        RequestRefused: nobody has measured the video yet.
    """
    if row.facts is None:
        raise RequestRefused(f"Video {row.id} has no metadata yet. Materialize `metadata` first.")
    return profiles.required(row.facts)


def _remove_strays(bucket: Bucket, job: Job) -> list[str]:
    """Remove derived objects that no row knows: an attempt that died between storing and recording left them.

    What other bytes have taken the place of is forgotten once nobody can still be reading it. What lies there is listed
    first: a run that took over from this one may have stored something since that has no row yet.
    """
    stored = bucket.objects.list(keys.renditions_of(job.video_id))
    with job.transaction() as connection:
        forget_superseded(connection, job.video_id, older_than_seconds=READ_SECONDS)
        known = queries.known_keys(connection, job.video_id)
    strays = [found.key for found in stored if found.key not in known]
    bucket.objects.delete(strays)
    return strays
