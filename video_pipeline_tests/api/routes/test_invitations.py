from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from video_pipeline.accounts import invitations
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.records.uploads import camera_for_drop
from video_pipeline.types import Role

from ..people import PASSWORD, add_user, token_of

BOB = {"email": "bob@example.org"}


@pytest.fixture
def token(engine) -> str:
    """An admin's."""
    return token_of(add_user(engine, "admin@example.org", Role.ADMIN))


@pytest.fixture
def site(engine) -> UUID:
    with transaction(engine) as connection:
        return camera_for_drop(connection, "mall", "gate")[0]


def accept(api, token):
    acceptance = {"token": token, "display_name": "Bob", "password": PASSWORD}
    return api.ask("POST", "/api/invitations/accept", acceptance)


def test_who_is_invited_comes_in(api, token, site):
    invited = api.ask("POST", "/api/invitations", BOB | {"site_id": str(site)}, token=token)
    accepted = accept(api, invited.told["token"])
    login = api.ask("POST", "/api/auth/login", {"email": "Bob@example.org", "password": PASSWORD})

    assert (invited.status, accepted.status, login.status) == (201, 201, 200)
    assert invited.headers["Cache-Control"] == "no-store"
    assert (accepted.told["role"], accepted.told["site_ids"]) == ("member", [str(site)])


def test_the_token_is_shown_once(api, token):
    shown = api.ask("POST", "/api/invitations", BOB, token=token).told
    listed = api.ask("GET", "/api/invitations", token=token)

    assert [one["id"] for one in listed.told["invitations"]] == [shown["id"]]
    assert shown["token"] not in listed.body.decode()


def test_an_invitation_that_was_withdrawn_lets_nobody_in(api, token):
    shown = api.ask("POST", "/api/invitations", BOB, token=token).told
    path = f"/api/invitations/{shown['id']}"

    assert [api.ask("DELETE", path, token=token).status for _ in range(2)] == [204, 404]
    assert accept(api, shown["token"]).status == 404
    assert api.ask("GET", "/api/invitations", token=token).told == {"invitations": []}


def test_an_invitation_is_used_once(api, token):
    shown = api.ask("POST", "/api/invitations", BOB, token=token).told
    answers = [accept(api, shown["token"]) for _ in range(2)]

    assert [answer.status for answer in answers] == [201, 409]
    assert "accepted already" in answers[1].told["detail"]


def test_one_that_is_too_old_says_so(api, token, monkeypatch):
    monkeypatch.setattr(invitations, "LIFETIME", timedelta(0))
    shown = api.ask("POST", "/api/invitations", BOB, token=token).told
    answer = accept(api, shown["token"])

    assert (answer.status, answer.told["code"]) == (400, "request_refused")
    assert "expired" in answer.told["detail"]


@pytest.mark.parametrize(
    ("invitation", "status"),
    [
        ({"email": "nobody"}, 422),
        ({"email": "a\r\nb@example.org"}, 422),
        ({"email": "ADMIN@example.org"}, 409),
        (BOB | {"role": "owner"}, 422),
        (BOB | {"site_id": "mall"}, 422),
        (BOB | {"site_id": str(uuid4())}, 404),
    ],
)
def test_what_is_no_invitation_is_refused(api, token, invitation, status):
    assert api.ask("POST", "/api/invitations", invitation, token=token).status == status
    assert api.ask("GET", "/api/invitations", token=token).told == {"invitations": []}


def test_only_admins_invite(api, engine):
    member = token_of(add_user(engine))

    for method, path in (("POST", ""), ("GET", ""), ("DELETE", f"/{uuid4()}")):
        content = BOB if method == "POST" else None
        assert api.ask(method, f"/api/invitations{path}", content, token=member).status == 403


@pytest.mark.parametrize("change", [{"password": "short"}, {"display_name": ""}, {"token": ""}])
def test_what_is_no_acceptance_is_refused(api, token, change):
    shown = api.ask("POST", "/api/invitations", BOB, token=token).told
    acceptance = {"token": shown["token"], "display_name": "Bob", "password": PASSWORD} | change

    assert api.ask("POST", "/api/invitations/accept", acceptance).status == 422
    assert accept(api, shown["token"]).status == 201
