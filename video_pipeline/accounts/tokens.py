"""Tokens that we give out ourselves: short-lived signed ones for access, random ones that get the next.

See docs/decisions/0013-our-own-tokens-and-an-issuers.md, and RFC 8725 for what is refused here.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from uuid import UUID, uuid4

import jwt
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from video_pipeline.errors import ConfigurationError, NotAuthenticated

ISSUER = "video-pipeline"
AUDIENCE = "video-pipeline-api"
ACCESS_LIFETIME = timedelta(minutes=15)

_ALGORITHM = "HS256"
_TYPE = "at+jwt"  # RFC 9068: no other kind of token is ever taken for one that grants access
_REQUIRED = ["iss", "aud", "sub", "exp", "iat", "jti", "epoch"]


@dataclass(frozen=True, slots=True)
class Claims:
    """What an access token says: whose it is, and the state of the account for which it was given."""

    user_id: UUID
    epoch: int


class AccessTokens:
    """Makes and reads access tokens; only the installation that made one can read it."""

    def __init__(self, signing_key: str) -> None:
        self._secret = signing_key

    @cached_property
    def _key(self) -> bytes:
        if not self._secret:
            raise ConfigurationError("Nobody can log in: SIGNING_KEY is not set. `video-pipeline up` generates one.")
        # A key of its own: what is signed here can never pass for a signed link, nor the other way round.
        return HKDF(SHA256(), length=32, salt=None, info=b"video-pipeline access tokens").derive(self._secret.encode())

    @cached_property
    def key_id(self) -> str:
        """Names the key without telling anything of it."""
        return hashlib.sha256(b"key id" + self._key).hexdigest()[:16]

    def issue(self, claims: Claims, *, now: datetime | None = None) -> str:
        """A token that is valid for `ACCESS_LIFETIME`.

        Raises:
            ConfigurationError: the installation has no signing key.
        """
        issued_at = now or datetime.now(UTC)
        payload = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": str(claims.user_id),
            "iat": issued_at,
            "exp": issued_at + ACCESS_LIFETIME,
            "jti": str(uuid4()),
            "epoch": claims.epoch,
        }
        return jwt.encode(payload, self._key, _ALGORITHM, headers={"typ": _TYPE, "kid": self.key_id})

    def is_ours(self, header: dict[str, object]) -> bool:
        """Whether a token with that header claims to be signed with our key."""
        return bool(self._secret) and header.get("kid") == self.key_id

    def read(self, token: str) -> Claims:
        """What a token says, once it has proved to be ours.

        Raises:
            NotAuthenticated: it is not, or its time is over.
        """
        try:
            decoded = jwt.decode_complete(
                token,
                self._key,
                algorithms=[_ALGORITHM],
                audience=AUDIENCE,
                issuer=ISSUER,
                options={"require": _REQUIRED},
            )
            if decoded["header"].get("typ") != _TYPE:
                raise NotAuthenticated("That token does not grant access.")
            return Claims(UUID(decoded["payload"]["sub"]), int(decoded["payload"]["epoch"]))
        except jwt.ExpiredSignatureError as error:
            raise NotAuthenticated("The access token has expired. Refresh it, or log in again.") from error
        except (jwt.InvalidTokenError, ValueError, TypeError) as error:
            raise NotAuthenticated("The access token is not valid. Log in again.") from error


def random_token() -> str:
    """256 bits that nobody can guess, for a URL or a header."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """What is kept of a random token. Plain SHA-256 does, as nobody can try 2^256 tokens."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
