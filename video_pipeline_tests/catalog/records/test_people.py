from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, Engine, func, insert, select

from video_pipeline.catalog import directory
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.people import refresh_tokens
from video_pipeline.catalog.records import people
from video_pipeline.catalog.records.uploads import camera_for_drop
from video_pipeline.errors import Conflict, NotFound
from video_pipeline.types import Role

from ..stories import sha

ISSUER = "https://issuer.example"


def add(conn: Connection, email: str = "ada@example.org", role: Role = Role.MEMBER) -> UUID:
    return people.create_user(conn, email=email, display_name="Ada", password_hash="a hash", role=role)


def logged_in(conn: Connection, user_id: UUID) -> bool:
    """Whether a refresh token of the user is still good."""
    valid = (refresh_tokens.c.user_id == user_id) & refresh_tokens.c.revoked_at.is_(None)
    return bool(conn.scalar(select(func.count()).where(valid)))


def log_in(conn: Connection, user_id: UUID) -> None:
    values = {"user_id": user_id, "family": user_id, "token_sha256": sha(str(user_id)), "expires_at": func.now()}
    conn.execute(insert(refresh_tokens).values(values))


def test_an_address_is_one_users(conn: Connection) -> None:
    assert directory.user(conn, add(conn)).role is Role.MEMBER
    with pytest.raises(Conflict):
        add(conn, "ADA@example.org")
    assert add(conn, "bob@example.org")  # the transaction goes on


def test_the_first_admin_is_made_where_nobody_is(conn: Connection) -> None:
    assert people.create_first_admin(conn, email="admin@localhost", password_hash="a hash")
    assert not people.create_first_admin(conn, email="other@localhost", password_hash="a hash")

    (admin,) = directory.list_users(conn, limit=9)[0]
    assert (admin.email, admin.role) == ("admin@localhost", Role.ADMIN)


def test_a_subject_takes_the_account_of_its_verified_address(conn: Connection) -> None:
    ada = add(conn)

    assert people.adopt_subject(conn, ISSUER, "1", email="Ada@Example.org", display_name="A.") == ada
    assert people.adopt_subject(conn, ISSUER, "1", email="ada@example.org", display_name="A.") == ada
    assert directory.user(conn, ada).display_name == "Ada"
    with pytest.raises(Conflict):
        people.adopt_subject(conn, ISSUER, "2", email="ada@example.org", display_name="A.")


def test_a_subject_without_an_address_has_one_that_is_nobodys(conn: Connection) -> None:
    ada, bob = (people.adopt_subject(conn, ISSUER, subject, email=None, display_name="X") for subject in "ab")

    addresses = {directory.user(conn, user_id).email for user_id in (ada, bob)}
    assert len(addresses) == 2
    assert all(address.endswith("@unverified.invalid") for address in addresses)
    assert people.adopt_subject(conn, ISSUER, "a", email=None, display_name="X") == ada


def test_who_came_before_their_address_was_verified_stays_who_they_are(conn: Connection) -> None:
    add(conn)
    outside = people.adopt_subject(conn, ISSUER, "1", email=None, display_name="A.")
    assert people.adopt_subject(conn, ISSUER, "1", email="ada@example.org", display_name="A.") == outside


def test_a_login_is_marked_unless_logins_ended_meanwhile(conn: Connection) -> None:
    ada = add(conn)
    assert people.mark_login(conn, ada, 0)
    assert directory.user(conn, ada).last_login_at

    people.end_logins(conn, ada)
    assert not people.mark_login(conn, ada, 0)


def test_a_stronger_hash_replaces_only_the_one_it_was_made_of(conn: Connection) -> None:
    ada = add(conn)
    people.rehash_password(conn, ada, before="another", after="stronger")
    assert directory.password_hash(conn, ada) == "a hash"

    people.rehash_password(conn, ada, before="a hash", after="stronger")
    assert (directory.password_hash(conn, ada), directory.user(conn, ada).token_epoch) == ("stronger", 0)


def test_a_new_password_ends_every_login(conn: Connection) -> None:
    ada, bob = add(conn), add(conn, "bob@example.org")
    for user_id in (ada, bob):
        log_in(conn, user_id)

    assert not people.set_password(conn, ada, before="another", after="new")
    assert logged_in(conn, ada)
    assert people.set_password(conn, ada, before="a hash", after="new")
    assert directory.password_hash(conn, ada) == "new"
    assert (directory.user(conn, ada).token_epoch, directory.user(conn, bob).token_epoch) == (1, 0)
    assert (logged_in(conn, ada), logged_in(conn, bob)) == (False, True)


def test_a_user_is_called_what_they_want(conn: Connection) -> None:
    ada = add(conn)
    people.rename(conn, ada, "Countess")

    assert directory.user(conn, ada).display_name == "Countess"


def test_a_role_is_given_and_taken(conn: Connection) -> None:
    ada, _ = add(conn, role=Role.ADMIN), add(conn, "bob@example.org", Role.ADMIN)
    people.appoint(conn, ada, role=Role.MEMBER)
    assert directory.user(conn, ada).role is Role.MEMBER

    people.appoint(conn, ada)
    people.appoint(conn, ada, role=Role.ADMIN, is_active=True)
    assert directory.user(conn, ada).role is Role.ADMIN


def test_closing_an_account_ends_its_logins_and_reopening_brings_none_back(conn: Connection) -> None:
    ada = add(conn)
    log_in(conn, ada)
    people.appoint(conn, ada, is_active=False)
    people.appoint(conn, ada, is_active=True)

    user = directory.user(conn, ada)
    assert (user.is_active, user.token_epoch, logged_in(conn, ada)) == (True, 1, False)


@pytest.mark.parametrize("change", [{"role": Role.MEMBER}, {"is_active": False}])
def test_one_active_admin_is_always_left(conn: Connection, change: dict[str, object]) -> None:
    ada, bob = add(conn, role=Role.ADMIN), add(conn, "bob@example.org", Role.ADMIN)
    people.appoint(conn, bob, **change)  # type: ignore[arg-type]

    with pytest.raises(Conflict, match="only active admin"):
        people.appoint(conn, ada, **change)  # type: ignore[arg-type]
    people.appoint(conn, ada, role=Role.ADMIN)


def test_two_admins_cannot_remove_each_other_at_once(engine: Engine) -> None:
    with transaction(engine) as connection:
        both = [add(connection, f"{name}@example.org", Role.ADMIN) for name in ("ada", "bob")]

    def dismiss(user_id: UUID) -> bool:
        try:
            with transaction(engine) as connection:
                people.appoint(connection, user_id, role=Role.MEMBER)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(dismiss, both)) == [False, True]


def test_nobody_is_appointed_who_is_not_there(conn: Connection) -> None:
    with pytest.raises(NotFound):
        people.appoint(conn, uuid4(), role=Role.ADMIN)


def test_members_come_and_go(conn: Connection) -> None:
    ada, site = add(conn), camera_for_drop(conn, "mall", "gate")[0]

    assert [people.add_member(conn, site, ada) for _ in range(2)] == [True, False]
    assert directory.user(conn, ada).site_ids == {site}
    assert [people.remove_member(conn, site, ada) for _ in range(2)] == [True, False]
    assert directory.user(conn, ada).site_ids == frozenset()


def test_a_membership_needs_both_its_ends(conn: Connection) -> None:
    ada, site = add(conn), camera_for_drop(conn, "mall", "gate")[0]

    with pytest.raises(NotFound, match="No site"):
        people.add_member(conn, uuid4(), ada)
    with pytest.raises(NotFound, match="No user"):
        people.add_member(conn, site, uuid4())
