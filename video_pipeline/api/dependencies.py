"""What routes are given."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from threading import Lock
from typing import Annotated, Generic, TypeVar

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy import Engine

from video_pipeline import playback
from video_pipeline.accounts import callers, outside
from video_pipeline.accounts.outside import OutsideIssuer
from video_pipeline.accounts.tokens import AccessTokens
from video_pipeline.catalog.engine import connect
from video_pipeline.config import Settings, settings
from video_pipeline.errors import NotAllowed, NotAuthenticated
from video_pipeline.playback import Keyring
from video_pipeline.storage.client import client
from video_pipeline.storage.multipart import DirectUploads
from video_pipeline.storage.objects import ObjectStore
from video_pipeline.types import Caller
from video_pipeline.uploads.limits import Limits

T = TypeVar("T")


class Once(Generic[T]):
    """A value that is made when it is first asked for, and once however many threads ask at the same time.

    `lru_cache` lets each of them make its own: forty clients of the store at once took nine seconds.
    """

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = lru_cache(maxsize=1)(make)
        self._making = Lock()
        self.cache_info = self._make.cache_info
        self.cache_clear = self._make.cache_clear

    def __call__(self) -> T:
        """The value."""
        with self._making:
            return self._make()


_BEARER = HTTPBearer(
    auto_error=False, scheme_name="bearer", description="An access token; POST /api/auth/login gives one."
)


@Once
def engine() -> Engine:
    """The pool of connections to the catalog."""
    return connect(settings().database_url.get_secret_value())


@Once
def store() -> ObjectStore:
    """The bucket."""
    known = settings()
    return ObjectStore(client(known.s3_endpoint_url, known.s3_region), known.s3_bucket)


@Once
def public_store() -> ObjectStore:
    """The bucket at the address that clients can reach it at: for addresses that they are given."""
    known = settings()
    if known.s3_public_endpoint_url is None:
        return store()
    return ObjectStore(client(known.s3_public_endpoint_url, known.s3_region), known.s3_bucket)


@Once
def direct() -> DirectUploads:
    """What clients send straight to the bucket, at the address that they can reach it at."""
    return DirectUploads(store(), public_store().client)


def limits(known: Annotated[Settings, Depends(settings)]) -> Limits:
    """What uploads must keep to, as far as the environment says."""
    return Limits(
        max_file_bytes=known.max_file_bytes,
        weekly_bytes=known.weekly_upload_bytes,
        part_bytes=known.upload_part_bytes,
        containers=known.accepted_containers,
    )


Catalog = Annotated[Engine, Depends(engine)]
Bucket = Annotated[ObjectStore, Depends(store)]
PublicBucket = Annotated[ObjectStore, Depends(public_store)]
Known = Annotated[Settings, Depends(settings)]
Direct = Annotated[DirectUploads, Depends(direct)]
LimitsDep = Annotated[Limits, Depends(limits)]


@Once
def keyring() -> Keyring:
    """The keys that sign links to media."""
    known = settings()
    return playback.keyring(known.media_keys.get_secret_value(), known.signing_key.get_secret_value())


Keys = Annotated[Keyring, Depends(keyring)]


@Once
def access_tokens() -> AccessTokens:
    """What signs and reads the access tokens that we give out."""
    return AccessTokens(settings().signing_key.get_secret_value())


@Once
def outside_issuer() -> OutsideIssuer | None:
    """The issuer whose tokens count besides our own, if the settings name one.

    Raises:
        ConfigurationError: what they say of it is not enough, or not safe.
    """
    known = settings()
    return outside.configured(known.outside_issuer, known.outside_audience, known.outside_jwks_url)


Tokens = Annotated[AccessTokens, Depends(access_tokens)]
Outside = Annotated[OutsideIssuer | None, Depends(outside_issuer)]


def caller(
    catalog: Catalog,
    own: Tokens,
    issuer: Outside,
    given: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)],
) -> Caller:
    """Who asks, by the bearer token of the request.

    Raises:
        NotAuthenticated: there is none, or it is not valid.
    """
    if given is None:
        raise NotAuthenticated
    return callers.identify(catalog, given.credentials, own, issuer)


CallerDep = Annotated[Caller, Depends(caller)]


def admin(caller: CallerDep) -> Caller:
    """Who asks, where that is an admin.

    Raises:
        NotAllowed: it is not.
    """
    if not caller.is_admin:
        raise NotAllowed("Only an admin may do that.")
    return caller


AdminDep = Annotated[Caller, Depends(admin)]
