from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import Connection, insert, select

from video_pipeline.catalog.people import refresh_tokens, users
from video_pipeline.catalog.records import sessions

from ..stories import sha

DAY = timedelta(days=1)


@pytest.fixture
def ada(conn: Connection) -> UUID:
    new = insert(users).values(email="ada@example.org", display_name="Ada")
    user_id: UUID = conn.execute(new.returning(users.c.id)).scalar_one()
    return user_id


def kept(conn: Connection) -> dict[str, tuple[bool, bool]]:
    """Every token, with whether it was used and whether it was revoked."""
    return {
        row.token_sha256: (row.used_at is not None, row.revoked_at is not None)
        for row in conn.execute(select(refresh_tokens))
    }


def test_a_token_is_used_up_by_the_next(conn: Connection, ada: UUID) -> None:
    sessions.begin(conn, ada, sha("1"), DAY)

    assert sessions.rotate(conn, sha("1"), sha("2"), DAY) == ada
    assert kept(conn) == {sha("1"): (True, False), sha("2"): (False, False)}


def test_a_token_used_twice_ends_its_family_only(conn: Connection, ada: UUID) -> None:
    sessions.begin(conn, ada, sha("1"), DAY)
    sessions.begin(conn, ada, sha("other"), DAY)
    sessions.rotate(conn, sha("1"), sha("2"), DAY)

    assert sessions.rotate(conn, sha("1"), sha("3"), DAY) is None
    assert sessions.rotate(conn, sha("2"), sha("4"), DAY) is None
    assert kept(conn) == {sha("1"): (True, True), sha("2"): (False, True), sha("other"): (False, False)}


def test_a_token_lasts_as_long_as_it_was_given_for(conn: Connection, ada: UUID) -> None:
    sessions.begin(conn, ada, sha("1"), timedelta(0))

    assert sessions.rotate(conn, sha("1"), sha("2"), DAY) is None


def test_an_unknown_token_is_nobodys(conn: Connection, ada: UUID) -> None:
    assert sessions.rotate(conn, sha("1"), sha("2"), DAY) is None
    sessions.end(conn, sha("1"))
    assert kept(conn) == {}


def test_the_end_is_the_end_of_the_whole_family(conn: Connection, ada: UUID) -> None:
    sessions.begin(conn, ada, sha("1"), DAY)
    sessions.rotate(conn, sha("1"), sha("2"), DAY)
    sessions.end(conn, sha("1"))

    assert sessions.rotate(conn, sha("2"), sha("3"), DAY) is None


def test_what_has_expired_is_forgotten_at_the_next_login(conn: Connection, ada: UUID) -> None:
    sessions.begin(conn, ada, sha("1"), timedelta(0))
    sessions.begin(conn, ada, sha("2"), DAY)

    assert set(kept(conn)) == {sha("2")}
