from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from video_pipeline.api import dependencies
from video_pipeline.api.rates import Rates, Rule, of_address, of_email
from video_pipeline.config import settings
from video_pipeline.errors import TooManyRequests
from video_pipeline.local.stack import Running, running

from .conftest import Client
from .people import add_user, token_of

LIMITS = {**dict.fromkeys(Rule, "off"), Rule.UPLOADS: "2/hour"}


@pytest.fixture(scope="module")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The broker alone."""
    with running(Path(tmp_path_factory.mktemp("valkey")), parts={"valkey"}) as stack:
        yield stack


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that has much else to do may take its time."""
    monkeypatch.setattr("video_pipeline.api.rates.ANSWER_SECONDS", 30.0)


@pytest.fixture
def limited(monkeypatch: pytest.MonkeyPatch, api: Client):
    """Tells the API, which has not been asked yet, its limits."""

    def limited(**rules: str) -> Client:
        for name, value in rules.items():
            monkeypatch.setenv(name.upper(), value)
        settings.cache_clear()
        return api

    return limited


def spent(rates: Rates, rule: Rule, who: str, most: int = 10) -> int:
    """How many requests fit."""
    for number in range(most):
        try:
            rates.spend(rule, who)
        except TooManyRequests:
            return number
    return most


def test_each_is_counted_by_itself_and_each_rule_too() -> None:
    rates = Rates({**LIMITS, Rule.MEDIA: "3/2 hour;1/day"}, None)

    assert [spent(rates, Rule.UPLOADS, "ada"), spent(rates, Rule.UPLOADS, "ada")] == [2, 0]
    assert spent(rates, Rule.UPLOADS, "bob") == 2
    assert spent(rates, Rule.MEDIA, "ada") == 1  # the narrowest
    assert spent(rates, Rule.REQUESTS, "ada") == 10  # off


def test_who_is_refused_is_told_when_to_come_back() -> None:
    rates = Rates(LIMITS, None)
    assert spent(rates, Rule.UPLOADS, "ada") == 2

    with pytest.raises(TooManyRequests, match="2 times in 3600 seconds is the limit") as refused:
        rates.spend(Rule.UPLOADS, "ada")

    allowance = refused.value.allowance
    assert allowance
    assert (allowance.rule, allowance.requests, allowance.window_seconds) == ("uploads", 2, 3600)
    assert 1 <= allowance.wait_seconds <= 3600


def test_processes_count_together(valkey: Running, patient: None) -> None:
    url = valkey.environment["BROKER_URL"]
    one, other = Rates(LIMITS, url), Rates(LIMITS, url)

    one.spend(Rule.UPLOADS, "ada")
    other.spend(Rule.UPLOADS, "ada")

    assert [spent(rates, Rule.UPLOADS, "ada") for rates in (one, other)] == [0, 0]


def test_a_process_takes_some_at_once_and_all_of_them_no_more_than_there_are(valkey: Running, patient: None) -> None:
    limits = {**LIMITS, Rule.UPLOADS: "302/hour"}
    one, other = (Rates(limits, valkey.environment["BROKER_URL"]) for _ in range(2))

    one.spend(Rule.UPLOADS, "bob")

    assert spent(other, Rule.UPLOADS, "bob", most=1000) == 299
    assert [spent(rates, Rule.UPLOADS, "bob") for rates in (one, other)] == [2, 0]


def test_a_broker_that_is_silent_or_away_hinders_nobody() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent_url = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        with capture_logs() as told:
            assert spent(Rates(LIMITS, silent_url), Rule.UPLOADS, "ada") == 2
    with capture_logs() as told_again:
        assert spent(Rates(LIMITS, silent_url), Rule.UPLOADS, "ada") == 2

    assert [line["event"] for line in [*told, *told_again]] == ["rates_counted_here"] * 2


