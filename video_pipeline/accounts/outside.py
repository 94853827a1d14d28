"""Tokens of an outside issuer (OpenID Connect, Supabase), checked with the public keys that it publishes.

See docs/decisions/0013-our-own-tokens-and-an-issuers.md, and RFC 8725 for what is refused here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jwt

from video_pipeline.accounts.keyset import KeySet
from video_pipeline.addresses import is_private
from video_pipeline.errors import ConfigurationError, NotAuthenticated

LEEWAY_SECONDS = 30
"""How far the issuer's clock may differ from ours."""

_REQUIRED = ["iss", "aud", "sub", "exp", "iat"]
_LONGEST_SUBJECT = 255  # OpenID Connect Core 1.0, section 2
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Identity:
    """Who an issuer says that somebody is; `email` is there only where the issuer has verified it."""

    issuer: str
    subject: str
    email: str | None
    name: str


class OutsideIssuer:
    """An issuer whose word is taken for who somebody is."""

    def __init__(self, issuer: str, audience: str, keys: KeySet) -> None:
        self.issuer = issuer
        self.audience = audience
        self._keys = keys

    def read(self, token: str, header: dict[str, Any]) -> Identity:
        """Who the holder of `token` is, whose unverified header is `header`.

        Raises:
            NotAuthenticated: the issuer did not say so, or not for us, or not for now.
            IssuerUnavailable: the issuer's keys have never been there to be read.
        """
        key_id = header.get("kid")
        if not isinstance(key_id, str):
            raise NotAuthenticated("The token does not name the key that it is signed with.")
        key = self._keys.key(key_id)
        try:
            claims = jwt.decode(
                token,
                key,
                algorithms=[key.algorithm_name],  # as the key says, whatever the header does
                audience=self.audience,
                issuer=self.issuer,
                leeway=LEEWAY_SECONDS,
                options={"require": _REQUIRED},
            )
        except jwt.ExpiredSignatureError as error:
            raise NotAuthenticated("The token has expired. Get a new one where you logged in.") from error
        except (jwt.InvalidTokenError, ValueError, TypeError) as error:
            raise NotAuthenticated("The token is not one that the outside issuer gave for us.") from error
        return _identity(claims)


def _identity(claims: dict[str, Any]) -> Identity:
    subject = claims["sub"]
    if not (0 < len(subject) <= _LONGEST_SUBJECT and subject.isprintable()):
        raise NotAuthenticated("The token does not name anybody.")
    email = _words(claims.get("email"))
    is_verified = claims.get("email_verified") is True and "@" in email
    name = _words(claims.get("name")) or email or "Unnamed"
    return Identity(claims["iss"], subject, email if is_verified else None, name)


def _words(claim: object) -> str:
    """A claim that should be one line of text, fit to be kept."""
    if not isinstance(claim, str):
        return ""
    return "".join(sign for sign in claim if sign.isprintable()).strip()[:_LONGEST_NAME]


def configured(issuer: str, audience: str, jwks_url: str) -> OutsideIssuer | None:
    """The issuer that the settings name, if they name one.

    Raises:
        ConfigurationError: they do not say whom its tokens are for, or its keys would come by a way on which somebody
            else can have a say: anything but https, or a server of this machine.
    """
    if not issuer:
        return None
    if not audience:
        raise ConfigurationError("OUTSIDE_AUDIENCE is not set: tokens that are meant for others would be accepted.")
    if not is_private(jwks_url):
        raise ConfigurationError("OUTSIDE_JWKS_URL is no https address: whoever can change the keys can be anybody.")
    return OutsideIssuer(issuer, audience, KeySet(jwks_url))
