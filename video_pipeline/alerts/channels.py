"""What a channel is: a name, what it is sent, and the request that carries one delivery to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import version
from typing import Protocol

from video_pipeline.catalog.outbox import Delivery, Route

USER_AGENT = f"video-pipeline/{version('video-pipeline')}"


@dataclass(frozen=True, slots=True)
class Request:
    """An HTTP POST. Address and headers may hold secrets: neither is ever shown."""

    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes


class Channel(Protocol):
    """A way to somebody who wants to know. It makes requests and sends none: `posting` does that for all of them."""

    @property
    def route(self) -> Route:
        """Its name, and what it is sent."""

    def request(self, delivery: Delivery, now: datetime) -> Request:
        """How a delivery is told at the moment `now`."""


def sentence(delivery: Delivery) -> str:
    """An alert in words, with those like it that were held back, and marked where it may have been told before."""
    event = delivery.event
    words = [f"{event.type}: {event.data.get('sentence', event.subject)}"]
    if "video_id" in event.data:
        words.append(f"Video {event.data['video_id']}.")
    if delivery.held_back:
        words.append(f"{delivery.held_back} more that say the same were held back.")
    if delivery.attempt > 1:
        words.append(f"(Attempt {delivery.attempt}: you may have been told.)")
    return " ".join(words)
