"""The way to the catalog's database: an engine, and a transaction whose failures are our own errors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from psycopg.errors import IdleInTransactionSessionTimeout
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.exc import DBAPIError, InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from video_pipeline.errors import CatalogUnavailable


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
    return create_engine(
        database_url,
        pool_size=pool_size,
        pool_pre_ping=True,
        hide_parameters=True,  # an error's message ends up in logs, and what people wrote does not belong there
        connect_args={
            "application_name": application_name,
            "connect_timeout": 10,
            "keepalives_idle": 30,  # with the next line: a database host that vanished is noticed within a minute
            "tcp_user_timeout": 30_000,
            "options": " ".join(f"-c {name}={value}" for name, value in options.items()),
        },
    )


@contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """A connection in a transaction that is committed at the end, or rolled back by an exception.

    Raises:
        CatalogUnavailable: the database did not answer, gave up waiting, or ended the connection.
    """
    with translated(), engine.begin() as connection:
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
