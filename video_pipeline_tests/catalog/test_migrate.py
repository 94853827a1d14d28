from __future__ import annotations

import subprocess
import sys
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, MetaData, Table, create_engine, delete, insert, inspect, select, text, update

from video_pipeline.catalog import migrate
from video_pipeline.catalog.records import jobs
from video_pipeline.catalog.records.facts import record_metadata
from video_pipeline.catalog.records.reprocess import request_reprocess
from video_pipeline.catalog.tables import videos as table
from video_pipeline.errors import CatalogUnavailable, ConfigurationError
from video_pipeline.types import Container, Stage
from video_pipeline_tests.catalog.crowd import camera, site, user
from video_pipeline_tests.catalog.stories import FACTS, completed, in_parts, processing, registered

MIGRATIONS = Path(migrate.__file__).with_name("migrations")

CONSTRAINTS = """
    SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
    FROM pg_constraint WHERE conrelid::regclass::text = ANY(:tables)
"""
INDEXES = "SELECT indexdef FROM pg_indexes WHERE tablename = ANY(:tables)"
COLUMNS = """
    SELECT concat_ws(' ', table_name, column_name, data_type, character_maximum_length, is_nullable, column_default,
                     is_identity, identity_generation)
    FROM information_schema.columns WHERE table_name = ANY(:tables)
"""

TABLES = table.metadata

PREVIOUS_RELEASE = "0004"
"""The newest revision of the release before this one, whose programs may still be running when ours come."""


@contextmanager
def connected(database_url: str) -> Iterator[Connection]:
    engine = create_engine(database_url)
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def shape(database_url: str) -> set[str]:
    """Everything that PostgreSQL knows of the catalog's tables, as its own sentences."""
    with connected(database_url) as connection:
        tables = {"tables": list(TABLES.tables)}
        return {line for query in (CONSTRAINTS, INDEXES, COLUMNS) for line in connection.scalars(text(query), tables)}


def tables(database_url: str) -> set[str]:
    with connected(database_url) as connection:
        return set(inspect(connection).get_table_names())


def test_an_empty_database_is_brought_up_and_back(empty_database: str) -> None:
    assert migrate.current(empty_database) is None

    migrate.upgrade(empty_database)
    assert tables(empty_database) == {*TABLES.tables, migrate.VERSION_TABLE}
    assert migrate.current(empty_database) == migrate.head()

    migrate.downgrade(empty_database)
    assert tables(empty_database) == {migrate.VERSION_TABLE}

    migrate.upgrade(empty_database)
    migrate.check(empty_database)


def test_a_video_in_a_newer_container_outlives_the_way_back(empty_database: str) -> None:
    migrate.upgrade(empty_database)
    with connected(empty_database) as connection:
        video_id = processing(connection)
        record_metadata(connection, video_id, facts=replace(FACTS, container=Container.MPEG_TS), browser_ready=False)

    migrate.downgrade(empty_database, "0001")

    with connected(empty_database) as connection:
        found = connection.execute(text("SELECT container, facts -> 'container', duration_seconds FROM videos")).one()
    assert tuple(found) == (None, None, FACTS.duration_seconds)


def test_the_extensions_that_search_needs_are_there(empty_database: str) -> None:
    migrate.upgrade(empty_database)

    with connected(empty_database) as connection:
        found = set(connection.scalars(text("SELECT extname FROM pg_extension")))
    assert {"vector", "pg_trgm"} <= found


def as_known_then(database_url: str) -> list[Table]:
    """The tables as the programs of the release before know them, those first that others refer to."""
    migrate.downgrade(database_url, PREVIOUS_RELEASE)
    known = MetaData()
    with connected(database_url) as connection:
        known.reflect(connection, only=sorted(TABLES.tables.keys() & inspect(connection).get_table_names()))
    migrate.upgrade(database_url)
    return known.sorted_tables


def live(connection: Connection) -> None:
    """A row in most tables."""
    user(connection, "ada")
    camera(connection, site(connection, "mall"))
    in_parts(connection, registered(connection), part_bytes=10, part_count=1, week_start=None)
    video_id = completed(connection)
    jobs.start_job(connection, video_id=video_id, stage=Stage.RENDITIONS, run_id="run-2", worker="w")
    request_reprocess(connection, video_id, outputs=None, requested_by="ada")


