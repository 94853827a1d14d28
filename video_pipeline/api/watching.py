"""What somebody who watches a video is told of it: Server-Sent Events, found by looking at the catalog.

Nothing is held between two looks, neither a connection nor a thread; and all looks of a process share two threads, so
that many listeners slow each other's news down, and nothing else.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from time import monotonic
from typing import Self
from uuid import UUID

import anyio
from anyio import CapacityLimiter, to_thread
from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event
from sqlalchemy import Engine

from video_pipeline.accounts import callers
from video_pipeline.accounts.tokens import Claims
from video_pipeline.api.schemas.processing import Standing
from video_pipeline.catalog import directory, queries, visibility
from video_pipeline.catalog.engine import transaction
from video_pipeline.errors import CatalogUnavailable, NotAuthenticated, NotFound

LOOKERS = CapacityLimiter(2)


@dataclass(frozen=True, slots=True)
class Pace:
    """In seconds: from one look to the next, of silence before a comment keeps the connection, of a whole stream."""

    look: float = 0.5
    keep_alive: float = 15.0
    longest: float = 3600.0


@dataclass(frozen=True, slots=True)
class State:
    """Where a video stands, as an event; states of one id are told once."""

    id: str
    is_final: bool
    event: bytes

    @classmethod
    def of(cls, standing: Standing) -> Self:
        """The state; heartbeats alone make no new one."""
        lasting = standing.model_dump_json(exclude={"jobs": {"__all__": {"heartbeat_at"}}})
        state_id = hashlib.sha256(lasting.encode()).hexdigest()[:32]
        event = format_sse_event(event="status", data_str=standing.model_dump_json(), id=state_id)
        return cls(state_id, standing.status.is_final, event)


@dataclass(frozen=True, slots=True)
class Watch:
    """Somebody's sight of a video, for as long as the account stays as it was when they began."""

    catalog: Engine
    video_id: UUID
    claims: Claims

    @classmethod
    def begin(cls, catalog: Engine, video_id: UUID, user_id: UUID) -> Self:
        """The sight of a user who has just proved who they are.

        Raises:
            NotFound: no user has that id any more.
        """
        with transaction(catalog) as connection:
            user = directory.user(connection, user_id)
        return cls(catalog, video_id, Claims(user.id, user.token_epoch))

    def look(self) -> State:
        """Where the video stands now.

        Raises:
            NotAuthenticated: the account is closed, or its tokens are revoked.
            VideoNotFound: the video is deleted, or not theirs to see, or not any more.
            CatalogUnavailable: another look may tell.
        """
        with transaction(self.catalog) as connection:
            caller = callers.of_claims(connection, self.claims)
            video = visibility.visible(connection, caller, self.video_id)
            return State.of(Standing.of(video, queries.jobs_of(connection, self.video_id)))


async def told(first: State, seen: str | None, look: Callable[[], State], pace: Pace = Pace()) -> AsyncIterator[bytes]:
    """The states as they come, from `first` on, save the one whose id was `seen` before; none follows a final one.

    It ends as well when the video may be seen no longer, and after `pace.longest` seconds: tokens do not last for ever.
    """
    began = spoke = monotonic()
    state: State | None = first
    while state is not None:
        word = _word(state, seen, is_quiet=monotonic() - spoke >= pace.keep_alive)
        if word is not None:
            yield word
            seen, spoke = state.id, monotonic()
        if state.is_final or monotonic() - began >= pace.longest:
            return
        await anyio.sleep(pace.look)
        state = await _next(state, look)


def _word(state: State, seen: str | None, *, is_quiet: bool) -> bytes | None:
    if state.id != seen:
        return state.event
    return KEEPALIVE_COMMENT if is_quiet else None


async def _next(state: State, look: Callable[[], State]) -> State | None:
    try:
        return await to_thread.run_sync(look, limiter=LOOKERS)
    except CatalogUnavailable:
        return state  # the connection to the listener is good, and the catalog's may be again
    except (NotAuthenticated, NotFound):
        return None
