from __future__ import annotations

import time

import jwt
import pytest
from jwt.algorithms import HMACAlgorithm

from video_pipeline.accounts.outside import LEEWAY_SECONDS, Identity, OutsideIssuer, configured
from video_pipeline.errors import ConfigurationError, IssuerUnavailable, NotAuthenticated

from .issuer import AUDIENCE, ISSUER, Issuer


@pytest.fixture
def outside(issuer: Issuer) -> OutsideIssuer:
    known = configured(ISSUER, AUDIENCE, issuer.url)
    assert known
    return known


def read(outside: OutsideIssuer, token: str) -> Identity:
    return outside.read(token, jwt.get_unverified_header(token))


def test_the_issuer_says_who_somebody_is(issuer, outside):
    token = issuer.token(email="ada@example.org", email_verified=True)

    assert read(outside, token) == Identity(ISSUER, "ada", "ada@example.org", "Ada")


@pytest.mark.parametrize("kind", ["RSA", "EC"])
def test_the_key_decides_by_which_algorithm_is_verified(issuer, outside, kind):
    issuer.add("other", kind)

    assert read(outside, issuer.token("other")).subject == "ada"


@pytest.mark.parametrize("verified", [False, None, "true", 1])
def test_an_address_that_is_not_verified_is_nobodys(issuer, outside, verified):
    assert read(outside, issuer.token(email="ada@example.org", email_verified=verified)).email is None


def test_a_name_is_one_line_and_there_is_always_one(issuer, outside):
    assert read(outside, issuer.token(name="A\0d\na\r")).name == "Ada"
    assert read(outside, issuer.token(name="x" * 999)).name == "x" * 200
    assert read(outside, issuer.token(name=None, email="ada@example.org")).name == "ada@example.org"
    assert read(outside, issuer.token(name=["Ada"])).name == "Unnamed"


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "another"},
        {"aud": None},
        {"iss": "https://issuer.example.com"},
        {"iss": None},
        {"exp": int(time.time()) - LEEWAY_SECONDS - 5},
        {"exp": None},
        {"nbf": int(time.time()) + 600},
        {"iat": int(time.time()) + 600},
        {"iat": None},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"sub": "x" * 256},
        {"sub": "a\0b"},
    ],
    ids=lambda claims: " ".join(claims),
)
def test_a_token_that_was_not_given_to_us_for_now_is_refused(issuer, outside, claims):
    with pytest.raises(NotAuthenticated):
        read(outside, issuer.token(**claims))


def test_clocks_may_differ_a_little(issuer, outside):
    assert read(outside, issuer.token(exp=int(time.time()) - 5)).subject == "ada"


def test_a_token_that_nobody_signed_is_refused(issuer, outside):
    with pytest.raises(NotAuthenticated):
        read(outside, issuer.signed(None, issuer.claims(), key_id="one", algorithm="none"))


def test_the_public_key_is_no_secret_to_sign_with(issuer, outside, monkeypatch):
    # The library refuses to make such a token, so its guard is taken away for the forger.
    monkeypatch.setattr(HMACAlgorithm, "prepare_key", lambda self, key: key)
    forged = issuer.signed(issuer.public_pem("one"), issuer.claims(), key_id="one", algorithm="HS256")
    monkeypatch.undo()

    with pytest.raises(NotAuthenticated):
        read(outside, forged)


def test_a_key_of_another_kind_than_its_name_says_is_refused(issuer, outside):
    issuer.add("curve", "EC")

    with pytest.raises(NotAuthenticated):
        read(outside, issuer.signed(issuer.keys["curve"], issuer.claims(), key_id="one"))


def test_a_token_that_names_no_key_is_refused(issuer, outside):
    with pytest.raises(NotAuthenticated, match="name the key"):
        read(outside, issuer.signed(issuer.keys["one"], issuer.claims(), key_id=None))
    assert issuer.fetches == 0


@pytest.mark.parametrize("key_id", ["two", "../../etc/passwd", "' OR 1=1"])
def test_a_key_that_nobody_publishes_is_refused(issuer, outside, key_id):
    with pytest.raises(NotAuthenticated, match="publish"):
        read(outside, issuer.signed(issuer.keys["one"], issuer.claims(), key_id=key_id))


def test_an_issuer_that_cannot_be_asked_is_no_fault_of_the_token(issuer, outside):
    issuer.status = 503

    with pytest.raises(IssuerUnavailable):
        read(outside, issuer.token())


def test_no_issuer_is_no_issuer():
    assert configured("", "", "") is None


@pytest.mark.parametrize(
    "url", ["", "jwks.json", "http://issuer.example/jwks", "http://10.0.0.1/jwks", "file:///etc/passwd", "https://"]
)
def test_keys_come_by_a_way_on_which_nobody_has_a_say(url):
    with pytest.raises(ConfigurationError, match="OUTSIDE_JWKS_URL"):
        configured(ISSUER, AUDIENCE, url)


@pytest.mark.parametrize(
    "url",
    ["https://issuer.example/jwks", "http://127.0.0.1:9/jwks", "http://localhost/jwks", "http://[::1]/jwks"],
)
def test_keys_come_by_https_or_from_this_machine(url):
    assert configured(ISSUER, AUDIENCE, url)


def test_tokens_for_anybody_are_not_taken():
    with pytest.raises(ConfigurationError, match="OUTSIDE_AUDIENCE"):
        configured(ISSUER, "", "https://issuer.example/jwks")
