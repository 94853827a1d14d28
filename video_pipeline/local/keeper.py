"""Keeping one part running: it is started, watched, started again when it dies, and asked to end."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable
from pathlib import Path

from video_pipeline import tether
from video_pipeline.errors import PartFailed
from video_pipeline.local.part import Part

QUICK_DEATHS = 5
"""Deaths soon after a start, one after the other, at which a part is given up."""

_SOON_SECONDS = 30.0
_FIRST_PAUSE_SECONDS = 0.2
_LONGEST_PAUSE_SECONDS = 10.0
_HEALTH_INTERVAL_SECONDS = 0.1
_TAIL_LINES = 25
_TAIL_BYTES = 16 * 1024


class Keeper:
    """Looks after one part. It belongs to the event loop, and so to the thread, in which it is used.

    `held` is the file descriptor of a lock that the part inherits; `given_up` is told when the part keeps dying.
    """

    def __init__(self, part: Part, *, log: Path, held: int, given_up: Callable[[PartFailed], None]) -> None:
        self.part = part
        self._healthy_pid: int | None = None
        self._changed = asyncio.Condition()
        self._log = log
        self._held = held
        self._given_up = given_up
        self._process: asyncio.subprocess.Process | None = None
        self._watch: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        """The process that runs now, if one does."""
        process = self._process
        return process.pid if process is not None and process.returncode is None else None

    async def start(self) -> None:
        """Start the part and return when it is healthy; from then on it is kept running. One that is so is left alone.

        Raises:
            PartFailed: it ended, or was not healthy in time.
        """
        if self._watch is not None and not self._watch.done():
            return
        await self._launch()
        self._watch = asyncio.create_task(self._keep_running(), name=f"keep {self.part.name}")
        self._watch.add_done_callback(self._report)

    async def stop(self) -> None:
        """Ask the part to end, and end it; nothing of it is left when this returns."""
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
            self._watch = None
        await self._end()
        await asyncio.to_thread(self.part.tidy)

    def send(self, number: signal.Signals) -> None:
        """Send the part's process a signal; none where it does not run."""
        if self.pid is not None:
            os.kill(self.pid, number)

    async def restarted(self, pid: int | None) -> None:
        """Return when the part is healthy as another process than `pid`."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._healthy_pid not in (None, pid))

    async def _launch(self) -> None:
        await asyncio.to_thread(self.part.prepare)
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *tether.command(self.part.argv, death_signal=self.part.death_signal, user=self.part.user),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.part.folder,
                env=self.part.environment,
                start_new_session=True,  # the terminal's Ctrl-C is for the supervisor, which stops parts in order
                pass_fds=(self._held,),
            )
        try:
            await self._await_health(self._process)
        except (PartFailed, asyncio.CancelledError):
            await self._end()
            raise
        async with self._changed:
            self._healthy_pid = self.pid
            self._changed.notify_all()

    async def _await_health(self, process: asyncio.subprocess.Process) -> None:
        ended = asyncio.create_task(process.wait())
        deadline = asyncio.get_running_loop().time() + self.part.start_seconds
        try:
            while not await asyncio.to_thread(self.part.is_healthy):
                await asyncio.wait({ended}, timeout=_HEALTH_INTERVAL_SECONDS)
                if ended.done():
                    raise self._failure(f"ended while it was starting ({_describe(ended.result())})")
                if asyncio.get_running_loop().time() > deadline:
                    raise self._failure(f"did not answer within {self.part.start_seconds:.0f} s")
        finally:
            ended.cancel()

    async def _keep_running(self) -> None:
        quick_deaths = 0
        while self._process is not None:
            started = asyncio.get_running_loop().time()
            await self._process.wait()
            lived = asyncio.get_running_loop().time() - started
            quick_deaths = quick_deaths + 1 if lived < _SOON_SECONDS else 1
            quick_deaths = await self._start_again(quick_deaths)

    def _report(self, watch: asyncio.Task[None]) -> None:
        """A fault of ours, such as a health check that raises, must not leave a part unwatched without a word."""
        if not watch.cancelled() and (error := watch.exception()) is not None:
            self._given_up(self._failure(f"is watched no more ({error!r})"))

    async def _start_again(self, deaths: int) -> int:
        """Start until it is healthy; returns how many quick deaths there have been by then."""
        while deaths < QUICK_DEATHS:
            await asyncio.sleep(min(_FIRST_PAUSE_SECONDS * 2**deaths, _LONGEST_PAUSE_SECONDS))
            await self._end()
            with contextlib.suppress(PartFailed):
                await self._launch()
                return deaths
            deaths += 1
        self._process = None
        self._given_up(self._failure(f"died {deaths} times, each time soon after its start, and is given up"))
        return deaths

    async def _end(self) -> None:
        """End the process, and whatever of its group outlived it."""
        process = self._process
        if process is None:
            return
        for number, seconds in self.part.stop:
            if process.returncode is not None:
                break
            with contextlib.suppress(ProcessLookupError, TimeoutError):
                process.send_signal(number)
                await asyncio.wait_for(process.wait(), seconds)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
        self._process = None

    def _failure(self, what: str) -> PartFailed:
        return PartFailed(f"{self.part.name} {what}. The end of its log, {self._log}:\n{tail(self._log)}")


def tail(log: Path) -> str:
    """The last lines of a log."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - _TAIL_BYTES))
            return "\n".join(file.read().decode(errors="replace").splitlines()[-_TAIL_LINES:])
    except FileNotFoundError:
        return ""


def _describe(returncode: int) -> str:
    return f"signal {signal.Signals(-returncode).name}" if returncode < 0 else f"exit code {returncode}"
