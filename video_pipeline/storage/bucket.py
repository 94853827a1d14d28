"""The bucket itself: private, open to browsers' uploads from known pages only, and tidied by the store."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from video_pipeline.storage import keys
from video_pipeline.storage.faults import translated

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import (
        CORSRuleTypeDef,
        LifecycleRuleUnionTypeDef,
        PublicAccessBlockConfigurationTypeDef,
    )

REJECTED_DAYS = 30
"""How long a refused file is kept to be looked at."""

_PRIVATE: PublicAccessBlockConfigurationTypeDef = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}
_LIFECYCLE: list[LifecycleRuleUnionTypeDef] = [
    {
        "ID": "abort-incomplete-uploads",
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1},
    },
    {
        "ID": "expire-rejected",
        "Status": "Enabled",
        "Filter": {"Prefix": keys.REJECTED},
        "Expiration": {"Days": REJECTED_DAYS},
    },
]
_EVERYBODY = {
    "http://acs.amazonaws.com/groups/global/AllUsers",
    "http://acs.amazonaws.com/groups/global/AuthenticatedUsers",
}


def prepare(client: S3Client, bucket: str, *, allowed_origins: Sequence[str] = ()) -> None:
    """Make the bucket what the product needs; doing it again changes nothing.

    It is created where it is missing, closed to the public where the store has a switch for that, cleared of uploads
    that nobody finishes within a day and of refused files after `REJECTED_DAYS`. Pages from `allowed_origins` (such as
    `https://videos.example.org`) may upload to it from a browser, and no others.

    Raises:
        StoreUnavailable: the store did not answer, or refused.
    """
    with translated(bucket):
        if not _exists(client, bucket):
            _create(client, bucket)
        with _tolerated("NotImplemented"):  # SeaweedFS, where a bucket is private unless its configuration says else
            client.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=_PRIVATE)
        client.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": _LIFECYCLE})
        if allowed_origins:
            client.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": [_uploads_from(allowed_origins)]})
        else:
            client.delete_bucket_cors(Bucket=bucket)


def problems(client: S3Client, bucket: str, *, allowed_origins: Sequence[str] = ()) -> list[str]:
    """What is not as `prepare` leaves it, one sentence each; an empty list means that all is well.

    Raises:
        StoreUnavailable: the store did not answer, or refused.
    """
    with translated(bucket):
        if not _exists(client, bucket):
            return [f"The bucket {bucket!r} does not exist."]
        found = []
        if _is_public(client, bucket):
            found.append(f"The bucket {bucket!r} is open to the public; remove the policy or the ACL that opens it.")
        if not {rule["ID"] for rule in _LIFECYCLE} <= _lifecycle_rules(client, bucket):
            found.append(f"The bucket {bucket!r} is not cleared of unfinished uploads and of refused files.")
        shut_out = sorted(set(allowed_origins) - _origins(client, bucket))
        found += [f"Browsers may not upload to the bucket {bucket!r} from {origin}." for origin in shut_out]
        return found


def exists(client: S3Client, bucket: str) -> bool:
    """Whether there is a bucket of that name that we may look into.

    Raises:
        StoreUnavailable: the store did not answer, or refused.
    """
    with translated(bucket):
        return _exists(client, bucket)


def _uploads_from(origins: Sequence[str]) -> CORSRuleTypeDef:
    """Parts and files are sent by PUT, forms by POST; completing an upload needs the ETag of each part."""
    return {
        "ID": "browser-uploads",
        "AllowedOrigins": list(origins),
        "AllowedMethods": ["PUT", "POST"],
        "AllowedHeaders": ["*"],
        "ExposeHeaders": ["ETag"],
        "MaxAgeSeconds": 3600,
    }


def _exists(client: S3Client, bucket: str) -> bool:
    with _tolerated("404", "NoSuchBucket"):
        client.head_bucket(Bucket=bucket)
        return True
    return False


def _create(client: S3Client, bucket: str) -> None:
    region: Any = client.meta.region_name
    # S3 refuses to be told the one region that it takes for granted.
    elsewhere: Any = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    with _tolerated("BucketAlreadyOwnedByYou"):  # another process was quicker
        client.create_bucket(Bucket=bucket, **elsewhere)


def _is_public(client: S3Client, bucket: str) -> bool:
    with _tolerated("NoSuchBucketPolicy", "NotImplemented"):
        if client.get_bucket_policy_status(Bucket=bucket)["PolicyStatus"].get("IsPublic"):
            return True
    grants = client.get_bucket_acl(Bucket=bucket).get("Grants", ())
    return any(grant.get("Grantee", {}).get("URI") in _EVERYBODY for grant in grants)


def _lifecycle_rules(client: S3Client, bucket: str) -> set[str]:
    with _tolerated("NoSuchLifecycleConfiguration"):
        rules = client.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
        return {rule.get("ID", "") for rule in rules if rule["Status"] == "Enabled"}
    return set()


def _origins(client: S3Client, bucket: str) -> set[str]:
    """The origins whose pages may send parts and read their ETags."""
    with _tolerated("NoSuchCORSConfiguration"):
        rules = client.get_bucket_cors(Bucket=bucket)["CORSRules"]
        useful = (rule for rule in rules if "PUT" in rule["AllowedMethods"] and "ETag" in rule.get("ExposeHeaders", ()))
        return {origin for rule in useful for origin in rule["AllowedOrigins"]}
    return set()


@contextmanager
def _tolerated(*codes: str) -> Iterator[None]:
    """Pass over an error that the store gives one of these codes."""
    try:
        yield
    except ClientError as error:
        if error.response["Error"].get("Code") not in codes:
            raise
