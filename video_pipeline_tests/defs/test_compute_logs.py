from pathlib import Path

import pytest
import yaml
from botocore.exceptions import HTTPClientError

from video_pipeline.defs.compute_logs import BucketComputeLogManager
from video_pipeline_tests.storage.breaking import breaking

ROOT = Path(__file__).parents[2]
KEY = ["run", "compute_logs", "step"]


def manager(environment, tmp_path, address=None):
    return BucketComputeLogManager(
        bucket=environment["S3_BUCKET"],
        prefix="compute-logs",
        local_dir=str(tmp_path),
        endpoint_url=address or environment["S3_ENDPOINT_URL"],
        skip_empty_files=True,
    )


def printed(manager, text):
    with manager.capture_logs(KEY):
        print(text)


def test_what_a_run_prints_is_in_the_bucket(environment, store, tmp_path, capfd):
    with capfd.disabled():
        printed(manager(environment, tmp_path), "half way")

    (kept,) = store.list("compute-logs/")
    assert store.client.get_object(Bucket=store.bucket, Key=kept.key)["Body"].read() == b"half way\n"


def test_a_store_that_goes_away_does_not_keep_a_run_for_ever(environment, tmp_path, capfd):
    with breaking() as address, capfd.disabled(), pytest.raises(HTTPClientError):
        printed(manager(environment, tmp_path, address), "half way")


def test_it_is_what_runs_get():
    told = yaml.safe_load((ROOT / "dagster.yaml").read_text())["compute_logs"]
    assert (told["module"], told["class"]) == (BucketComputeLogManager.__module__, BucketComputeLogManager.__name__)
