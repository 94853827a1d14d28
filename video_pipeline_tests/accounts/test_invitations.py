from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from video_pipeline.accounts import invitations as story
from video_pipeline.accounts.invitations import accept, invite
from video_pipeline.accounts.sessions import log_in
from video_pipeline.catalog import directory
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.people import invitations
from video_pipeline.catalog.records.uploads import camera_for_drop
from video_pipeline.errors import Conflict, NotFound, PipelineError, RequestRefused
from video_pipeline.types import Role

from .conftest import PASSWORD


@pytest.fixture
def admin(add_user):
    return add_user("admin@example.org", Role.ADMIN)


@pytest.fixture
def site(engine):
    with transaction(engine) as connection:
        return camera_for_drop(connection, "mall", "gate")[0]


def invited(engine, admin, *, email="bob@example.org", role=Role.MEMBER, site_id=None) -> str:
    return invite(engine, email=email, role=role, site_id=site_id, invited_by=admin)[1]


def accepted(engine, token):
    return accept(engine, token, display_name="Bob", password=PASSWORD)


def test_who_accepts_is_what_they_were_invited_as(engine, own, admin, site):
    user = accepted(engine, invited(engine, admin, role=Role.ADMIN, site_id=site))

    assert (user.email, user.display_name, user.role, user.site_ids) == ("bob@example.org", "Bob", Role.ADMIN, {site})
    assert log_in(engine, own, "bob@example.org", PASSWORD)


def test_an_invitation_holds_for_seven_days_and_says_by_whom(engine, admin):
    invitation, _ = invite(engine, email="bob@example.org", role=Role.MEMBER, site_id=None, invited_by=admin)

    assert invitation.expires_at - invitation.created_at == timedelta(days=7)
    assert invitation.invited_by == admin


def test_the_token_is_not_kept(engine, admin):
    token = invited(engine, admin)

    with transaction(engine) as connection:
        assert token not in str(connection.execute(select(invitations)).all())


def test_an_invitation_is_accepted_once(engine, admin):
    token = invited(engine, admin)

    def attempt(_):
        try:
            return accepted(engine, token)
        except Conflict:
            return None

    with ThreadPoolExecutor(4) as threads:
        made = [user for user in threads.map(attempt, range(4)) if user]
    assert len(made) == 1
    with pytest.raises(Conflict, match="accepted already"):
        accepted(engine, token)


def test_an_invitation_expires(engine, admin, monkeypatch):
    monkeypatch.setattr(story, "LIFETIME", timedelta(0))

    with pytest.raises(RequestRefused, match="expired"):
        accepted(engine, invited(engine, admin))


def test_a_later_invitation_takes_the_place_of_an_earlier(engine, admin):
    first, second = invited(engine, admin), invited(engine, admin, email="BOB@example.org")

    with pytest.raises(NotFound):
        accepted(engine, first)
    assert accepted(engine, second)


@pytest.mark.parametrize("token", ["", "never given", "\ud800"])
def test_a_token_that_nobody_gave_makes_no_account(engine, token):
    with pytest.raises(NotFound):
        accepted(engine, token)


def test_who_has_an_account_is_not_invited(engine, admin):
    with pytest.raises(Conflict):
        invited(engine, admin, email="ADMIN@example.org")


def test_who_got_an_account_meanwhile_leaves_the_invitation_as_it_is(engine, admin, add_user):
    token = invited(engine, admin)
    add_user("Bob@example.org")

    with pytest.raises(Conflict, match="that e-mail address"):
        accepted(engine, token)
    with transaction(engine) as connection:
        assert len(directory.open_invitations(connection)) == 1


def test_nobody_is_invited_to_a_site_that_is_not_there(engine, admin):
    with pytest.raises(PipelineError, match="No site"):
        invited(engine, admin, site_id=uuid4())
    with transaction(engine) as connection:
        assert directory.open_invitations(connection) == []
