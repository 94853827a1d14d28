"""The table of contents that Dagster loads."""

import dagster as dg

from video_pipeline.defs.assets.catalog_row import catalog_row
from video_pipeline.defs.assets.metadata import metadata
from video_pipeline.defs.assets.renditions import renditions
from video_pipeline.defs.assets.validated_file import uploaded_file, validated_file
from video_pipeline.defs.jobs import ingest_video
from video_pipeline.defs.resources import Bucket, Catalog, Workspace
from video_pipeline.defs.sensors import canceled_runs, failed_runs, inbox

defs = dg.Definitions(
    assets=[uploaded_file, validated_file, metadata, renditions, catalog_row],
    jobs=[ingest_video],
    sensors=[inbox, failed_runs, canceled_runs],
    resources={"catalog": Catalog(), "bucket": Bucket(), "workspace": Workspace()},
    executor=dg.in_process_executor,
)
