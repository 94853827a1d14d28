"""The way to the catalog's database: an engine, and a transaction whose failures are our own errors."""

from __future__ import annotations

import select
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg.errors import IdleInTransactionSessionTimeout
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, InterfaceError, InternalError, InvalidatePoolError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import ConnectionPoolEntry

from video_pipeline.errors import CatalogUnavailable

FRESH_SECONDS = 1.0
"""A connection that was given back so lately is asked only where its server has said something meanwhile."""
_LEFT_AT = "left_at"


def connect(
    database_url: str,
    *,
    pool_size: int = 5,
    application_name: str = "video-pipeline",
    statement_seconds: float = 30.0,
    lock_seconds: float = 10.0,
    idle_seconds: float = 60.0,
) -> Engine:
    """An engine for `postgresql+psycopg://…`; it connects when it is first used.

    A statement is ended by the server after `statement_seconds`, a wait for a lock after `lock_seconds`, and a
    transaction that lies still after `idle_seconds`: a process that was frozen in one must not hold its locks against
    the others. Zero means never. A connection that died while it lay in the pool is replaced unnoticed. Timestamps come
    back in UTC.
    """
    options = {
        "timezone": "UTC",
        "statement_timeout": round(statement_seconds * 1000),
        "lock_timeout": round(lock_seconds * 1000),
        "idle_in_transaction_session_timeout": round(idle_seconds * 1000),
    }
    engine = create_engine(
        database_url,
        pool_size=pool_size,
        hide_parameters=True,  # an error's message ends up in logs, and what people wrote does not belong there
        connect_args={
            "application_name": application_name,
            "connect_timeout": 10,
            "keepalives_idle": 30,  # with the next line: a database host that vanished is noticed within a minute
            "tcp_user_timeout": 30_000,
            "options": " ".join(f"-c {name}={value}" for name, value in options.items()),
        },
    )
    event.listen(engine, "checkin", _left)
    event.listen(engine, "checkout", _check)
    return engine


def _left(_: psycopg.Connection | None, entry: ConnectionPoolEntry) -> None:
    entry.info[_LEFT_AT] = time.monotonic()


def _check(connection: psycopg.Connection, entry: ConnectionPoolEntry, _: object) -> None:
    """Replace a connection that died in the pool, and with it the others there, as SQLAlchemy's own ping would.

    That one asks the server each time, which took a tenth of the time of the API's requests. Where a server ends, its
    system closes the connections, and what has been closed can be read from; so of one that was in use a moment ago
    the socket tells. A host that vanished without a word is what the question is for.
    """
    left_at = entry.info.pop(_LEFT_AT, None)  # what is new has not been left yet
    if left_at is None or (time.monotonic() - left_at < FRESH_SECONDS and not _has_word(connection)):
        return
    try:
        connection.execute("SELECT 1")
        connection.rollback()
    except psycopg.Error as error:
        raise InvalidatePoolError from error


def _has_word(connection: psycopg.Connection) -> bool:
    """Whether something waits to be read: between transactions a server says only that it ends."""
    if connection.closed:
        return True
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN)
    return bool(waiting.poll(0))


@contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """A connection in a transaction that is committed at the end, or rolled back by an exception.

    Raises:
        CatalogUnavailable: the database did not answer, gave up waiting, or ended the connection.
    """
    with translated(), engine.begin() as connection:
        yield connection


@contextmanager
def autocommitted(engine: Engine) -> Iterator[Connection]:
    """A connection on which each statement stands for itself: for a single one, that saves two journeys.

    Raises:
        CatalogUnavailable: the database did not answer, gave up waiting, or ended the connection.
    """
    with translated(), engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        yield connection


@contextmanager
def translated() -> Iterator[None]:
    """Turn the driver's failures that another attempt may cure into `CatalogUnavailable`.

    In psycopg these are OperationalError (no connection, shutdown, deadlock, time limits, disk full), InterfaceError
    (a connection found closed), and of InternalError that a transaction lay still for too long; what is left, such as
    a broken constraint, is ours to mend and passes.
    """
    try:
        yield
    except (OperationalError, InterfaceError, InternalError, PoolTimeout) as error:
        if isinstance(error, InternalError) and not isinstance(error.orig, IdleInTransactionSessionTimeout):
            raise
        cause = error.orig if isinstance(error, DBAPIError) else error
        reason = str(cause).strip().partition("\n")[0]
        raise CatalogUnavailable(f"The catalog's database did not answer as it should: {reason}.") from error
