"""Sentry: alerts as events of a project. The SDK gives the form, and posts nothing by itself.

Its own transport answers nobody: whether an alert has arrived could not be known, and nothing could be sent again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sentry_sdk.consts import EndpointType
from sentry_sdk.envelope import Envelope
from sentry_sdk.utils import Auth, BadDsn, Dsn

from video_pipeline.alerts.channels import USER_AGENT, Request, sentence
from video_pipeline.catalog.outbox import Delivery, Route
from video_pipeline.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class SentryChannel:
    """A project of Sentry's, or of a server that speaks like it."""

    access: Auth = field(repr=False)

    @classmethod
    def of(cls, dsn: str) -> SentryChannel:
        """The project that a DSN names.

        Raises:
            ConfigurationError: it is no DSN.
        """
        try:
            return cls(Dsn(dsn).to_auth(USER_AGENT))
        except BadDsn as error:
            raise ConfigurationError("SENTRY_DSN is no DSN: Sentry shows it in the project's settings.") from error

    @property
    def route(self) -> Route:
        """Alerts."""
        return Route("sentry", is_for_alerts=True)

    def request(self, delivery: Delivery, now: datetime) -> Request:
        """The alert. What says the same is one issue there, and an event that comes twice is one event."""
        identity = delivery.event.id.hex
        envelope = Envelope(headers={"event_id": identity, "sent_at": now.astimezone(UTC).isoformat()})
        envelope.add_event(_event(delivery))
        headers = {
            "content-type": "application/x-sentry-envelope",
            "user-agent": USER_AGENT,
            "x-sentry-auth": self.access.to_header(),
        }
        return Request(self.access.get_api_url(EndpointType.ENVELOPE), headers, envelope.serialize())


def _event(delivery: Delivery) -> Any:  # noqa: ANN401 - the SDK's type knows only what it sends itself
    event = delivery.event
    return {
        "event_id": event.id.hex,
        "timestamp": event.occurred_at.timestamp(),
        "platform": "other",
        "level": "error",
        "logger": "video_pipeline.alerts",
        "logentry": {"formatted": sentence(delivery)},
        "release": USER_AGENT.replace("/", "@"),
        "fingerprint": [event.same_as or event.type],
        "tags": {"type": event.type, "code": str(event.data.get("code", ""))},
        "extra": {**event.data, "held_back": delivery.held_back, "attempt": delivery.attempt},
    }
