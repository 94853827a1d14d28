import json
from uuid import uuid4

from video_pipeline import previews
from video_pipeline.api.app import create_app
from video_pipeline.types import ArtifactKind


def test_the_application_has_every_route_and_none_that_changes_anything():
    paths = create_app().openapi()["paths"]

    assert {path: set(methods) for path, methods in paths.items()} == {
        "/healthz": {"get"},
        "/previews/{video_id}/{kind}": {"get"},
    }


def test_nothing_describes_the_api_to_strangers(api):
    assert {path: api.get(path).status for path in ("/docs", "/redoc", "/openapi.json")} == {
        "/docs": 404,
        "/redoc": 404,
        "/openapi.json": 404,
    }


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
