from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from video_pipeline.errors import PartFailed
from video_pipeline.local import postgres
from video_pipeline.local.installation import Installation
from video_pipeline.local.postgres import libpq
from video_pipeline.local.stack import Running


def test_it_listens_on_no_port(servers: Running) -> None:
    connections = psutil.Process(servers.pid("postgres")).net_connections(kind="inet")
    assert [connection for connection in connections if connection.status == psutil.CONN_LISTEN] == []


def test_it_does_not_run_as_root(servers: Running) -> None:
    assert psutil.Process(servers.pid("postgres")).uids().effective != 0


def test_nobody_enters_without_the_password(servers: Running) -> None:
    url = libpq(servers.environment["DATABASE_URL"])
    user, _, rest = url.partition("@")
    password = user.rpartition(":")[2]
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(f"{user.removesuffix(password)}wrong@{rest}")
    assert postgres.answers(url)


def test_the_password_is_on_no_command_line_and_in_no_file_but_ours(servers: Running) -> None:
    password = servers.environment["DATABASE_URL"].partition("@")[0].rpartition(":")[2]
    folder = Path(servers.environment["DAGSTER_HOME"]).parent
    assert password not in " ".join(psutil.Process(servers.pid("postgres")).cmdline())
    assert not (folder / "postgres" / "password").exists()


def test_both_databases_are_there(servers: Running) -> None:
    assert postgres.answers(servers.environment["DATABASE_URL"])
    assert postgres.answers(servers.environment["DAGSTER_DATABASE_URL"])


def test_what_was_committed_is_there_after_a_crash(servers: Running) -> None:
    url = libpq(servers.environment["DAGSTER_DATABASE_URL"])
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE promises AS SELECT 'kept' AS promise")
    before = servers.pid("postgres")
    servers.kill_part("postgres")
    servers.await_restart("postgres", before)
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT promise FROM promises").fetchall() == [("kept",)]
        connection.execute("DROP TABLE promises")


@pytest.fixture
def dead() -> Iterator[int]:
    """A process that has ended, and that nobody has reaped."""
    process = subprocess.Popen(["true"])
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    yield process.pid
    process.wait()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder whose server was killed with everything else."""
    folder = tmp_path / "data"
    folder.mkdir()
    return folder


def locked_by(data: Path, pid: int) -> bool:
    lock = data / "postmaster.pid"
    lock.write_text(f"{pid}\n{data}\n")
    postgres.forget_the_dead(data)
    return lock.exists()


def test_a_server_that_died_with_the_machine_locks_nobody_out(data: Path, dead: int) -> None:
    assert not locked_by(data, dead)
    assert not locked_by(data, os.getpid())  # another program that has got its number


def test_a_server_that_lives_keeps_its_folder(data: Path) -> None:
    with subprocess.Popen(["sleep", "60"], cwd=data) as server:
        assert locked_by(data, server.pid)
        server.kill()
    assert locked_by(data, server.pid)  # a number that nobody has is PostgreSQL's to judge


def test_a_database_is_created_once(servers: Running) -> None:
    through = servers.environment["DATABASE_URL"]
    wanted = through.replace("/catalog?", "/scratch?")
    assert not postgres.answers(wanted)
    postgres.ensure_database(wanted, through=through)
    postgres.ensure_database(wanted, through=through)
    assert postgres.answers(wanted)


def test_a_database_that_cannot_be_created_is_told(servers: Running, tmp_path: Path) -> None:
    url = f"postgresql://nobody@/catalog?host={tmp_path}"
    with pytest.raises(PartFailed, match="database catalog could not be looked for or created"):
        postgres.ensure_database(url, through=url)


def test_the_socket_of_a_deep_folder_is_put_where_its_path_fits(tmp_path: Path) -> None:
    deep = Installation(tmp_path / "a" / ("deep" * 25))
    folder = postgres.socket_folder(deep)
    assert len(os.fsencode(folder / ".s.PGSQL.5432.lock")) <= 107
    assert postgres.socket_folder(Installation(tmp_path / "b" / ("deep" * 25))) != folder
    assert postgres.socket_folder(Installation(Path("/srv/data"))) == Path("/srv/data/postgres")


def test_the_socket_fits_even_where_the_temporary_folder_is_deep(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / ("deep" * 25)))

    folder = postgres.socket_folder(Installation(tmp_path / ("deep" * 25) / "data"))

    assert len(os.fsencode(folder / ".s.PGSQL.5432.lock")) <= 107
