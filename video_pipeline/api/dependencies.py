"""What routes are given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from threading import Lock
from typing import Annotated, Generic, TypeVar

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy import Engine

from video_pipeline import playback
from video_pipeline.accounts import callers, outside
from video_pipeline.accounts.outside import OutsideIssuer
from video_pipeline.accounts.tokens import AccessTokens
from video_pipeline.api import rates
from video_pipeline.api.cookies import AccessCookie
from video_pipeline.api.rates import Rates, Rule
from video_pipeline.catalog.engine import connect
from video_pipeline.config import Settings, settings
from video_pipeline.errors import NotAllowed, NotAuthenticated
from video_pipeline.playback import Keyring
from video_pipeline.storage import cloudfront
from video_pipeline.storage.client import client
from video_pipeline.storage.cloudfront import CloudFront
from video_pipeline.storage.multipart import DirectUploads
from video_pipeline.storage.objects import ObjectStore
from video_pipeline.types import Caller
from video_pipeline.uploads.limits import Limits

T = TypeVar("T")

#: Connections to the catalog that are kept: one beyond them is made for a single request, and takes longer than it.
CONNECTIONS = 16


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

    async def given(self) -> T:
        """The value, for a route: what is not `async`, FastAPI sends to a thread, which costs more than the value."""
        return self()


_BEARER = HTTPBearer(
    auto_error=False, scheme_name="bearer", description="An access token; POST /api/auth/login gives one."
)
_COOKIE = AccessCookie()


@Once
def engine() -> Engine:
    """The pool of connections to the catalog."""
    return connect(settings().database_url.get_secret_value(), pool_size=CONNECTIONS)


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
def distribution() -> CloudFront:
    """The distribution of CloudFront's that delivers media.

    Raises:
        ConfigurationError: a setting of it is missing or cannot be.
    """
    known = settings()
    return cloudfront.configured(
        domain=known.cloudfront_domain,
        key_pair_id=known.cloudfront_key_pair_id,
        private_key=known.cloudfront_private_key.get_secret_value(),
    )


@Once
def direct() -> DirectUploads:
    """What clients send straight to the bucket, at the address that they can reach it at."""
    return DirectUploads(store(), public_store().client)


async def known_settings() -> Settings:
    """The settings."""
    return settings()


Known = Annotated[Settings, Depends(known_settings)]


async def delivery(known: Known) -> ObjectStore | CloudFront | None:
    """What makes the addresses that media are fetched from, where it is not our API that delivers them."""
    match known.playback_delivery:
        case "redirect":
            return public_store()
        case "cloudfront":
            return distribution()
        case "api":
            return None


@dataclass(frozen=True, slots=True)
class Uploading:
    """What routes of uploads work with: the catalog, the bucket, and what uploads must keep to.

    One thing and not three: for each that a route is given, FastAPI takes 25 µs of every request.
    """

    catalog: Engine
    direct: DirectUploads
    limits: Limits


async def uploading() -> Uploading:
    """The same for a request."""
    known = settings()
    limits = Limits(
        max_file_bytes=known.max_file_bytes,
        weekly_bytes=known.weekly_upload_bytes,
        part_bytes=known.upload_part_bytes,
        containers=known.accepted_containers,
    )
    return Uploading(engine(), direct(), limits)


Catalog = Annotated[Engine, Depends(engine.given)]
Bucket = Annotated[ObjectStore, Depends(store.given)]
Elsewhere = Annotated[ObjectStore | CloudFront | None, Depends(delivery)]
Direct = Annotated[DirectUploads, Depends(direct.given)]
UploadingDep = Annotated[Uploading, Depends(uploading)]


@Once
def keyring() -> Keyring:
    """The keys that sign links to media."""
    known = settings()
    return playback.keyring(known.media_keys.get_secret_value(), known.signing_key.get_secret_value())


Keys = Annotated[Keyring, Depends(keyring.given)]


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


Tokens = Annotated[AccessTokens, Depends(access_tokens.given)]


@Once
def request_rates() -> Rates:
    """Who asks how often."""
    known = settings()
    broker_url = known.broker_url.get_secret_value() if known.broker_url else None
    return Rates({rule: getattr(known, f"rate_limit_{rule}") for rule in Rule}, broker_url)


RatesDep = Annotated[Rates, Depends(request_rates.given)]
UPLOADING = frozenset({"uploads", "companion"})
"""Tags of the routes that the rule for uploads is for."""


def address_of(request: Request) -> str:
    """By what the address that a request comes from is counted; a trusted proxy's word is uvicorn's business."""
    return rates.of_address(request.client.host if request.client else None)


def anonymous(request: Request, counted: RatesDep) -> None:
    """For routes that take a token of their own: counts the address.

    Raises:
        TooManyRequests: it has asked too often.
    """
    counted.spend(Rule.ANONYMOUS, address_of(request))


def viewer(request: Request, counted: RatesDep) -> None:
    """For routes of signed links: counts the address.

    Raises:
        TooManyRequests: it has asked too often.
    """
    counted.spend(Rule.MEDIA, address_of(request))


def caller(
    request: Request,
    given: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)],
    kept: Annotated[str | None, Depends(_COOKIE)],
) -> Caller:
    """Who asks, by the bearer token of the request, or by the one that a browser keeps where there is none.

    What it needs besides it fetches itself: for almost every request FastAPI would put that together once more.

    Raises:
        NotAuthenticated: there is neither, or it is not valid.
        CrossOrigin: a page elsewhere sends it.
        TooManyRequests: the user has asked too often, or the address with tokens that are not valid.
    """
    return _identified(request, _token(given, kept))


CallerDep = Annotated[Caller, Depends(caller)]


async def asking(
    request: Request,
    given: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)],
    kept: Annotated[str | None, Depends(_COOKIE)],
) -> Callable[[], Caller]:
    """The same for a route that looks the caller up on the thread of its story: a second one costs as much as that.

    A token has to be there at once; a body that cannot be is refused before the token is read, and not counted.

    Raises:
        NotAuthenticated: there is no token.
        CrossOrigin: a page elsewhere sends it.
    """
    return partial(_identified, request, _token(given, kept))


AskingDep = Annotated[Callable[[], Caller], Depends(asking)]


def _token(given: HTTPAuthorizationCredentials | None, kept: str | None) -> str:
    token = given.credentials if given else kept
    if token is None:
        raise NotAuthenticated
    return token


def _identified(request: Request, token: str) -> Caller:
    counted = request_rates()
    try:
        found = callers.identify(engine(), token, access_tokens(), outside_issuer())
    except NotAuthenticated:
        counted.spend(Rule.ANONYMOUS, address_of(request))
        raise
    request.state.user_id = found.user_id
    is_uploading = not UPLOADING.isdisjoint(request.scope["route"].tags)
    counted.spend(Rule.UPLOADS if is_uploading else Rule.REQUESTS, str(found.user_id))
    return found


async def admin(caller: CallerDep) -> Caller:
    """Who asks, where that is an admin.

    Raises:
        NotAllowed: it is not.
    """
    if not caller.is_admin:
        raise NotAllowed("Only an admin may do that.")
    return caller


AdminDep = Annotated[Caller, Depends(admin)]
