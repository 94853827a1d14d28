import json
import re
from typing import Any
from uuid import uuid4

from video_pipeline import previews
from video_pipeline.api.app import create_app
from video_pipeline.types import ArtifactKind

OPEN = {
    "/healthz",
    "/readyz",
    "/metrics",
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


def test_every_operation_says_what_it_is_for():
    silent = {
        (method, path, part)
        for method, path, told in operations()
        for part in ("summary", "description", "tags", "operationId")
        if not told.get(part)
    }

    assert silent == set()


#: Removing a member is the same as finding none.
NEVER_ABSENT = {("DELETE", "/api/sites/{site_id}/members/{user_id}")}


def expected_problems(method: str, path: str, told: dict[str, Any]) -> set[str]:
    """The statuses that must be among an operation's answers, by what it takes."""
    by_body = {"400", "413", "422"} if "requestBody" in told else set()
    by_caller = {"401", "403", "429", "503"} if "security" in told else set()
    by_path = {"404"} if "{" in path and (method, path) not in NEVER_ABSENT else set()
    return by_body | by_caller | by_path | ({"422"} if told.get("parameters") else set())


def test_every_operation_names_the_problems_that_it_may_answer_with():
    missing = {
        (method, path): lacking
        for method, path, told in operations()
        if (lacking := expected_problems(method, path, told) - told["responses"].keys())
    }

    assert missing == {}


def test_every_problem_is_told_in_the_same_form():
    others = {
        (method, path, status)
        for method, path, told in operations()
        for status, answer in told["responses"].items()
        if status >= "400" and "application/problem+json" not in answer.get("content", {})
    }

    assert others == {("GET", "/readyz", "503"), ("GET", "/media/{video_id}/{kind}", "416")}


SPEAK_FOR_THEMSELVES = {"boolean", "array", "object", "null"}


def needs_an_example(schema: dict[str, Any]) -> bool:
    """Whether nobody can guess a value: no word of a list, no id, no moment, and nothing is said of it."""
    if schema.keys() & {"examples", "enum", "const", "$ref", "default"}:
        return False
    if "anyOf" in schema:
        return any(needs_an_example(one) for one in schema["anyOf"])
    return schema.get("type") not in SPEAK_FOR_THEMSELVES and schema.get("format") not in {"uuid", "date-time"}


def test_what_nobody_can_guess_has_an_example():
    schemas = create_app().openapi()["components"]["schemas"]
    bare = {
        (name, field)
        for name, schema in schemas.items()
        for field, told in schema.get("properties", {}).items()
        if needs_an_example(told)
    }

    assert bare == set()


def test_a_method_that_a_path_does_not_know_is_told_all_that_it_does(api):
    answer = api.ask("PUT", f"/api/sites/{uuid4()}")

    assert (answer.status, answer.told["code"]) == (405, "method_not_allowed")
    assert answer.headers["Allow"] == "DELETE, GET, PATCH"


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
