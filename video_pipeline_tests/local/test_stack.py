"""Whole stacks: the supervisor as a process of its own, as `video-pipeline up` runs it, and as a block of code."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from pathlib import Path

import psutil
import psycopg
import pytest

from video_pipeline.errors import ConfigurationError, PartFailed
from video_pipeline.local import doctor, seaweedfs
from video_pipeline.local.installation import Installation
from video_pipeline.local.postgres import libpq
from video_pipeline.local.stack import Running, running

from . import processes

PROGRAMS = {"postgres", "weed", "valkey-server", "dagster", "dagster-daemon", "celery", "uvicorn"}
UP = """
import sys
from pathlib import Path
from video_pipeline.errors import PipelineError
from video_pipeline.local.stack import run_until_stopped
try:
    run_until_stopped(Path(sys.argv[1]), on_ready=lambda stack: print("ready", flush=True), parts=sys.argv[2:] or None)
except PipelineError as error:
    sys.exit(str(error))
"""


@contextmanager
def supervisor(folder: Path, *parts: str) -> Iterator[subprocess.Popen[str]]:
    """A process that runs the stack, once it is ready; whatever it started must be gone soon after it."""
    command = [sys.executable, "-c", UP, str(folder), *parts]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            yield process
        finally:
            process.kill()
    assert processes.eventually(lambda: processes.of(folder) == [])


def listening(process: psutil.Process) -> set[str]:
    """The addresses a process listens at; an IPv4 address may be written as an IPv6 one."""
    connections = process.net_connections(kind="inet")
    found = (connection.laddr.ip for connection in connections if connection.status == psutil.CONN_LISTEN)
    return {host.removeprefix("::ffff:") for host in found}


def test_everything_comes_up_and_nothing_outlives_a_killed_supervisor(tmp_path: Path) -> None:
    """Not the servers, nor the worker's children, nor PostgreSQL's."""
    with supervisor(tmp_path) as process:
        unwell = [observation.sentence for observation in doctor.examine(tmp_path) if not observation.ok]
        assert unwell == []
        ours = [child for child in psutil.Process(process.pid).children(recursive=True) if child.is_running()]
        assert all(ip_address(host).is_loopback for child in ours for host in listening(child))
        assert {child.name() for child in processes.of(tmp_path)} >= PROGRAMS
        process.kill()
        process.wait()
        assert processes.eventually(lambda: processes.of(tmp_path) == [])
        assert not [child for child in ours if child.is_running() and child.status() != psutil.STATUS_ZOMBIE]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_everything_in_order(tmp_path: Path, number: signal.Signals) -> None:
    with supervisor(tmp_path, "valkey") as process:
        process.send_signal(number)
        assert process.wait(60) == 0
        assert processes.of(tmp_path) == []
    assert "ready to exit, bye bye" in (tmp_path / "logs" / "valkey.log").read_text()


def test_a_second_signal_ends_everything_at_once(tmp_path: Path) -> None:
    with supervisor(tmp_path, "valkey") as process:
        (valkey,) = psutil.Process(process.pid).children()
        valkey.suspend()  # so that it does not end in order
        assert processes.eventually(lambda: valkey.status() == psutil.STATUS_STOPPED)  # SIGTERM would be taken first
        process.terminate()
        assert processes.eventually(lambda: is_waiting(valkey, signal.SIGTERM))
        process.terminate()
        assert process.wait(60) == 128 + signal.SIGTERM


def is_waiting(process: psutil.Process, number: signal.Signals) -> bool:
    """Whether a process was sent that signal and has not acted upon it; see proc(5). SIGSTOP, too, waits a moment."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    (waiting,) = (line.split()[1] for line in status.splitlines() if line.startswith("ShdPnd"))
    return bool(int(waiting, 16) >> (number - 1) & 1)


