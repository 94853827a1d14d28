from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from http.client import HTTPResponse
from threading import Event
from typing import Any
from urllib.request import ProxyHandler, Request, build_opener
from uuid import UUID

import pytest
from sqlalchemy import delete

from video_pipeline.accounts.tokens import Claims
from video_pipeline.api import dependencies, watching
from video_pipeline.api.routes import events
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.people import memberships
from video_pipeline.catalog.records import jobs, videos
from video_pipeline.types import Stage
from video_pipeline_tests.api.gallery import Gallery
from video_pipeline_tests.catalog.stories import RUN


class Stream:
    """The events of an answer, as they come."""

    def __init__(self, answer: HTTPResponse) -> None:
        self.answer = answer

    def next(self) -> dict[str, str]:
        """The fields of the next event; none at the end."""
        lines = iter(self.answer.readline, b"")
        fields = (line.decode().rstrip("\n").split(": ", 1) for line in iter(lines.__next__, b"\n"))
        return dict(fields)

    def is_over(self) -> bool:
        """Whether the server has ended it, with nothing more to tell."""
        return self.answer.read() == b""


def path(video_id: UUID) -> str:
    """Where a video is watched."""
    return f"/api/videos/{video_id}/events"


@contextmanager
def watched(gallery: Gallery, video_id: UUID, who: str = "owner", seen: str | None = None) -> Iterator[Stream]:
    """The stream that somebody gets."""
    token = dependencies.access_tokens().issue(Claims(gallery.people[who], epoch=0))
    headers = {"Authorization": f"Bearer {token}"} | ({"Last-Event-ID": seen} if seen else {})
    request = Request(gallery.api.address + path(video_id), headers=headers)
    with build_opener(ProxyHandler({})).open(request, timeout=10) as answer:
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        yield Stream(answer)


def rendering(gallery: Gallery, video_id: UUID) -> UUID:
    """A job that has begun."""
    with transaction(gallery.engine) as connection:
        return jobs.start_job(connection, video_id=video_id, stage=Stage.RENDITIONS, run_id=RUN, worker="here")


def beat(gallery: Gallery, job_id: UUID, progress: int) -> None:
    """The job is so far."""
    with transaction(gallery.engine) as connection:
        jobs.beat(connection, job_id, progress=progress)


def fail(gallery: Gallery, video_id: UUID) -> None:
    """The video has failed."""
    with transaction(gallery.engine) as connection:
        videos.fail(connection, video_id, code="damaged", sentence="It is damaged.", retryable=False)


def progress(event: dict[str, str]) -> int:
    """What an event says of the progress."""
    told: dict[str, Any] = json.loads(event["data"])
    return int(told["progress"])


def test_the_state_is_told_at_once_and_whenever_it_changes(gallery: Gallery) -> None:
    video_id = gallery.accepted()
    job_id = rendering(gallery, video_id)
    now = gallery.get("member", f"/api/videos/{video_id}/status")

    with watched(gallery, video_id, "member") as stream:
        first = stream.next()
        beat(gallery, job_id, 0)  # alive, and no further
        beat(gallery, job_id, 50)
        second = stream.next()

    assert (first["event"], json.loads(first["data"])) == ("status", now)
    assert (second["event"], progress(second)) == ("status", 43)
    assert first["id"] != second["id"]


def test_who_comes_back_is_told_what_is_new_only(gallery: Gallery) -> None:
    video_id = gallery.accepted()
    job_id = rendering(gallery, video_id)
    with watched(gallery, video_id) as stream:
        seen = stream.next()["id"]

    with watched(gallery, video_id, seen=seen) as stream:
        beat(gallery, job_id, 50)
        assert progress(stream.next()) == 43
    with watched(gallery, video_id, seen=seen) as stream:
        assert progress(stream.next()) == 43  # it changed while nobody watched


def test_nothing_follows_a_final_state(gallery: Gallery) -> None:
    video_id = gallery.accepted()
    with watched(gallery, video_id) as stream:
        stream.next()
        fail(gallery, video_id)
        last = stream.next()
        assert stream.is_over()

    assert json.loads(last["data"])["status"] == "failed"
    again = gallery.ask("owner", "GET", path(video_id), Last_Event_ID=last["id"])
    assert (again.status, again.body) == (204, b"")
    assert gallery.ask("owner", "GET", path(video_id), Last_Event_ID="another").status == 200


def test_nobody_watches_what_they_cannot_see(gallery: Gallery) -> None:
    video_id = gallery.accepted()

    assert gallery.ask("stranger", "GET", path(video_id)).status == 404
    assert gallery.ask(None, "GET", path(video_id)).status == 401


def test_a_deletion_ends_the_stream(gallery: Gallery) -> None:
    video_id = gallery.accepted()
    with watched(gallery, video_id) as stream:
        seen = stream.next()["id"]
        gallery.ask("owner", "DELETE", f"/api/videos/{video_id}")
        assert stream.is_over()

    assert gallery.ask("owner", "GET", path(video_id), Last_Event_ID=seen).status == 404


def test_who_leaves_the_site_watches_its_videos_no_longer(gallery: Gallery) -> None:
    with watched(gallery, gallery.accepted(), "member") as stream:
        stream.next()
        with transaction(gallery.engine) as connection:
            connection.execute(delete(memberships).where(memberships.c.user_id == gallery.people["member"]))
        assert stream.is_over()


def test_nobody_looks_for_a_listener_who_went_away(gallery: Gallery, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = Event()

    async def told(*given: Any) -> AsyncIterator[bytes]:
        try:
            async for word in watching.told(*given):
                yield word
        finally:
            ended.set()

    monkeypatch.setattr(events, "told", told)
    with watched(gallery, gallery.accepted()) as stream:
        stream.next()
        assert not ended.is_set()

    assert ended.wait(10)


def test_the_contract_tells_of_the_stream(gallery: Gallery) -> None:
    operation = gallery.api.get("/openapi.json").told["paths"]["/api/videos/{video_id}/events"]["get"]

    assert operation["responses"]["200"]["content"].keys() == {"text/event-stream"}
    assert {"204", "401", "404"} <= operation["responses"].keys()
    assert "Last-Event-ID" in {parameter["name"] for parameter in operation["parameters"]}
