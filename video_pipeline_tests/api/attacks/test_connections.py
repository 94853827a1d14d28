"""Clients that hold on to connections and say little: whoever else comes is answered all the same."""

from __future__ import annotations

import http.client
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from urllib.parse import urlsplit

import pytest

from video_pipeline.accounts.tokens import Claims
from video_pipeline.api import dependencies
from video_pipeline.config import settings
from video_pipeline_tests.api.conftest import Client
from video_pipeline_tests.api.gallery import Gallery
from video_pipeline_tests.api.town import Things

MANY = 200
HALF_A_REQUEST = b"GET /api/videos HTTP/1.1\r\nHost: x\r\nX-Slow: "
HALF_A_BODY = (
    b"POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n{"
)


@contextmanager
def connected(api: Client, words: bytes = b"") -> Iterator[socket.socket]:
    """A connection over which so much has been said."""
    host, port = urlsplit(api.address).netloc.split(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(words)
        yield connection


def answered(gallery: Gallery, who: str = "owner") -> list[int]:
    """What somebody else gets meanwhile."""
    return [gallery.ask(who, "GET", path).status for path in ("/healthz", "/api/auth/me", "/api/videos")]


@pytest.mark.parametrize("words", [b"", HALF_A_REQUEST, HALF_A_BODY], ids=["silent", "half a request", "half a body"])
def test_who_connects_and_says_little_keeps_nobody_out(gallery: Gallery, words: bytes) -> None:
    with ExitStack() as held:
        for _ in range(MANY):
            held.enter_context(connected(gallery.api, words))
        assert answered(gallery) == [200, 200, 200]


def test_many_who_watch_keep_nobody_out_and_hear_of_the_end(gallery: Gallery, things: Things) -> None:
    video_id = gallery.accepted()
    token = dependencies.access_tokens().issue(Claims(gallery.people["member"], epoch=0))
    with ExitStack() as held:
        watching = []
        for _ in range(60):
            connection = http.client.HTTPConnection(urlsplit(gallery.api.address).netloc, timeout=30)
            held.callback(connection.close)
            connection.request("GET", f"/api/videos/{video_id}/events", headers={"Authorization": f"Bearer {token}"})
            watching.append(connection.getresponse())
        assert {stream.status for stream in watching} == {200}
        assert answered(gallery) == [200, 200, 200]
        gallery.ask("owner", "DELETE", f"/api/videos/{video_id}")
        assert all(b"event: status" in stream.read() for stream in watching)  # each ends, or this would time out


@pytest.mark.parametrize("line", [b"X" * 70_000, b"X: " + b"a" * 70_000, b"\r\n".join([b"X: y"] * 9_000)])
def test_headers_without_an_end_are_not_kept(gallery: Gallery, line: bytes) -> None:
    with connected(gallery.api, b"GET /healthz HTTP/1.1\r\nHost: x\r\n" + line + b"\r\n\r\n") as connection:
        assert connection.recv(100).split(b" ", 2)[1:2] != [b"500"]
    assert answered(gallery) == [200, 200, 200]


SMUGGLED = b"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
CONFUSING = {
    "two lengths": b"Content-Length: 0\r\nContent-Length: 35",
    "a length and pieces": b"Content-Length: 4\r\nTransfer-Encoding: chunked",
    "a length that is none": b"Content-Length: 0x10",
    "a negative length": b"Content-Length: -1",
    "an odd encoding": b"Transfer-Encoding: xchunked",
    "a folded line": b"X: a\r\n b",
    "a name with a space": b"Content-Length : 35",
    "a NUL": b"X: a\x00b",
}


@pytest.mark.parametrize("header", CONFUSING.values(), ids=CONFUSING)
def test_a_request_that_can_be_read_in_two_ways_is_refused_or_ends_the_connection(
    gallery: Gallery, header: bytes
) -> None:
    request = b"POST /api/auth/logout HTTP/1.1\r\nHost: x\r\n" + header + b"\r\n\r\n" + SMUGGLED
    with connected(gallery.api, request) as connection:
        said = b"".join(iter(lambda: connection.recv(65_536), b""))

    assert said.startswith(b"HTTP/1.1 400 ")
    assert b"video_pipeline_http" not in said


def test_a_body_that_drips_gets_no_more_time_than_one_that_does_not_come(
    api: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUEST_BODY_SECONDS", "0.3")
    settings.cache_clear()
    with connected(api, HALF_A_BODY) as connection:
        connection.settimeout(0.02)
        said, until = b"", time.monotonic() + 20
        while not said and time.monotonic() < until:
            connection.sendall(b" ")
            try:
                said = connection.recv(65_536)
            except TimeoutError:
                continue  # it waits for more
    assert said.startswith(b"HTTP/1.1 408 ")