def test_a_second_stack_in_the_same_folder_is_refused(tmp_path: Path) -> None:
    with running(tmp_path, parts=["valkey"]) as first:
        with pytest.raises(ConfigurationError, match=r"is up in .* already"), running(tmp_path, parts=["valkey"]):
            pass
        assert [process.pid for process in processes.of(tmp_path)] == [first.pid("valkey")]


def test_data_survive_though_every_port_is_taken_meanwhile(tmp_path: Path) -> None:
    parts = ["postgres", "seaweedfs"]
    with running(tmp_path, parts=parts) as stack:
        first = stack.environment
        seaweedfs.client(first).put_object(Bucket="videos", Key="kept", Body=b"kept")
        with psycopg.connect(libpq(first["DATABASE_URL"])) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
    with Installation(tmp_path).reserved_ports(), running(tmp_path, parts=parts) as stack:
        again = stack.environment
        assert again["S3_ENDPOINT_URL"] != first["S3_ENDPOINT_URL"]
        assert seaweedfs.client(again).get_object(Bucket="videos", Key="kept")["Body"].read() == b"kept"
        with psycopg.connect(libpq(again["DATABASE_URL"])) as connection:
            assert connection.execute("SELECT one FROM kept").fetchall() == [(1,)]


def test_two_stacks_run_side_by_side(servers: Running, tmp_path: Path) -> None:
    with running(tmp_path, parts=["seaweedfs"]) as other:
        for stack in (servers, other):
            seaweedfs.client(stack.environment).put_object(Bucket="videos", Key="whose", Body=b"mine")
        seaweedfs.client(other.environment).delete_object(Bucket="videos", Key="whose")
        assert seaweedfs.client(servers.environment).get_object(Bucket="videos", Key="whose")["ContentLength"] == 4


def test_servers_of_ones_own_are_used(servers: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "S3_ENDPOINT_URL", "BROKER_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, servers.environment[name])
    monkeypatch.setenv("S3_BUCKET", "another")
    with running(tmp_path, parts=["postgres", "seaweedfs", "valkey"]) as stack:
        assert stack.parts == []
        assert stack.environment["DATABASE_URL"] == servers.environment["DATABASE_URL"]
        with psycopg.connect(libpq(stack.environment["DAGSTER_DATABASE_URL"])) as connection:
            assert connection.info.dbname == "catalog_dagster"
        seaweedfs.client(servers.environment).head_bucket(Bucket="another")


def test_a_part_that_cannot_start_is_told_with_the_end_of_its_log(tmp_path: Path) -> None:
    with running(tmp_path, parts=["postgres"]):
        pass
    (tmp_path / "postgres" / "data" / "PG_VERSION").write_text("9.6\n")
    with (
        pytest.raises(PartFailed, match=r"postgres ended while it was starting(.|\n)*incompatible with server"),
        running(tmp_path, parts=["postgres"]),
    ):
        pass
    assert processes.of(tmp_path) == []
    assert not Installation(tmp_path).is_up()


def test_a_folder_with_a_long_name_works_and_leaves_nothing_elsewhere(tmp_path: Path) -> None:
    folder = tmp_path / ("deep" * 25)
    with running(folder, parts=["postgres"]) as stack:
        with psycopg.connect(libpq(stack.environment["DATABASE_URL"])) as connection:
            sockets = Path(connection.info.host)
        assert not sockets.is_relative_to(folder)
    assert not sockets.exists()


def test_a_part_that_there_is_not_is_named(tmp_path: Path) -> None:
    with (
        pytest.raises(ConfigurationError, match="There is no part mongodb; there are postgres, "),
        running(tmp_path, parts=["mongodb"]),
    ):
        pass


def test_the_environment_around_us_is_left_alone(tmp_path: Path) -> None:
    before = dict(os.environ)
    with running(tmp_path, parts=["valkey"]) as stack:
        assert stack.urls["dagster"] == stack.environment["DAGSTER_UI_URL"]
    assert dict(os.environ) == before
