from __future__ import annotations

import pytest

from video_pipeline.config import settings

from .conftest import Client

OURS, STRANGE = "https://videos.example.org", "https://elsewhere.example.org"


@pytest.fixture
def shared(api: Client, monkeypatch: pytest.MonkeyPatch) -> Client:
    """The API, which pages of one origin may use."""
    monkeypatch.setenv("ALLOWED_ORIGINS", f"{OURS}/, http://localhost:5173")
    monkeypatch.setenv("MAX_REQUEST_BYTES", "100")
    settings.cache_clear()
    return api


def asked_first(api: Client, origin: str) -> dict[str, str | None]:
    """What a browser is told that asks whether a page may."""
    headers = {
        "Origin": origin,
        "Access-Control-Request-Method": "PATCH",
        "Access-Control-Request-Headers": "authorization, content-type",
    }
    told = api.ask("OPTIONS", "/api/videos", headers=headers).headers
    return {name: told[f"Access-Control-Allow-{name}"] for name in ("Origin", "Methods", "Headers", "Credentials")}


def test_pages_of_allowed_origins_may_ask(shared: Client) -> None:
    told = asked_first(shared, OURS)

    assert told["Origin"] == OURS
    assert "PATCH" in (told["Methods"] or "")
    assert told["Headers"] == "authorization, content-type"
    assert told["Credentials"] is None
    assert asked_first(shared, STRANGE)["Origin"] is None


@pytest.mark.parametrize("content", [None, {"password": "x" * 100}], ids=["401", "413"])
def test_they_may_read_refusals_too_and_the_headers_that_matter(shared: Client, content: object) -> None:
    method, path = ("POST", "/api/auth/login") if content else ("GET", "/api/videos")
    headers = shared.ask(method, path, content, headers={"Origin": OURS}).headers

    assert headers["Access-Control-Allow-Origin"] == OURS
    assert {"ETag", "Location", "Retry-After"} <= set(headers["Access-Control-Expose-Headers"].split(", "))
    assert "Origin" in headers["Vary"]
    strange = shared.ask(method, path, content, headers={"Origin": STRANGE}).headers
    assert strange["Access-Control-Allow-Origin"] is None


def test_nobody_may_where_nobody_is_named(api: Client) -> None:
    assert asked_first(api, OURS)["Origin"] is None
    assert api.ask("GET", "/healthz", headers={"Origin": OURS}).headers["Access-Control-Allow-Origin"] is None
