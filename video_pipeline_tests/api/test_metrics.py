from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import Engine

from video_pipeline.api.metrics import Metrics
from video_pipeline.catalog.engine import connect, transaction
from video_pipeline.catalog.records import heartbeats
from video_pipeline.catalog.records.jobs import finish_job, start_job
from video_pipeline.storage.objects import ObjectStore
from video_pipeline.types import Stage
from video_pipeline_tests.desk import Desk

from .conftest import Client
from .gallery import ORIGINAL, Gallery, opened


@pytest.fixture
def gallery(api: Client, engine: Engine, store: ObjectStore, tmp_path: Path) -> Gallery:
    """People without videos yet."""
    return opened(api, Desk(engine, store, tmp_path, tmp_path / "sample.mp4"))


def figures(text: bytes) -> dict[tuple[str, ...], float]:
    """Every figure by its name and its labels' values."""
    return {
        (sample.name.removeprefix("video_pipeline_"), *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text.decode())
        for sample in family.samples
    }


def scraped(api: Client) -> dict[tuple[str, ...], float]:
    answer = api.get("/metrics")
    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("text/plain; version=")
    return figures(answer.body)


def test_what_is_answered_is_counted_by_route(gallery: Gallery) -> None:
    video_id = gallery.accepted()
    link = gallery.get("owner", f"/api/videos/{video_id}/stream-url")["url"]
    for wanted in ("bytes=0-99", "bytes=0-49"):
        gallery.ask(None, "GET", link, Range=wanted)
    gallery.ask("owner", "GET", f"/api/videos/{uuid4()}")
    gallery.ask(None, "GET", f"/secret/{uuid4()}")
    gallery.ask("owner", "DELETE", f"/api/videos/{video_id}")
    found = scraped(gallery.api)

    media, video = "/media/{video_id}/{kind}", "/api/videos/{video_id}"
    assert found["http_answers_total", "GET", media, "206"] == 2
    assert found["http_answers_total", "GET", video, "404"] == 1
    assert found["http_answers_total", "GET", "unknown", "404"] == 1
    assert found["http_answer_seconds_count", "GET", media] == 2
    assert found["http_sent_bytes_total", media] == 150
    assert found["http_in_flight",] == 1  # the scrape itself
    assert found["deletions_total",] == 1
    assert len(ORIGINAL) > 100
    assert not [names for names in found if str(video_id) in names or "secret" in repr(names)]


def test_uploads_are_counted_as_they_begin_and_end(gallery: Gallery) -> None:
    new = {"filename": "a.mp4", "size_bytes": 10, "mime_type": "video/mp4"}
    begun = [gallery.ask("owner", "POST", "/api/uploads", new).told["video_id"] for _ in range(2)]
    gallery.ask("owner", "DELETE", f"/api/uploads/{begun[0]}")
    gallery.ask("owner", "POST", "/api/uploads", {**new, "size_bytes": 0})  # refused
    found = scraped(gallery.api)

    assert (found["uploads_total", "begun"], found["uploads_total", "aborted"]) == (2, 1)


def test_the_pipeline_is_told_from_the_catalog(gallery: Gallery, engine: Engine) -> None:
    waiting, working = gallery.uploaded(), gallery.uploaded()
    assert waiting != working
    with transaction(engine) as connection:
        start_job(connection, video_id=working, stage=Stage.VALIDATION, run_id="run-1", worker="w")
        heartbeats.beat(connection, "daemon")
    done = gallery.uploaded()
    with transaction(engine) as connection:
        job = start_job(connection, video_id=done, stage=Stage.VALIDATION, run_id="run-2", worker="w")
    with transaction(engine) as connection:
        finish_job(connection, job, media_seconds=10)
    found = scraped(gallery.api)

    assert found["catalog_up",] == 1
    assert (found["videos", "uploaded"], found["videos", "validating"], found["videos", "completed"]) == (1, 2, 0)
    assert (found["pending_videos",], found["running_jobs",], found["reprocess_requests",]) == (1, 1, 0)
    assert found["pending_oldest_seconds",] >= 0
    assert found["running_oldest_heartbeat_seconds",] >= 0
    assert found["heartbeat_age_seconds", "daemon"] >= 0
    assert found["stage_jobs_last_hour", "validation"] == 1
    assert found["stage_mean_seconds_last_hour", "validation"] > 0
    assert found["stage_speed_last_hour", "validation"] > 0


def test_the_catalog_is_not_asked_at_every_scrape(gallery: Gallery, monkeypatch: pytest.MonkeyPatch) -> None:
    metrics = Metrics(lambda: gallery.engine)
    assert figures(metrics.text())["pending_videos",] == 0
    gallery.uploaded()
    assert figures(metrics.text())["pending_videos",] == 0

    monkeypatch.setattr("video_pipeline.api.metrics.KEPT_SECONDS", 0.0)
    assert figures(metrics.text())["pending_videos",] == 1


def test_a_catalog_that_is_away_is_told_and_the_rest_goes_on() -> None:
    away = connect("postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    found = figures(Metrics(lambda: away).text())

    assert found["catalog_up",] == 0
    assert ("http_in_flight",) in found
    assert ("pending_videos",) not in found
