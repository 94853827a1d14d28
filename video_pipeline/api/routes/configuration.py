"""What admins set for the whole installation."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter

from video_pipeline.api import problems
from video_pipeline.api.dependencies import AdminDep, Catalog
from video_pipeline.api.schemas.configuration import Configuration, ConfigurationChange
from video_pipeline.catalog.configuration import configuration_row
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.records.configuration import configure

router = APIRouter(prefix="/api/configuration", tags=["configuration"])

RESPONSES = problems.responses(
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.SERVICE_UNAVAILABLE,
)


@router.get("", operation_id="get_configuration", responses=RESPONSES)
def get(_: AdminDep, catalog: Catalog) -> Configuration:
    """The limits on uploads that admins have set, and who changed them last."""
    with transaction(catalog) as connection:
        return Configuration.of(configuration_row(connection))


@router.patch("", operation_id="change_configuration", responses=RESPONSES)
def patch(change: ConfigurationChange, admin: AdminDep, catalog: Catalog) -> Configuration:
    """Change them; it counts for uploads that begin from now on."""
    with transaction(catalog) as connection:
        configure(connection, change.model_dump(exclude_unset=True), by=admin.user_id)
        return Configuration.of(configuration_row(connection))
