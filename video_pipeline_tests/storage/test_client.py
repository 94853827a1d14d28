from __future__ import annotations

import pytest
from botocore.exceptions import HTTPClientError

from video_pipeline.storage.client import client
from video_pipeline.storage.objects import ObjectStore
from video_pipeline_tests.storage.breaking import breaking


def presigned(endpoint_url: str | None, region: str = "eu-central-1") -> str:
    s3 = client(endpoint_url, region)
    return s3.generate_presigned_url("get_object", Params={"Bucket": "videos", "Key": "a"})


def test_a_store_of_ones_own_is_asked_by_path(environment: dict[str, str]) -> None:
    assert presigned("http://store.example:8333").startswith("http://store.example:8333/videos/a?")


def test_aws_is_asked_by_host_name(environment: dict[str, str]) -> None:
    assert presigned(None).startswith("https://videos.s3.")


def test_requests_are_signed_by_version_four(environment: dict[str, str]) -> None:
    assert "X-Amz-Algorithm=AWS4-HMAC-SHA256" in presigned("http://store.example:8333")


def test_an_upload_carries_no_checksum_that_nobody_asked_for(store: ObjectStore) -> None:
    sent: list[dict[str, str]] = []
    store.client.meta.events.register("before-send.s3.PutObject", lambda request, **_: sent.append(request.headers))

    store.client.put_object(Bucket=store.bucket, Key="a", Body=b"a")

    (headers,) = sent
    assert not [name for name in headers if name.lower().startswith("x-amz-checksum")]


def test_a_connection_that_breaks_within_its_first_answer_is_a_fault_and_no_wait_for_ever(
    environment: dict[str, str],
) -> None:
    with breaking() as address:
        s3 = client(address, "us-east-1")
        with pytest.raises(HTTPClientError):
            s3.put_object(Bucket="videos", Key="a", Body=b"a")
