"""Dagster's instance, with connections that are kept.

Dagster's PostgreSQL storages open a connection for every event they write, and a run writes a hundred of them: measured
here, that was two thirds of a worker's time and most of the server's (docs/decisions/0009-connections-are-kept.md).
The webserver is spared by `optimize_for_webserver`; dagster.yaml names this class so that every process is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import dagster as dg
from dagster._core.instance.ref import InstanceRef
from dagster._serdes import ConfigurableClassData
from sqlalchemy import Engine, event
from sqlalchemy.exc import DBAPIError, DisconnectionError

STATEMENT_MILLISECONDS = 60_000
RECYCLE_SECONDS = 3600
OVERFLOW = 20  # each storage keeps one connection, and opens this many more while threads want them


class PooledInstance(dg.DagsterInstance):
    """A Dagster instance whose storages keep their connections, and notice when one has died."""

    def __init__(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 - Dagster's own, passed on
        super().__init__(*arguments, **options)
        self.optimize_for_webserver(
            statement_timeout=STATEMENT_MILLISECONDS, pool_recycle=RECYCLE_SECONDS, max_overflow=OVERFLOW
        )
        for engine in self._engines():
            event.listen(engine, "checkout", _ping)

    @classmethod
    def config_schema(cls) -> dict[str, dg.Field]:
        """The entries it adds to dagster.yaml: none."""
        return {}

    @classmethod
    def config_defaults(cls, base_dir: str) -> Mapping[str, ConfigurableClassData | None]:
        """What dagster.yaml leaves out is as in every instance."""
        return InstanceRef.config_defaults(base_dir)

    def dispose(self) -> None:
        """Close what is kept: a worker makes an instance for each run."""
        super().dispose()
        for engine in self._engines():
            engine.dispose()

    def _engines(self) -> list[Engine]:
        storages = (self._run_storage, self._event_storage, self._schedule_storage)
        engines = (getattr(storage, "_engine", None) for storage in storages)
        return [engine for engine in engines if isinstance(engine, Engine)]


def _ping(connection: Any, *_: object) -> None:  # noqa: ANN401 - a DBAPI connection, which has no type
    """Let the pool replace a connection that died while it lay there, as SQLAlchemy's pessimistic ping does.

    Raises:
        DisconnectionError: the server does not answer on it.
    """
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (DBAPIError, connection.Error) as error:
        raise DisconnectionError from error
