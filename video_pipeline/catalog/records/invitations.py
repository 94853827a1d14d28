"""Invitations, by the SHA-256 of their token: made, withdrawn, accepted once."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import Connection, delete, func, insert, select, update

from video_pipeline.catalog.people import invitations
from video_pipeline.catalog.tables import sites
from video_pipeline.errors import NotFound
from video_pipeline.types import Role


def invite(
    conn: Connection,
    *,
    email: str,
    role: Role,
    site_id: UUID | None,
    invited_by: UUID,
    token_sha256: str,
    lifetime: timedelta,
) -> None:
    """Invite somebody; an earlier invitation of the same address that nobody has accepted is void.

    Raises:
        NotFound: no site has that id.
    """
    # The lock keeps the site in being until the invitation is there.
    site = select(sites.c.id).where(sites.c.id == site_id).with_for_update(read=True, key_share=True)
    if site_id is not None and conn.scalar(site) is None:
        raise NotFound(f"No site has the id {site_id}.")
    same = func.lower(invitations.c.email) == func.lower(email)
    conn.execute(delete(invitations).where(same, invitations.c.accepted_at.is_(None)))
    conn.execute(
        insert(invitations).values(
            email=email,
            role=role,
            site_id=site_id,
            invited_by=invited_by,
            token_sha256=token_sha256,
            expires_at=func.now() + lifetime,
        )
    )


def accept(conn: Connection, token_sha256: str) -> bool:
    """Use an invitation up; false where it was used, withdrawn or too old. Of several at once, one is told true."""
    valid = invitations.c.accepted_at.is_(None) & (invitations.c.expires_at > func.now())
    step = update(invitations).where(invitations.c.token_sha256 == token_sha256, valid)
    return bool(conn.execute(step.values(accepted_at=func.now())).rowcount)


def withdraw(conn: Connection, invitation_id: UUID) -> None:
    """Make an invitation void.

    Raises:
        NotFound: there is none of that id that anybody could still accept.
    """
    waiting = (invitations.c.id == invitation_id) & invitations.c.accepted_at.is_(None)
    if not conn.execute(delete(invitations).where(waiting)).rowcount:
        raise NotFound(f"No invitation that waits to be accepted has the id {invitation_id}.")