def test_a_broker_that_comes_back_counts_again(valkey: Running, patient: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("video_pipeline.api.rates.AWAY_SECONDS", 0.0)
    rates = Rates(LIMITS, valkey.environment["BROKER_URL"])
    rates.spend(Rule.UPLOADS, "eve")
    valkey.stop_part("valkey")
    rates.spend(Rule.UPLOADS, "eve")
    valkey.start_part("valkey")

    assert spent(rates, Rule.UPLOADS, "eve") == 1  # what was counted here meanwhile is not counted there


def test_passwords_cannot_be_tried_for_long(limited, engine, valkey, patient) -> None:
    api = limited(rate_limit_login="2/hour", broker_url=valkey.environment["BROKER_URL"])

    def tried(email: str, address: str) -> tuple[int, str]:
        wrong = {"email": email, "password": "a wrong password"}
        answer = api.ask("POST", "/api/auth/login", wrong, headers={"X-Forwarded-For": address})
        return answer.status, answer.told["code"]

    assert tried("ada@example.org", "192.0.2.1") == (401, "not_authenticated")
    assert tried("bob@example.org", "192.0.2.1") == (401, "not_authenticated")
    dependencies.request_rates.cache_clear()  # the next is answered by another process
    assert tried("eve@example.org", "192.0.2.1") == (429, "too_many_requests")
    assert tried("ada@example.org", "192.0.2.2") == (401, "not_authenticated")
    assert tried(" ADA@example.org", "192.0.2.3") == (429, "too_many_requests")
    passwords = {"old_password": "a wrong password", "new_password": "correct horse battery"}
    token = token_of(add_user(engine))
    guesses = [api.ask("PATCH", "/api/auth/me", passwords, token=token).status for _ in range(3)]
    assert guesses[2] == 429 not in guesses[:2]


def test_users_have_limits_of_their_own_for_uploads_and_for_the_rest(limited, engine) -> None:
    api = limited(rate_limit_uploads="1/hour", rate_limit_requests="2/hour")
    ada, bob = (token_of(add_user(engine, f"{name}@example.org")) for name in ("ada", "bob"))

    def asked(token: str, path: str):
        return api.ask("GET", path, token=token).status

    assert [asked(ada, "/api/quota") for _ in range(2)] == [200, 429]
    assert [asked(ada, "/api/auth/me") for _ in range(3)] == [200, 200, 429]
    assert asked(bob, "/api/quota") == 200
    refused = api.ask("GET", "/api/quota", token=ada)
    wait = refused.headers["Retry-After"]
    assert 1 <= int(wait) <= 3600
    assert refused.headers["RateLimit-Policy"] == '"uploads";q=1;w=3600'
    assert refused.headers["RateLimit"] == f'"uploads";r=0;t={wait}'
    assert refused.told["retryable"]


def test_strangers_are_counted_by_address(limited, engine) -> None:
    api = limited(rate_limit_anonymous="1/hour", rate_limit_media="1/hour")

    def asked(method: str, path: str, content: object = None, token: str | None = None):
        return api.ask(method, path, content, token=token).status

    assert [asked("GET", "/media/x/web") for _ in range(2)] == [422, 429]
    assert asked("GET", "/previews/x/poster") == 429  # another route, the same rule
    assert [asked("GET", "/api/auth/me", token="invented") for _ in range(2)] == [401, 429]
    assert asked("POST", "/api/auth/refresh", {"refresh_token": "invented"}) == 429
    assert asked("POST", "/api/invitations/accept", {}) == 429
    assert asked("GET", "/api/auth/me") == 401  # nothing was looked up for it
    assert asked("GET", "/healthz") == 200


@pytest.mark.parametrize(
    ("host", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        (None, "unknown"),
        ("/run/api.sock", "unknown"),
    ],
)
def test_an_address_is_counted_by_what_one_customer_has(host: str | None, counted: str) -> None:
    assert of_address(host) == counted


def test_email_addresses_are_counted_however_they_are_written_and_not_kept() -> None:
    assert of_email(" Ada@Example.org") == of_email("ada@example.org") != of_email("bob@example.org")
    assert "ada" not in of_email("ada@example.org")
