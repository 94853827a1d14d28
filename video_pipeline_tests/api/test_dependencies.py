from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest
from sqlalchemy import text

from video_pipeline.api import dependencies
from video_pipeline.config import settings
from video_pipeline.types import Role

from ..accounts.issuer import AUDIENCE, ISSUER, published
from .people import add_user, token_of


def test_the_catalog_is_the_one_in_the_environment_and_one_pool_for_all(fresh_dependencies):
    with dependencies.engine().connect() as connection:
        assert connection.scalar(text("SELECT to_regclass('videos')")) == "videos"

    assert dependencies.engine() is dependencies.engine()


def test_the_bucket_is_the_one_in_the_environment(fresh_dependencies, store, tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"x")
    store.store(path, "incoming/x.mp4", content_type="video/mp4")

    assert dependencies.store().bucket == settings().s3_bucket
    assert [stored.key for stored in dependencies.store().list("")] == ["incoming/x.mp4"]
    assert dependencies.store() is dependencies.store()


def identified(api, authorization: str | None):
    """What `/api/auth/me`, which asks for a caller, answers."""
    return api.ask("GET", "/api/auth/me", headers={"Authorization": authorization} if authorization else {})


def test_a_caller_is_told_by_the_bearer_token(api, engine):
    ada = add_user(engine)

    assert identified(api, f"Bearer {token_of(ada)}").told["id"] == str(ada)
    assert identified(api, f"bearer {token_of(ada)}").told["id"] == str(ada)


@pytest.mark.parametrize(
    "authorization", [None, "", "Bearer", "Bearer ", "Bearer x", "Basic YTpi", f"Bearer {'x' * 9000}"]
)
def test_who_does_not_say_who_they_are_is_asked_to(api, engine, authorization):
    answer = identified(api, authorization)

    assert (answer.status, answer.told["code"]) == (401, "not_authenticated")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_an_admin_is_an_admin(api, engine):
    ada, admin = add_user(engine), add_user(engine, "admin@example.org", Role.ADMIN)
    answer = api.ask("GET", "/api/users", token=token_of(ada))

    assert (answer.status, answer.told["code"]) == (403, "not_allowed")
    assert api.ask("GET", "/api/users", token=token_of(admin)).status == 200


def outside_settings(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    for name, value in (("ISSUER", ISSUER), ("AUDIENCE", AUDIENCE), ("JWKS_URL", url)):
        monkeypatch.setenv(f"OUTSIDE_{name}", value)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    settings.cache_clear()


def test_an_outside_issuer_is_one_that_the_settings_name(api, engine, monkeypatch):
    with published() as issuer:
        assert identified(api, f"Bearer {issuer.token()}").status == 401
        outside_settings(monkeypatch, issuer.url)
        dependencies.outside_issuer.cache_clear()

        answers = [identified(api, f"Bearer {issuer.token()}") for _ in range(3)]

    assert [answer.status for answer in answers] == [200] * 3
    assert {answer.told["issuer"] for answer in answers} == {ISSUER}
    assert issuer.fetches == 1


def test_an_issuer_whose_keys_cannot_be_had_is_told_as_such(api, engine, monkeypatch):
    with published() as issuer:
        issuer.status = 503
        outside_settings(monkeypatch, issuer.url)
        dependencies.outside_issuer.cache_clear()
        answer = identified(api, f"Bearer {issuer.token()}")

    assert (answer.status, answer.told["code"], answer.told["retryable"]) == (503, "issuer_unavailable", True)


def test_one_issuer_and_one_key_serve_every_request(fresh_dependencies):
    assert dependencies.access_tokens() is dependencies.access_tokens()
    assert dependencies.outside_issuer() is None


def test_addresses_for_clients_are_where_they_reach_the_bucket(fresh_dependencies, monkeypatch):
    assert dependencies.public_store() is dependencies.store()
    dependencies.public_store.cache_clear()
    monkeypatch.setenv("S3_PUBLIC_ENDPOINT_URL", "https://media.example.org")
    settings.cache_clear()

    link = dependencies.public_store().link("a", seconds=60, content_type="video/mp4", disposition="inline")

    assert link.startswith("https://media.example.org/")
    assert "X-Amz-Expires=60" in link


def test_many_who_ask_at_once_wait_for_one_answer():
    made = []
    together = Barrier(8)

    def make():
        Event().wait(0.1)  # long enough for the others to come
        made.append(object())
        return made[-1]

    once = dependencies.Once(make)

    def ask(_):
        together.wait()
        return once()

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(ask, range(8)))

    assert answers == set(made)
    assert len(made) == 1
