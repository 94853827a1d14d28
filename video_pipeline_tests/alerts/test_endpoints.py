from __future__ import annotations

import json

import pytest

from video_pipeline.config import settings
from video_pipeline.errors import ConfigurationError

SECRET = "whsec_" + "A" * 32
ERP = {"name": "erp", "url": "https://erp.example.org/hook", "secrets": [SECRET]}


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch):
    """Settings of an environment that says this."""
    monkeypatch.setenv("DATABASE_URL", "postgresql+psycopg://localhost/catalog")

    def read(**variables: object):
        for name, value in variables.items():
            monkeypatch.setenv(name, value if isinstance(value, str) else json.dumps(value))
        settings.cache_clear()
        return settings()

    yield read
    settings.cache_clear()


def test_there_are_none_unless_told(told) -> None:
    assert told(WEBHOOK_ENDPOINTS="").webhook_endpoints == ()


def test_receivers_are_read_from_json(told) -> None:
    local = {"name": "local", "url": "http://127.0.0.1:9000/", "secrets": [SECRET, SECRET], "types": ["video.*"]}
    erp, own = told(WEBHOOK_ENDPOINTS=[ERP, local]).webhook_endpoints
    assert (erp.name, erp.url.get_secret_value(), erp.types) == ("erp", "https://erp.example.org/hook", ())
    assert (len(own.secrets), own.types) == (2, ("video.*",))
    assert SECRET not in repr(erp)


@pytest.mark.parametrize(
    "endpoints",
    [
        "no JSON, " + SECRET,
        {"erp": ERP},
        [ERP, ERP],
        [ERP | {"name": "ERP / a"}],
        [ERP | {"url": "http://erp.example.org/"}],
        [ERP | {"url": ""}],
        [ERP | {"secrets": []}],
        [ERP | {"secrets": ["whsec_QUFB"]}],
        [ERP | {"secrets": [SECRET.removeprefix("whsec_")]}],
        [ERP | {"secrets": ["whsec_" + "!" * 32]}],
        [ERP | {"types": ["video.exploded"]}],
        [ERP | {"typs": []}],
    ],
)
def test_what_cannot_be_is_refused_without_showing_secrets(told, endpoints: object) -> None:
    with pytest.raises(ConfigurationError, match="WEBHOOK_ENDPOINTS") as error:
        told(WEBHOOK_ENDPOINTS=endpoints)
    assert SECRET.removeprefix("whsec_") not in str(error.value)


@pytest.mark.parametrize("variable", ["SENTRY_DSN", "SLACK_WEBHOOK_URL"])
def test_secrets_go_only_where_nobody_can_read_along(told, variable: str) -> None:
    with pytest.raises(ConfigurationError, match=variable):
        told(**{variable: "http://public@example.org/1"})


def test_a_time_zone_is_one_that_there_is(told) -> None:
    assert told(TIME_ZONE="Europe/Berlin").time_zone == "Europe/Berlin"
    with pytest.raises(ConfigurationError, match="TIME_ZONE"):
        told(TIME_ZONE="Europe/Atlantis")
