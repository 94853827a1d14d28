from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import httpx2
import pytest

from video_pipeline.accounts.keyset import LIFETIME_SECONDS, PAUSE_SECONDS, KeySet
from video_pipeline.errors import IssuerUnavailable, NotAuthenticated


class Clock:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def keys(issuer, clock) -> KeySet:
    return KeySet(issuer.url, clock=clock)


def test_a_key_is_fetched_once_and_used_by_its_algorithm(issuer, keys):
    issuer.add("curve", "EC")

    assert [keys.key(key_id).algorithm_name for key_id in ("one", "curve", "one")] == ["RS256", "ES256", "RS256"]
    assert issuer.fetches == 1


def test_a_key_that_came_later_is_fetched_when_it_is_first_named(issuer, keys, clock):
    keys.key("one")
    issuer.add("two")
    clock.now += PAUSE_SECONDS

    assert keys.key("two").key_id == "two"
    assert issuer.fetches == 2


def test_a_storm_of_unknown_keys_is_one_fetch_a_minute(issuer, keys, clock):
    keys.key("one")
    clock.now += PAUSE_SECONDS
    for number in range(50):
        with pytest.raises(NotAuthenticated):
            keys.key(f"invented-{number}")
    assert issuer.fetches == 2

    clock.now += PAUSE_SECONDS - 1
    with pytest.raises(NotAuthenticated):
        keys.key("invented")
    assert issuer.fetches == 2


def test_many_at_once_are_one_fetch(issuer, keys):
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(keys.key, ["one"] * 32))

    assert {key.key_id for key in found} == {"one"}
    assert issuer.fetches == 1


def test_a_key_that_was_withdrawn_ends_with_the_sets_lifetime(issuer, keys, clock):
    keys.key("one")
    issuer.published.clear()
    issuer.add("two")
    clock.now += LIFETIME_SECONDS - 1
    assert keys.key("one")

    clock.now += 1
    with pytest.raises(NotAuthenticated):
        keys.key("one")
    assert keys.key("two")


@pytest.mark.parametrize("trouble", ["an error", "no keys", "no answer"])
def test_the_last_good_keys_go_on_while_the_issuer_is_down(issuer, keys, clock, trouble):
    keys.key("one")
    if trouble == "an error":
        issuer.status = 503
    elif trouble == "no keys":
        issuer.published.clear()
    else:
        keys._url = "http://127.0.0.1:1/jwks.json"
    clock.now += LIFETIME_SECONDS

    assert keys.key("one").key_id == "one"
    with pytest.raises(NotAuthenticated):
        keys.key("two")


def test_an_issuer_that_never_answered_is_asked_again_after_a_while(issuer, keys, clock):
    issuer.status = 503
    for _ in range(2):
        with pytest.raises(IssuerUnavailable):
            keys.key("one")
    assert issuer.fetches == 1

    issuer.status = 200
    clock.now += PAUSE_SECONDS
    assert keys.key("one")


def test_who_has_a_key_does_not_wait_for_a_fetch(issuer, keys, clock, monkeypatch):
    keys.key("one")
    clock.now += LIFETIME_SECONDS
    asked, answered = Event(), Event()
    get = httpx2.get

    def slow(*args: Any, **options: Any) -> httpx2.Response:
        asked.set()
        answered.wait(10)
        return get(*args, **options)

    monkeypatch.setattr(httpx2, "get", slow)
    with ThreadPoolExecutor(1) as threads:
        fetching = threads.submit(keys.key, "one")
        assert asked.wait(10)
        assert keys.key("one").key_id == "one"
        assert not fetching.done()
        answered.set()
        assert fetching.result().key_id == "one"


def test_a_redirect_is_not_followed(issuer, keys):
    issuer.status = 302

    with pytest.raises(IssuerUnavailable):
        keys.key("one")
    assert issuer.fetches == 1


@pytest.mark.parametrize(
    "entry",
    [
        "no key",
        {},
        {"kty": "oct", "k": "c2VjcmV0", "kid": "odd", "alg": "HS256"},
        {"kty": "RSA", "n": "?", "e": "AQAB", "kid": "odd"},
        {"kty": ["RSA"], "kid": "odd"},
        {"kty": "EC", "crv": "P-521", "kid": "odd"},
    ],
)
def test_keys_that_cannot_verify_are_passed_over(issuer, keys, entry):
    issuer.published.insert(0, entry)

    assert keys.key("one")
    with pytest.raises(NotAuthenticated):
        keys.key("odd")


@pytest.mark.parametrize("told", [{"use": "enc"}, {"alg": "RS512"}, {"alg": "HS256"}])
def test_a_key_is_for_what_it_says(issuer, keys, told):
    issuer.add("other")
    issuer.published[-1] |= told

    with pytest.raises(NotAuthenticated):
        keys.key("other")
