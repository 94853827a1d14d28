from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, delete, func, insert, select
from sqlalchemy.exc import IntegrityError

from video_pipeline.catalog.people import (
    configuration,
    invitations,
    memberships,
    quota_usage,
    refresh_tokens,
    users,
)
from video_pipeline.catalog.tables import sites

from .stories import broken, sha

WEEK = datetime(2026, 11, 15, tzinfo=UTC)


@pytest.fixture
def ada(conn: Connection) -> Any:
    return conn.scalar(insert(users).values(email="ada@example.org", display_name="Ada").returning(users.c.id))


def test_an_address_is_one_user_however_it_is_written(conn: Connection) -> None:
    conn.execute(insert(users).values(email="Ada@example.org", display_name="Ada"))

    with pytest.raises(IntegrityError) as error, conn.begin_nested():
        conn.execute(insert(users).values(email="ada@EXAMPLE.org", display_name="Ada again"))

    assert broken(error) == "uq_users_email"


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"role": "owner"}, "ck_users_role"),
        ({"issuer": "https://issuer.example"}, "ck_users_outside"),
        ({"subject": "248289761001"}, "ck_users_outside"),
    ],
)
def test_a_user_cannot_be_what_is_not(conn: Connection, values: dict[str, Any], constraint: str) -> None:
    with pytest.raises(IntegrityError) as error, conn.begin_nested():
        conn.execute(insert(users).values({"email": "ada@example.org", "display_name": "Ada"} | values))

    assert broken(error) == constraint


def test_an_outside_subject_is_one_user(conn: Connection) -> None:
    outside = insert(users).values(display_name="Ada", issuer="https://issuer.example", subject="1")
    conn.execute(outside.values(email="ada@example.org"))

    with pytest.raises(IntegrityError) as error, conn.begin_nested():
        conn.execute(outside.values(email="other@example.org"))

    assert broken(error) == "uq_users_issuer_subject"


@pytest.mark.parametrize("table", [refresh_tokens, invitations])
def test_a_token_is_never_kept_as_it_is(conn: Connection, ada: Any, table: Any) -> None:
    whose = {"user_id": ada, "family": ada} if table is refresh_tokens else {"email": "bob@example.org"}

    with pytest.raises(IntegrityError) as error, conn.begin_nested():
        conn.execute(insert(table).values(token_sha256="secret", expires_at=func.now(), **whose))

    assert broken(error) == f"ck_{table.name}_token_sha256_is_sha256"


def test_a_quota_is_never_below_nothing(conn: Connection, ada: Any) -> None:
    with pytest.raises(IntegrityError) as error, conn.begin_nested():
        conn.execute(insert(quota_usage).values(user_id=ada, week_start=WEEK, bytes=-1))

    assert broken(error) == "ck_quota_usage_bytes"


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"id": 2}, "ck_configuration_one_row"),
        ({"max_file_bytes": 0}, "ck_configuration_limits"),
        ({"weekly_bytes_per_user": -1}, "ck_configuration_weekly"),
        ({"quota_reset_weekday": 7}, "ck_configuration_reset"),
        ({"quota_reset_hour": 24}, "ck_configuration_reset"),
    ],
)
def test_the_configuration_holds_only_what_makes_sense(
    conn: Connection, values: dict[str, Any], constraint: str
) -> None:
    with pytest.raises(IntegrityError) as error, conn.begin_nested():
        conn.execute(insert(configuration).values(values))

    assert broken(error) == constraint


def test_what_belongs_to_a_user_goes_with_them(conn: Connection, ada: Any) -> None:
    site = conn.scalar(insert(sites).values(slug="north", name="N").returning(sites.c.id))
    conn.execute(insert(memberships).values(user_id=ada, site_id=site))
    conn.execute(insert(quota_usage).values(user_id=ada, week_start=WEEK, bytes=1))
    conn.execute(insert(refresh_tokens).values(user_id=ada, family=ada, token_sha256=sha("t"), expires_at=func.now()))

    conn.execute(delete(users))

    for table in (memberships, quota_usage, refresh_tokens):
        assert conn.scalar(select(func.count()).select_from(table)) == 0
