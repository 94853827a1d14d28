from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import jwt
import pytest

from video_pipeline.accounts.tokens import AccessTokens, Claims, digest, random_token
from video_pipeline.errors import ConfigurationError, NotAuthenticated

CLAIMS = Claims(uuid4(), 3)


def forged(own: AccessTokens, *, drop: str = "", header: dict[str, str] | None = None, **changes: object) -> str:
    """A token that is signed with the right key, and wrong in one thing."""
    payload = jwt.decode(own.issue(CLAIMS), options={"verify_signature": False}) | changes
    payload.pop(drop, None)
    return jwt.encode(payload, own._key, "HS256", headers={"typ": "at+jwt", "kid": own.key_id} | (header or {}))


def test_what_is_issued_can_be_read(own):
    assert own.read(own.issue(CLAIMS)) == CLAIMS


def test_a_token_names_its_type_and_key_and_carries_nothing_secret(own):
    header, payload = (json.loads(base64.urlsafe_b64decode(part + "==")) for part in own.issue(CLAIMS).split(".")[:2])

    assert header == {"alg": "HS256", "typ": "at+jwt", "kid": own.key_id}
    assert set(payload) == {"iss", "aud", "sub", "exp", "iat", "jti", "epoch"}
    assert payload["exp"] - payload["iat"] == 15 * 60


def test_two_tokens_are_never_the_same(own):
    assert own.issue(CLAIMS) != own.issue(CLAIMS)


def test_a_token_lives_for_fifteen_minutes(own):
    now = datetime.now(UTC)

    assert own.read(own.issue(CLAIMS, now=now - timedelta(minutes=14))) == CLAIMS
    with pytest.raises(NotAuthenticated, match="expired"):
        own.read(own.issue(CLAIMS, now=now - timedelta(minutes=15, seconds=1)))


@pytest.mark.parametrize("claim", ["iss", "aud", "sub", "exp", "iat", "jti", "epoch"])
def test_a_token_that_lacks_a_claim_is_refused(own, claim):
    with pytest.raises(NotAuthenticated):
        own.read(forged(own, drop=claim))


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "somebody else"},
        {"aud": "somebody else"},
        {"sub": "no id"},
        {"epoch": "no number"},
        {"epoch": None},
        {"iat": datetime.now(UTC) + timedelta(hours=1)},
        {"nbf": datetime.now(UTC) + timedelta(hours=1)},
        {"header": {"typ": "JWT"}},
    ],
)
def test_a_token_that_says_something_else_is_refused(own, changes):
    assert own.read(forged(own)) == CLAIMS
    with pytest.raises(NotAuthenticated):
        own.read(forged(own, **changes))


def test_a_token_that_nobody_signed_is_refused(own):
    payload = jwt.decode(own.issue(CLAIMS), options={"verify_signature": False})
    unsigned = jwt.encode(payload, "", "none", headers={"typ": "at+jwt", "kid": own.key_id})

    with pytest.raises(NotAuthenticated):
        own.read(unsigned)


@pytest.mark.parametrize("token", ["", ".", "a.b.c", "not a token", "é"])
def test_what_is_no_token_is_refused(own, token):
    with pytest.raises(NotAuthenticated):
        own.read(token)


def test_another_installation_signs_with_another_key(own):
    other = AccessTokens("another signing key")

    assert other.key_id != own.key_id
    with pytest.raises(NotAuthenticated):
        own.read(other.issue(CLAIMS))


def test_the_key_is_not_the_one_that_links_are_signed_with(own):
    payload = jwt.decode(own.issue(CLAIMS), options={"verify_signature": False})
    signed_with_the_links_key = jwt.encode(
        payload, b"signing key".ljust(32, b"\0"), "HS256", headers={"typ": "at+jwt", "kid": own.key_id}
    )

    assert own._key != b"signing key"
    with pytest.raises(NotAuthenticated):
        own.read(signed_with_the_links_key)


def test_without_a_signing_key_nobody_logs_in():
    nobody = AccessTokens("")

    assert not nobody.is_ours({"kid": None})
    with pytest.raises(ConfigurationError, match="SIGNING_KEY"):
        nobody.issue(CLAIMS)


def test_our_tokens_are_known_by_their_key(own):
    assert own.is_ours({"kid": own.key_id})
    assert not own.is_ours({"kid": "another"})
    assert not own.is_ours({})


def test_of_a_random_token_a_digest_is_kept():
    assert random_token() != random_token()
    assert digest("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert len(digest("\ud800")) == 64
