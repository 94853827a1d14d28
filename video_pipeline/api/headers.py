"""What every answer tells browsers: to take it for what it says it is, and to keep it to themselves."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: Whoever answers with a page says itself what the page may do.
CLOSED = "default-src 'none'; frame-ancestors 'none'"
DEFAULTS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),  # links to media carry signatures
    (b"x-frame-options", b"DENY"),
    (b"content-security-policy", CLOSED.encode()),
    (b"cache-control", b"no-store"),
)
#: What scripts of allowed origins may read of an answer, besides what they always may.
EXPOSED = (
    "Accept-Ranges",
    "Content-Disposition",
    "Content-Range",
    "ETag",
    "Location",
    "RateLimit",
    "RateLimit-Policy",
    "Retry-After",
    "X-Request-ID",
)


class SafeHeaders:
    """Adds the headers that an answer does not have itself."""

    def __init__(self, app: ASGIApp, *, hsts_seconds: int) -> None:
        self._app = app
        self._over_https = (*DEFAULTS, (b"strict-transport-security", f"max-age={hsts_seconds}".encode()))
        self._tells_hsts = hsts_seconds > 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and its answer back."""
        defaults = self._over_https if self._tells_hsts and scope.get("scheme") == "https" else DEFAULTS

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = message.get("headers", ())
                present = {name.lower() for name, _ in own}
                message["headers"] = [*own, *(pair for pair in defaults if pair[0] not in present)]
            await send(message)

        await self._app(scope, receive, guarded)
