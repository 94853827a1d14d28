"""The uploaded file, judged and promoted."""

import dagster as dg

from video_pipeline import intake, whereabouts
from video_pipeline.catalog import queries
from video_pipeline.catalog.rows import VideoRow
from video_pipeline.catalog.uploading import Configured, Narrowed, configured, narrowed
from video_pipeline.config import Settings, settings
from video_pipeline.defs.partitions import video_partitions
from video_pipeline.defs.resources import Bucket, Catalog, Workspace, probe_bounds
from video_pipeline.defs.stage import RETRIES, stage
from video_pipeline.media.checks import EXTENSIONS, Policy
from video_pipeline.types import Container, Stage, StoredObject

uploaded_file = dg.AssetSpec(
    "uploaded_file",
    description="What somebody uploaded or dropped into the bucket's inbox. Nobody vouches for it.",
    group_name="video",
    kinds={"s3"},
    partitions_def=video_partitions,
)


def policy(known: Settings, told: Configured, site: Narrowed) -> Policy:
    """What is accepted: as the environment says, an admin has configured, and the video's site narrows."""
    max_bytes = told.max_file_bytes or known.max_file_bytes
    max_seconds = told.max_duration_seconds or known.max_duration_seconds
    containers = known.accepted_containers
    if told.accepted_containers is not None:
        containers = frozenset(map(Container, told.accepted_containers))
    if site.accepted_extensions is not None:
        containers &= {EXTENSIONS.get(extension.lower().lstrip(".")) for extension in site.accepted_extensions}
    return Policy(
        max_bytes=min(max_bytes, site.max_file_bytes or max_bytes),
        max_duration_seconds=min(max_seconds, site.max_duration_seconds or max_seconds),
        max_side_pixels=told.max_side_pixels or known.max_side_pixels,
        max_pixels=known.max_pixels,
        max_frame_rate=known.max_frame_rate,
        max_streams=known.max_streams,
        containers=containers,
    )


@dg.asset(deps=[uploaded_file], partitions_def=video_partitions, retry_policy=RETRIES, group_name="video", kinds={"s3"})
def validated_file(
    context: dg.AssetExecutionContext, catalog: Catalog, bucket: Bucket, workspace: Workspace
) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """The original: fetched once, hashed, probed, judged by the rules, and moved where no upload can reach it.

    What the rules refuse lies under the rejected prefix, and the video is `failed` with a code and a sentence.
    """
    known, store = settings(), bucket.objects
    with stage(context, catalog, bucket, Stage.VALIDATION) as job:
        with catalog.transaction() as connection:
            row = queries.video(connection, job.video_id)
            accepted = policy(known, configured(connection), narrowed(connection, row.site_id))
        stored = whereabouts.locate(store, row)
        context.log_event(_arrival(context.partition_key, row, stored))
        judged = intake.examine(store, row, stored, workspace.upload, policy=accepted, bounds=probe_bounds(known))
        key = intake.promote(catalog.engine, store, row, stored, judged, fence=job.hold)
        workspace.keep_original(judged)
    return dg.MaterializeResult(
        metadata={
            "key": key,
            "sha256": judged.sha256,
            "size_bytes": stored.size_bytes,
            "container": str(judged.facts.container),
            "warnings": [finding.sentence for finding in judged.warnings],
        },
        data_version=dg.DataVersion(judged.sha256),
    )


def _arrival(partition: str, row: VideoRow, stored: StoredObject) -> dg.AssetMaterialization:
    """What the run found in the bucket: the first link of the video's lineage.

    An event of this run and not of the sensor's tick, so that it goes when the run is retired.
    """
    return dg.AssetMaterialization(
        uploaded_file.key,
        partition=partition,
        metadata={"key": stored.key, "etag": stored.etag, "size_bytes": stored.size_bytes, "filename": row.filename},
    )
