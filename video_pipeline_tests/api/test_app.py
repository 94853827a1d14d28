import json
import re
from typing import Any
from uuid import uuid4

from video_pipeline import previews
from video_pipeline.api.app import create_app
from video_pipeline.types import ArtifactKind

OPEN = {
    "/healthz",
    "/previews/{video_id}/{kind}",  # signed, as is the next
    "/media/{video_id}/{kind}",
    "/api/auth/login",
    "/api/auth/refresh",
    "/api/auth/logout",
    "/api/invitations/accept",
}


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    """Every method and path of the API, with its description."""
    paths = create_app().openapi()["paths"]
    return [(method.upper(), path, told) for path, methods in paths.items() for method, told in methods.items()]


def test_every_route_asks_who_one_is_save_those_that_have_other_ways_to_know(api):
    secured = [(method, path) for method, path, told in operations() if "security" in told]
    answers = {(method, path): api.ask(method, re.sub(r"{\w+}", str(uuid4()), path)).status for method, path in secured}

    assert {path for _, path, told in operations() if "security" not in told} == OPEN
    assert {route: status for route, status in answers.items() if status != 401} == {}


def test_every_operation_has_a_name_of_its_own():
    names = [told["operationId"] for _, _, told in operations()]

    assert sorted(names) == sorted(set(names))


def test_people_and_programs_can_read_what_the_api_is(api):
    page, contract = api.get("/docs"), api.get("/openapi.json")

    assert (page.status, contract.status) == (200, 200)
    assert b"/openapi.json" in page.body
    assert contract.told["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"


def test_a_database_that_is_away_is_told_as_such(api, stores):
    video_id = uuid4()
    path = previews.address("", stores.environment["SIGNING_KEY"], video_id, ArtifactKind.POSTER)
    stores.stop_part("postgres")
    try:
        answer = api.get(path)
    finally:
        stores.start_part("postgres")

    assert answer.status == 503
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Retry-After"] == "5"
    assert json.loads(answer.body)["code"] == "catalog_unavailable"
    assert api.get(path).status == 404  # it is back
