import socket

import httpx2
import pytest

from video_pipeline.client.connection import Connection, http, normal
from video_pipeline.client.patience import Patience
from video_pipeline.client.problems import ApiProblem
from video_pipeline.client.tokens import InMemory, Tokens
from video_pipeline.errors import NotAuthenticated, RequestRefused, ServerUnreachable
from video_pipeline_tests.client.relay import Cut, Said, relaying

QUICK = Patience(attempts=3, first_seconds=0.001, longest_seconds=0.002)


@pytest.fixture
def server():
    """A server that says what it is told to; nothing is behind it."""
    with relaying("http://127.0.0.1:1") as relay:
        yield relay


@pytest.fixture
def connection(server):
    connection = Connection(server.address, InMemory(Tokens("access", "refresh")), patience=QUICK)
    yield connection
    connection.close()


def script(*said):
    left = list(said)

    def next_one(_asked):
        following = left.pop(0) if len(left) > 1 else left[0]
        if following is Cut:
            raise Cut
        return following

    return next_one


OK = Said(200, b'{"is": "well"}')
BUSY = Said(503, b'{"detail": "Busy.", "code": "store_unavailable", "retryable": true}', {"Retry-After": "1"})


def test_what_may_be_asked_again_is(server, connection):
    server.meddle = script(BUSY, Cut, OK)

    assert connection.ask("GET", "/x") == {"is": "well"}
    assert len(server.asked) == 3


@pytest.mark.parametrize(("failure", "error"), [(BUSY, ApiProblem), (Cut, ServerUnreachable)])
def test_what_might_be_done_twice_is_asked_once(server, connection, failure, error):
    server.meddle = script(failure)

    with pytest.raises(error):
        connection.ask("POST", "/x", body={})
    assert len(server.asked) == 1


def test_a_refusal_is_told_at_once(server, connection):
    server.meddle = script(Said(404, b'{"detail": "No video.", "code": "video_not_found", "retryable": false}'))

    with pytest.raises(ApiProblem, match="No video") as refusal:
        connection.ask("GET", "/x")
    assert (refusal.value.code, len(server.asked)) == ("video_not_found", 1)


def test_an_answer_without_a_body_is_nothing(server, connection):
    server.meddle = script(Said(200))

    assert connection.ask("DELETE", "/x") is None


def test_nobody_there_is_told_by_the_address():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    connection = Connection(address, patience=QUICK)

    with pytest.raises(ServerUnreachable, match=f"{address} does not answer"):
        connection.ask("GET", "/x", anonymous=True)
    connection.close()


def test_who_is_not_logged_in_is_told_how(server):
    connection = Connection(server.address)

    with pytest.raises(NotAuthenticated, match="video-pipeline login"):
        connection.ask("GET", "/x")
    connection.close()


def test_a_token_that_is_not_valid_any_more_is_renewed_once(server, connection):
    granted = Said(200, b'{"access_token": "new", "refresh_token": "next", "expires_in": 900}')
    server.meddle = script(Said(401, b"{}"), granted, OK)

    assert connection.ask("POST", "/x", body={}) == {"is": "well"}
    assert [one.path for one in server.asked] == ["/x", "/api/auth/refresh", "/x"]
    assert connection.keeper.current().access == "new"


def test_a_login_that_has_ended_is_told(server, connection):
    server.meddle = script(Said(401, b'{"detail": "Log in again.", "code": "not_authenticated"}'))

    with pytest.raises(ApiProblem, match="Log in again"):
        connection.ask("GET", "/x")
    assert [one.path for one in server.asked] == ["/x", "/api/auth/refresh"]


@pytest.mark.parametrize("given", ["https://a.example/", " https://a.example "])
def test_an_address_has_one_form(given: str):
    assert normal(given) == "https://a.example"


@pytest.mark.parametrize("given", ["a.example", "ftp://a.example", "https://", ""])
def test_what_is_no_address_is_refused(given: str):
    with pytest.raises(RequestRefused, match="no address of a server"):
        normal(given)


def test_this_machine_is_reached_past_the_proxy(server, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    server.meddle = script(OK)
    with http() as direct:
        assert direct.get(server.address).status_code == 200
        with pytest.raises(httpx2.TransportError):
            direct.get("http://elsewhere.example")


def test_a_client_that_was_closed_says_so(server, connection):
    connection.close()

    with pytest.raises(ServerUnreachable, match="closed"):
        connection.ask("GET", "/x")
    with pytest.raises(ServerUnreachable, match="closed"), connection.open("/x", headers={}, read_seconds=1):
        pass
