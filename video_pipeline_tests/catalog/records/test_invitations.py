from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, insert

from video_pipeline.catalog import directory
from video_pipeline.catalog.people import users
from video_pipeline.catalog.records import invitations
from video_pipeline.catalog.records.uploads import camera_for_drop
from video_pipeline.errors import NotFound
from video_pipeline.types import Role

from ..stories import sha


@pytest.fixture
def admin(conn: Connection) -> UUID:
    new = insert(users).values(email="admin@example.org", display_name="Admin", role="admin")
    user_id: UUID = conn.execute(new.returning(users.c.id)).scalar_one()
    return user_id


def invite(
    conn: Connection,
    admin: UUID,
    token: str,
    *,
    email: str = "bob@example.org",
    days: int = 7,
    site: UUID | None = None,
) -> None:
    invitations.invite(
        conn,
        email=email,
        role=Role.MEMBER,
        site_id=site,
        invited_by=admin,
        token_sha256=sha(token),
        lifetime=timedelta(days=days),
    )


def test_an_invitation_is_accepted_once(conn: Connection, admin: UUID) -> None:
    site = camera_for_drop(conn, "mall", "gate")[0]
    invite(conn, admin, "1", site=site)

    (waiting,) = directory.open_invitations(conn)
    assert (waiting.email, waiting.role, waiting.site_id) == ("bob@example.org", Role.MEMBER, site)
    assert [invitations.accept(conn, sha("1")) for _ in range(2)] == [True, False]
    assert directory.open_invitations(conn) == []


def test_one_that_is_too_old_or_unknown_is_not_accepted(conn: Connection, admin: UUID) -> None:
    invite(conn, admin, "1", days=0)

    assert not invitations.accept(conn, sha("1"))
    assert not invitations.accept(conn, sha("2"))


def test_an_address_has_one_invitation_that_waits(conn: Connection, admin: UUID) -> None:
    invite(conn, admin, "1")
    invite(conn, admin, "other", email="eve@example.org")
    invite(conn, admin, "2", email="BOB@example.org")

    assert [invitations.accept(conn, sha(token)) for token in ("1", "2", "other")] == [False, True, True]


def test_an_invitation_is_withdrawn_while_it_waits(conn: Connection, admin: UUID) -> None:
    invite(conn, admin, "1")
    (waiting,) = directory.open_invitations(conn)
    invitations.withdraw(conn, waiting.id)

    assert not invitations.accept(conn, sha("1"))
    with pytest.raises(NotFound):
        invitations.withdraw(conn, waiting.id)


def test_one_that_was_accepted_stays(conn: Connection, admin: UUID) -> None:
    invite(conn, admin, "1")
    (waiting,) = directory.open_invitations(conn)
    invitations.accept(conn, sha("1"))

    with pytest.raises(NotFound):
        invitations.withdraw(conn, waiting.id)


def test_a_site_that_is_not_there_invites_nobody(conn: Connection, admin: UUID) -> None:
    with pytest.raises(NotFound, match="No site"):
        invite(conn, admin, "1", site=uuid4())
