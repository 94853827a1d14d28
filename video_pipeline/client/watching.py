"""Following a video by Server-Sent Events, and by asking where they do not come through."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from http import HTTPStatus
from uuid import UUID

import httpx2

from video_pipeline.client.answers import Standing, read
from video_pipeline.client.connection import Connection
from video_pipeline.client.problems import RETRIED, ApiProblem
from video_pipeline.errors import ServerUnreachable

#: The API speaks every 15 seconds, if only by a comment: what is silent for longer holds events back.
SILENCE_SECONDS = 40.0
#: From one look to the next where events do not come.
LOOK_SECONDS = 2.0


def watch(connection: Connection, video_id: UUID, *, look_seconds: float = LOOK_SECONDS) -> Iterator[Standing]:
    """Where a video stands, now and at every change, up to a final status.

    Whenever the stream ends early, however it does, the video is asked for once and the stream begun anew: where none
    ever comes through, that is asking every `look_seconds`.

    Raises:
        ApiProblem: the caller may not see the video, or not any more.
    """
    seen = ""
    while True:
        try:
            for event_id, standing in _events(connection, video_id, seen):
                seen = event_id
                yield standing
                if standing.status.is_final:
                    return
        except ServerUnreachable:
            pass
        except ApiProblem as problem:
            if problem.status not in RETRIED:
                raise
        standing = read(Standing, connection.ask("GET", f"/api/videos/{video_id}/status"))
        yield standing
        if standing.status.is_final:
            return
        time.sleep(look_seconds)


def _events(connection: Connection, video_id: UUID, seen: str) -> Iterator[tuple[str, Standing]]:
    """The stream's events, each with its id; none where nothing follows the one that was seen."""
    headers = {"Accept": "text/event-stream", **({"Last-Event-ID": seen} if seen else {})}
    with connection.open(f"/api/videos/{video_id}/events", headers=headers, read_seconds=SILENCE_SECONDS) as response:
        if response.status_code == HTTPStatus.NO_CONTENT:
            return
        for event in httpx2.EventSource(response):
            if event.event == "status":
                yield event.id, read(Standing, json.loads(event.data))
