from __future__ import annotations

import pytest
from sqlalchemy import Engine

from video_pipeline.api import insiders
from video_pipeline.config import settings

from .conftest import Client

TOKEN = "open sesame"
FROM_ELSEWHERE = {"X-Forwarded-For": "203.0.113.9"}  # uvicorn trusts a proxy on this machine


@pytest.fixture
def guarded(api: Client, monkeypatch: pytest.MonkeyPatch) -> Client:
    """The API with a token for the operator."""
    monkeypatch.setenv("METRICS_TOKEN", TOKEN)
    settings.cache_clear()
    return api


def status(api: Client, token: str | None = None, **headers: str) -> int:
    return api.ask("GET", "/metrics", token=token, headers=FROM_ELSEWHERE).status


def test_figures_are_for_this_machine_where_there_is_no_token(api: Client, engine: Engine) -> None:
    refused = api.ask("GET", "/metrics", token="", headers=FROM_ELSEWHERE)

    assert api.get("/metrics").status == 200
    assert (refused.status, refused.told["code"]) == (403, "not_allowed")
    assert status(api, token=TOKEN) == 403


def test_a_token_opens_them_to_other_machines(guarded: Client, engine: Engine) -> None:
    assert [status(guarded, token) for token in (TOKEN, "open", None)] == [200, 403, 403]
    assert guarded.get("/metrics").status == 200


def test_strangers_hear_whether_and_the_operator_why(guarded: Client, engine: Engine) -> None:
    stranger = guarded.ask("GET", "/readyz", headers=FROM_ELSEWHERE)
    operator = guarded.ask("GET", "/readyz", token=TOKEN, headers=FROM_ELSEWHERE)

    assert stranger.status == operator.status == 503
    assert stranger.told["checks"]["daemon"] == {"ok": False}
    assert operator.told["checks"]["daemon"]["sentence"] == "The daemon has never given a sign of life."


def test_one_count_for_the_process(fresh_dependencies: None) -> None:
    assert insiders.metrics() is insiders.metrics()
    assert insiders.ready() is insiders.ready()
