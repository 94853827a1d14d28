import json
import re
from http import HTTPStatus
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from video_pipeline import errors
from video_pipeline.api import problems
from video_pipeline.errors import (
    Allowance,
    CatalogUnavailable,
    Conflict,
    NotAuthenticated,
    PipelineError,
    QuotaExceeded,
    TooManyRequests,
    VideoNotFound,
)

EVERY = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, PipelineError)]


@pytest.fixture
def raising() -> TestClient:
    """An application that fails as its path says."""
    app = FastAPI()
    problems.register(app)

    @app.get("/{name}")
    def fail(name: str, number: int = 0) -> int:
        kind = {kind.code: kind for kind in EVERY}.get(name)
        if kind is not None:
            raise kind("So it is.")
        return number

    return TestClient(app, raise_server_exceptions=False)


@pytest.mark.parametrize(
    ("kind", "status", "retryable"),
    [
        (VideoNotFound, 404, False),
        (NotAuthenticated, 401, False),
        (Conflict, 409, False),
        (QuotaExceeded, 413, False),
        (TooManyRequests, 429, True),
        (CatalogUnavailable, 503, True),
        (PipelineError, 500, False),
    ],
)
def test_an_error_is_told_as_a_problem(
    raising: TestClient, kind: type[PipelineError], status: int, retryable: bool
) -> None:
    answer = raising.get(f"/{kind.code}")

    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json() == {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": "So it is." if status < 500 else (kind.__doc__ or "").partition("\n")[0],
        "code": kind.code,
        "retryable": retryable,
        "faults": [],
    }
    assert answer.status_code == status
    assert answer.headers.get("Retry-After") == ("5" if retryable else None)


def test_who_is_not_known_is_told_how_to_become_so(raising: TestClient) -> None:
    assert raising.get("/not_authenticated").headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("kind", EVERY)
def test_every_error_has_a_status(kind: type[PipelineError]) -> None:
    assert problems.STATUSES[next(parent for parent in kind.__mro__ if parent in problems.STATUSES)] >= 400


def test_a_request_that_is_not_valid_is_told_what_is_wrong(raising: TestClient) -> None:
    answer = raising.get("/anything?number=many")

    assert answer.status_code == 422
    problem = answer.json()
    assert (problem["code"], problem["retryable"]) == ("invalid_request", False)
    assert problem["faults"] == [
        {"where": "query.number", "what": "Input should be a valid integer, unable to parse string as an integer"}
    ]


@pytest.mark.parametrize(
    ("method", "path", "status", "code"), [("GET", "/", 404, "not_found"), ("PUT", "/x", 405, "method_not_allowed")]
)
def test_what_the_framework_refuses_is_a_problem_too(
    raising: TestClient, method: str, path: str, status: int, code: str
) -> None:
    answer = raising.request(method, path)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_who_asks_too_often_is_told_the_rule_and_when_to_come_back() -> None:
    app = FastAPI()
    problems.register(app)

    @app.get("/")
    def refuse() -> None:
        raise TooManyRequests(allowance=Allowance("login", 20, 60, 7))

    answer = TestClient(app).get("/")
    told = {name: answer.headers[name] for name in ("Retry-After", "RateLimit", "RateLimit-Policy")}
    assert told == {"Retry-After": "7", "RateLimit": '"login";r=0;t=7', "RateLimit-Policy": '"login";q=20;w=60'}


def test_what_is_refused_before_a_route_is_a_problem_too() -> None:
    refusal = problems.refusal(HTTPStatus.REQUEST_TIMEOUT, "Too late.", {"Connection": "close"})

    told = json.loads(bytes(refusal.body))
    assert (refusal.status_code, told["code"], told["detail"]) == (408, "request_timeout", "Too late.")
    assert refusal.headers["Connection"] == "close"


def test_the_codes_of_what_is_no_error_of_ours_are_documented() -> None:
    page = (Path(__file__).parents[2] / "docs" / "errors.md").read_text()
    documented = set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE))

    assert set(problems.CODES.values()) <= documented


def test_routes_can_say_which_problems_they_answer_with() -> None:
    told = problems.responses(HTTPStatus.NOT_FOUND)

    schema = told[404]["content"]["application/problem+json"]["schema"]
    assert {"title", "status", "detail", "code", "retryable"} <= schema["properties"].keys()
    assert json.dumps(told)
