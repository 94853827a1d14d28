"""Categories: everybody reads them, admins set them up."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from fastapi import APIRouter

from video_pipeline.api.dependencies import AdminDep, CallerDep, Catalog
from video_pipeline.api.routes.sites import READING, SETTING_UP
from video_pipeline.api.schemas.places import Categories, Category, CategoryChange, NewCategory
from video_pipeline.catalog import places
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.records import places as records

router = APIRouter(prefix="/api/categories", tags=["categories"])


@router.get("", operation_id="list_categories", responses=READING)
def list_(_: CallerDep, catalog: Catalog) -> Categories:
    """Every category."""
    with transaction(catalog) as connection:
        return Categories(categories=[Category.of(row) for row in places.list_categories(connection)])


@router.post("", operation_id="add_category", status_code=HTTPStatus.CREATED, responses=SETTING_UP)
def add(new: NewCategory, admin: AdminDep, catalog: Catalog) -> Category:
    """Set up a category."""
    with transaction(catalog) as connection:
        category_id = records.add_category(connection, {**new.model_dump(), "created_by": admin.user_id})
        return Category.of(places.category(connection, category_id))


@router.get("/{category_id}", operation_id="get_category", responses=READING)
def get(category_id: UUID, _: CallerDep, catalog: Catalog) -> Category:
    """One category."""
    with transaction(catalog) as connection:
        return Category.of(places.category(connection, category_id))


@router.patch("/{category_id}", operation_id="change_category", responses=SETTING_UP)
def patch(category_id: UUID, change: CategoryChange, _: AdminDep, catalog: Catalog) -> Category:
    """Change a category's name or slug."""
    with transaction(catalog) as connection:
        records.change_category(connection, category_id, change.model_dump(exclude_unset=True))
        return Category.of(places.category(connection, category_id))


@router.delete(
    "/{category_id}", operation_id="remove_category", status_code=HTTPStatus.NO_CONTENT, responses=SETTING_UP
)
def remove(category_id: UUID, _: AdminDep, catalog: Catalog) -> None:
    """Remove a category; its videos stay, without one."""
    with transaction(catalog) as connection:
        records.remove_category(connection, category_id)
