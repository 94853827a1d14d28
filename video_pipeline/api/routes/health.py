"""How the API is: whether it is alive, whether what it stands on is there, and its figures."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import BaseModel, Field

from video_pipeline.api import problems
from video_pipeline.api.insiders import Figures, Insider, ReadinessDep, insiders_only

router = APIRouter(tags=["health"])


class Alive(BaseModel):
    """That the process answers."""

    status: str = Field(default="ok", examples=["ok"])


class Check(BaseModel):
    """What was found of one thing that the product stands on."""

    ok: bool = Field(examples=[True])
    seconds: float | None = Field(default=None, description="How long it took.", examples=[0.004])
    sentence: str | None = Field(default=None, examples=["The bucket is there."])


class Ready(BaseModel):
    """Whether everything is there; `seconds` and `sentence` of the checks are for the operator."""

    ok: bool = Field(examples=[True])
    checks: dict[str, Check]


@router.get("/healthz", operation_id="get_health")
async def healthz() -> Alive:
    """The process answers; it says nothing of what stands behind it."""
    return Alive()


@router.get(
    "/readyz",
    operation_id="get_readiness",
    response_model_exclude_none=True,
    responses={503: {"model": Ready, "description": "Something is missing, and which."}},
)
async def readyz(response: Response, readiness: ReadinessDep, is_insider: Insider) -> Ready:
    """Whether database, bucket, broker and daemon are there, and no upload waits for too long.

    From this machine, or with the token `METRICS_TOKEN`, it says what was found.
    """
    found = await readiness.findings()
    ok = all(finding.ok for finding in found.values())
    if not ok:
        response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
    checks = {
        name: Check(ok=finding.ok, seconds=finding.seconds, sentence=finding.sentence)
        if is_insider
        else Check(ok=finding.ok)
        for name, finding in found.items()
    }
    return Ready(ok=ok, checks=checks)


@router.get(
    "/metrics",
    operation_id="get_metrics",
    response_class=Response,
    responses={
        200: {
            "description": "Figures in Prometheus' format.",
            "content": {"text/plain": {"schema": {"type": "string"}}},
        },
        **problems.responses(HTTPStatus.FORBIDDEN),
    },
)
def metrics(figures: Figures, _: Annotated[None, Depends(insiders_only)]) -> Response:
    """Figures for Prometheus: from this machine, or with the token `METRICS_TOKEN`."""
    return Response(figures.text(), media_type=CONTENT_TYPE_LATEST)
