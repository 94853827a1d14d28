from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from fastapi.sse import KEEPALIVE_COMMENT
from sqlalchemy import Engine

from video_pipeline.api.schemas.processing import Job, Standing
from video_pipeline.api.watching import Pace, State, Watch, told
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.records import people
from video_pipeline.errors import CatalogUnavailable, NotAuthenticated, PipelineError, VideoNotFound
from video_pipeline.types import JobStatus, Role, Stage, VideoStatus
from video_pipeline_tests.catalog.stories import completed

BUSY, DONE = State("1", is_final=False, event=b"busy"), State("2", is_final=True, event=b"done")
MOMENT = datetime(2026, 1, 1, tzinfo=UTC)


def seen(*given: State | PipelineError) -> Callable[[], State]:
    """What looks find, one after the other."""
    finds: Iterator[State | PipelineError] = iter(given)

    def look() -> State:
        found = next(finds)
        if isinstance(found, PipelineError):
            raise found
        return found

    return look


def heard(
    look: Callable[[], State], before: str | None = None, *, keep_alive: float = 3600, longest: float = 3600
) -> list[bytes]:
    """All that a listener hears, from a busy video on."""

    async def listen() -> list[bytes]:
        return [word async for word in told(BUSY, before, look, Pace(0, keep_alive, longest))]

    return asyncio.run(listen())


def standing(*, progress: int, heartbeat_at: datetime) -> Standing:
    """A video with a job that is so far, and was heard of then."""
    job = Job(
        id=UUID(int=1),
        video_id=UUID(int=2),
        stage=Stage.RENDITIONS,
        status=JobStatus.RUNNING,
        progress=progress,
        attempt=1,
        run_id="run-1",
        worker="here",
        error_code=None,
        error_sentence=None,
        heartbeat_at=heartbeat_at,
        started_at=MOMENT,
        finished_at=None,
    )
    return Standing(status=VideoStatus.PROCESSING, error=None, progress=0, jobs=[job])


def test_each_state_is_told_once_and_none_after_a_final_one() -> None:
    assert heard(seen(BUSY, BUSY, DONE, BUSY)) == [b"busy", b"done"]


def test_what_the_listener_knows_is_not_told() -> None:
    assert heard(seen(BUSY, DONE), before=BUSY.id) == [b"done"]


def test_silence_is_broken_by_comments() -> None:
    assert heard(seen(BUSY, DONE), keep_alive=0) == [b"busy", KEEPALIVE_COMMENT, b"done"]


def test_no_stream_lasts_for_ever() -> None:
    assert heard(seen(), longest=0) == [b"busy"]


def test_a_catalog_that_is_away_is_asked_again() -> None:
    assert heard(seen(CatalogUnavailable("It is away."), DONE)) == [b"busy", b"done"]


@pytest.mark.parametrize("error", [VideoNotFound("It is gone."), NotAuthenticated()])
def test_who_may_look_no_longer_hears_nothing_more(error: PipelineError) -> None:
    assert heard(seen(error, DONE)) == [b"busy"]


def test_progress_makes_a_new_state_and_a_heartbeat_does_not() -> None:
    state = State.of(standing(progress=1, heartbeat_at=MOMENT))

    assert State.of(standing(progress=1, heartbeat_at=MOMENT + timedelta(seconds=5))).id == state.id
    assert State.of(standing(progress=2, heartbeat_at=MOMENT)).id != state.id


def test_who_was_logged_out_everywhere_watches_no_longer(engine: Engine) -> None:
    with transaction(engine) as connection:
        user_id = people.create_user(
            connection, email="ada@example.org", display_name="Ada", password_hash="before", role=Role.ADMIN
        )
        video_id = completed(connection)
    watch = Watch.begin(engine, video_id, user_id)
    assert watch.look().is_final

    with transaction(engine) as connection:
        people.set_password(connection, user_id, before="before", after="after")

    with pytest.raises(NotAuthenticated):
        watch.look()
