"""Webhooks as Standard Webhooks has them (https://www.standardwebhooks.com), signed with a receiver's secrets."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime

from standardwebhooks import Webhook

from video_pipeline.alerts.channels import USER_AGENT, Request
from video_pipeline.catalog.outbox import Delivery, Event, Route


@dataclass(frozen=True, slots=True)
class WebhookChannel:
    """One receiver, which is sent every event of its types.

    Several secrets are for rotation: each signs, and a receiver accepts what one that it knows has signed.
    """

    name: str
    url: str = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False)
    types: tuple[str, ...] = ()

    @property
    def route(self) -> Route:
        """Every event of its types."""
        return Route(f"webhook:{self.name}", types=self.types)

    def request(self, delivery: Delivery, now: datetime) -> Request:
        """The event, signed. Its id and its body are the same at every attempt; time and signature are not."""
        identity, body = f"msg_{delivery.event.id.hex}", _body(delivery.event)
        signatures = [Webhook(secret).sign(identity, now, body) for secret in self.secrets]
        headers = {
            "content-type": "application/json",
            "user-agent": USER_AGENT,
            "webhook-id": identity,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": " ".join(signatures),
            "webhook-attempt": str(delivery.attempt),
        }
        return Request(self.url, headers, body.encode())


def _body(event: Event) -> str:
    told = {"type": event.type, "timestamp": event.occurred_at.isoformat(), "data": event.data}
    return json.dumps(told, separators=(",", ":"), sort_keys=True)
