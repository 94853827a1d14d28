"""What a request's body may be: so large, and here within so long. Videos go to the bucket, so a body is a little JSON.

Starlette has a limit of its own; it answers in plain text, and knows no time.
"""

from __future__ import annotations

import time
from http import HTTPStatus

import anyio
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from video_pipeline.api import problems

CLOSE = {"Connection": "close"}  # what is left of the body is nothing that anybody wants to read


class Bodies:
    """Refuses what announces too much, and bounds how the rest is read."""

    def __init__(self, app: ASGIApp, *, max_bytes: int, seconds: float) -> None:
        self._app = app
        self._max_bytes = max_bytes
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, if its body may be let in."""
        headers = Headers(scope=scope) if scope["type"] == "http" else Headers()
        length = headers.get("content-length")
        if length is None and "transfer-encoding" not in headers:
            await self._app(scope, receive, send)  # there is no body
        elif length is not None and int(length) > self._max_bytes:
            answer = problems.refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, self._too_large, CLOSE)
            await answer(scope, receive, send)
        else:
            await self._app(scope, _Bounded(receive, self._max_bytes, self._seconds, self._too_large), send)

    @property
    def _too_large(self) -> str:
        return f"A request may have {self._max_bytes} bytes. Files are sent to the addresses that an upload is given."


class _Bounded:
    """Receives a body until it is all there, too large, or too late; after that, whatever comes."""

    def __init__(self, receive: Receive, max_bytes: int, seconds: float, too_large: str) -> None:
        self._receive = receive
        self._left = max_bytes
        self._seconds = seconds
        self._end = time.monotonic() + seconds
        self._too_large = too_large
        self._is_complete = False

    async def __call__(self) -> Message:
        if self._is_complete:
            return await self._receive()
        message = await self._in_time()
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, self._too_large, CLOSE)
        self._is_complete = not message.get("more_body", False)
        return message

    async def _in_time(self) -> Message:
        try:
            with anyio.fail_after(self._end - time.monotonic()):
                return await self._receive()
        except TimeoutError as error:
            late = f"The request's body did not come within {self._seconds:g} seconds."
            raise HTTPException(HTTPStatus.REQUEST_TIMEOUT, late, CLOSE) from error
