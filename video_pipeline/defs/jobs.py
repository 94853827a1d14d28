"""What a run does: everything for one video, in one process."""

import dagster as dg

#: CeleryRunLauncher's workers are daemonic processes, which cannot start children of their own kind: in process only.
ingest_video = dg.define_asset_job(
    "ingest_video",
    selection=dg.AssetSelection.groups("video"),
    executor_def=dg.in_process_executor,
    description="Validates, measures, renders and publishes one video.",
)
