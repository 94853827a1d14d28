"""The FastAPI application; `uvicorn --factory video_pipeline.api.app:served` serves it."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import Depends, FastAPI

from video_pipeline.api import logs, problems
from video_pipeline.api.dependencies import viewer
from video_pipeline.api.edge import edged
from video_pipeline.api.routes import (
    admin,
    auth,
    cameras,
    categories,
    companion,
    configuration,
    events,
    explorer,
    health,
    invitations,
    lineage,
    media,
    playback,
    previews,
    processing,
    sites,
    stats,
    uploads,
    users,
    videos,
)

SIGNED = (previews, media)
"""Routes whose links carry the proof: by address, for nobody says who asks."""
LIMITED = (
    uploads,
    companion,
    videos,
    playback,
    events,
    auth,
    users,
    invitations,
    processing,
    lineage,
    sites,
    cameras,
    categories,
    stats,
    configuration,
    admin,
)
"""Routes that say who asks; they are tried in this order, so what is asked most comes first."""


def served() -> FastAPI:
    """The same for a server's process, whose log becomes lines of JSON."""
    logs.configure()
    return create_app()


def create_app() -> FastAPI:
    """The application with every route."""
    app = FastAPI(
        title="video-pipeline",
        docs_url=None,
        openapi_url="/openapi.json",
        redoc_url=None,
        redirect_slashes=False,  # it would send whoever asks, and what they asked with, to the host that they named
    )
    problems.register(app)
    app.add_middleware(edged)
    app.include_router(health.router)
    app.include_router(explorer.router)
    edges = problems.responses(HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    for module in SIGNED:
        app.include_router(module.router, dependencies=[Depends(viewer)], responses=edges)
    crossed = problems.responses(HTTPStatus.FORBIDDEN)  # a browser's cookie, sent by a page elsewhere
    for module in LIMITED:
        app.include_router(module.router, responses=edges | crossed)
    return app
