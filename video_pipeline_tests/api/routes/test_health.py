import json

import pytest
from sqlalchemy import Engine

from video_pipeline.api import readiness
from video_pipeline.config import settings
from video_pipeline_tests.api.conftest import Client


def test_the_process_answers(api: Client):
    answer = api.get("/healthz")

    assert (answer.status, json.loads(answer.body)) == (200, {"status": "ok"})


def test_it_answers_whatever_stands_behind_it(api: Client, monkeypatch: pytest.MonkeyPatch):
    assert api.get("/healthz").status == 200  # what stands around it reads its settings once
    monkeypatch.delenv("DATABASE_URL")
    settings.cache_clear()

    assert api.get("/healthz").status == 200


def test_it_is_ready_when_everything_is_there(api: Client, engine: Engine, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(readiness, "CHECK_SECONDS", 30.0)
    told = api.get("/readyz")

    assert (told.status, told.told["ok"]) == (503, False)
    checks = told.told["checks"]
    assert {name for name, check in checks.items() if check["ok"]} == {"database", "bucket", "queue"}
    assert checks["database"]["sentence"] == "The catalog's database answers."
    assert checks["database"]["seconds"] >= 0


def test_figures_are_text_that_prometheus_reads(api: Client, engine: Engine):
    answer = api.get("/metrics")

    assert answer.status == 200
    assert b"\n# TYPE video_pipeline_http_answer_seconds histogram\n" in answer.body
