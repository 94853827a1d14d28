"""Starting everything in the order of what needs what, watching it, and stopping it in the reverse order."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from video_pipeline.errors import PartFailed
from video_pipeline.local.keeper import Keeper
from video_pipeline.local.part import Blueprint, Part, Step

_T = TypeVar("_T")
_THREADS = 16  # one health check for each part at a time, and the work of steps


class Supervisor:
    """Runs a blueprint's parts from a thread of its own.

    Parts must be children of a thread that lives as long as they should (see tether.py), whatever thread asks for
    them. That thread is this one: an event loop that starts, watches and stops, and is the only one to touch keepers.
    """

    def __init__(self, blueprint: Blueprint, *, logs: Path, held: int) -> None:
        self._blueprint = blueprint
        self._failed = threading.Event()
        self._failure: PartFailed | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run_loop, name="supervisor", daemon=True)
        self._keepers = {
            name: Keeper(node, log=logs / f"{name}.log", held=held, given_up=self._give_up)
            for name, node in blueprint.items()
            if isinstance(node, Part)
        }
        self._thread.start()

    @property
    def names(self) -> list[str]:
        """The parts that are kept running."""
        return list(self._keepers)

    def start(self) -> None:
        """Start everything; what needs nothing begins at once.

        Raises:
            PipelineError: a part did not come up, or a step failed. The rest is still to be stopped.
        """
        needs = {name: node.needs for name, node in self._blueprint.items()}
        self._run(_in_order(needs, self._bring_up))

    def stop(self) -> None:
        """Stop every part after those that need or use it, and end the thread."""
        dependents = {
            name: frozenset(other for other, node in self._blueprint.items() if name in node.needs | node.uses)
            for name in self._blueprint
        }
        self._run(_in_order(dependents, self._take_down))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def wait(self, timeout: float | None = None) -> None:
        """Return when `timeout` seconds have passed.

        Raises:
            PartFailed: a part kept dying and was given up.
        """
        if self._failed.wait(timeout) and self._failure is not None:
            raise self._failure

    def pid(self, name: str) -> int | None:
        """The process of a part, if it runs."""
        return self._keepers[name].pid

    def start_part(self, name: str) -> None:
        """Start a part that was stopped; returns when it is healthy."""
        self._run(self._keepers[name].start())

    def stop_part(self, name: str) -> None:
        """Stop one part and leave it so."""
        self._run(self._keepers[name].stop())

    def kill_part(self, name: str, number: signal.Signals) -> None:
        """Send one part's process a signal; if it dies of that it is started again."""
        self._keepers[name].send(number)

    def await_restart(self, name: str, pid: int | None, *, seconds: float) -> None:
        """Return when a part is healthy as another process than `pid`.

        Raises:
            PartFailed: it is not, within that time.
        """
        try:
            self._run(asyncio.wait_for(self._keepers[name].restarted(pid), seconds))
        except TimeoutError as error:
            raise PartFailed(f"{name} was not healthy again within {seconds:.0f} s.") from error

    async def _bring_up(self, name: str) -> None:
        node = self._blueprint[name]
        if isinstance(node, Step):
            await asyncio.to_thread(node.action)
            return
        await self._keepers[name].start()
        await asyncio.to_thread(node.settle)

    async def _take_down(self, name: str) -> None:
        if name in self._keepers:
            await self._keepers[name].stop()

    def _give_up(self, failure: PartFailed) -> None:
        self._failure = failure
        self._failed.set()

    def _run_loop(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.set_default_executor(ThreadPoolExecutor(_THREADS, thread_name_prefix="supervisor"))
        try:
            self._loop.run_forever()
            self._loop.run_until_complete(self._loop.shutdown_default_executor())
        finally:
            self._loop.close()

    def _run(self, work: Coroutine[None, None, _T]) -> _T:
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result()
        except BaseException:  # an interrupt, too, must end what it waits for
            future.cancel()
            raise


async def _in_order(before: Mapping[str, frozenset[str]], act: Callable[[str], Awaitable[None]]) -> None:
    """Act on each name as soon as all that `before` puts before it is done; the rest is left out when one fails."""
    done = {name: asyncio.Event() for name in before}

    async def one(name: str) -> None:
        for other in before[name]:
            await done[other].wait()
        await act(name)
        done[name].set()

    try:
        async with asyncio.TaskGroup() as tasks:
            for name in before:
                tasks.create_task(one(name), name=name)
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from None  # the others were cut short by this one
