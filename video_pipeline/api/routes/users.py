"""Users and members of sites, for admins."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from video_pipeline.api import problems
from video_pipeline.api.dependencies import AdminDep, Catalog
from video_pipeline.api.schemas.accounts import Members, User, UserPatch, Users
from video_pipeline.catalog import directory
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.records import people

_ADMINS = problems.responses(
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.SERVICE_UNAVAILABLE,
)
_ABSENT = problems.responses(HTTPStatus.NOT_FOUND)

router = APIRouter(prefix="/api", tags=["accounts"], responses=_ADMINS)


@router.get("/users", operation_id="list_users")
def list_users(
    _: AdminDep,
    catalog: Catalog,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> Users:
    """A page of all users, by e-mail address."""
    with transaction(catalog) as connection:
        found, total = directory.list_users(connection, limit=limit, offset=offset)
    return Users(total=total, limit=limit, offset=offset, users=[User.of(row) for row in found])


@router.patch(
    "/users/{user_id}",
    operation_id="change_user",
    responses=_ABSENT | problems.responses(HTTPStatus.CONFLICT),
)
def change_user(user_id: UUID, given: UserPatch, _: AdminDep, catalog: Catalog) -> User:
    """Change a user's role, or close or reopen the account. One active admin is always left."""
    with transaction(catalog) as connection:
        people.appoint(connection, user_id, role=given.role, is_active=given.is_active)
        return User.of(directory.user(connection, user_id))


@router.get("/sites/{site_id}/members", operation_id="list_members", responses=_ABSENT)
def list_members(site_id: UUID, _: AdminDep, catalog: Catalog) -> Members:
    """Who sees a site's videos, besides admins."""
    with transaction(catalog) as connection:
        return Members(members=[User.of(row) for row in directory.members(connection, site_id)])


@router.put(
    "/sites/{site_id}/members/{user_id}",
    operation_id="add_member",
    status_code=HTTPStatus.NO_CONTENT,
    responses=_ABSENT,
)
def add_member(site_id: UUID, user_id: UUID, _: AdminDep, catalog: Catalog) -> None:
    """Let a user see a site's videos; doing so twice is the same as once."""
    with transaction(catalog) as connection:
        people.add_member(connection, site_id, user_id)


@router.delete("/sites/{site_id}/members/{user_id}", operation_id="remove_member", status_code=HTTPStatus.NO_CONTENT)
def remove_member(site_id: UUID, user_id: UUID, _: AdminDep, catalog: Catalog) -> None:
    """Show a user the site's videos no longer; one who is no member stays none."""
    with transaction(catalog) as connection:
        people.remove_member(connection, site_id, user_id)
