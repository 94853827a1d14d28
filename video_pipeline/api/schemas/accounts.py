"""People, logins and invitations, as the API takes and gives them."""

from __future__ import annotations

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, EmailStr, Field, StrictBool, model_validator

from video_pipeline.api.schemas.words import Line, NewPassword, Password, Token
from video_pipeline.catalog.directory import UserRow
from video_pipeline.types import Role


class Login(BaseModel):
    """An e-mail address, in whatever case, and the password."""

    email: Line = Field(examples=["ada@example.org"])
    password: Password = Field(examples=["correct horse battery staple"])
    cookie: StrictBool = Field(
        default=False, description="Have the browser keep the tokens, in cookies that no script can read."
    )


class RefreshToken(BaseModel):
    """The refresh token that the last login or refresh gave; left out, it is the one that the browser keeps."""

    refresh_token: Token | None = Field(default=None, examples=["Z1n0bQkc…"])


class Granted(BaseModel):
    """Tokens: one to show with every request, and one to get the next two with, once.

    A browser that keeps them in cookies is not told what they are.
    """

    access_token: str | None = Field(description="For `Authorization: Bearer …`.", examples=["eyJhbGciOi…"])
    refresh_token: str | None = Field(description="Good for one use, within 30 days.", examples=["Z1n0bQkc…"])
    token_type: str = Field(default="bearer", examples=["bearer"])
    expires_in: int = Field(description="Seconds that the access token lives.", examples=[900])


class User(BaseModel):
    """A person with an account."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    email: str = Field(examples=["ada@example.org"])
    display_name: str = Field(examples=["Ada Lovelace"])
    role: Role
    is_active: bool
    site_ids: frozenset[UUID] = Field(description="Sites whose videos this user sees.")
    issuer: str | None = Field(description="Where this user logs in besides here, if anywhere.", examples=[None])
    created_at: datetime
    last_login_at: datetime | None = Field(description="With a password of ours.")

    @classmethod
    def of(cls, row: UserRow) -> Self:
        """The user of a row of the catalog."""
        return cls.model_validate(row)


class Users(BaseModel):
    """A page of all users."""

    total: int = Field(examples=[1])
    limit: int = Field(examples=[20])
    offset: int = Field(examples=[0])
    users: list[User]


class Members(BaseModel):
    """Who sees a site's videos, besides admins."""

    members: list[User]


class MePatch(BaseModel):
    """What to change of one's own account; what is left out stays."""

    display_name: Line | None = Field(default=None, examples=["Ada Lovelace"])
    old_password: Password | None = Field(
        default=None, description="Needed for a new one.", examples=["correct horse battery staple"]
    )
    new_password: NewPassword | None = Field(
        default=None,
        description="Ends every login, this one too: log in again afterwards.",
        examples=["a longer one, with commas"],
    )

    @model_validator(mode="after")
    def _both_passwords(self) -> Self:
        if (self.old_password is None) != (self.new_password is None):
            raise ValueError("a change of password needs the old one and the new one")
        return self


class UserPatch(BaseModel):
    """What an admin may change of a user; what is left out stays."""

    role: Role | None = None
    is_active: StrictBool | None = Field(default=None, description="False closes the account, at once.")


class NewInvitation(BaseModel):
    """Whom to invite, as what, and whose videos they shall see."""

    email: EmailStr = Field(examples=["bob@example.org"])
    role: Role = Role.MEMBER
    site_id: UUID | None = None


class Invitation(BaseModel):
    """An invitation that nobody has accepted yet."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    email: str = Field(examples=["bob@example.org"])
    role: Role
    site_id: UUID | None
    invited_by: UUID | None
    created_at: datetime
    expires_at: datetime


class Invited(Invitation):
    """An invitation with its token, which is shown this once: send it to whom it is for."""

    token: str = Field(examples=["q8J2mXv4…"])


class Invitations(BaseModel):
    """Every invitation that can be accepted now, the newest first."""

    invitations: list[Invitation]


class Acceptance(BaseModel):
    """The token of an invitation, and who has got it."""

    token: Token = Field(examples=["q8J2mXv4…"])
    display_name: Line = Field(examples=["Bob"])
    password: NewPassword
