from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine
from structlog.testing import capture_logs
from structlog.typing import EventDict

from video_pipeline.api import logs
from video_pipeline.api.exchanges import Exchange
from video_pipeline.storage.objects import ObjectStore
from video_pipeline_tests.desk import Desk

from .conftest import Client
from .gallery import ORIGINAL, Gallery, opened
from .people import PASSWORD, add_user


@pytest.fixture
def gallery(api: Client, engine: Engine, store: ObjectStore, tmp_path: Path) -> Gallery:
    """People without videos yet."""
    return opened(api, Desk(engine, store, tmp_path, tmp_path / "sample.mp4"))


@pytest.fixture
def lines() -> Iterator[list[EventDict]]:
    """What is logged, before it becomes JSON."""
    with capture_logs() as captured:
        yield captured


def answers(lines: list[EventDict]) -> list[EventDict]:
    """The lines that are about an answer."""
    return [line for line in lines if "status" in line]


def test_what_people_do_with_videos_is_written_down(gallery: Gallery, lines: list[EventDict]) -> None:
    video_id = gallery.accepted("A private title")
    link = gallery.get("owner", f"/api/videos/{video_id}/stream-url")["url"]
    gallery.get("owner", "/api/videos?q=private")
    gallery.ask(None, "GET", link, Range="bytes=0-99")
    gallery.ask("owner", "DELETE", f"/api/videos/{video_id}")
    gallery.ask("stranger", "GET", f"/api/videos/{video_id}", X_Request_ID="mine")

    lines = answers(lines)
    told = [(line["log_level"], line["event"], line["user_id"], line["status"]) for line in lines]
    owner, stranger = str(gallery.people["owner"]), str(gallery.people["stranger"])
    assert told == [
        ("info", "videos_listed", owner, 200),
        ("info", "media_sent", None, 206),
        ("info", "video_deleted", owner, 204),
        ("warning", "request_refused", stranger, 404),
    ]
    assert (lines[1]["bytes"], lines[1]["route"]) == (100, "/media/{video_id}/{kind}")
    assert (lines[3]["request_id"], lines[3]["code"]) == ("mine", "video_not_found")
    assert lines[3]["duration_ms"] >= 0
    written = repr(lines)
    assert not [secret for secret in ("private", "signature", "Überfahrt", str(video_id)) if secret in written]
    assert len(ORIGINAL) > 100


def test_logins_are_written_down_without_whose_they_are(api, engine, lines: list[EventDict]) -> None:
    ada = str(add_user(engine))
    for password in (PASSWORD, "a wrong password"):
        api.ask("POST", "/api/auth/login", {"email": "ada@example.org", "password": password})

    assert [(line["log_level"], line["event"], line["status"], line["user_id"]) for line in answers(lines)] == [
        ("info", "logged_in", 200, ada),
        ("warning", "request_refused", 401, None),
    ]
    assert "example.org" not in repr(lines)


def test_what_goes_well_and_is_not_notable_is_not_written_down(api, lines: list[EventDict]) -> None:
    assert api.get("/healthz").status == 200

    assert answers(lines) == []


def test_what_breaks_is_written_down_with_its_story(lines: list[EventDict]) -> None:
    exchange = Exchange({"type": "http", "method": "GET", "headers": []}, "id", status=500)
    exchange.error = ZeroDivisionError("division by zero")
    logs.AccessLog().ended(exchange)
    exchange.error = None
    exchange.scope["state"] = {"problem": "catalog_unavailable", "reason": "No route to 10.0.0.7."}
    logs.AccessLog().ended(exchange)

    assert [(line["log_level"], line["event"]) for line in lines] == [
        ("error", "request_broke"),
        ("error", "request_failed"),
    ]
    assert isinstance(lines[0]["exc_info"], ZeroDivisionError)
    assert (lines[1]["code"], lines[1]["reason"]) == ("catalog_unavailable", "No route to 10.0.0.7.")


def formatted(message: str, *arguments: object, **more: Any) -> dict[str, Any]:
    """A line that a library logs, as it comes out."""
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(logs.formatter())
    logger = logging.Logger(f"library-{UUID(int=1)}")
    logger.addHandler(handler)
    logger.error(message, *arguments, **more)
    (line,) = out.getvalue().splitlines()
    told: dict[str, Any] = json.loads(line)
    return told


def test_text_of_strangers_cannot_forge_a_line(lines: list[EventDict]) -> None:
    forged = f'x"}}\n{{"event": "logged_in"}}\r\x1b[2J\u202e{uuid4()}'

    assert formatted("asked for %s", forged)["event"] == f"asked for {forged}"


def test_lines_are_no_longer_than_somebody_reads() -> None:
    assert len(formatted("x" * 100_000)["event"]) < 2_100
    told = formatted("broken", exc_info=ValueError("y" * 100_000))
    assert len(told["exception"]) < 21_000
    assert told["exception"].startswith("ValueError: yyy")


SERVED = """
import logging, structlog
from video_pipeline.api import logs
logging.getLogger("uvicorn").setLevel("INFO")
logging.getLogger("uvicorn.error").addHandler(logging.StreamHandler())
logs.configure()
logging.getLogger("uvicorn.error").info("Started")
logging.getLogger("uvicorn.access").info("GET /media/x?signature=secret")
structlog.stdlib.get_logger("video_pipeline.api").info("video_deleted", status=204)
logging.getLogger("botocore.credentials").info("Found credentials")
"""


def test_a_server_says_everything_in_lines_of_json_and_queries_not_at_all() -> None:
    ran = subprocess.run([sys.executable, "-c", SERVED], capture_output=True, text=True, check=True)

    told = [json.loads(line) for line in ran.stderr.splitlines()]
    assert [(line["logger"], line["level"], line["event"]) for line in told] == [
        ("uvicorn.error", "info", "Started"),
        ("video_pipeline.api", "info", "video_deleted"),
    ]
    assert told[1]["status"] == 204
    assert all(line["timestamp"].endswith("Z") for line in told)
    assert ran.stdout == ""
