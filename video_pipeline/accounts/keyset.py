"""An issuer's public keys (RFC 7517), kept while they can be used and fetched again with restraint."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock
from typing import Any

import httpx2
from jwt import PyJWK
from jwt.exceptions import PyJWTError

from video_pipeline.errors import IssuerUnavailable, NotAuthenticated

LIFETIME_SECONDS = 600.0
"""How old the keys may be before they are asked for again: as long as a key that was withdrawn still counts."""

PAUSE_SECONDS = 60.0
"""From one fetch to the next at least: a storm of invented key ids must not become a storm of requests."""

_TIMEOUT_SECONDS = 5.0
_ALGORITHMS = {"RSA": "RS256", "EC P-256": "ES256"}


class KeySet:
    """The keys at `url`, by id. Safe to share between threads, of which one fetches at a time."""

    def __init__(self, url: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._url = url
        self._clock = clock
        self._fetching = Lock()
        self._keys: dict[str, PyJWK] = {}
        self._fetched_at: float | None = None
        self._tried_at: float | None = None

    def key(self, key_id: str) -> PyJWK:
        """The key of that id; the last good set counts while a new one cannot be had.

        Raises:
            NotAuthenticated: the issuer publishes no such key.
            IssuerUnavailable: it has never answered, so that nobody can say.
        """
        is_known = key_id in self._keys
        # Who has a key to go on with does not wait for somebody else's fetch.
        if self._is_wanted(key_id) and self._fetching.acquire(blocking=not is_known):
            try:
                self._refresh(key_id)
            finally:
                self._fetching.release()
        if key_id in self._keys:
            return self._keys[key_id]
        if self._fetched_at is None:
            raise IssuerUnavailable
        raise NotAuthenticated("The token is signed with a key that its issuer does not publish.")

    def _is_wanted(self, key_id: str) -> bool:
        return key_id not in self._keys or self._is_past(self._fetched_at, LIFETIME_SECONDS)

    def _is_past(self, moment: float | None, seconds: float) -> bool:
        return moment is None or self._clock() - moment >= seconds

    def _refresh(self, key_id: str) -> None:
        """Fetch, unless another thread has just done it or it is too soon."""
        if not (self._is_wanted(key_id) and self._is_past(self._tried_at, PAUSE_SECONDS)):
            return
        self._tried_at = self._clock()
        try:
            # No redirects: the address in the settings is the one that is trusted.
            answer = httpx2.get(self._url, timeout=_TIMEOUT_SECONDS, follow_redirects=False)
            self._keys = _keys(answer.raise_for_status().json())
            self._fetched_at = self._tried_at
        except (httpx2.HTTPError, ValueError):
            return  # the last good keys go on


def _keys(document: Any) -> dict[str, PyJWK]:  # noqa: ANN401 - JSON
    """The keys of a JWK set that verify signatures.

    Raises:
        ValueError: it is no JWK set, or there is no such key in it.
    """
    listed = document.get("keys") if isinstance(document, dict) else None
    found = {key.key_id: key for key in map(_key, listed if isinstance(listed, list) else []) if key and key.key_id}
    if not found:
        raise ValueError("no keys that verify signatures")
    return found


def _key(described: Any) -> PyJWK | None:  # noqa: ANN401 - JSON
    """A public key, with the one algorithm that it is for; None for a key of another kind."""
    if not isinstance(described, dict) or described.get("use", "sig") != "sig":
        return None
    algorithm = _ALGORITHMS.get(" ".join(str(described[name]) for name in ("kty", "crv") if name in described))
    if algorithm is None or described.get("alg", algorithm) != algorithm:
        return None
    try:
        return PyJWK(described, algorithm)
    except PyJWTError:
        return None
