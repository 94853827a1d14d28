from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterator
from itertools import product
from urllib.parse import urlsplit

import pytest

from video_pipeline.config import settings

from .conftest import Client


@pytest.fixture
def strict(api: Client, monkeypatch: pytest.MonkeyPatch) -> Client:
    """The API, which takes a thousand bytes."""
    monkeypatch.setenv("MAX_REQUEST_BYTES", "1000")
    settings.cache_clear()
    return api


def login(password: str) -> bytes:
    return json.dumps({"email": "ada@example.org", "password": password}).encode()


def chunked(api: Client, pieces: Iterator[bytes]) -> tuple[int, str]:
    """The status and the code that a body gets whose length is not told."""
    connection = http.client.HTTPConnection(urlsplit(api.address).netloc, timeout=10)
    headers = {"Content-Type": "application/json", "Transfer-Encoding": "chunked"}
    connection.request("POST", "/api/auth/login", pieces, headers, encode_chunked=True)
    answer = connection.getresponse()
    told = answer.status, json.loads(answer.read())["code"]
    connection.close()
    return told


def sent(api: Client, request: bytes) -> bytes:
    """All that is answered to some bytes, until the API hangs up."""
    host, port = urlsplit(api.address).netloc.split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(request)
        return b"".join(iter(lambda: connection.recv(65_536), b""))


def test_a_body_that_announces_too_much_is_not_read(strict: Client) -> None:
    answer = sent(strict, b"POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n\r\n")
    head, _, body = answer.partition(b"\r\n\r\n")

    assert head.startswith(b"HTTP/1.1 413 ")
    assert b"content-type: application/problem+json" in head
    assert b"connection: close" in head.lower()
    assert json.loads(body)["code"] == "request_too_large"


def test_a_body_of_unknown_length_is_read_as_far_as_it_may_go(strict: Client, engine) -> None:
    assert chunked(strict, iter([login("x" * 900)])) == (401, "not_authenticated")
    assert chunked(strict, iter([login("x" * 900), b" " * 100])) == (413, "request_too_large")


def test_a_body_that_does_not_come_is_not_waited_for(strict: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUEST_BODY_SECONDS", "0.2")
    settings.cache_clear()
    head = b"POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n"
    answer = sent(strict, head + b'{"e')

    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b'"code":"request_timeout"' in answer


def test_a_body_of_boxes_in_boxes_is_no_accident(api: Client) -> None:
    for depth, (opening, closing) in product((900, 1_000, 90_000), (("[", "]"), ('{"email":', "}"))):
        body = iter([(opening * depth + "1" + closing * depth).encode()])
        assert chunked(api, body)[0] in {400, 422}


def test_what_has_no_body_has_none_to_wait_for(strict: Client) -> None:
    assert strict.get("/healthz").status == 200
    assert strict.ask("GET", "/healthz", {"any": "thing"}).status == 200
