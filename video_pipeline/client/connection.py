"""HTTP with one server: who asks, what is asked again, and problems as errors."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any, TypeAlias

import httpx2

from video_pipeline.client.patience import ONCE, USUAL, Patience
from video_pipeline.client.problems import problem_of
from video_pipeline.client.tokens import InMemory, Keeper, Tokens
from video_pipeline.errors import NotAuthenticated, RequestRefused, ServerUnreachable

Json: TypeAlias = Any
"""What json.loads gives; answers.py reads it."""

TIMEOUT = httpx2.Timeout(60.0, connect=10.0)  # completing a large upload takes a store a while
DIRECT: Mapping[str, httpx2.BaseTransport | None] = dict.fromkeys(
    ("all://localhost", "all://127.0.0.1", "all://[::1]"), None
)
#: Methods that do no more when they are sent twice (RFC 9110, section 9.2.2). PATCH sets values here, so it counts.
REPEATABLE = frozenset({"GET", "HEAD", "PUT", "DELETE", "PATCH"})


def normal(address: str) -> str:
    """An address as it is kept: with its scheme, and without a slash at its end.

    Raises:
        RequestRefused: it is none.
    """
    address = address.strip().rstrip("/")
    url = httpx2.URL(address)
    if url.scheme not in {"http", "https"} or not url.host:
        raise RequestRefused(f"{address!r} is no address of a server: it begins with https:// or http://.")
    return address


def http(*, base_url: str = "", connections: int = 20) -> httpx2.Client:
    """A client that takes the proxy that the environment names, unless it talks to this machine."""
    limits = httpx2.Limits(max_connections=connections, max_keepalive_connections=connections)
    return httpx2.Client(base_url=base_url, timeout=TIMEOUT, limits=limits, mounts=dict(DIRECT))


@contextmanager
def reaching(address: str) -> Iterator[None]:
    """Turn a connection that fails into ServerUnreachable."""
    try:
        yield
    except httpx2.TransportError as error:
        raise ServerUnreachable(f"{address} does not answer: {error or type(error).__name__}.") from error


class Connection:
    """Asks one server as one caller. Threads may share it."""

    def __init__(self, address: str, keeper: Keeper | None = None, *, patience: Patience = USUAL) -> None:
        self.address = normal(address)
        self.keeper = keeper or InMemory()
        self.patience = patience
        self._http = http(base_url=self.address)
        self._bearer = _Bearer(self)

    def close(self) -> None:
        """Let go of the server."""
        self._http.close()

    def ask(
        self,
        method: str,
        path: str,
        *,
        body: object = None,
        params: Mapping[str, Any] | None = None,
        repeatable: bool | None = None,
        anonymous: bool = False,
    ) -> Json:
        """The JSON that is answered, None where there is none.

        What failed for a passing reason is asked again, if it may be: by its method, or as `repeatable` says.

        Raises:
            ApiProblem: the API refused, or could not.
            NotAuthenticated: nobody is logged in.
            ServerUnreachable: nobody answered.
        """
        may_repeat = method in REPEATABLE if repeatable is None else repeatable
        auth = None if anonymous else self._bearer
        request = self._http.build_request(method, path, json=body, params=_given(params))

        def once() -> Json:
            with self._reaching():
                return _told(self._http.send(request, auth=auth))

        return (self.patience if may_repeat else ONCE).persist(once)

    @contextmanager
    def open(
        self, path: str, *, headers: Mapping[str, str], read_seconds: float, anonymous: bool = False
    ) -> Iterator[httpx2.Response]:
        """A response whose body is read as it comes; redirects are followed. It is asked for once.

        Raises:
            ApiProblem, NotAuthenticated: as for `ask`.
            ServerUnreachable: nobody answered, or not to the end.
        """
        timeout = httpx2.Timeout(TIMEOUT.connect, read=read_seconds)
        request = self._http.build_request("GET", path, headers=headers, timeout=timeout)
        auth = None if anonymous else self._bearer
        with self._reaching():
            response = self._http.send(request, auth=auth, stream=True, follow_redirects=True)
            try:
                if response.is_error:
                    response.read()
                    raise problem_of(response)
                yield response
            finally:
                response.close()

    @contextmanager
    def _reaching(self) -> Iterator[None]:
        """Who still follows a video when all is over, in a thread of their own, is told so like anybody else."""
        if self._http.is_closed:
            raise ServerUnreachable("The client was closed.")
        with reaching(self.address):
            yield

    def tokens_for(self, path: str, body: object) -> Tokens:
        """The tokens that a login or a refresh gives. It is asked for once: a refresh token is good for one use."""
        told = self.ask("POST", path, body=body, anonymous=True)
        ends = datetime.now(UTC) + timedelta(seconds=told["expires_in"])
        return Tokens(told["access_token"], told["refresh_token"], ends)


class _Bearer(httpx2.Auth):
    """Shows the access token, and gets a new one when it has ended."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def sync_auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        tokens = self._connection.keeper.current()
        if tokens is None:
            raise NotAuthenticated(f"You are not logged in at {self._connection.address}: `video-pipeline login`.")
        if tokens.is_stale:
            tokens = self._renewed(tokens)
        response = yield _shown(request, tokens)
        if response.status_code == HTTPStatus.UNAUTHORIZED and tokens.refresh is not None:
            yield _shown(request, self._renewed(tokens))

    def _renewed(self, tokens: Tokens) -> Tokens:
        def renew(refresh_token: str) -> Tokens:
            return self._connection.tokens_for("/api/auth/refresh", {"refresh_token": refresh_token})

        return self._connection.keeper.renewed(tokens, renew)


def _shown(request: httpx2.Request, tokens: Tokens) -> httpx2.Request:
    request.headers["Authorization"] = f"Bearer {tokens.access}"
    return request


def _told(response: httpx2.Response) -> Json:
    if not response.is_success:
        raise problem_of(response)
    return response.json() if response.content else None


def _given(params: Mapping[str, Any] | None) -> dict[str, Any]:
    return {name: value for name, value in (params or {}).items() if value is not None}
