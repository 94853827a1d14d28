from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import select, update

from video_pipeline.accounts import passwords, sessions
from video_pipeline.accounts.callers import identify
from video_pipeline.accounts.sessions import Grant, change_password, log_in, log_out, refresh
from video_pipeline.catalog import directory
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.people import refresh_tokens, users
from video_pipeline.catalog.records import people
from video_pipeline.errors import NotAllowed, NotAuthenticated, RequestRefused

from .conftest import PASSWORD

EMAIL = "ada@example.org"
NEW = "another battery staple"


@pytest.fixture
def ada(add_user):
    return add_user(EMAIL)


def refused(act, *arguments) -> str:
    with pytest.raises(NotAuthenticated) as error:
        act(*arguments)
    return str(error.value)


def test_the_right_password_gives_tokens(engine, own, ada):
    grant = log_in(engine, own, "ADA@Example.org", PASSWORD)

    assert identify(engine, grant.access_token, own).user_id == ada
    assert grant.expires_in_seconds == 900
    with transaction(engine) as connection:
        assert directory.user(connection, ada).last_login_at


def test_a_grant_does_not_show_its_secrets():
    assert repr(Grant("access", "refresh")) == "Grant(…)"


def test_nothing_tells_a_wrong_password_from_an_unknown_user_or_a_closed_account(engine, own, ada, monkeypatch):
    checked = []

    def counted(password, known, check=passwords.check):
        checked.append(known)
        return check(password, known)

    monkeypatch.setattr(passwords, "check", counted)
    wrong = refused(log_in, engine, own, EMAIL, "guess")
    unknown = refused(log_in, engine, own, "bob@example.org", PASSWORD)
    with transaction(engine) as connection:
        connection.execute(update(users).values(is_active=False))
    closed = refused(log_in, engine, own, EMAIL, PASSWORD)

    assert wrong == unknown == closed
    assert len(checked) == 3  # each has cost as much


def test_a_user_of_an_outside_issuer_has_no_password(engine, own):
    with transaction(engine) as connection:
        user_id = people.adopt_subject(connection, "https://issuer.example", "1", email=EMAIL, display_name="Ada")

    refused(log_in, engine, own, EMAIL, "")
    with pytest.raises(RequestRefused, match="no password here"):
        change_password(engine, user_id, old="", new=NEW)


def test_a_weaker_hash_is_made_anew_at_login(engine, own, ada):
    weak = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=1024),)).hash(PASSWORD)
    with transaction(engine) as connection:
        connection.execute(update(users).values(password_hash=weak))
    grant = log_in(engine, own, EMAIL, PASSWORD)

    with transaction(engine) as connection:
        kept = directory.password_hash(connection, ada)
    assert kept != weak
    assert passwords.check(PASSWORD, kept) == (True, None)
    assert identify(engine, grant.access_token, own)  # nobody is logged out by it


def test_a_password_that_changes_during_a_login_ends_it(engine, own, ada, monkeypatch):
    def meanwhile(password, known, check=passwords.check):
        with transaction(engine) as connection:
            people.end_logins(connection, ada)
        return check(password, known)

    monkeypatch.setattr(passwords, "check", meanwhile)

    refused(log_in, engine, own, EMAIL, PASSWORD)


def test_secrets_are_kept_as_digests(engine, own, ada):
    grant = log_in(engine, own, EMAIL, PASSWORD)

    with transaction(engine) as connection:
        kept = [str(row) for table in (users, refresh_tokens) for row in connection.execute(select(table))]
    assert not any(secret in row for secret in (grant.refresh_token, grant.access_token, PASSWORD) for row in kept)


# refresh


def test_a_refresh_token_gives_the_next_once(engine, own, ada):
    first = log_in(engine, own, EMAIL, PASSWORD)
    second = refresh(engine, own, first.refresh_token)

    assert identify(engine, second.access_token, own).user_id == ada
    assert second.refresh_token != first.refresh_token
    assert refresh(engine, own, second.refresh_token)


def test_a_token_used_twice_ends_its_login_and_no_other(engine, own, ada):
    stolen, other = (log_in(engine, own, EMAIL, PASSWORD) for _ in range(2))
    following = refresh(engine, own, stolen.refresh_token)

    refused(refresh, engine, own, stolen.refresh_token)
    refused(refresh, engine, own, following.refresh_token)
    assert refresh(engine, own, other.refresh_token)


def test_of_two_at_once_one_gets_tokens(engine, own, ada):
    token = log_in(engine, own, EMAIL, PASSWORD).refresh_token

    def attempt(_):
        try:
            return refresh(engine, own, token)
        except NotAuthenticated:
            return None

    with ThreadPoolExecutor(6) as threads:
        granted = [grant for grant in threads.map(attempt, range(6)) if grant]

    assert len(granted) == 1
    refused(refresh, engine, own, granted[0].refresh_token)


@pytest.mark.parametrize("token", ["", "never given", "é\0\ud800"])
def test_an_unknown_token_gives_nothing(engine, own, ada, token):
    refused(refresh, engine, own, token)


def test_a_token_ends_after_thirty_days(engine, own, ada, monkeypatch):
    assert timedelta(days=30) == sessions.REFRESH_LIFETIME
    monkeypatch.setattr(sessions, "REFRESH_LIFETIME", timedelta(0))
    token = log_in(engine, own, EMAIL, PASSWORD).refresh_token

    refused(refresh, engine, own, token)


def test_a_closed_account_gets_no_more_tokens(engine, own, ada):
    token = log_in(engine, own, EMAIL, PASSWORD).refresh_token
    with transaction(engine) as connection:
        connection.execute(update(users).values(is_active=False))

    refused(refresh, engine, own, token)


def test_logging_out_ends_one_login_and_may_be_done_again(engine, own, ada):
    one, two = (log_in(engine, own, EMAIL, PASSWORD) for _ in range(2))
    for _ in range(2):
        log_out(engine, one.refresh_token)
    log_out(engine, "never given")

    refused(refresh, engine, own, one.refresh_token)
    assert refresh(engine, own, two.refresh_token)


# changing the password


def test_a_new_password_ends_every_login(engine, own, ada):
    grant = log_in(engine, own, EMAIL, PASSWORD)
    change_password(engine, ada, old=PASSWORD, new=NEW)

    refused(identify, engine, grant.access_token, own)
    refused(refresh, engine, own, grant.refresh_token)
    refused(log_in, engine, own, EMAIL, PASSWORD)
    assert log_in(engine, own, EMAIL, NEW)


def test_a_password_is_changed_by_who_knows_it(engine, own, ada):
    with pytest.raises(NotAllowed):
        change_password(engine, ada, old="guess", new=NEW)
    assert log_in(engine, own, EMAIL, PASSWORD)


def test_of_two_changes_at_once_one_holds(engine, ada, monkeypatch):
    hashed = passwords.hashed

    def overtaken(password):
        monkeypatch.undo()
        change_password(engine, ada, old=PASSWORD, new="the quicker one's choice")
        return hashed(password)

    monkeypatch.setattr(passwords, "hashed", overtaken)
    with pytest.raises(NotAllowed, match="any more"):
        change_password(engine, ada, old=PASSWORD, new=NEW)
