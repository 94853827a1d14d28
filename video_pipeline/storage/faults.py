"""The one place where boto3's exceptions become ours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from boto3.exceptions import Boto3Error
from botocore.exceptions import BotoCoreError, ClientError

from video_pipeline.errors import ObjectChanged, ObjectMissing, PipelineError, StoreUnavailable

_MISSING = {"404", "NoSuchKey"}
_CHANGED = {"412", "PreconditionFailed"}


@contextmanager
def translated(key: str) -> Iterator[None]:
    """Raise what goes wrong with the object at `key` as one of our errors.

    Raises:
        ObjectMissing: nothing lies there.
        ObjectChanged: a condition on its ETag does not hold.
        StoreUnavailable: the store did not answer, or refused.
    """
    try:
        yield
    except ClientError as error:
        raise _meaning(error, key) from error
    except (BotoCoreError, Boto3Error) as error:
        raise StoreUnavailable(f"The object store did not answer as it should for {key!r}: {error}") from error
    except KeyError as error:  # where a connection breaks within the headers, Python takes those that came for all
        raise StoreUnavailable(f"The object store's answer for {key!r} lacks {error}; it was cut off.") from error
    except ValueError as error:  # and the last of them as far as it came: half a date, a length without a digit
        raise StoreUnavailable(f"The object store's answer for {key!r} was cut off: {error}.") from error


def whole(page: Mapping[str, Any]) -> Mapping[str, Any]:
    """A page of a list, which says whether there are more; one that was cut off would seem to list nothing.

    Raises:
        KeyError: it does not; `translated` tells what that means.
    """
    page["IsTruncated"]
    return page


def _meaning(error: ClientError, key: str) -> PipelineError:
    answer = error.response["Error"]
    code = answer.get("Code", "")
    if code in _MISSING:
        return ObjectMissing(f"There is no object {key!r} in the bucket.")
    if code in _CHANGED:
        return ObjectChanged(f"The object {key!r} is not the one that was seen before: its ETag differs.")
    return StoreUnavailable(
        f"The object store refused {error.operation_name} of {key!r}: {code}, {answer.get('Message')}"
    )
