"""Cameras: members read those of their sites, admins set them up."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from fastapi import APIRouter

from video_pipeline.api.dependencies import AdminDep, CallerDep, Catalog
from video_pipeline.api.routes.sites import READING, SETTING_UP
from video_pipeline.api.schemas.places import Camera, CameraChange, Cameras, NewCamera
from video_pipeline.catalog import places
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.records import places as records

router = APIRouter(prefix="/api/cameras", tags=["sites"])


@router.get("", operation_id="list_cameras", responses=READING)
def list_(caller: CallerDep, catalog: Catalog, site: UUID | None = None) -> Cameras:
    """The cameras of the caller's sites, or of one of them."""
    with transaction(catalog) as connection:
        return Cameras(cameras=[Camera.of(row) for row in places.list_cameras(connection, caller, site_id=site)])


@router.post("", operation_id="add_camera", status_code=HTTPStatus.CREATED, responses=SETTING_UP)
def add(new: NewCamera, admin: AdminDep, catalog: Catalog) -> Camera:
    """Set up a camera."""
    with transaction(catalog) as connection:
        camera_id = records.add_camera(connection, new.model_dump())
        return Camera.of(places.camera(connection, admin, camera_id))


@router.get("/{camera_id}", operation_id="get_camera", responses=READING)
def get(camera_id: UUID, caller: CallerDep, catalog: Catalog) -> Camera:
    """One camera."""
    with transaction(catalog) as connection:
        return Camera.of(places.camera(connection, caller, camera_id))


@router.patch("/{camera_id}", operation_id="change_camera", responses=SETTING_UP)
def patch(camera_id: UUID, change: CameraChange, admin: AdminDep, catalog: Catalog) -> Camera:
    """Change a camera's name."""
    with transaction(catalog) as connection:
        records.change_camera(connection, camera_id, change.model_dump())
        return Camera.of(places.camera(connection, admin, camera_id))


@router.delete("/{camera_id}", operation_id="remove_camera", status_code=HTTPStatus.NO_CONTENT, responses=SETTING_UP)
def remove(camera_id: UUID, _: AdminDep, catalog: Catalog) -> None:
    """Remove a camera that has no videos."""
    with transaction(catalog) as connection:
        records.remove_camera(connection, camera_id)
