from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from pydantic import ValidationError

from video_pipeline.api.schemas.accounts import Login, MePatch, User
from video_pipeline.catalog.directory import UserRow
from video_pipeline.types import Role

NOW = datetime(2026, 11, 21, 16, 30, tzinfo=UTC)


def test_a_user_is_told_without_what_concerns_nobody():
    row = UserRow(
        id=uuid4(),
        email="ada@example.org",
        display_name="Ada",
        role=Role.ADMIN,
        issuer="https://issuer.example",
        subject="248289761001",
        is_active=True,
        token_epoch=3,
        created_at=NOW,
        last_login_at=None,
        site_ids=frozenset(),
    )

    told = User.of(row).model_dump(mode="json")

    assert set(told) == {
        *("id", "email", "display_name", "role", "is_active", "site_ids", "issuer", "created_at", "last_login_at")
    }
    assert told["created_at"] == "2026-11-21T16:30:00Z"


def test_a_login_does_not_show_its_password():
    assert "battery" not in repr(Login.model_validate({"email": "ada@example.org", "password": "battery staple"}))


@pytest.mark.parametrize("change", [{"old_password": "the old password"}, {"new_password": "the new password"}])
def test_a_change_of_password_has_two_halves(change):
    with pytest.raises(ValidationError, match="the old one and the new one"):
        MePatch.model_validate(change)
