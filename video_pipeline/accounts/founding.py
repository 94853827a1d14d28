"""The first admin of an installation, without whom nobody could invite anybody."""

from __future__ import annotations

import secrets

from sqlalchemy import Engine

from video_pipeline.accounts import passwords
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.records import people


def make_first_admin(engine: Engine, email: str) -> str | None:
    """Make an admin where there is no user yet.

    Returns:
        The password, which is kept nowhere: show it, once. None where there are users, and nothing was done.
    """
    password = secrets.token_urlsafe(16)
    password_hash = passwords.hashed(password)
    with transaction(engine) as connection:
        made = people.create_first_admin(connection, email=email, password_hash=password_hash)
    return password if made else None
