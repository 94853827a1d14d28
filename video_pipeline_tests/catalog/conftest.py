"""A database of a test's own, beside the shared catalog, and a transaction on the shared one."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest
from sqlalchemy import Connection, Engine, create_engine, make_url, text

from video_pipeline.catalog.engine import transaction
from video_pipeline.local.stack import Running


@pytest.fixture
def conn(engine: Engine) -> Iterator[Connection]:
    """A transaction on the catalog, which is empty at first."""
    with transaction(engine) as connection:
        yield connection


@pytest.fixture
def database_url(stores: Running) -> str:
    """Where the shared catalog is."""
    return stores.environment["DATABASE_URL"]


@pytest.fixture
def empty_database(database_url: str) -> Iterator[str]:
    """A database in which nothing is."""
    name = f"test_{uuid4().hex}"
    server = create_engine(database_url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
        yield make_url(database_url).set(database=name).render_as_string(hide_password=False)
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    server.dispose()
