"""What the API says when it refuses, or cannot: problem details (RFC 9457) as an error."""

from __future__ import annotations

from http import HTTPStatus

import httpx2

from video_pipeline.errors import PipelineError

#: Asking again may help: too many requests, or something in between or behind does not answer.
RETRIED = frozenset(
    {
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.BAD_GATEWAY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.GATEWAY_TIMEOUT,
    }
)


class ApiProblem(PipelineError):
    """The API did not do what it was asked to."""

    def __init__(
        self,
        message: str,
        *,
        status: int,
        code: str = "unexpected_answer",
        retryable: bool = False,
        retry_after_seconds: float | None = None,
    ) -> None:
        """Carry what the API told: its sentence, its stable code, and whether and when asking again may help."""
        super().__init__(message)
        self.status = status
        self.code = code
        self.retryable = retryable
        self.retry_after_seconds = retry_after_seconds


def problem_of(response: httpx2.Response) -> ApiProblem:
    """The problem that a response tells; its body must have been read. A proxy's page is no sentence of ours."""
    told = _json(response)
    status = response.status_code
    return ApiProblem(
        str(told.get("detail") or f"The server at {response.url.host} answered {status} {response.reason_phrase}."),
        status=status,
        code=str(told.get("code") or "unexpected_answer"),
        retryable=bool(told.get("retryable", status in RETRIED)),
        retry_after_seconds=_seconds(response.headers.get("Retry-After", "")),
    )


def _json(response: httpx2.Response) -> dict[str, object]:
    try:
        told = response.json()
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _seconds(retry_after: str) -> float | None:
    """RFC 9110 allows a date as well, which our API never sends."""
    return float(retry_after) if retry_after.isdecimal() else None
