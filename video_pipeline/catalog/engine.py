"""The way to the catalog's database: an engine, and a transaction whose failures are our own errors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from video_pipeline.errors import CatalogUnavailable


def connect(
    database_url: str,
    *,
    pool_size: int = 5,
    application_name: str = "video-pipeline",
    statement_seconds: float = 30.0,
    lock_seconds: float = 10.0,
) -> Engine:
    """An engine for `postgresql+psycopg://…`; it connects when it is first used.

    A statement is ended by the server after `statement_seconds`, a wait for a lock after `lock_seconds`; zero means
    never. A connection that died while it lay in the pool is replaced unnoticed. Timestamps come back in UTC.
    """
    options = {
        "timezone": "UTC",
        "statement_timeout": round(statement_seconds * 1000),
        "lock_timeout": round(lock_seconds * 1000),
    }
    return create_engine(
        database_url,
        pool_size=pool_size,
        pool_pre_ping=True,
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

    In psycopg these are OperationalError (no connection, shutdown, deadlock, time limits, disk full) and InterfaceError
    (a connection found closed); what is left, such as a broken constraint, is ours to mend and passes.
    """
    try:
        yield
    except (OperationalError, InterfaceError, PoolTimeout) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        reason = str(cause).strip().partition("\n")[0]
        raise CatalogUnavailable(f"The catalog's database did not answer as it should: {reason}.") from error
