"""Where Dagster keeps what the steps of runs print: in the bucket, sent by a client that does not hang.

dagster-aws makes that client as boto3 has it, and one whose connection was cut while a run's output was sent kept a
worker's child for five minutes, until the watchdog gave the run up; dagster.yaml names this class instead.
"""

from __future__ import annotations

from typing import Any

from dagster_aws.s3.compute_log_manager import S3ComputeLogManager

from video_pipeline.storage.client import sending_at_once


class BucketComputeLogManager(S3ComputeLogManager):
    """dagster-aws's own, whose client sends at once."""

    def __init__(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 - Dagster's own, passed on
        super().__init__(*arguments, **options)
        sending_at_once(self._s3_session)
