from __future__ import annotations

import re

import pytest
from fastapi import FastAPI, Request
from fastapi.responses import StreamingResponse
from fastapi.testclient import TestClient
from starlette.requests import ClientDisconnect

from video_pipeline.api.exchanges import Exchange, Witness

from .conftest import Client


class Seen:
    """What an observer was told."""

    def __init__(self) -> None:
        self.began_with = 0
        self.exchanges: list[Exchange] = []

    def began(self, _: Exchange) -> None:
        self.began_with += 1

    def ended(self, exchange: Exchange) -> None:
        self.exchanges.append(exchange)


@pytest.fixture
def seen() -> Seen:
    return Seen()


@pytest.fixture
def client(seen: Seen) -> TestClient:
    """An application under observation, whose routes go well, badly, half and nowhere."""
    app = FastAPI()
    app.add_middleware(Witness, observers=[seen])

    @app.get("/things/{thing}", operation_id="get_thing")
    def get(thing: str, request: Request) -> str:
        request.state.user_id = 7
        return thing

    @app.get("/broken")
    def broken() -> None:
        raise ZeroDivisionError

    @app.get("/half")
    def half() -> StreamingResponse:
        def pieces():
            yield b"half"
            raise ZeroDivisionError

        return StreamingResponse(pieces())

    @app.get("/left")
    def left() -> None:
        raise ClientDisconnect

    return TestClient(app)


def test_an_exchange_is_told_by_its_route_and_not_by_what_was_asked_for(client: TestClient, seen: Seen) -> None:
    answer = client.get("/things/secret?token=secret")

    (exchange,) = seen.exchanges
    assert (exchange.method, exchange.route, exchange.operation) == ("GET", "/things/{thing}", "get_thing")
    assert (exchange.status, exchange.user_id, exchange.code) == (200, "7", None)
    assert exchange.sent_bytes == len(answer.content)
    assert exchange.ended
    assert exchange.answered
    assert exchange.began <= exchange.answered <= exchange.ended


def test_what_strangers_invent_has_no_name(client: TestClient, seen: Seen) -> None:
    client.request("SECRET", "/nowhere/secret")

    assert [(exchange.method, exchange.route, exchange.status) for exchange in seen.exchanges] == [
        ("unknown", "unknown", 404)
    ]


def test_what_breaks_is_answered_and_can_be_found_again(client: TestClient, seen: Seen) -> None:
    answer = client.get("/broken")

    (exchange,) = seen.exchanges
    assert (answer.status_code, answer.json()["code"], answer.json()["retryable"]) == (500, "internal_error", False)
    assert answer.headers["X-Request-ID"] == exchange.request_id
    assert isinstance(exchange.error, ZeroDivisionError)
    assert "Zero" not in answer.text


def test_an_answer_that_breaks_off_is_told_as_far_as_it_came(client: TestClient, seen: Seen) -> None:
    client.get("/half")

    (exchange,) = seen.exchanges
    assert (exchange.status, exchange.sent_bytes) == (200, 4)
    assert exchange.error is not None


def test_who_has_left_is_no_accident(client: TestClient, seen: Seen) -> None:
    with pytest.raises(AssertionError):  # the client misses an answer, as nobody else would
        client.get("/left")

    (exchange,) = seen.exchanges
    assert (exchange.status, exchange.error) == (0, None)


def test_a_request_keeps_the_name_that_it_came_with_if_it_is_a_decent_one(api: Client) -> None:
    def named(name: str) -> str:
        told: str = api.ask("GET", "/healthz", headers={"X-Request-ID": name}).headers["X-Request-ID"]
        return told

    decent = ["a", "7f3c-A_b.c", "x" * 64]
    assert [named(name) for name in decent] == decent
    for name in ("", "two words", "x" * 65, '"}{', "é"):
        assert re.fullmatch(r"[0-9a-f]{32}", named(name))
