from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.records.uploads import camera_for_drop
from video_pipeline.types import Role

from ..people import add_user, token_of


@pytest.fixture
def admin(engine) -> UUID:
    return add_user(engine, "admin@example.org", Role.ADMIN)


@pytest.fixture
def ada(engine) -> UUID:
    return add_user(engine)


@pytest.fixture
def site(engine) -> UUID:
    with transaction(engine) as connection:
        return camera_for_drop(connection, "mall", "gate")[0]


def test_users_are_listed_in_pages(api, admin, ada):
    first, second = (
        api.ask("GET", f"/api/users?limit=1&offset={offset}", token=token_of(admin)).told for offset in (0, 1)
    )

    assert [user["email"] for user in first["users"] + second["users"]] == ["ada@example.org", "admin@example.org"]
    assert (first["total"], second["limit"], second["offset"]) == (2, 1, 1)
    assert api.ask("GET", "/api/users?limit=101", token=token_of(admin)).status == 422
    assert api.ask("GET", f"/api/users?offset={2**63}", token=token_of(admin)).status == 422


def test_an_admin_makes_an_admin(api, admin, ada):
    assert api.ask("GET", "/api/users", token=token_of(ada)).status == 403
    changed = api.ask("PATCH", f"/api/users/{ada}", {"role": "admin"}, token=token_of(admin))

    assert (changed.status, changed.told["role"]) == (200, "admin")
    assert api.ask("GET", "/api/users", token=token_of(ada)).status == 200


def test_an_account_that_is_closed_ends_at_once_and_can_be_opened_again(api, admin, ada):
    closed = api.ask("PATCH", f"/api/users/{ada}", {"is_active": False}, token=token_of(admin))

    assert closed.told["is_active"] is False
    assert api.ask("GET", "/api/auth/me", token=token_of(ada)).status == 401
    assert api.ask("PATCH", f"/api/users/{ada}", {"is_active": True}, token=token_of(admin)).told["is_active"]
    assert api.ask("GET", "/api/auth/me", token=token_of(ada)).status == 401  # what was given before counts no longer
    assert api.ask("GET", "/api/auth/me", token=token_of(ada, epoch=1)).status == 200


def test_the_last_admin_stays(api, admin, ada):
    for change in ({"role": "member"}, {"is_active": False}):
        answer = api.ask("PATCH", f"/api/users/{admin}", change, token=token_of(admin))
        assert (answer.status, answer.told["code"]) == (409, "conflict")


def test_who_is_not_there_cannot_be_changed(api, admin):
    assert api.ask("PATCH", f"/api/users/{uuid4()}", {"role": "admin"}, token=token_of(admin)).status == 404
    assert api.ask("PATCH", f"/api/users/{uuid4()}", {}, token=token_of(admin)).status == 404
    assert api.ask("PATCH", "/api/users/me", {}, token=token_of(admin)).status == 422
    assert api.ask("PATCH", f"/api/users/{admin}", {"role": "owner"}, token=token_of(admin)).status == 422


def test_members_of_a_site_come_and_go(api, admin, ada, site):
    path, token = f"/api/sites/{site}/members", token_of(admin)
    for _ in range(2):
        assert api.ask("PUT", f"{path}/{ada}", token=token).status == 204
    (member,) = api.ask("GET", path, token=token).told["members"]

    assert (member["id"], member["site_ids"]) == (str(ada), [str(site)])
    for _ in range(2):
        assert api.ask("DELETE", f"{path}/{ada}", token=token).status == 204
    assert api.ask("GET", path, token=token).told == {"members": []}


def test_a_membership_needs_a_site_and_a_user(api, admin, site):
    token = token_of(admin)

    assert api.ask("GET", f"/api/sites/{uuid4()}/members", token=token).status == 404
    assert api.ask("PUT", f"/api/sites/{site}/members/{uuid4()}", token=token).status == 404
    assert api.ask("PUT", f"/api/sites/{uuid4()}/members/{admin}", token=token).status == 404


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_members_let_nobody_in(api, ada, site, method):
    path = f"/api/sites/{site}/members" + ("" if method == "GET" else f"/{ada}")

    assert api.ask(method, path, token=token_of(ada)).status == 403
    assert api.ask(method, path).status == 401
