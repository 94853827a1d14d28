from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from video_pipeline.errors import PartFailed
from video_pipeline.local import keeper as keepers
from video_pipeline.local.part import Part, Step
from video_pipeline.local.supervisor import Supervisor

SERVES = "import pathlib, sys, time; pathlib.Path(sys.argv[1]).touch(); time.sleep(600)"


def server(folder: Path, name: str, *needs: str) -> Part:
    ready = folder / name
    return Part(
        name=name,
        argv=[sys.executable, "-c", SERVES, name],
        environment=os.environ,
        folder=folder,
        prepare=lambda: ready.unlink(missing_ok=True),
        is_healthy=ready.exists,
        needs=frozenset(needs),
    )


def nothing() -> None:
    return


@contextmanager
def supervising(folder: Path, *nodes: Part | Step) -> Iterator[Supervisor]:
    with (folder / "lock").open("w") as lock:
        supervisor = Supervisor({node.name: node for node in nodes}, logs=folder, held=lock.fileno())
        try:
            supervisor.start()
            yield supervisor
        finally:
            supervisor.stop()


def test_what_is_needed_comes_first(tmp_path: Path) -> None:
    order: list[str] = []
    settled = replace(server(tmp_path, "database"), settle=lambda: order.append("database is settled"))
    schema = Step(name="schema", action=lambda: order.append("schema"), needs=frozenset({"database"}))
    worker = server(tmp_path, "worker", "schema")
    asked = replace(worker, prepare=lambda: order.append("worker begins"), is_healthy=lambda: True)
    with supervising(tmp_path, asked, schema, settled):
        assert order == ["database is settled", "schema", "worker begins"]


def test_what_needs_nothing_of_each_other_starts_at_once(tmp_path: Path) -> None:
    both = threading.Barrier(2)

    def meet() -> None:
        both.wait(10)

    with supervising(tmp_path, Step(name="one", action=meet), Step(name="two", action=meet)):
        assert not both.broken


def test_parts_are_stopped_before_what_they_need(tmp_path: Path) -> None:
    """Also where only a step stands between them."""
    nodes: list[Part | Step] = [
        server(tmp_path, "database"),
        Step(name="schema", action=nothing, needs=frozenset({"database"})),
        replace(server(tmp_path, "worker"), uses=frozenset({"schema"})),
    ]
    says_goodbye = (
        "import pathlib, signal, sys, time\n"
        "def leave(*_):\n"
        "    with open('ended', 'a') as file: file.write(sys.argv[1] + ' ')\n"
        "    sys.exit()\n"
        "signal.signal(signal.SIGTERM, leave)\n"
        "pathlib.Path(sys.argv[1]).touch()\n"
        "time.sleep(600)"
    )
    polite = [
        replace(node, argv=[sys.executable, "-c", says_goodbye, node.name]) if isinstance(node, Part) else node
        for node in nodes
    ]
    with supervising(tmp_path, *polite):
        pass
    assert (tmp_path / "ended").read_text() == "worker database "


def test_a_failure_is_told_and_everything_stopped(tmp_path: Path) -> None:
    def fail() -> None:
        raise PartFailed("The schema is broken.")

    broken = Step(name="schema", action=fail, needs=frozenset({"database"}))
    later = server(tmp_path, "worker", "schema")
    with (
        pytest.raises(PartFailed, match=r"The schema is broken\."),
        supervising(tmp_path, server(tmp_path, "database"), broken, later),
    ):
        pass
    assert not (tmp_path / "worker").exists()


def test_a_part_can_be_stopped_and_started(tmp_path: Path) -> None:
    with supervising(tmp_path, server(tmp_path, "database")) as supervisor:
        supervisor.stop_part("database")
        assert supervisor.pid("database") is None
        supervisor.start_part("database")
        assert supervisor.pid("database") is not None


def test_a_killed_part_comes_back(tmp_path: Path) -> None:
    with supervising(tmp_path, server(tmp_path, "database")) as supervisor:
        before = supervisor.pid("database")
        supervisor.kill_part("database", signal.SIGKILL)
        supervisor.await_restart("database", before, seconds=20)
        assert supervisor.pid("database") not in (None, before)


def test_waiting_for_a_restart_that_does_not_come_ends(tmp_path: Path) -> None:
    with (
        supervising(tmp_path, server(tmp_path, "database")) as supervisor,
        pytest.raises(PartFailed, match="not healthy again within"),
    ):
        supervisor.await_restart("database", supervisor.pid("database"), seconds=0.1)


def test_who_waits_is_told_of_a_part_that_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keepers, "QUICK_DEATHS", 1)
    with supervising(tmp_path, server(tmp_path, "database")) as supervisor:
        supervisor.wait(timeout=0.01)
        supervisor.kill_part("database", signal.SIGKILL)
        with pytest.raises(PartFailed, match="database died 1 times"):
            supervisor.wait(timeout=20)


def test_parts_do_not_end_with_the_thread_that_asked_for_them(tmp_path: Path) -> None:
    with (tmp_path / "lock").open("w") as lock:
        supervisor = Supervisor({"database": server(tmp_path, "database")}, logs=tmp_path, held=lock.fileno())
        asking = threading.Thread(target=supervisor.start)
        asking.start()
        asking.join()
        before = supervisor.pid("database")
        assert before is not None
        os.kill(before, 0)
        supervisor.wait(timeout=0.2)
        assert supervisor.pid("database") == before
        supervisor.stop()
