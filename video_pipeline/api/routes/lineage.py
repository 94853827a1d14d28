"""Where what is served of a video comes from."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter

from video_pipeline.api.dependencies import CallerDep, Catalog
from video_pipeline.api.routes.videos import READING
from video_pipeline.api.schemas.lineage import Lineage
from video_pipeline.catalog import queries, visibility
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.retiring import runs_of

router = APIRouter(prefix="/api", tags=["processing"])


@router.get("/videos/{video_id}/lineage", operation_id="get_lineage", responses=READING)
def lineage(video_id: UUID, caller: CallerDep, catalog: Catalog) -> Lineage:
    """From the bytes that came in to those that are served: digests, recipes, and the runs in between.

    It is told however long ago the video was made: what Dagster lets go is kept here.
    """
    with transaction(catalog) as connection:
        row = visibility.visible(connection, caller, video_id)
        made = queries.current_artifacts(connection, video_id)
        jobs = queries.jobs_of(connection, video_id)
        return Lineage.of(row, made, jobs, runs_of(connection, video_id))
