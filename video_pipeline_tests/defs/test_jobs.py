import dagster as dg

from video_pipeline.definitions import defs
from video_pipeline.types import Output


def test_a_run_makes_everything_in_one_process():
    job = defs.resolve_job_def("ingest_video")

    assert job.executor_def is dg.in_process_executor
    assert {key.path[-1] for key in job.asset_layer.selected_asset_keys} == {
        "validated_file",
        "metadata",
        *map(str, Output),
        "catalog_row",
    }
