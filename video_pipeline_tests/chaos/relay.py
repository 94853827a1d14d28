"""A relay between our processes and the object store that answers badly when told to.

What passes is not changed, the Host header least of all: addresses are signed with it. Requests are told apart by
their Content-Length, so that some can be refused; answers are passed on as bytes, so that some can be cut short.
"""

from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

CHUNK_BYTES = 64 * 1024
LONGEST_HEAD_BYTES = 64 * 1024
LONGEST_CUT_BYTES = 32 * 1024
_REFUSALS = (
    b"HTTP/1.1 503 Slow Down",
    b"HTTP/1.1 500 Internal Server Error",
)
_SLOW_DOWN = b"<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>"


@dataclass(frozen=True, slots=True)
class Trouble:
    """How often (0 to 1) a request is refused, or its connection cut in the middle, and how long any may wait."""

    refused: float = 0.0
    cut: float = 0.0
    longest_wait_seconds: float = 0.0


CALM = Trouble()


@dataclass
class Relay:
    """Listens at `port`, passes on to `target`. `trouble` may change at any time; `troubled` counts who suffered."""

    target: int
    dice: random.Random
    port: int = 0
    trouble: Trouble = CALM
    troubled: int = 0
    _open: set[asyncio.Task[None]] = field(default_factory=set)

    async def serve(self, ready: threading.Event, ended: asyncio.Event) -> None:
        """Pass on until `ended`."""
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0, limit=LONGEST_HEAD_BYTES)
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        async with server:
            await ended.wait()
            for task in self._open:
                task.cancel()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._open.add(task)
            task.add_done_callback(self._open.discard)
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, asyncio.CancelledError):
            onward = await asyncio.open_connection("127.0.0.1", self.target)
            try:
                await _first_ended(self._requests(reader, writer, onward[1]), self._answers(onward[0], writer))
            finally:
                onward[1].close()
        writer.close()

    async def _requests(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, onward: asyncio.StreamWriter
    ) -> None:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            if self.trouble.longest_wait_seconds:
                self.troubled += 1
                await asyncio.sleep(self.dice.uniform(0, self.trouble.longest_wait_seconds))
            if self.dice.random() < self.trouble.refused:
                await self._refuse(reader, writer, head)
                return
            onward.write(head)
            await _pass(reader, onward, _body_bytes(head))

    async def _refuse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: bytes) -> None:
        self.troubled += 1
        if b"100-continue" not in head.lower():
            await reader.readexactly(_body_bytes(head))
        body = b"" if head.startswith(b"HEAD") else _SLOW_DOWN
        length = f"Content-Type: application/xml\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        writer.write(self.dice.choice(_REFUSALS) + b"\r\n" + length.encode() + body)
        await writer.drain()

    async def _answers(self, onward: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while chunk := await onward.read(CHUNK_BYTES):
            if self.dice.random() < self.trouble.cut:
                self.troubled += 1
                writer.write(chunk[: self.dice.randrange(min(len(chunk), LONGEST_CUT_BYTES))])
                return
            writer.write(chunk)
            await writer.drain()


async def _first_ended(*halves: Coroutine[None, None, None]) -> None:
    tasks = [asyncio.create_task(half) for half in halves]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _pass(reader: asyncio.StreamReader, onward: asyncio.StreamWriter, left: int) -> None:
    await onward.drain()
    while left:
        chunk = await reader.read(min(left, CHUNK_BYTES))
        if not chunk:
            raise asyncio.IncompleteReadError(b"", left)
        left -= len(chunk)
        onward.write(chunk)
        await onward.drain()


def _body_bytes(head: bytes) -> int:
    lengths = [line.partition(b":")[2] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
    return int(lengths[0]) if lengths else 0


@contextmanager
def relaying(target: int, dice: random.Random) -> Iterator[Relay]:
    """A relay to a port of this machine, for as long as the block lasts."""
    relay, ready, ended = Relay(target, dice), threading.Event(), asyncio.Event()
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=lambda: loop.run_until_complete(relay.serve(ready, ended)), name="relay")
    thread.start()
    ready.wait()
    try:
        yield relay
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join()
        loop.close()
