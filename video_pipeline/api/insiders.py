"""What the API tells the operator alone: on this machine, or to whoever has the token for it."""

from __future__ import annotations

import hmac
import ipaddress
from typing import Annotated

from fastapi import Depends, Request

from video_pipeline.api import readiness
from video_pipeline.api.dependencies import Known, Once, engine, store
from video_pipeline.api.metrics import Metrics
from video_pipeline.api.readiness import Readiness
from video_pipeline.config import settings
from video_pipeline.errors import NotAllowed


@Once
def metrics() -> Metrics:
    """The figures of this process."""
    return Metrics(engine)


@Once
def ready() -> Readiness:
    """What is asked before anybody is told that everything is there."""
    known = settings()
    broker_url = known.broker_url.get_secret_value() if known.broker_url else None
    return Readiness(readiness.checks(engine, store, broker_url, known.ready_queue_seconds))


async def is_insider(request: Request, known: Known) -> bool:
    """Whether the request comes from this machine, or brings `METRICS_TOKEN`."""
    token = known.metrics_token.get_secret_value()
    shown = request.headers.get("authorization", "").removeprefix("Bearer ")
    if token and hmac.compare_digest(shown.encode(), token.encode()):
        return True
    return _is_loopback(request.client.host if request.client else "")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


Insider = Annotated[bool, Depends(is_insider)]


async def insiders_only(insider: Insider) -> None:
    """Let nobody else through.

    Raises:
        NotAllowed: it is somebody else.
    """
    if not insider:
        raise NotAllowed("This is for the operator: ask from the same machine, or with the token METRICS_TOKEN.")


Figures = Annotated[Metrics, Depends(metrics.given)]
ReadinessDep = Annotated[Readiness, Depends(ready.given)]
