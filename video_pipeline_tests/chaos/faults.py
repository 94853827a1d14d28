"""What goes wrong, done: processes killed, connections dropped, a store that answers badly, a disk without room."""

from __future__ import annotations

import errno
import os
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg

from video_pipeline.local.postgres import libpq
from video_pipeline_tests.chaos.estate import Estate
from video_pipeline_tests.chaos.plan import Blow, Fault
from video_pipeline_tests.chaos.relay import CALM, Trouble

Deed = Callable[[Estate, int], str]
"""Does it, and says what was met."""

NOBODY = "nobody there"
DATABASE_SECONDS = 60.0


def strike(estate: Estate, blow: Blow) -> str:
    """Let it go wrong; returns when it is over, with what was met."""
    return _DEEDS[blow.fault](estate, blow.chance)


def _part(name: str) -> Deed:
    def kill(estate: Estate, _: int) -> str:
        return _killed(estate.part(name))

    return kill


def _worker_child(estate: Estate, chance: int) -> str:
    worker = estate.part("worker")
    children = sorted(worker.children(), key=lambda child: child.pid) if worker else []
    if not children:
        return NOBODY
    child = children[chance % len(children)]
    busy = "at work" if child.children() else "idle"
    return f"{_killed(child)}, {busy}"


def _killed(process: psutil.Process | None) -> str:
    with suppress(psutil.NoSuchProcess):
        if process is not None:
            process.kill()
            return f"killed {process.pid}"
    return NOBODY


def _store(estate: Estate, _: int) -> str:
    estate.store.kill_part("seaweedfs")
    return "killed"


def _broker_loss(estate: Estate, _: int) -> str:
    """Files go first, the process right after: what it still writes is in files that have no names any more."""
    shutil.rmtree(estate.data / "valkey" / "appendonlydir", ignore_errors=True)
    return _killed(estate.part("valkey"))


def _supervisor(estate: Estate, _: int) -> str:
    estate.restart_after(lambda supervisor: supervisor.kill())
    return "killed, and started again"


def _machine(estate: Estate, _: int) -> str:
    """Everything at one moment, as when power fails, except that what was written to files is there afterwards."""

    def kill(supervisor: psutil.Process) -> None:
        everything = [supervisor, *supervisor.children(recursive=True)]
        for process in everything:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        before = estate.store.pid("seaweedfs")
        estate.store.kill_part("seaweedfs")
        estate.store.await_restart("seaweedfs", before)  # without its store `up` ends, and says so

    estate.restart_after(kill)
    return "all killed, and started again"


def _troubled_store(fault: Fault, trouble: Trouble) -> Deed:
    def trouble_it(estate: Estate, _: int) -> str:
        before = estate.relay.troubled
        estate.relay.trouble = trouble
        time.sleep(fault.seconds)  # the fault itself: how long it lasts
        estate.relay.trouble = CALM
        return f"{fault.seconds:.0f} s, {estate.relay.troubled - before} requests suffered"

    return trouble_it


def _connections(estate: Estate, _: int) -> str:
    """Every connection to both databases is ended, once a second."""
    ended, until = 0, time.monotonic() + Fault.CONNECTIONS.seconds
    while time.monotonic() < until:
        with suppress(psycopg.OperationalError), psycopg.connect(_database(estate), autocommit=True) as connection:
            others = (
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE backend_type = %s AND pid <> %s"
            )
            counted = connection.execute(others, ["client backend", connection.info.backend_pid]).fetchone()
            ended += counted[0] if counted else 0
        time.sleep(1)
    return f"{ended} ended in {Fault.CONNECTIONS.seconds:.0f} s"


