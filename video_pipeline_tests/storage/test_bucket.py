from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPResponse
from typing import TYPE_CHECKING
from urllib.error import HTTPError
from urllib.request import Request, urlopen
from uuid import uuid4

import pytest

from video_pipeline.errors import StoreUnavailable
from video_pipeline.storage import keys
from video_pipeline.storage.bucket import REJECTED_DAYS, exists, prepare, problems
from video_pipeline.storage.client import client
from video_pipeline.storage.objects import ObjectStore

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

PAGE = "https://videos.example.org"


@pytest.fixture
def s3(environment: dict[str, str]) -> S3Client:
    return client(environment["S3_ENDPOINT_URL"], environment["S3_REGION"])


@pytest.fixture
def name(s3: S3Client) -> Iterator[str]:
    """A name that no bucket has; what comes to be under it goes with the test."""
    name = f"test-{uuid4().hex}"
    yield name
    if name in {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]}:
        store = ObjectStore(s3, name)
        store.delete([stored.key for stored in store.list("")])
        s3.delete_bucket(Bucket=name)


def ask(address: str, *, method: str, headers: dict[str, str]) -> HTTPResponse:
    return urlopen(Request(address, method=method, headers=headers))  # type: ignore[no-any-return]


def test_a_bucket_is_there_or_not(s3: S3Client, name: str) -> None:
    assert not exists(s3, name)
    prepare(s3, name)
    assert exists(s3, name)


def test_a_bucket_is_made_and_found_to_be_well(s3: S3Client, name: str) -> None:
    assert problems(s3, name) == [f"The bucket '{name}' does not exist."]

    prepare(s3, name, allowed_origins=[PAGE])

    assert problems(s3, name, allowed_origins=[PAGE]) == []


def test_preparing_again_or_at_once_changes_nothing(s3: S3Client, name: str) -> None:
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda _: prepare(s3, name, allowed_origins=[PAGE]), range(8)))

    assert problems(s3, name, allowed_origins=[PAGE]) == []


def test_a_bucket_is_made_in_a_region_of_its_own(environment: dict[str, str], name: str) -> None:
    elsewhere = client(environment["S3_ENDPOINT_URL"], "eu-central-1")
    asked: list[bytes] = []
    elsewhere.meta.events.register("before-send.s3.CreateBucket", lambda request, **_: asked.append(request.body))

    prepare(elsewhere, name)

    assert b"<LocationConstraint>eu-central-1</LocationConstraint>" in asked[0]


def test_what_is_left_behind_is_tidied_by_the_store(s3: S3Client, name: str) -> None:
    prepare(s3, name)

    rules = s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"]

    assert [rule.get("AbortIncompleteMultipartUpload") for rule in rules] == [{"DaysAfterInitiation": 1}, None]
    assert rules[1]["Filter"] == {"Prefix": keys.REJECTED}
    assert rules[1]["Expiration"] == {"Days": REJECTED_DAYS}


def test_nobody_reads_without_a_signature(s3: S3Client, name: str, environment: dict[str, str]) -> None:
    prepare(s3, name)
    s3.put_object(Bucket=name, Key="a", Body=b"a")

    with pytest.raises(HTTPError, match="403"):
        ask(f"{environment['S3_ENDPOINT_URL']}/{name}/a", method="GET", headers={})


@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_a_known_page_may_upload_and_read_the_etag(s3: S3Client, name: str, method: str) -> None:
    prepare(s3, name, allowed_origins=[PAGE])
    address = s3.generate_presigned_url("put_object", Params={"Bucket": name, "Key": "a"})

    preflight = ask(address, method="OPTIONS", headers={"Origin": PAGE, "Access-Control-Request-Method": method})
    put = ask(address, method="PUT", headers={"Origin": PAGE})

    assert preflight.headers["Access-Control-Allow-Origin"] == PAGE
    assert put.headers["Access-Control-Allow-Origin"] == PAGE
    assert "etag" in put.headers["Access-Control-Expose-Headers"].lower()


def test_another_page_may_not(s3: S3Client, name: str) -> None:
    prepare(s3, name, allowed_origins=[PAGE])
    address = s3.generate_presigned_url("put_object", Params={"Bucket": name, "Key": "a"})
    headers = {"Origin": "https://elsewhere.example.org", "Access-Control-Request-Method": "PUT"}

    with pytest.raises(HTTPError, match="403"):
        ask(address, method="OPTIONS", headers=headers)


def test_a_known_page_may_not_delete(s3: S3Client, name: str) -> None:
    prepare(s3, name, allowed_origins=[PAGE])
    address = s3.generate_presigned_url("delete_object", Params={"Bucket": name, "Key": "a"})

    answer = ask(address, method="OPTIONS", headers={"Origin": PAGE, "Access-Control-Request-Method": "DELETE"})

    assert "DELETE" not in answer.headers.get("Access-Control-Allow-Methods", "")


def test_a_page_that_is_no_longer_named_is_shut_out(s3: S3Client, name: str) -> None:
    prepare(s3, name, allowed_origins=[PAGE])
    prepare(s3, name)

    assert problems(s3, name, allowed_origins=[PAGE]) == [
        f"Browsers may not upload to the bucket '{name}' from {PAGE}."
    ]


def test_a_bucket_that_nobody_tidies_is_told(s3: S3Client, name: str) -> None:
    s3.create_bucket(Bucket=name)

    assert problems(s3, name) == [f"The bucket '{name}' is not cleared of unfinished uploads and of refused files."]


def test_a_policy_that_opens_the_bucket_is_told(s3: S3Client, name: str) -> None:
    prepare(s3, name)
    anybody = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{name}/*"}
    s3.put_bucket_policy(Bucket=name, Policy=json.dumps({"Version": "2012-10-17", "Statement": [anybody]}))

    (problem,) = problems(s3, name)

    assert "open to the public" in problem


def test_an_acl_that_opens_the_bucket_is_told(s3: S3Client, name: str) -> None:
    prepare(s3, name)
    s3.put_bucket_acl(Bucket=name, ACL="public-read")

    (problem,) = problems(s3, name)

    assert "open to the public" in problem


def test_a_store_that_is_not_there_is_unavailable(absent: ObjectStore) -> None:
    with pytest.raises(StoreUnavailable):
        prepare(absent.client, "videos")


def test_a_store_that_refuses_is_told(s3: S3Client) -> None:
    with pytest.raises(StoreUnavailable, match="InvalidBucketName"):
        prepare(s3, "NO.bucket..name")
