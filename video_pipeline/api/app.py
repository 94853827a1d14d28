"""The FastAPI application; `uvicorn --factory video_pipeline.api.app:create_app` serves it."""

from __future__ import annotations

from fastapi import FastAPI

from video_pipeline.api import problems
from video_pipeline.api.routes import (
    auth,
    cameras,
    categories,
    companion,
    configuration,
    events,
    health,
    invitations,
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


def create_app() -> FastAPI:
    """The application with every route."""
    app = FastAPI(title="video-pipeline", docs_url="/docs", openapi_url="/openapi.json", redoc_url=None)
    problems.register(app)
    app.include_router(health.router)
    app.include_router(previews.router)
    app.include_router(auth.router)
    app.include_router(users.router)
    app.include_router(invitations.router)
    app.include_router(uploads.router)
    app.include_router(companion.router)
    app.include_router(videos.router)
    app.include_router(processing.router)
    app.include_router(events.router)
    app.include_router(playback.router)
    app.include_router(media.router)
    app.include_router(sites.router)
    app.include_router(cameras.router)
    app.include_router(categories.router)
    app.include_router(stats.router)
    app.include_router(configuration.router)
    return app
