from __future__ import annotations

import base64
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from sqlalchemy import event, insert

from video_pipeline.accounts.callers import LONGEST_TOKEN, identify
from video_pipeline.accounts.outside import OutsideIssuer, configured
from video_pipeline.accounts.tokens import AccessTokens, Claims
from video_pipeline.catalog import directory
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.people import memberships
from video_pipeline.catalog.records import people
from video_pipeline.catalog.records.uploads import camera_for_drop
from video_pipeline.errors import NotAllowed, NotAuthenticated
from video_pipeline.types import Caller, Role

from .issuer import AUDIENCE, ISSUER, Issuer


@pytest.fixture
def outside(issuer: Issuer) -> OutsideIssuer:
    known = configured(ISSUER, AUDIENCE, issuer.url)
    assert known
    return known


def users(engine):
    with transaction(engine) as connection:
        return directory.list_users(connection, limit=9)[0]


# our own


def test_a_caller_is_a_user_with_their_role_and_sites(engine, own, add_user):
    user_id = add_user(role=Role.ADMIN)
    with transaction(engine) as connection:
        sites = {camera_for_drop(connection, slug, "gate")[0] for slug in ("mall", "port", "other")}
        seen = set(list(sites)[:2])
        connection.execute(insert(memberships), [{"user_id": user_id, "site_id": site} for site in seen])

    assert identify(engine, own.issue(Claims(user_id, 0)), own) == Caller(user_id, Role.ADMIN, frozenset(seen))


def test_one_query_tells_who_asks(engine, own, add_user):
    token = own.issue(Claims(add_user(), 0))
    statements = []

    def remember(connection, cursor, statement, *_):
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", remember)
    try:
        identify(engine, token, own)
    finally:
        event.remove(engine, "before_cursor_execute", remember)

    assert len(statements) == 1


def test_a_token_of_an_earlier_epoch_counts_no_longer(engine, own, add_user):
    user_id = add_user()
    token = own.issue(Claims(user_id, 0))
    with transaction(engine) as connection:
        people.end_logins(connection, user_id)

    with pytest.raises(NotAuthenticated):
        identify(engine, token, own)
    assert identify(engine, own.issue(Claims(user_id, 1)), own).user_id == user_id


def test_a_closed_account_ends_at_once(engine, own, add_user):
    user_id = add_user()
    with transaction(engine) as connection:
        people.appoint(connection, user_id, is_active=False)

    for epoch in (0, 1):
        with pytest.raises(NotAuthenticated):
            identify(engine, own.issue(Claims(user_id, epoch)), own)


def test_a_user_who_never_was_is_nobody(engine, own):
    with pytest.raises(NotAuthenticated):
        identify(engine, own.issue(Claims(uuid4(), 0)), own)


NESTED = base64.urlsafe_b64encode(b"[" * 6000).decode() + ".x.x"  # deeper than Python's parser goes


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "x" * (LONGEST_TOKEN + 1), "é.é.é", NESTED])
def test_what_is_no_token_is_refused(engine, own, outside, issuer, token):
    for among in (None, outside):
        with pytest.raises(NotAuthenticated):
            identify(engine, token, own, among)
    assert issuer.fetches == 0


# the outside issuer's


def test_a_user_comes_to_be_at_first_sight(engine, own, outside, issuer):
    token = issuer.token(email="Ada@example.org", email_verified=True)
    caller = identify(engine, token, own, outside)

    (user,) = users(engine)
    assert caller == Caller(user.id, Role.MEMBER)
    assert (user.email, user.display_name, user.issuer, user.subject) == ("Ada@example.org", "Ada", ISSUER, "ada")
    assert identify(engine, token, own, outside) == caller
    assert identify(engine, issuer.token(sub="bob"), own, outside) != caller


def test_the_first_requests_of_somebody_new_make_one_user(engine, own, outside, issuer):
    token = issuer.token(email="ada@example.org", email_verified=True)
    with ThreadPoolExecutor(8) as threads:
        callers = set(threads.map(lambda _: identify(engine, token, own, outside), range(8)))

    assert len(callers) == len(users(engine)) == 1


def test_a_verified_address_leads_to_the_account_that_is_there(engine, own, outside, issuer, add_user):
    user_id = add_user("ada@example.org", Role.ADMIN)

    caller = identify(engine, issuer.token(email="ADA@example.org", email_verified=True), own, outside)

    assert caller == Caller(user_id, Role.ADMIN)
    assert identify(engine, own.issue(Claims(user_id, 0)), own, outside) == caller  # ours go on


def test_an_address_that_is_not_verified_leads_to_no_account_and_takes_none(engine, own, outside, issuer, add_user):
    user_id = add_user("ada@example.org", Role.ADMIN)

    caller = identify(engine, issuer.token(email="ada@example.org"), own, outside)
    squatter = identify(engine, issuer.token(sub="eve", email="bob@example.org"), own, outside)

    assert user_id not in {caller.user_id, squatter.user_id}
    assert caller.role is Role.MEMBER
    assert sum(user.email.endswith("@unverified.invalid") for user in users(engine)) == 2
    assert add_user("bob@example.org")


def test_an_address_is_linked_to_one_subject_only(engine, own, outside, issuer, add_user):
    add_user("ada@example.org")
    verified = {"email": "ada@example.org", "email_verified": True}
    identify(engine, issuer.token(**verified), own, outside)

    with pytest.raises(NotAllowed, match="another account"):
        identify(engine, issuer.token(sub="eve", **verified), own, outside)


def test_a_closed_account_stays_closed_whoever_vouches(engine, own, outside, issuer):
    caller = identify(engine, issuer.token(), own, outside)
    with transaction(engine) as connection:
        people.appoint(connection, caller.user_id, is_active=False)

    with pytest.raises(NotAuthenticated, match="closed"):
        identify(engine, issuer.token(), own, outside)


def test_without_an_issuer_in_the_settings_its_tokens_are_worth_nothing(engine, own, issuer):
    with pytest.raises(NotAuthenticated):
        identify(engine, issuer.token(), own)


def test_our_tokens_need_no_issuer(engine, own, outside, issuer, add_user):
    issuer.status = 503
    user_id = add_user()

    assert identify(engine, own.issue(Claims(user_id, 0)), own, outside).user_id == user_id
    assert issuer.fetches == 0


def test_an_installation_without_a_signing_key_lives_on_its_issuer(engine, outside, issuer):
    nobody = AccessTokens("")

    assert identify(engine, issuer.token(), nobody, outside).role is Role.MEMBER
    with pytest.raises(NotAuthenticated):
        identify(engine, "a.b.c", nobody, None)
