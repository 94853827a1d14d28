"""Clients of the API, in a process of their own: what measures must not slow down what is measured."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPResponse
from multiprocessing import get_context
from typing import TypeVar
from urllib.parse import urlsplit

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Request:
    """What a client asks again and again, and the status that it expects."""

    method: str
    path: str
    status: int
    body: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asking:
    """One client: whom it asks for what, and for how many seconds, of which the first `warm_seconds` do not count."""

    address: str
    request: Request
    warm_seconds: float
    seconds: float


def together(work: Callable[[T], R], clients: Sequence[T]) -> list[R]:
    """What `work` gives for each client, all at once in threads of one fresh process."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_together, work, clients).result()


def _together(work: Callable[[T], R], clients: Sequence[T]) -> list[R]:
    with ThreadPoolExecutor(len(clients)) as pool:
        return list(pool.map(work, clients))


def asked(asking: Asking) -> list[float]:
    """Seconds that every answer took, one request after the other over one connection."""
    taken = []
    begin = time.monotonic() + asking.warm_seconds
    with connected(asking.address) as connection:
        while (now := time.monotonic()) < begin + asking.seconds:
            told = answer(connection, asking.request)
            content = told.read()
            assert told.status == asking.request.status, content
            if now >= begin:
                taken.append(time.monotonic() - now)
    return taken


@contextmanager
def connected(address: str) -> Iterator[HTTPConnection]:
    """A connection that stays open from one request to the next."""
    where = urlsplit(address)
    connection = HTTPConnection(where.hostname or "", where.port, timeout=30)
    try:
        yield connection
    finally:
        connection.close()


def answer(connection: HTTPConnection, request: Request) -> HTTPResponse:
    """The beginning of an answer; its body is to be read, or the connection closed."""
    connection.request(request.method, request.path, request.body, dict(request.headers))
    return connection.getresponse()
