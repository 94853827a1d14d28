from video_pipeline.api.app import create_app


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
