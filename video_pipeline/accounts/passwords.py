"""Passwords, kept as argon2id (RFC 9106) and never as they are."""

from __future__ import annotations

import os
import secrets
from functools import lru_cache
from threading import BoundedSemaphore

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

_HASHING = PasswordHash((Argon2Hasher(),))
# Each takes 64 MiB and a processor: more at once would only make a storm of logins a storm on memory.
_AT_ONCE = BoundedSemaphore(os.cpu_count() or 1)


def hashed(password: str) -> str:
    """What is kept of a password."""
    with _AT_ONCE:
        return _HASHING.hash(password)


def check(password: str, known_hash: str | None) -> tuple[bool, str | None]:
    """Whether that is the password; takes as long where there is none to compare with.

    Returns:
        The answer, and what to keep from now on where the hash was made with other parameters than today's.
    """
    with _AT_ONCE:
        is_right, stronger = _HASHING.verify_and_update(password, known_hash or _nobodys())
    return (is_right, stronger) if known_hash else (False, None)


@lru_cache(maxsize=1)
def _nobodys() -> str:
    return _HASHING.hash(secrets.token_urlsafe())
