"""People for tests of routes: made in the catalog, and logged in as the API has it."""

from __future__ import annotations

from functools import cache
from uuid import UUID

from sqlalchemy import Engine

from video_pipeline.accounts import passwords
from video_pipeline.accounts.tokens import AccessTokens, Claims
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.records import people
from video_pipeline.config import settings
from video_pipeline.types import Role

PASSWORD = "correct horse battery staple"

_hash_once = cache(passwords.hashed)


def add_user(engine: Engine, email: str = "ada@example.org", role: Role = Role.MEMBER) -> UUID:
    """A user whose password is `PASSWORD`."""
    with transaction(engine) as connection:
        return people.create_user(
            connection, email=email, display_name="Ada", password_hash=_hash_once(PASSWORD), role=role
        )


def token_of(user_id: UUID, epoch: int = 0) -> str:
    """An access token of that user's."""
    return AccessTokens(settings().signing_key.get_secret_value()).issue(Claims(user_id, epoch))
