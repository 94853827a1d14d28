"""How somebody comes to have an account: an admin invites them, and they accept with a token that is shown once."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import Connection, Engine

from video_pipeline.accounts import passwords
from video_pipeline.accounts.tokens import digest, random_token
from video_pipeline.catalog import directory
from video_pipeline.catalog.directory import InvitationRow, UserRow
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.records import invitations, people
from video_pipeline.errors import Conflict, NotFound, RequestRefused
from video_pipeline.types import Role

LIFETIME = timedelta(days=7)

_ACCEPTED = "The invitation has been accepted already. Log in with the password given then."


def invite(
    engine: Engine, *, email: str, role: Role, site_id: UUID | None, invited_by: UUID
) -> tuple[InvitationRow, str]:
    """Invite somebody by e-mail address; the second of what is returned is the token, which is kept nowhere.

    Raises:
        Conflict: there is a user of that address already.
        NotFound: no site has that id.
    """
    token = random_token()
    with transaction(engine) as connection:
        if directory.find_address(connection, email):
            raise Conflict("There is a user with that e-mail address already.")
        invitations.invite(
            connection,
            email=email,
            role=role,
            site_id=site_id,
            invited_by=invited_by,
            token_sha256=digest(token),
            lifetime=LIFETIME,
        )
        return _known(connection, token), token


def accept(engine: Engine, token: str, *, display_name: str, password: str) -> UserRow:
    """Make the account that an invitation promises, with the membership of its site.

    Raises:
        NotFound: there is no such invitation.
        RequestRefused: it is too old.
        Conflict: it was accepted before, or the address has become a user's in another way.
    """
    with transaction(engine) as connection:
        _check(_known(connection, token))  # before the hash, which is not to be had for nothing
    password_hash = passwords.hashed(password)
    with transaction(engine) as connection:
        invitation = _known(connection, token)
        _check(invitation)
        if not invitations.accept(connection, digest(token)):
            raise Conflict(_ACCEPTED)
        user_id = people.create_user(
            connection,
            email=invitation.email,
            display_name=display_name,
            password_hash=password_hash,
            role=invitation.role,
        )
        if invitation.site_id is not None:
            people.add_member(connection, invitation.site_id, user_id)
        return directory.user(connection, user_id)


def _known(connection: Connection, token: str) -> InvitationRow:
    invitation = directory.find_invitation(connection, digest(token))
    if invitation is None:
        raise NotFound("There is no such invitation. It may have been withdrawn, or replaced by a later one.")
    return invitation


def _check(invitation: InvitationRow) -> None:
    if invitation.accepted_at is not None:
        raise Conflict(_ACCEPTED)
    if invitation.is_expired:
        raise RequestRefused("The invitation has expired. Ask for a new one.")
