"""What is being done for a video, what has come of it, and the wish to have it done again."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from fastapi import APIRouter

from video_pipeline.api.dependencies import CallerDep, Catalog
from video_pipeline.api.routes.videos import CHANGING, READING
from video_pipeline.api.schemas.processing import Artifact, Job, ReprocessAccepted, ReprocessWish, Standing
from video_pipeline.catalog import queries, visibility
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.records import reprocess

router = APIRouter(prefix="/api", tags=["processing"])


@router.get("/videos/{video_id}/status", operation_id="get_video_status", responses=READING)
def status(video_id: UUID, caller: CallerDep, catalog: Catalog) -> Standing:
    """Where a video stands, and how far the work on it is."""
    with transaction(catalog) as connection:
        video = visibility.visible(connection, caller, video_id)
        return Standing.of(video, queries.jobs_of(connection, video_id))


@router.get("/jobs/{job_id}", operation_id="get_job", responses=READING)
def job(job_id: UUID, caller: CallerDep, catalog: Catalog) -> Job:
    """One stage of one run."""
    with transaction(catalog) as connection:
        return Job.of(visibility.visible_job(connection, caller, job_id))


@router.get("/videos/{video_id}/artifacts", operation_id="list_artifacts", responses=READING)
def artifacts(video_id: UUID, caller: CallerDep, catalog: Catalog) -> list[Artifact]:
    """What is derived from a video now, and what made it."""
    with transaction(catalog) as connection:
        visibility.visible(connection, caller, video_id)
        made = queries.current_artifacts(connection, video_id)
    return [Artifact.of(made[kind]) for kind in sorted(made)]


@router.post(
    "/videos/{video_id}/reprocess",
    operation_id="reprocess_video",
    status_code=HTTPStatus.ACCEPTED,
    responses=CHANGING,
)
def again(video_id: UUID, caller: CallerDep, catalog: Catalog, wish: ReprocessWish | None = None) -> ReprocessAccepted:
    """Ask for a video, or some of its outputs, to be made again. Its owner and admins may."""
    outputs = None if wish is None or wish.outputs is None else set(wish.outputs)
    with transaction(catalog) as connection:
        visibility.changeable(connection, caller, video_id)
        request_id = reprocess.request_reprocess(
            connection, video_id, outputs=outputs, requested_by=str(caller.user_id)
        )
    return ReprocessAccepted(request_id=request_id)
