"""Users and the sites they see: made, changed, closed. Addresses are compared without regard to case."""

from __future__ import annotations

import hashlib
from uuid import UUID

from sqlalchemy import Connection, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from video_pipeline.catalog.people import memberships, refresh_tokens, users
from video_pipeline.catalog.tables import sites
from video_pipeline.errors import Conflict, NotFound
from video_pipeline.types import Role

_TAKEN = "There is a user with that e-mail address already."
UNVERIFIED_DOMAIN = "unverified.invalid"  # RFC 2606: nobody's, now and for ever


def create_user(
    conn: Connection, *, email: str, display_name: str, password_hash: str, role: Role = Role.MEMBER
) -> UUID:
    """A user with a password of ours.

    Raises:
        Conflict: the address is another user's.
    """
    return _insert(conn, email=email, display_name=display_name, password_hash=password_hash, role=role)


def create_first_admin(conn: Connection, *, email: str, password_hash: str) -> bool:
    """An admin where there is no user at all; false where there is one. Of several at once, one makes it."""
    conn.execute(text("LOCK TABLE users IN SHARE ROW EXCLUSIVE MODE"))
    if conn.scalar(select(select(users.c.id).exists())):
        return False
    _insert(conn, email=email, display_name="Admin", password_hash=password_hash, role=Role.ADMIN)
    return True


def adopt_subject(conn: Connection, issuer: str, subject: str, *, email: str | None, display_name: str) -> UUID:
    """The user whom an outside issuer names so: of the same verified address, or else a new one.

    `email` is an address that is verified. Where there is none, the user has one that nobody can ever have: else
    anybody could take somebody's address by claiming it first.

    Raises:
        Conflict: the address is that of a user whom an issuer names otherwise.
    """
    # The first requests of somebody new arrive several at once: one makes the user, the others find it made.
    conn.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"{issuer} {subject}", 0))))
    known: UUID | None = conn.scalar(select(users.c.id).where(users.c.issuer == issuer, users.c.subject == subject))
    linked = known or (_link(conn, issuer, subject, email) if email else None)
    if linked is not None:
        return linked
    address = email or _no_address(issuer, subject)
    return _insert(conn, email=address, display_name=display_name, issuer=issuer, subject=subject)


def _link(conn: Connection, issuer: str, subject: str, email: str) -> UUID | None:
    free = (func.lower(users.c.email) == func.lower(email)) & users.c.subject.is_(None)
    user_id: UUID | None = conn.scalar(
        update(users).where(free).values(issuer=issuer, subject=subject).returning(users.c.id)
    )
    return user_id


def _no_address(issuer: str, subject: str) -> str:
    return f"{hashlib.sha256(f'{issuer} {subject}'.encode()).hexdigest()[:32]}@{UNVERIFIED_DOMAIN}"


def _insert(conn: Connection, **values: str | Role) -> UUID:
    user_id = _try_insert(conn, **values)
    if user_id is None:
        raise Conflict(_TAKEN)
    return user_id


def _try_insert(conn: Connection, **values: str | Role) -> UUID | None:
    new = insert(users).values(**values).on_conflict_do_nothing()
    user_id: UUID | None = conn.scalar(new.returning(users.c.id))
    return user_id


def mark_login(conn: Connection, user_id: UUID, epoch: int) -> bool:
    """The user has logged in; false where the account was closed, or its logins ended since it was at `epoch`."""
    same = (users.c.id == user_id) & users.c.is_active & (users.c.token_epoch == epoch)
    return bool(conn.execute(update(users).where(same).values(last_login_at=func.now())).rowcount)


def rehash_password(conn: Connection, user_id: UUID, *, before: str, after: str) -> None:
    """Keep the same password in a stronger form, unless it was changed meanwhile. Nobody is logged out."""
    same = update(users).where(users.c.id == user_id, users.c.password_hash == before)
    conn.execute(same.values(password_hash=after))


def set_password(conn: Connection, user_id: UUID, *, before: str, after: str) -> bool:
    """Change the password and end every login; false where it was changed meanwhile, and nothing is done."""
    same = update(users).where(users.c.id == user_id, users.c.password_hash == before)
    if not conn.execute(same.values(password_hash=after)).rowcount:
        return False
    end_logins(conn, user_id)
    return True


def end_logins(conn: Connection, user_id: UUID) -> None:
    """Make every token of the user invalid at once."""
    conn.execute(update(users).where(users.c.id == user_id).values(token_epoch=users.c.token_epoch + 1))
    valid = (refresh_tokens.c.user_id == user_id) & refresh_tokens.c.revoked_at.is_(None)
    conn.execute(update(refresh_tokens).where(valid).values(revoked_at=func.now()))


def rename(conn: Connection, user_id: UUID, display_name: str) -> None:
    """What the user is called from now on."""
    conn.execute(update(users).where(users.c.id == user_id).values(display_name=display_name))


def appoint(conn: Connection, user_id: UUID, *, role: Role | None = None, is_active: bool | None = None) -> None:
    """Change what a user may do, or close or reopen the account; None leaves it as it is.

    Closing ends every login. What the user has uploaded stays.

    Raises:
        NotFound: no user has that id.
        Conflict: nobody would be left who can administer the installation.
    """
    given = {"role": role, "is_active": is_active}
    changes = {name: value for name, value in given.items() if value is not None}
    # Every admin's row is locked, so that two admins cannot remove each other at the same time.
    admins = select(users.c.id).where(users.c.role == Role.ADMIN, users.c.is_active).order_by(users.c.id)
    left = set(conn.scalars(admins.with_for_update()))
    if left == {user_id} and (role is Role.MEMBER or is_active is False):
        raise Conflict("That is the only active admin. Make somebody else an admin first.")
    step = update(users).where(users.c.id == user_id)
    if changes and not conn.execute(step.values(changes)).rowcount:
        raise NotFound(f"No user has the id {user_id}.")
    if is_active is False:
        end_logins(conn, user_id)


def add_member(conn: Connection, site_id: UUID, user_id: UUID) -> bool:
    """Let a user see a site's videos; false where they could already.

    Raises:
        NotFound: there is no such site, or no such user.
    """
    for table, what, sought in ((sites, "site", site_id), (users, "user", user_id)):
        # The lock keeps both in being until the membership is there.
        if (
            conn.scalar(select(table.c.id).where(table.c.id == sought).with_for_update(read=True, key_share=True))
            is None
        ):
            raise NotFound(f"No {what} has the id {sought}.")
    new = insert(memberships).values(site_id=site_id, user_id=user_id).on_conflict_do_nothing()
    return conn.scalar(new.returning(memberships.c.user_id)) is not None


def remove_member(conn: Connection, site_id: UUID, user_id: UUID) -> bool:
    """Show a user the site's videos no longer; false where they were not shown before."""
    of_both = (memberships.c.site_id == site_id) & (memberships.c.user_id == user_id)
    return bool(conn.execute(delete(memberships).where(of_both)).rowcount)
