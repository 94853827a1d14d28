"""What stands between a request and its route, from the outside in."""

from __future__ import annotations

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp

from video_pipeline.api import insiders
from video_pipeline.api.bodies import Bodies
from video_pipeline.api.exchanges import Witness
from video_pipeline.api.headers import EXPOSED, SafeHeaders
from video_pipeline.api.logs import AccessLog
from video_pipeline.config import settings

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")


def edged(app: ASGIApp) -> ASGIApp:
    """`app` behind its edge; starlette asks for it when the first request comes, and not before there are settings.

    All of it is plain ASGI: what streams goes on streaming, and who leaves is noticed.
    """
    known = settings()
    bounded = Bodies(app, max_bytes=known.max_request_bytes, seconds=known.request_body_seconds)
    watched = Witness(bounded, (insiders.metrics(), AccessLog()))
    shared = CORSMiddleware(
        watched,
        allow_origins=sorted(known.allowed_origins),
        allow_methods=METHODS,
        allow_headers=["*"],  # pages elsewhere bring tokens in a header: cookies are not let in, so nothing else counts
        expose_headers=EXPOSED,
        max_age=3600,
    )
    return SafeHeaders(shared, hsts_seconds=known.hsts_seconds)
