"""Accounts over the real catalog, and an outside issuer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from uuid import UUID

import pytest
from sqlalchemy import Engine

from video_pipeline.accounts import passwords
from video_pipeline.accounts.tokens import AccessTokens
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.records import people
from video_pipeline.types import Role

from .issuer import Issuer, published

PASSWORD = "correct horse battery staple"


@pytest.fixture
def issuer(monkeypatch: pytest.MonkeyPatch) -> Iterator[Issuer]:
    """An outside issuer that answers, and that no proxy stands before."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with published() as issuer:
        yield issuer


@pytest.fixture
def own() -> AccessTokens:
    """Our own tokens."""
    return AccessTokens("signing key")


@pytest.fixture(scope="session")
def password_hash() -> str:
    """The hash of `PASSWORD`."""
    return passwords.hashed(PASSWORD)


@pytest.fixture
def add_user(engine: Engine, password_hash: str) -> Callable[..., UUID]:
    """Make a user whose password is `PASSWORD`."""

    def add(email: str = "ada@example.org", role: Role = Role.MEMBER) -> UUID:
        with transaction(engine) as connection:
            return people.create_user(
                connection, email=email, display_name="Ada", password_hash=password_hash, role=role
            )

    return add
