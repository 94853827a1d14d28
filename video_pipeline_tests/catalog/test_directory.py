from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, func, insert

from video_pipeline.catalog import directory
from video_pipeline.catalog.directory import Credentials
from video_pipeline.catalog.people import invitations, memberships, users
from video_pipeline.catalog.records.uploads import camera_for_drop
from video_pipeline.errors import NotFound
from video_pipeline.types import Role

from .stories import sha


def add(conn: Connection, email: str, **values: object) -> UUID:
    row = {"email": email, "display_name": "Somebody", **values}
    user_id: UUID = conn.execute(insert(users).values(row).returning(users.c.id)).scalar_one()
    return user_id


@pytest.fixture
def ada(conn: Connection) -> UUID:
    return add(conn, "Ada@example.org", role="admin", password_hash="a hash", issuer="https://i.example", subject="1")


def test_a_user_is_found_by_id_address_and_subject(conn: Connection, ada: UUID) -> None:
    found = directory.user(conn, ada)

    assert (found.id, found.email, found.role, found.site_ids) == (ada, "Ada@example.org", Role.ADMIN, frozenset())
    assert directory.find_user(conn, ada) == found
    assert directory.find_address(conn, "ada@EXAMPLE.org") == found
    assert directory.find_subject(conn, "https://i.example", "1") == found


def test_who_is_not_there_is_not_found(conn: Connection, ada: UUID) -> None:
    assert directory.find_user(conn, uuid4()) is None
    assert directory.find_address(conn, "bob@example.org") is None
    assert directory.find_subject(conn, "https://another.example", "1") is None
    assert directory.credentials(conn, "bob@example.org") is None
    with pytest.raises(NotFound):
        directory.user(conn, uuid4())


def test_a_users_hash_is_told_only_where_it_is_asked_for(conn: Connection, ada: UUID) -> None:
    assert "a hash" not in repr(directory.user(conn, ada))
    assert directory.credentials(conn, "ADA@example.org") == Credentials(ada, "a hash", 0)
    assert directory.password_hash(conn, ada) == "a hash"


def test_credentials_do_not_show_the_hash(conn: Connection, ada: UUID) -> None:
    assert "a hash" not in repr(directory.credentials(conn, "ada@example.org"))


def test_users_are_listed_by_address_in_pages(conn: Connection) -> None:
    for email in ("c@example.org", "B@example.org", "a@example.org"):
        add(conn, email)

    page, total = directory.list_users(conn, limit=2)
    rest, _ = directory.list_users(conn, limit=2, offset=2)

    assert total == 3
    assert [user.email for user in page + rest] == ["a@example.org", "B@example.org", "c@example.org"]


def test_members_of_a_site_are_told_with_all_their_sites(conn: Connection, ada: UUID) -> None:
    mall, port = (camera_for_drop(conn, slug, "gate")[0] for slug in ("mall", "port"))
    bob = add(conn, "bob@example.org")
    for user_id, site_id in ((ada, mall), (bob, mall), (bob, port)):
        conn.execute(insert(memberships).values(user_id=user_id, site_id=site_id))

    assert [(user.id, user.site_ids) for user in directory.members(conn, mall)] == [
        (ada, frozenset({mall})),
        (bob, frozenset({mall, port})),
    ]
    with pytest.raises(NotFound):
        directory.members(conn, uuid4())


def test_invitations_that_can_be_accepted_are_listed_newest_first(conn: Connection) -> None:
    for email, age, lifetime in (("old", 8, 7), ("later", 1, 7), ("first", 2, 7), ("taken", 1, 7)):
        conn.execute(
            insert(invitations).values(
                email=email,
                token_sha256=sha(email),
                created_at=func.now() - timedelta(days=age),
                expires_at=func.now() + timedelta(days=lifetime - age),
                accepted_at=func.now() if email == "taken" else None,
            )
        )

    assert [invitation.email for invitation in directory.open_invitations(conn)] == ["later", "first"]
    expired, taken = (directory.find_invitation(conn, sha(email)) for email in ("old", "taken"))
    assert expired
    assert taken
    assert (expired.is_expired, taken.is_expired) == (True, False)
    assert taken.accepted_at
    assert directory.find_invitation(conn, sha("unknown")) is None
