"""The S3 client, set up once for AWS and for the stores that speak its language."""

from __future__ import annotations

from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.handlers import add_expect_header

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

CONNECTIONS = 40
"""As many as a process of the API has threads, each of which may be reading an object."""


def client(endpoint_url: str | None, region: str) -> S3Client:
    """A client for the store at `endpoint_url`, or for AWS where that is None. Threads may share it.

    Credentials are boto3's own business: environment, profile or instance role.
    """
    config = Config(
        region_name=region,
        signature_version="s3v4",
        # A bucket as a host name needs DNS that a store of one's own rarely has.
        s3={"addressing_style": "path" if endpoint_url else "auto"},
        # boto3 ≥ 1.36 adds CRC trailers by default, which several S3-compatible stores do not understand.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        retries={"mode": "standard", "total_max_attempts": 3},
        connect_timeout=5,
        read_timeout=60,
        tcp_keepalive=True,
        max_pool_connections=CONNECTIONS,
    )
    # A session of its own: boto3's default one must not be shared while threads make clients.
    return sending_at_once(boto3.session.Session().client("s3", endpoint_url=endpoint_url, config=config))


def sending_at_once(s3: S3Client) -> S3Client:
    """The same client, which sends what it has without asking first whether it may (`Expect: 100-continue`).

    Where the connection breaks within the answer to that, botocore goes on reading the nothing that comes, for ever and
    with a whole processor (`AWSConnection._consume_headers`); no time limit ends it.
    """
    s3.meta.events.unregister("before-call.s3", add_expect_header)
    return s3
