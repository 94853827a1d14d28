"""The table of contents that Dagster loads."""

import dagster as dg

from video_pipeline.defs.alerts import alerts
from video_pipeline.defs.assets.catalog_row import catalog_row
from video_pipeline.defs.assets.daily_report import daily_report, every_morning, report_on_day
from video_pipeline.defs.assets.metadata import metadata
from video_pipeline.defs.assets.renditions import renditions
from video_pipeline.defs.assets.validated_file import uploaded_file, validated_file
from video_pipeline.defs.jobs import ingest_video
from video_pipeline.defs.resources import Bucket, Catalog, Workspace
from video_pipeline.defs.retire import retire_daily, retire_old_videos
from video_pipeline.defs.sensors import canceled_runs, failed_runs, inbox
from video_pipeline.defs.watch import care_for_installation, care_nightly, quota_week, turn_quota_week, watchdog

defs = dg.Definitions(
    assets=[uploaded_file, validated_file, metadata, renditions, catalog_row, daily_report],
    jobs=[ingest_video, report_on_day, care_for_installation, turn_quota_week, retire_old_videos],
    schedules=[every_morning, care_nightly, quota_week, retire_daily],
    sensors=[inbox, failed_runs, canceled_runs, watchdog, alerts],
    resources={"catalog": Catalog(), "bucket": Bucket(), "workspace": Workspace()},
    executor=dg.in_process_executor,
)
