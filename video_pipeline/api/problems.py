"""Errors as the API tells them: problem details (RFC 9457) with a stable code, a sentence, and if a retry helps."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPMethod, HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.routing import Match

from video_pipeline.errors import (
    Allowance,
    Conflict,
    DuplicateVideo,
    MediaRefused,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    PipelineError,
    QuotaExceeded,
    RequestRefused,
    Retryable,
    TooManyRequests,
)

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 5

# The most specific type that an error is of decides.
STATUSES: Mapping[type[PipelineError], HTTPStatus] = {
    NotAuthenticated: HTTPStatus.UNAUTHORIZED,
    NotAllowed: HTTPStatus.FORBIDDEN,
    NotFound: HTTPStatus.NOT_FOUND,
    Conflict: HTTPStatus.CONFLICT,
    DuplicateVideo: HTTPStatus.CONFLICT,
    QuotaExceeded: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    MediaRefused: HTTPStatus.UNPROCESSABLE_ENTITY,
    RequestRefused: HTTPStatus.BAD_REQUEST,
    TooManyRequests: HTTPStatus.TOO_MANY_REQUESTS,
    Retryable: HTTPStatus.SERVICE_UNAVAILABLE,
    PipelineError: HTTPStatus.INTERNAL_SERVER_ERROR,
}

# Codes of what the framework itself refuses; documented in docs/errors.md beside those of errors.py.
CODES: Mapping[int, str] = {
    HTTPStatus.BAD_REQUEST: "bad_request",
    HTTPStatus.UNAUTHORIZED: NotAuthenticated.code,
    HTTPStatus.FORBIDDEN: NotAllowed.code,
    HTTPStatus.NOT_FOUND: NotFound.code,
    HTTPStatus.METHOD_NOT_ALLOWED: "method_not_allowed",
    HTTPStatus.REQUEST_TIMEOUT: "request_timeout",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "request_too_large",
    HTTPStatus.UNPROCESSABLE_ENTITY: "invalid_request",
}


class Fault(BaseModel):
    """One thing that is wrong with a request: where, and what."""

    where: str = Field(examples=["body.size_bytes"])
    what: str = Field(examples=["Input should be greater than 0"])


class Problem(BaseModel):
    """Why a request was not fulfilled."""

    type: str = "about:blank"
    title: str = Field(examples=["Not Found"])
    status: int = Field(examples=[404])
    detail: str = Field(description="A sentence for people.", examples=["No video has that id."])
    code: str = Field(description="For programs; it never changes.", examples=["video_not_found"])
    retryable: bool = Field(description="Whether the same request may succeed later.", examples=[False])
    faults: list[Fault] = Field(default=[], description="What is wrong with the request, piece by piece.")


def register(app: FastAPI) -> None:
    """Let `app` tell everything that goes wrong as a problem."""
    app.add_exception_handler(PipelineError, _of_ours)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _of_the_framework)


def responses(*statuses: HTTPStatus) -> dict[int | str, dict[str, Any]]:
    """For a route's `responses`: the problems it may answer with."""
    return {
        int(status): {"description": status.phrase, "content": {MEDIA_TYPE: {"schema": Problem.model_json_schema()}}}
        for status in statuses
    }


def status_of(error: PipelineError) -> HTTPStatus:
    """The HTTP status by which an error is told."""
    return next(STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES)


def refusal(status: HTTPStatus, detail: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """The answer to what no route has seen: middleware's own."""
    return _answer(status, detail=detail, code=CODES.get(status, PipelineError.code), retryable=False, headers=headers)


def _of_ours(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, PipelineError)  # noqa: S101 - what the handler is registered for
    status = status_of(error)
    request.state.problem, request.state.reason = error.code, str(error)
    pace = _pace(error.allowance) if isinstance(error, TooManyRequests) and error.allowance else None
    detail = _unsaid(error) if status >= HTTPStatus.INTERNAL_SERVER_ERROR else str(error)
    return _answer(status, detail=detail, code=error.code, retryable=isinstance(error, Retryable), headers=pace)


def _unsaid(error: PipelineError) -> str:
    """What clients are told of trouble on our side: its kind. Its words may name our hosts, and go to the log."""
    return (type(error).__doc__ or "").partition("\n")[0] or str(error)


def _pace(allowance: Allowance) -> dict[str, str]:
    """The fields of draft-ietf-httpapi-ratelimit-headers-10, and the one that everybody knows."""
    rule, wait = allowance.rule, allowance.wait_seconds
    return {
        "RateLimit-Policy": f'"{rule}";q={allowance.requests};w={allowance.window_seconds}',
        "RateLimit": f'"{rule}";r=0;t={wait}',
        "Retry-After": str(wait),
    }


def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    faults = [Fault(where=".".join(map(str, fault["loc"])), what=str(fault["msg"])) for fault in error.errors()]
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    request.state.problem = CODES[status]
    detail = f"The request is not valid: {faults[0].where}: {faults[0].what}." if faults else "It is not valid."
    return _answer(status, detail=detail, code=CODES[status], retryable=False, faults=faults)


def _of_the_framework(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101
    status = HTTPStatus(error.status_code)
    headers = _allowed(request) if status is HTTPStatus.METHOD_NOT_ALLOWED else error.headers
    return refusal(status, str(error.detail), headers)


def _allowed(request: Request) -> dict[str, str]:
    """All the methods of a path (RFC 9110, section 15.5.6); the framework names those of one function only."""
    known = {"type": "http", "path": request.scope["path"], "root_path": request.scope.get("root_path", "")}
    names = [
        method
        for method in HTTPMethod
        if any(route.matches({**known, "method": method})[0] is Match.FULL for route in request.app.routes)
    ]
    return {"Allow": ", ".join(names)}


def _answer(
    status: HTTPStatus,
    *,
    detail: str,
    code: str,
    retryable: bool,
    faults: list[Fault] | None = None,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    problem = Problem(
        title=status.phrase, status=status, detail=detail, code=code, retryable=retryable, faults=faults or []
    )
    told = dict(headers or {})
    if status is HTTPStatus.UNAUTHORIZED:
        told.setdefault("WWW-Authenticate", "Bearer")
    if retryable:
        told.setdefault("Retry-After", str(RETRY_SECONDS))
    return JSONResponse(problem.model_dump(), status, told, media_type=MEDIA_TYPE)