def _deadlock(estate: Estate, _: int) -> str:
    """Somebody else locks the rows of videos and of their jobs in another order than we do, again and again."""
    before, until = _deadlocks(estate), time.monotonic() + Fault.DEADLOCK.seconds
    while time.monotonic() < until:
        with suppress(psycopg.OperationalError), psycopg.connect(_database(estate)) as connection:
            connection.execute("SET lock_timeout = '5s'")
            connection.execute("SELECT id FROM videos WHERE status IN ('validating', 'processing') FOR UPDATE")
            connection.execute("SELECT pg_sleep(0.3)")
            connection.execute("UPDATE jobs SET progress = progress WHERE status = 'running'")
    return f"{_deadlocks(estate) - before} deadlocks"


def _deadlocks(estate: Estate) -> int:
    with _connected(estate) as connection:
        told = connection.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = 'catalog'").fetchone()
    return told[0] if told else 0


_MOMENTS = {
    "videos": ("requested_at", "updated_at"),
    "jobs": ("heartbeat_at", "advanced_at"),
    "uploads": ("seen_at",),
    "reprocess_requests": ("requested_at", "dispatched_at"),
    "run_endings": ("asked_at",),
    "heartbeats": ("beaten_at",),
}
"""By which work is held to be alive, silent, or due again."""


def _clock(estate: Estate, chance: int) -> str:
    """The database's clock jumps by an hour, forwards or back, against all that it has noted."""
    sign = "-" if chance % 2 else "+"
    with _connected(estate) as connection:
        for table, columns in _MOMENTS.items():
            moved = ", ".join(f"{name} = {name} {sign} interval '1 hour'" for name in columns)
            connection.execute(f"UPDATE {table} SET {moved}")  # noqa: S608
    return f"moments moved {sign}1 h"


def _disk_full(estate: Estate, _: int) -> str:
    """The rest of the file system that runs work in is taken."""
    return _filled(estate.work, Fault.DISK_FULL.seconds)


def _store_full(estate: Estate, _: int) -> str:
    """The rest of the store's file system is taken; it refuses uploads until a minute after there is room again."""
    return _filled(estate.stored, Fault.STORE_FULL.seconds)


def _filled(folder: Path, seconds: float) -> str:
    if not os.path.ismount(folder):
        return "left out: mounting a small file system needs root"
    filling = folder / "filling"
    taken = _fill(filling)
    time.sleep(seconds)  # the fault itself
    filling.unlink()
    return f"{taken // 1024**2} MiB taken for {seconds:.0f} s"


def _fill(path: Path) -> int:
    written = 0
    with path.open("wb", buffering=0) as file:
        try:
            while True:
                written += file.write(bytes(1024**2))
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
    return written


def _connected(estate: Estate) -> psycopg.Connection:
    """The catalog's database, which may be coming back at this moment."""
    deadline = time.monotonic() + DATABASE_SECONDS
    while True:
        try:
            return psycopg.connect(_database(estate))
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def _database(estate: Estate) -> str:
    return libpq(estate.told["DATABASE_URL"])


_DEEDS: dict[Fault, Deed] = {
    Fault.WORKER_CHILD: _worker_child,
    Fault.STORE: _store,
    Fault.BROKER: _part("valkey"),
    Fault.BROKER_LOSS: _broker_loss,
    Fault.SUPERVISOR: _supervisor,
    Fault.MACHINE: _machine,
    Fault.STORE_ERRORS: _troubled_store(Fault.STORE_ERRORS, Trouble(refused=0.3)),
    Fault.STORE_CUTS: _troubled_store(Fault.STORE_CUTS, Trouble(cut=0.1)),
    Fault.STORE_SLOW: _troubled_store(Fault.STORE_SLOW, Trouble(longest_wait_seconds=4.0)),
    Fault.CONNECTIONS: _connections,
    Fault.DEADLOCK: _deadlock,
    Fault.CLOCK: _clock,
    Fault.DISK_FULL: _disk_full,
    Fault.STORE_FULL: _store_full,
    **{
        fault: _part(fault)
        for fault in (Fault.WORKER, Fault.DAEMON, Fault.CODE_SERVER, Fault.WEBSERVER, Fault.API, Fault.POSTGRES)
    },
}
