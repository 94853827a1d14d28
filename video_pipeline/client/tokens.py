"""What a caller proves with who they are, and how it is renewed by many threads at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Protocol

#: A token is renewed so long before it ends: clocks differ, and a request takes a while.
MARGIN = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Tokens:
    """One to show with every request, and one to get the next two with, once. They are no part of a `repr`."""

    access: str = field(repr=False)
    refresh: str | None = field(default=None, repr=False)
    expires_at: datetime | None = None

    @property
    def is_stale(self) -> bool:
        """Whether the access token has ended, or will in a moment."""
        return self.expires_at is not None and datetime.now(UTC) + MARGIN >= self.expires_at


Renew = Callable[[str], Tokens]
"""Gives new tokens for a refresh token, which is used up by it."""


class Keeper(Protocol):
    """Where tokens are kept; a refresh token must be used once only, or the login ends."""

    def current(self) -> Tokens | None:
        """The tokens, None where nobody is logged in."""

    def keep(self, tokens: Tokens | None) -> None:
        """Take these from now on, or none."""

    def renewed(self, used: Tokens, renew: Renew) -> Tokens:
        """New tokens in place of `used`, or those that somebody else has got in the meantime."""


class InMemory:
    """Tokens of this process. Threads may share it."""

    def __init__(self, tokens: Tokens | None = None) -> None:
        self._tokens = tokens
        self._lock = Lock()

    def current(self) -> Tokens | None:
        """The tokens, None where nobody is logged in."""
        return self._tokens

    def keep(self, tokens: Tokens | None) -> None:
        """Take these from now on, or none."""
        self._tokens = tokens

    def renewed(self, used: Tokens, renew: Renew) -> Tokens:
        """New tokens in place of `used`, or those that another thread has got in the meantime."""
        with self._lock:
            known = self._tokens or used
            if known.access == used.access and known.refresh is not None:
                known = self._tokens = renew(known.refresh)
            return known
