"""The care of the installation, by hand."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter

from video_pipeline.api import problems
from video_pipeline.api.dependencies import AdminDep, Catalog, Direct, Known
from video_pipeline.api.schemas.admin import Cleaned
from video_pipeline.care.deeds import Deed
from video_pipeline.care.patience import Patience
from video_pipeline.care.watchdog import clean
from video_pipeline.catalog import queries
from video_pipeline.catalog.engine import transaction

router = APIRouter(prefix="/api/admin", tags=["care"])


@router.post(
    "/cleanup-stuck-jobs",
    operation_id="clean_up_stuck_jobs",
    responses=problems.responses(HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.SERVICE_UNAVAILABLE),
)
def clean_up(_: AdminDep, catalog: Catalog, direct: Direct, known: Known) -> Cleaned:
    """Look for stuck uploads and jobs now, as the watchdog does by itself every quarter of a minute.

    Where something looks stuck, the answer takes five seconds: it might just have been slow to show that it lives.
    """
    deeds = [done.deed for done in clean(catalog, direct, Patience.within(known))]
    with transaction(catalog) as connection:
        now = queries.now(connection)
    return Cleaned(
        stuck_uploads_cleaned=deeds.count(Deed.UPLOAD_EXPIRED) + deeds.count(Deed.UPLOAD_HEALED),
        stuck_jobs_cleaned=deeds.count(Deed.JOB_GIVEN_UP),
        cleaned_at=now,
    )
