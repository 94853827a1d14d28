import json

import pytest

from video_pipeline.config import settings


def test_the_process_answers(api):
    answer = api.get("/healthz")

    assert (answer.status, json.loads(answer.body)) == (200, {"status": "ok"})


def test_it_answers_whatever_stands_behind_it(api, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("DATABASE_URL")
    settings.cache_clear()

    assert api.get("/healthz").status == 200
