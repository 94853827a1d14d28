"""Inviting people, and accepting."""

from __future__ import annotations

from dataclasses import asdict
from http import HTTPStatus
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from video_pipeline.accounts import invitations
from video_pipeline.api import problems
from video_pipeline.api.dependencies import AdminDep, Catalog, anonymous
from video_pipeline.api.schemas.accounts import Acceptance, Invitation, Invitations, Invited, NewInvitation, User
from video_pipeline.catalog import directory
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.records.invitations import withdraw

router = APIRouter(prefix="/api/invitations", tags=["accounts"])

_ADMINS = problems.responses(
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.SERVICE_UNAVAILABLE,
)
_ABSENT = problems.responses(HTTPStatus.NOT_FOUND)
_TAKEN = problems.responses(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT)


@router.post("", operation_id="invite", status_code=HTTPStatus.CREATED, responses=_ADMINS | _TAKEN)
def invite(given: NewInvitation, response: Response, admin: AdminDep, catalog: Catalog) -> Invited:
    """Invite somebody. The token in the answer is shown this once; the invitation holds for seven days."""
    invitation, token = invitations.invite(
        catalog, email=given.email, role=given.role, site_id=given.site_id, invited_by=admin.user_id
    )
    response.headers["Cache-Control"] = "no-store"
    return Invited(**asdict(invitation), token=token)


@router.get("", operation_id="list_invitations", responses=_ADMINS)
def list_invitations(_: AdminDep, catalog: Catalog) -> Invitations:
    """Every invitation that can be accepted now."""
    with transaction(catalog) as connection:
        waiting = directory.open_invitations(connection)
    return Invitations(invitations=[Invitation.model_validate(invitation) for invitation in waiting])


@router.delete(
    "/{invitation_id:uuid}",  # else it would answer for /accept
    operation_id="withdraw_invitation",
    status_code=HTTPStatus.NO_CONTENT,
    responses=_ADMINS | _ABSENT,
)
def withdraw_invitation(invitation_id: UUID, _: AdminDep, catalog: Catalog) -> None:
    """Make an invitation void."""
    with transaction(catalog) as connection:
        withdraw(connection, invitation_id)


@router.post(
    "/accept",
    operation_id="accept_invitation",
    dependencies=[Depends(anonymous)],
    status_code=HTTPStatus.CREATED,
    responses=_TAKEN
    | problems.responses(HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.SERVICE_UNAVAILABLE),
)
def accept_invitation(given: Acceptance, catalog: Catalog) -> User:
    """Accept an invitation with a name and a password; log in afterwards."""
    user = invitations.accept(
        catalog,
        given.token.get_secret_value(),
        display_name=given.display_name,
        password=given.password.get_secret_value(),
    )
    return User.of(user)
