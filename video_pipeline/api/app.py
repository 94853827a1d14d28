"""The FastAPI application; `uvicorn --factory video_pipeline.api.app:create_app` serves it."""

from __future__ import annotations

from fastapi import FastAPI

from video_pipeline.api import problems
from video_pipeline.api.routes import health, previews


def create_app() -> FastAPI:
    """The application with every route."""
    app = FastAPI(title="video-pipeline", docs_url=None, redoc_url=None, openapi_url=None)
    problems.register(app)
    app.include_router(health.router)
    app.include_router(previews.router)
    return app
