"""Everything that is read of people, by name: users, their sites, invitations. Nothing here writes or locks."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Connection, RowMapping, Uuid, bindparam, func, select

from video_pipeline.catalog.people import invitations, memberships, users
from video_pipeline.catalog.tables import sites
from video_pipeline.errors import NotFound
from video_pipeline.types import Role


@dataclass(frozen=True, slots=True)
class UserRow:
    """A user; `issuer` and `subject` are how an outside issuer names them, where one does."""

    id: UUID
    email: str
    display_name: str
    role: Role
    issuer: str | None
    subject: str | None
    is_active: bool
    token_epoch: int
    created_at: datetime
    last_login_at: datetime | None
    site_ids: frozenset[UUID]


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a login is checked against; no hash where the user has no password of ours."""

    user_id: UUID
    password_hash: str | None = field(repr=False)
    token_epoch: int


@dataclass(frozen=True, slots=True)
class InvitationRow:
    """An invitation; its token is not kept, only the digest of it, which nobody needs to see."""

    id: UUID
    email: str
    role: Role
    site_id: UUID | None
    invited_by: UUID | None
    created_at: datetime
    expires_at: datetime
    accepted_at: datetime | None
    is_expired: bool


_SITE_IDS = func.array(
    select(memberships.c.site_id).where(memberships.c.user_id == users.c.id).scalar_subquery(), type_=ARRAY(Uuid)
).label("site_ids")
_USER = [column for column in users.c if column.name != "password_hash"]
_USER_OF_ID = select(*_USER, _SITE_IDS).where(users.c.id == bindparam("of_user"))  # built once: every request runs it
_INVITATION = [
    *(column for column in invitations.c if column.name != "token_sha256"),
    (invitations.c.expires_at <= func.now()).label("is_expired"),
]


def user(conn: Connection, user_id: UUID) -> UserRow:
    """One user.

    Raises:
        NotFound: no user has that id.
    """
    found = _one_user(conn, users.c.id == user_id)
    if found is None:
        raise NotFound(f"No user has the id {user_id}.")
    return found


def find_user(conn: Connection, user_id: UUID) -> UserRow | None:
    """The user of that id, if there is one: in a single query, as every request asks for it."""
    row = conn.execute(_USER_OF_ID, {"of_user": user_id}).mappings().one_or_none()
    return None if row is None else _user_row(row)


def find_subject(conn: Connection, issuer: str, subject: str) -> UserRow | None:
    """The user whom an outside issuer names so."""
    return _one_user(conn, (users.c.issuer == issuer) & (users.c.subject == subject))


def find_address(conn: Connection, email: str) -> UserRow | None:
    """The user of that e-mail address, in whatever case it is written."""
    return _one_user(conn, func.lower(users.c.email) == func.lower(email))


def _one_user(conn: Connection, condition: ColumnElement[bool]) -> UserRow | None:
    row = conn.execute(select(*_USER, _SITE_IDS).where(condition)).mappings().one_or_none()
    return None if row is None else _user_row(row)


def list_users(conn: Connection, *, limit: int, offset: int = 0) -> tuple[list[UserRow], int]:
    """A page of all users, by e-mail address, and how many there are."""
    page = select(*_USER, _SITE_IDS).order_by(func.lower(users.c.email)).limit(limit).offset(offset)
    total = conn.scalar(select(func.count()).select_from(users)) or 0
    return [_user_row(row) for row in conn.execute(page).mappings()], total


def members(conn: Connection, site_id: UUID) -> list[UserRow]:
    """Who sees a site's videos, besides admins.

    Raises:
        NotFound: no site has that id.
    """
    if conn.scalar(select(sites.c.id).where(sites.c.id == site_id)) is None:
        raise NotFound(f"No site has the id {site_id}.")
    of_site = select(memberships.c.user_id).where(memberships.c.site_id == site_id)
    found = select(*_USER, _SITE_IDS).where(users.c.id.in_(of_site)).order_by(func.lower(users.c.email))
    return [_user_row(row) for row in conn.execute(found).mappings()]


def credentials(conn: Connection, email: str) -> Credentials | None:
    """What the password of the user with that address is checked against."""
    columns = select(users.c.id, users.c.password_hash, users.c.token_epoch)
    row = conn.execute(columns.where(func.lower(users.c.email) == func.lower(email))).one_or_none()
    return None if row is None else Credentials(*row)


def password_hash(conn: Connection, user_id: UUID) -> str | None:
    """The hash of a user's password, if there is one."""
    return conn.scalar(select(users.c.password_hash).where(users.c.id == user_id))


def open_invitations(conn: Connection) -> list[InvitationRow]:
    """What nobody has accepted yet and is still valid, the newest first."""
    waiting = select(*_INVITATION).where(invitations.c.accepted_at.is_(None), invitations.c.expires_at > func.now())
    rows = conn.execute(waiting.order_by(invitations.c.created_at.desc(), invitations.c.id)).mappings()
    return [_invitation_row(row) for row in rows]


def find_invitation(conn: Connection, token_sha256: str) -> InvitationRow | None:
    """The invitation of that token, whatever has become of it."""
    found = select(*_INVITATION).where(invitations.c.token_sha256 == token_sha256)
    row = conn.execute(found).mappings().one_or_none()
    return None if row is None else _invitation_row(row)


def _user_row(row: RowMapping) -> UserRow:
    return UserRow(**{**row, "role": Role(row["role"]), "site_ids": frozenset(row["site_ids"])})


def _invitation_row(row: RowMapping) -> InvitationRow:
    return InvitationRow(**{**row, "role": Role(row["role"])})
