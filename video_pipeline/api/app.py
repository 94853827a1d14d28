"""The FastAPI application; `uvicorn --factory video_pipeline.api.app:create_app` serves it."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from video_pipeline.api.routes import health, previews
from video_pipeline.errors import Retryable


def create_app() -> FastAPI:
    """The application with every route."""
    app = FastAPI(title="video-pipeline", docs_url=None, redoc_url=None, openapi_url=None)
    app.add_exception_handler(Retryable, _try_later)
    app.include_router(health.router)
    app.include_router(previews.router)
    return app


def _try_later(_: Request, error: Exception) -> JSONResponse:
    """A store or a database that does not answer is no fault of the request: RFC 9457, and when to ask again."""
    assert isinstance(error, Retryable)  # noqa: S101 - what the handler is registered for
    problem = {"title": str(error), "status": 503, "code": error.code}
    return JSONResponse(problem, 503, {"Retry-After": "5"}, media_type="application/problem+json")
