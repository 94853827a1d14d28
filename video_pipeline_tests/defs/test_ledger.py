from uuid import uuid4

import dagster as dg

from video_pipeline.defs.jobs import ingest_video
from video_pipeline.defs.ledger import DagsterLedger
from video_pipeline.defs.partitions import WINDOW


def test_the_partitions_and_the_runs_of_an_instance(instance):
    video_id = uuid4()
    instance.add_dynamic_partitions(WINDOW, [str(video_id)])
    for status in (dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.SUCCESS):
        instance.add_run(
            dg.DagsterRun(job_name=ingest_video.name, status=status, tags={"dagster/partition": str(video_id)})
        )
    ledger = DagsterLedger(instance)

    assert list(ledger.partitions()) == [str(video_id)]
    assert [(run.video_id, run.is_started) for run in ledger.active()] == [(video_id, True)]