def written(connection: Connection, known: Table) -> list[dict[str, object]]:
    """All rows, in those of the columns that programs write themselves."""
    own = [column for column in known.columns if column.identity is None and column.computed is None]
    return [dict(row._mapping) for row in connection.execute(select(*own))]


def test_programs_of_the_release_before_read_and_write_while_the_schema_is_new(empty_database: str) -> None:
    migrate.upgrade(empty_database)
    then = as_known_then(empty_database)
    with connected(empty_database) as connection:
        live(connection)
        rows = {known: written(connection, known) for known in then}
        assert {known.name for known in then if rows[known]} >= {"videos", "uploads", "artifacts", "jobs", "users"}

        for known in reversed(then):
            connection.execute(delete(known))
        for known in then:
            if rows[known]:
                connection.execute(insert(known), rows[known])
                connection.execute(update(known).values({name: known.c[name] for name in rows[known][0]}))

        assert {known: written(connection, known) for known in then} == rows


def test_revisions_and_tables_make_the_same(empty_database: str) -> None:
    with connected(empty_database) as connection:
        connection.execute(text("CREATE EXTENSION pg_trgm"))  # whose operators index the words of videos
        TABLES.create_all(connection)
    described = shape(empty_database)
    with connected(empty_database) as connection:
        TABLES.drop_all(connection)
    migrate.upgrade(empty_database)

    assert shape(empty_database) == described


def test_upgrading_again_changes_nothing(empty_database: str) -> None:
    migrate.upgrade(empty_database)
    before = shape(empty_database)

    migrate.upgrade(empty_database)

    assert shape(empty_database) == before


def test_several_processes_may_upgrade_at_once(empty_database: str) -> None:
    program = "import sys; from video_pipeline.catalog.migrate import upgrade; upgrade(sys.argv[1])"
    argv = [sys.executable, "-c", program, empty_database]
    processes = [subprocess.Popen(argv, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    outcomes = [(process.communicate()[1], process.returncode) for process in processes]

    assert outcomes == [("", 0)] * 2
    migrate.check(empty_database)


def test_check_names_what_differs(empty_database: str) -> None:
    migrate.upgrade(empty_database)
    with connected(empty_database) as connection:
        connection.execute(text("ALTER TABLE videos DROP COLUMN operator_notes"))

    with pytest.raises(ConfigurationError, match="operator_notes"):
        migrate.check(empty_database)


def test_check_refuses_a_database_of_an_older_revision(empty_database: str) -> None:
    with pytest.raises(ConfigurationError, match="not up to date"):
        migrate.check(empty_database)


def test_somebody_elses_tables_are_left_alone(empty_database: str) -> None:
    with connected(empty_database) as connection:
        connection.execute(text("CREATE TABLE alembic_version AS SELECT 'a revision of Dagster' AS version_num"))
    migrate.upgrade(empty_database)

    migrate.check(empty_database)


def test_a_database_that_is_not_there_is_unavailable(empty_database: str) -> None:
    with pytest.raises(CatalogUnavailable, match="does not exist"):
        migrate.current(empty_database.replace("test_", "no_such_"))


def test_alembics_command_line_drafts_the_next_revision(empty_database: str, tmp_path: Path) -> None:
    migrate.upgrade(empty_database)
    with connected(empty_database) as connection:
        connection.execute(text("ALTER TABLE videos DROP COLUMN facts"))
    config = Config(cmd_opts=Namespace(x=[f"database_url={empty_database}"]))
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.set_main_option("version_locations", f"{MIGRATIONS / 'versions'}:{tmp_path}")

    # Not at the head of the code any more, so that the draft is made from the database as it is.
    command.revision(config, message="bring facts back", autogenerate=True, version_path=str(tmp_path))

    (draft,) = tmp_path.glob("*.py")
    assert 'op.add_column("videos"' in draft.read_text().replace("'", '"')
    assert "postgresql.JSONB()" in draft.read_text()
    compile(draft.read_text(), draft.name, "exec")
