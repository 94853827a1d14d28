from __future__ import annotations

import pytest

from video_pipeline.config import settings

from .conftest import Client
from .people import PASSWORD, add_user

SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}


def test_every_answer_is_closed_whatever_it_says(api: Client) -> None:
    for path in ("/healthz", "/nothing", "/api/auth/me", "/media/x/web", "/openapi.json"):
        headers = api.get(path).headers
        assert {name: headers.get_all(name) for name in SAFE} == {name: [value] for name, value in SAFE.items()}
        assert "Strict-Transport-Security" not in headers


def test_tokens_are_kept_by_nobody_on_the_way(api: Client, engine) -> None:
    add_user(engine)
    answer = api.ask("POST", "/api/auth/login", {"email": "ada@example.org", "password": PASSWORD})

    assert (answer.status, answer.headers.get_all("Cache-Control")) == (200, ["no-store"])


def test_browsers_are_told_to_insist_on_https_where_they_use_it(api: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HSTS_SECONDS", "3600")
    settings.cache_clear()

    def told(scheme: str) -> str | None:
        return api.ask("GET", "/healthz", headers={"X-Forwarded-Proto": scheme}).headers["Strict-Transport-Security"]

    assert (told("https"), told("http")) == ("max-age=3600", None)
