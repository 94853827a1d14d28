"""What the videos of somebody add up to."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter

from video_pipeline.api import problems
from video_pipeline.api.dependencies import CallerDep, Catalog
from video_pipeline.api.schemas.statistics import Statistics
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.statistics import statistics

router = APIRouter(prefix="/api/stats", tags=["statistics"])


@router.get(
    "",
    operation_id="get_statistics",
    responses=problems.responses(HTTPStatus.UNAUTHORIZED, HTTPStatus.SERVICE_UNAVAILABLE),
)
def get(caller: CallerDep, catalog: Catalog) -> Statistics:
    """Sums over the videos that the caller sees: how many, how large, how fast."""
    with transaction(catalog) as connection:
        return Statistics.of(statistics(connection, caller))
