"""Sites: members read theirs, admins set them up."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from fastapi import APIRouter

from video_pipeline.api import problems
from video_pipeline.api.dependencies import AdminDep, CallerDep, Catalog
from video_pipeline.api.schemas.places import NewSite, Site, SiteChange, Sites
from video_pipeline.catalog import places
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.records import places as records

# Of every noun that admins set up and others read.
READING = problems.responses(
    HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.SERVICE_UNAVAILABLE
)
SETTING_UP = READING | problems.responses(HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN, HTTPStatus.CONFLICT)

router = APIRouter(prefix="/api/sites", tags=["sites"])


@router.get("", operation_id="list_sites", responses=READING)
def list_(caller: CallerDep, catalog: Catalog) -> Sites:
    """The sites that the caller is a member of, or all for an admin."""
    with transaction(catalog) as connection:
        return Sites(sites=[Site.of(row) for row in places.list_sites(connection, caller)])


@router.post("", operation_id="add_site", status_code=HTTPStatus.CREATED, responses=SETTING_UP)
def add(new: NewSite, admin: AdminDep, catalog: Catalog) -> Site:
    """Set up a site."""
    with transaction(catalog) as connection:
        site_id = records.add_site(connection, new.model_dump())
        return Site.of(places.site(connection, admin, site_id))


@router.get("/{site_id}", operation_id="get_site", responses=READING)
def get(site_id: UUID, caller: CallerDep, catalog: Catalog) -> Site:
    """One site."""
    with transaction(catalog) as connection:
        return Site.of(places.site(connection, caller, site_id))


@router.patch("/{site_id}", operation_id="change_site", responses=SETTING_UP)
def patch(site_id: UUID, change: SiteChange, admin: AdminDep, catalog: Catalog) -> Site:
    """Change a site's name or what it accepts."""
    with transaction(catalog) as connection:
        records.change_site(connection, site_id, change.model_dump(exclude_unset=True))
        return Site.of(places.site(connection, admin, site_id))


@router.delete("/{site_id}", operation_id="remove_site", status_code=HTTPStatus.NO_CONTENT, responses=SETTING_UP)
def remove(site_id: UUID, _: AdminDep, catalog: Catalog) -> None:
    """Remove a site that has neither cameras nor videos."""
    with transaction(catalog) as connection:
        records.remove_site(connection, site_id)
