from __future__ import annotations

import math
import socket
from datetime import timedelta

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import IntegrityError

from video_pipeline.catalog import queries
from video_pipeline.catalog.engine import autocommitted, connect, transaction
from video_pipeline.errors import CatalogUnavailable, VideoNotFound

from .stories import uploaded


def test_a_transaction_is_committed_at_its_end(engine: Engine) -> None:
    with transaction(engine) as conn:
        video_id = uploaded(conn)

    with transaction(engine) as conn:
        assert queries.video(conn, video_id).id == video_id


def test_a_transaction_that_fails_leaves_nothing(engine: Engine) -> None:
    def register_and_fail() -> None:
        with transaction(engine) as conn:
            uploaded(conn)
            raise VideoNotFound

    with pytest.raises(VideoNotFound):
        register_and_fail()

    with transaction(engine) as conn:
        assert queries.recent_videos(conn, 10) == []


def test_a_database_that_is_not_there_is_unavailable() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        engine = connect(f"postgresql+psycopg://nobody@127.0.0.1:{unused.getsockname()[1]}/catalog")

        with pytest.raises(CatalogUnavailable, match="did not answer"), transaction(engine):
            pass


def test_a_statement_is_given_its_time_and_no_more(database_url: str) -> None:
    engine = connect(database_url, statement_seconds=0.05)

    with pytest.raises(CatalogUnavailable, match="statement timeout"), transaction(engine) as conn:
        conn.execute(text("SELECT pg_sleep(60)"))

    engine.dispose()


def test_a_lock_is_waited_for_its_time_and_no_more(engine: Engine, database_url: str) -> None:
    impatient = connect(database_url, lock_seconds=0.05)
    lock = text("LOCK TABLE videos IN ACCESS EXCLUSIVE MODE")

    with transaction(engine) as holder:
        holder.execute(lock)
        with pytest.raises(CatalogUnavailable, match="lock timeout"), transaction(impatient) as conn:
            conn.execute(lock)

    impatient.dispose()


def test_whoever_is_frozen_in_a_transaction_holds_nothing_for_long(engine: Engine, database_url: str) -> None:
    frozen = connect(database_url, idle_seconds=0.05)

    def freeze() -> None:
        with transaction(frozen) as conn:
            conn.execute(text("LOCK TABLE videos IN ACCESS EXCLUSIVE MODE"))
            with transaction(engine) as other:
                other.execute(text("LOCK TABLE videos IN ACCESS EXCLUSIVE MODE"))
            conn.execute(text("SELECT 1"))

    with pytest.raises(CatalogUnavailable, match="idle-in-transaction"):
        freeze()

    frozen.dispose()


def test_a_pool_that_is_used_up_is_unavailable(database_url: str) -> None:
    engine = create_engine(database_url, pool_size=1, max_overflow=0, pool_timeout=0.05)

    with transaction(engine), pytest.raises(CatalogUnavailable), transaction(engine):
        pass

    engine.dispose()


def test_a_connection_that_the_server_ended_is_told_and_replaced(engine: Engine) -> None:
    def work_while_the_server_ends_it() -> None:
        with transaction(engine) as conn:
            pid = conn.scalar(text("SELECT pg_backend_pid()"))
            with transaction(engine) as other:
                other.execute(text("SELECT pg_terminate_backend(:pid, 10000)"), {"pid": pid})
            conn.execute(text("SELECT 1"))

    with pytest.raises(CatalogUnavailable, match="terminating connection"):
        work_while_the_server_ends_it()

    with transaction(engine) as conn:
        assert conn.scalar(text("SELECT 1")) == 1


@pytest.mark.parametrize("fresh_seconds", [0.0, math.inf], ids=["was left long ago", "was left just now"])
def test_connections_that_the_server_ended_in_the_pool_are_replaced_unnoticed(
    engine: Engine, database_url: str, monkeypatch: pytest.MonkeyPatch, fresh_seconds: float
) -> None:
    monkeypatch.setattr("video_pipeline.catalog.engine.FRESH_SECONDS", fresh_seconds)
    pooled = connect(database_url, pool_size=2)
    with transaction(pooled) as one, transaction(pooled) as another:
        before = {conn.scalar(text("SELECT pg_backend_pid()")) for conn in (one, another)}
    with transaction(engine) as other:
        for pid in before:
            other.execute(text("SELECT pg_terminate_backend(:pid, 10000)"), {"pid": pid})

    with transaction(pooled) as one, transaction(pooled) as another:
        after = {conn.scalar(text("SELECT pg_backend_pid()")) for conn in (one, another)}

    assert after.isdisjoint(before)
    pooled.dispose()


def test_what_is_used_again_at_once_is_the_same_connection(database_url: str) -> None:
    pooled = connect(database_url, pool_size=1)
    pids = set()
    for _ in range(3):
        with transaction(pooled) as conn:
            pids.add(conn.scalar(text("SELECT pg_backend_pid()")))

    assert len(pids) == 1
    pooled.dispose()


def test_statements_that_stand_alone_leave_transactions_as_they_were(database_url: str) -> None:
    pooled = connect(database_url, pool_size=1)

    with autocommitted(pooled) as conn:
        assert conn.scalar(text("SELECT now() <> statement_timestamp()")) is False  # each statement stands alone
    with transaction(pooled) as conn:
        conn.execute(text("SELECT 1"))
        assert conn.scalar(text("SELECT now() <> statement_timestamp()")) is True

    pooled.dispose()


def test_what_another_attempt_cannot_cure_passes(engine: Engine) -> None:
    with pytest.raises(IntegrityError), transaction(engine) as conn:
        conn.execute(text("INSERT INTO sites (slug, name) VALUES ('north', NULL)"))


def test_times_are_in_utc_and_connections_have_a_name(database_url: str) -> None:
    engine = connect(database_url, application_name="a-test")

    with transaction(engine) as conn:
        assert queries.now(conn).utcoffset() == timedelta(0)
        assert conn.scalar(text("SHOW application_name")) == "a-test"

    engine.dispose()
