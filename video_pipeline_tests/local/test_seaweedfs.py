from __future__ import annotations

import urllib.error
import urllib.request
from pathlib import Path

import psutil
import pytest
from botocore.exceptions import ClientError

from video_pipeline.local import seaweedfs
from video_pipeline.local.installation import Installation
from video_pipeline.local.ports import HOST
from video_pipeline.local.probes import http_json
from video_pipeline.local.stack import Running


@pytest.fixture
def ports(servers: Running) -> dict[str, int]:
    return Installation(Path(servers.environment["DAGSTER_HOME"]).parent).ports()


def test_after_a_crash_every_acknowledged_object_is_there_and_a_healthy_store_takes_more(servers: Running) -> None:
    s3, bucket = seaweedfs.client(servers.environment), servers.environment["S3_BUCKET"]
    bodies = {f"crash/{number}": bytes([number]) * (1 + number * 70_001) for number in range(60)}
    for key, body in bodies.items():
        s3.put_object(Bucket=bucket, Key=key, Body=body)
    before = servers.pid("seaweedfs")
    servers.kill_part("seaweedfs")
    servers.await_restart("seaweedfs", before)
    s3.put_object(Bucket=bucket, Key="crash/after", Body=b"at once")
    assert {key: s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in bodies} == bodies


def test_the_bucket_and_the_stores_own_notes_each_take_few_volumes(servers: Running, ports: dict[str, int]) -> None:
    """A volume is 1 GiB, and a disk that is nearly full holds two or three."""
    s3, bucket = seaweedfs.client(servers.environment), servers.environment["S3_BUCKET"]
    s3.put_object(Bucket=bucket, Key="few", Body=b"first")
    status = http_json(f"http://{HOST}:{ports['master']}/dir/status")
    assert status is not None
    taken = {layout["collection"]: len(layout["writables"] or []) for layout in status["Topology"]["Layouts"]}
    assert taken[bucket] == seaweedfs.VOLUMES_AT_FIRST
    assert taken.get("", 0) in {0, seaweedfs.VOLUMES_AT_FIRST}


def test_wrong_keys_are_refused(servers: Running) -> None:
    with pytest.raises(ClientError, match="SignatureDoesNotMatch"):
        seaweedfs.client(servers.environment | {"AWS_SECRET_ACCESS_KEY": "wrong"}).list_buckets()


@pytest.mark.parametrize("address", ["{s3}/videos/secret", "{s3}/videos", "{filer}/buckets/videos/secret", "{filer}/"])
def test_nothing_is_read_without_keys(servers: Running, ports: dict[str, int], address: str) -> None:
    seaweedfs.client(servers.environment).put_object(Bucket="videos", Key="secret", Body=b"secret")
    url = "http://" + address.format(**{name: f"127.0.0.1:{port}" for name, port in ports.items() if "." not in name})
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(url)
    refused.value.close()
    assert refused.value.code in (401, 403)


def test_it_listens_on_loopback_only_and_where_it_should(servers: Running, ports: dict[str, int]) -> None:
    connections = psutil.Process(servers.pid("seaweedfs")).net_connections(kind="inet")
    listening = {connection.laddr for connection in connections if connection.status == psutil.CONN_LISTEN}
    names = {"s3", "filer", "volume", "master", "s3.grpc", "filer.grpc", "volume.grpc", "master.grpc"}
    assert listening == {("127.0.0.1", ports[name]) for name in names}


def test_a_bucket_that_nobody_made_is_not_made_by_writing_to_it(servers: Running) -> None:
    with pytest.raises(ClientError, match="NoSuchBucket"):
        seaweedfs.client(servers.environment).put_object(Bucket="somewhere-else", Key="key", Body=b"")
