"""Slack's incoming webhooks (https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks)."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime

from video_pipeline.alerts.channels import USER_AGENT, Request, sentence
from video_pipeline.catalog.outbox import Delivery, Route

LONGEST = 3000  # of 40 000 characters that Slack takes; nobody reads more

_ESCAPED = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})  # what Slack reads as links and as calls to people


@dataclass(frozen=True, slots=True)
class SlackChannel:
    """One channel of a workspace, whose address is its only secret."""

    url: str = field(repr=False)

    @property
    def route(self) -> Route:
        """Alerts."""
        return Route("slack", is_for_alerts=True)

    def request(self, delivery: Delivery, now: datetime) -> Request:  # noqa: ARG002 - nothing in it tells the time
        """The alert as one plain line."""
        text = sentence(delivery)[:LONGEST].translate(_ESCAPED)
        message = {"text": text, "mrkdwn": False, "unfurl_links": False}
        headers = {"content-type": "application/json", "user-agent": USER_AGENT}
        return Request(self.url, headers, json.dumps(message).encode())
