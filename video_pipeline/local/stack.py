"""The whole stack, or some of its parts, running for as long as a block of code does."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from video_pipeline.errors import ConfigurationError
from video_pipeline.local import blueprint, environment
from video_pipeline.local.installation import Installation
from video_pipeline.local.part import Blueprint, with_needs
from video_pipeline.local.supervisor import Supervisor

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True, slots=True)
class Running:
    """A stack that is up: what its programs are told, where people find it, and a hand on its parts.

    `urls` has `api`, `dagster` and `s3`.
    """

    environment: dict[str, str]
    supervisor: Supervisor

    @property
    def urls(self) -> dict[str, str]:
        """Where people and programs find it."""
        told = self.environment
        return {"api": told["PREVIEW_URL"], "dagster": told["DAGSTER_UI_URL"], "s3": told["S3_ENDPOINT_URL"]}

    @property
    def parts(self) -> list[str]:
        """The names of the parts that are kept running."""
        return self.supervisor.names

    def wait(self, timeout: float | None = None) -> None:
        """Stay for `timeout` seconds, or for ever.

        Raises:
            PartFailed: a part kept dying and was given up.
        """
        self.supervisor.wait(timeout)

    def pid(self, name: str) -> int | None:
        """The process of a part, None while there is none."""
        return self.supervisor.pid(name)

    def start_part(self, name: str) -> None:
        """Start a part that was stopped; returns when it is healthy."""
        self.supervisor.start_part(name)

    def stop_part(self, name: str) -> None:
        """Stop a part and leave it so."""
        self.supervisor.stop_part(name)

    def kill_part(self, name: str, number: signal.Signals = signal.SIGKILL) -> None:
        """Send a part's process a signal. A part that dies of it is started again."""
        self.supervisor.kill_part(name, number)

    def await_restart(self, name: str, pid: int | None, *, seconds: float = 60.0) -> None:
        """Return when a part is healthy as another process than `pid`.

        Raises:
            PartFailed: it is not, within that time.
        """
        self.supervisor.await_restart(name, pid, seconds=seconds)


@contextmanager
def running(data_dir: Path, *, parts: Collection[str] | None = None) -> Iterator[Running]:
    """Start the stack of a data folder, or only `parts` and what they need; stop it at the end of the block.

    A server that the environment names (DATABASE_URL, S3_ENDPOINT_URL, BROKER_URL) is used instead of ours.

    Raises:
        ConfigurationError: a stack is up in that folder already, or a part is unknown.
        PartFailed: a part did not come up; the message ends with the end of its log.
    """
    installation = Installation(data_dir)
    with installation.held() as held, installation.reserved_ports():
        told = environment.settle(installation, os.environ)
        whole = blueprint.draw(installation, told, os.environ)
        supervisor = Supervisor(with_needs(whole, _known(parts, whole)), logs=installation.fresh_logs(), held=held)
        try:
            supervisor.start()
            yield Running(told, supervisor)
        finally:
            supervisor.stop()


def run_until_stopped(
    data_dir: Path, *, on_ready: Callable[[Running], None], parts: Collection[str] | None = None
) -> None:
    """Run the stack until SIGINT, SIGTERM or SIGHUP asks for its end; it is stopped in order, and at once by a second.

    Raises:
        ConfigurationError: a stack is up in that folder already.
        PartFailed: a part did not come up, or kept dying later.
    """
    with suppress(_EndAsked), _end_on_signals(), running(data_dir, parts=parts) as stack:
        on_ready(stack)
        stack.wait()


class _EndAsked(BaseException):
    """Somebody wants the stack to end."""


@contextmanager
def _end_on_signals() -> Iterator[None]:
    def leave(number: int, _: FrameType | None) -> None:
        os._exit(128 + number)  # the kernel ends every part with us

    def ask(_: int, __: FrameType | None) -> None:
        for other in _ENDING:
            signal.signal(other, leave)
        raise _EndAsked

    before = {number: signal.signal(number, ask) for number in _ENDING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _known(parts: Collection[str] | None, whole: Blueprint) -> frozenset[str]:
    names = frozenset(whole if parts is None else parts)
    if unknown := names - whole.keys():
        raise ConfigurationError(f"There is no part {', '.join(sorted(unknown))}; there are {', '.join(whole)}.")
    return names
