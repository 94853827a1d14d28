"""Requests and what became of them, told to whoever counts or writes them down."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from time import perf_counter
from typing import Any, Protocol, Self

from fastapi.routing import APIRoute
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from video_pipeline.api import problems

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
UNKNOWN = "unknown"


@dataclass(slots=True)
class Exchange:
    """A request and its answer, as far as it has come; times are those of `perf_counter`, in seconds.

    `status` is 0 until the answer begins, and stays so where nobody waited for it.
    """

    scope: Scope
    request_id: str
    began: float = field(default_factory=perf_counter)
    answered: float | None = None
    ended: float | None = None
    status: int = 0
    sent_bytes: int = 0
    error: Exception | None = None

    @classmethod
    def of(cls, scope: Scope) -> Self:
        """What begins with that request; its id is the client's, if it is a decent one."""
        given = Headers(scope=scope).get("x-request-id", "")
        return cls(scope, given if REQUEST_ID.fullmatch(given) else secrets.token_hex(16))

    @property
    def method(self) -> str:
        """The method; strangers can write anything there."""
        method: str = self.scope["method"]
        return method if method in METHODS else UNKNOWN

    @property
    def route(self) -> str:
        """The path as it is declared, with no id in it."""
        return self._route.path if self._route else UNKNOWN

    @property
    def operation(self) -> str | None:
        """What the contract calls it."""
        return self._route.operation_id if self._route else None

    @property
    def _route(self) -> APIRoute | None:
        route = self.scope.get("route")
        return route if isinstance(route, APIRoute) else None

    @property
    def user_id(self) -> str | None:
        """Who asked, once that is known."""
        user_id = self._state.get("user_id")
        return None if user_id is None else str(user_id)

    @property
    def code(self) -> str | None:
        """Why it was refused, as the answer says."""
        code: str | None = self._state.get("problem")
        return code

    @property
    def reason(self) -> str | None:
        """Why it was refused, in words that may not be for the client."""
        reason: str | None = self._state.get("reason")
        return reason

    @property
    def _state(self) -> dict[str, Any]:
        state: dict[str, Any] = self.scope.get("state") or {}
        return state

    def note(self, message: Message) -> None:
        """See a piece of the answer go."""
        if message["type"] == "http.response.start":
            self.answered = perf_counter()
            self.status = int(message["status"])
            message["headers"] = [*message.get("headers", ()), (b"x-request-id", self.request_id.encode())]
        elif message["type"] == "http.response.body" and self.scope["method"] != "HEAD":
            self.sent_bytes += len(message.get("body", b""))


class Observer(Protocol):
    """Is told of every exchange, when it begins and when it has ended."""

    def began(self, exchange: Exchange) -> None:
        """A request has come."""

    def ended(self, exchange: Exchange) -> None:
        """The answer is out, or nobody waits for it any more."""


class Witness:
    """Tells its observers of every request, and answers where our code broke."""

    def __init__(self, app: ASGIApp, observers: Sequence[Observer]) -> None:
        self._app = app
        self._observers = observers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and watch its answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = Exchange.of(scope)
        for observer in self._observers:
            observer.began(exchange)
        try:
            await self._watched(exchange, receive, send)
        finally:
            exchange.ended = perf_counter()
            for observer in self._observers:
                observer.ended(exchange)

    async def _watched(self, exchange: Exchange, receive: Receive, send: Send) -> None:
        async def noted(message: Message) -> None:
            exchange.note(message)
            await send(message)

        try:
            await self._app(exchange.scope, receive, noted)
        except ClientDisconnect:
            return  # nobody is left to be answered
        except Exception as error:  # noqa: BLE001 - the edge: what nobody foresaw is written down, and answered
            exchange.error = error
            if not exchange.status:
                await _broken(exchange.scope, receive, noted)


async def _broken(scope: Scope, receive: Receive, send: Send) -> None:
    detail = (
        "Something went wrong on our side. The operator's log has the whole story, under this answer's X-Request-ID."
    )
    await problems.refusal(HTTPStatus.INTERNAL_SERVER_ERROR, detail)(scope, receive, send)
