from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from video_pipeline.errors import PartFailed
from video_pipeline.local import keeper as keepers
from video_pipeline.local.keeper import QUICK_DEATHS, Keeper
from video_pipeline.local.part import Part

from .processes import eventually

SERVES = "import pathlib, time; pathlib.Path('ready').touch(); time.sleep(600)"
DEAF = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + SERVES
PARENT = "import subprocess; print(subprocess.Popen(['sleep', '600']).pid, flush=True); " + SERVES
BROKEN = "import sys; sys.exit('no such disk')"


@pytest.fixture
def held(tmp_path: Path) -> Iterator[int]:
    with (tmp_path / "lock").open("w") as lock:
        yield lock.fileno()


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keepers, "_FIRST_PAUSE_SECONDS", 0.001)


def part(folder: Path, program: str) -> Part:
    """A server in Python that is healthy once it has made its file."""
    ready = folder / "ready"
    return Part(
        name="server",
        argv=[sys.executable, "-c", program],
        environment=os.environ,
        folder=folder,
        prepare=lambda: ready.unlink(missing_ok=True),
        is_healthy=ready.exists,
        start_seconds=20,
    )


def keeping(
    served: Part, held: int, act: Callable[[Keeper], Awaitable[None]], *, given_up: Callable[[PartFailed], None] = print
) -> None:
    """Start the part, act, and stop it whatever happens."""

    async def story() -> None:
        keeper = Keeper(served, log=served.folder / "server.log", held=held, given_up=given_up)
        try:
            await keeper.start()
            await act(keeper)
        finally:
            await keeper.stop()

    asyncio.run(story())


def test_a_part_runs_from_start_to_stop(tmp_path: Path, held: int) -> None:
    seen = []

    async def act(keeper: Keeper) -> None:
        assert keeper.pid is not None
        seen.append(psutil.Process(keeper.pid))
        assert seen[0].is_running()

    keeping(part(tmp_path, SERVES), held, act)
    assert not seen[0].is_running()


def test_a_part_is_prepared_before_each_start_and_tidied_after_its_stop(tmp_path: Path, held: int) -> None:
    order: list[str] = []
    served = part(tmp_path, SERVES)

    def prepare() -> None:
        served.prepare()
        order.append("prepared")

    async def act(keeper: Keeper) -> None:
        before = keeper.pid
        keeper.send(signal.SIGKILL)
        await asyncio.wait_for(keeper.restarted(before), 20)
        order.append("running")

    keeping(replace(served, prepare=prepare, tidy=lambda: order.append("tidied")), held, act)
    assert order == ["prepared", "prepared", "running", "tidied"]


def test_a_part_that_dies_is_started_again(tmp_path: Path, held: int) -> None:
    async def act(keeper: Keeper) -> None:
        for _ in range(QUICK_DEATHS - 1):
            before = keeper.pid
            keeper.send(signal.SIGKILL)
            await asyncio.wait_for(keeper.restarted(before), 20)
            assert keeper.pid != before

    keeping(part(tmp_path, SERVES), held, act)


def test_a_part_that_keeps_dying_is_given_up(tmp_path: Path, held: int) -> None:
    failures: list[PartFailed] = []

    async def act(keeper: Keeper) -> None:
        before = None
        for _ in range(QUICK_DEATHS):
            await asyncio.wait_for(keeper.restarted(before), 20)
            before = keeper.pid
            keeper.send(signal.SIGKILL)
        while not failures:
            await asyncio.sleep(0.01)

    keeping(part(tmp_path, SERVES), held, act, given_up=failures.append)
    assert f"died {QUICK_DEATHS} times" in str(failures[0])


async def nothing(_: Keeper) -> None:
    return


def test_a_part_that_runs_is_not_started_twice(tmp_path: Path, held: int) -> None:
    async def act(keeper: Keeper) -> None:
        before = keeper.pid
        await keeper.start()
        assert keeper.pid == before

    keeping(part(tmp_path, SERVES), held, act)


def test_only_the_end_of_a_long_log_is_told(tmp_path: Path) -> None:
    log = tmp_path / "server.log"
    log.write_text("".join(f"line {number}\n" for number in range(100_000)))
    assert keepers.tail(log).splitlines()[-1] == "line 99999"
    assert len(keepers.tail(log).splitlines()) == 25
    assert keepers.tail(tmp_path / "none.log") == ""


def test_a_part_that_cannot_start_says_why(tmp_path: Path, held: int) -> None:
    with pytest.raises(PartFailed, match=r"exit code 1(.|\n)*server\.log(.|\n)*no such disk"):
        keeping(part(tmp_path, BROKEN), held, nothing)


def test_a_part_that_is_killed_while_it_starts_says_so(tmp_path: Path, held: int) -> None:
    with pytest.raises(PartFailed, match="signal SIGKILL"):
        keeping(part(tmp_path, "import os; os.kill(os.getpid(), 9)"), held, nothing)


def test_a_part_that_never_answers_is_not_waited_for_for_ever(tmp_path: Path, held: int) -> None:
    silent = replace(part(tmp_path, "import time; time.sleep(600)"), start_seconds=0.3)
    with pytest.raises(PartFailed, match="did not answer within"):
        keeping(silent, held, nothing)


def test_a_part_that_will_not_end_is_ended(tmp_path: Path, held: int) -> None:
    seen = []

    async def act(keeper: Keeper) -> None:
        seen.append(psutil.Process(keeper.pid))

    keeping(replace(part(tmp_path, DEAF), stop=((signal.SIGTERM, 0.1),)), held, act)
    assert not seen[0].is_running()


def test_nothing_that_a_part_started_outlives_it(tmp_path: Path, held: int) -> None:
    keeping(part(tmp_path, PARENT), held, nothing)
    grandchild = int((tmp_path / "server.log").read_text())
    assert eventually(lambda: not psutil.pid_exists(grandchild) or gone(grandchild))


def gone(pid: int) -> bool:
    """Whether a process has ended, though perhaps nobody has taken note of it."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_a_health_check_that_breaks_is_not_kept_quiet(tmp_path: Path, held: int) -> None:
    failures: list[PartFailed] = []
    answers = [True]

    async def act(keeper: Keeper) -> None:
        keeper.send(signal.SIGKILL)
        while not failures:
            await asyncio.sleep(0.01)

    served = replace(part(tmp_path, SERVES), is_healthy=answers.pop)
    keeping(served, held, act, given_up=failures.append)
    assert "is watched no more" in str(failures[0])
