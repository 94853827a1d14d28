"""Canaries: a file and a port that nobody has a reason to touch, and that notice when somebody does."""

from __future__ import annotations

import ctypes
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import SimpleQueue
from threading import Thread

IN_OPEN = 0x20  # linux/inotify.h
_libc = ctypes.CDLL(None, use_errno=True)


class Watch:
    """A file that notices when it is opened: the kernel notes it down before open(2) returns."""

    def __init__(self, path: Path) -> None:
        """Watch a file that is there."""
        self._descriptor = _libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        if _libc.inotify_add_watch(self._descriptor, os.fsencode(path), IN_OPEN) < 0:
            raise OSError(ctypes.get_errno(), f"{path} cannot be watched")

    def was_opened(self) -> bool:
        """Whether somebody has opened the file since this was asked last."""
        try:
            return bool(os.read(self._descriptor, 4096))
        except BlockingIOError:
            return False

    def close(self) -> None:
        """Watch no more."""
        os.close(self._descriptor)


class Listener:
    """A TCP port on loopback that counts who connects, and hangs up at once."""

    def __init__(self) -> None:
        """Listen on a port of the kernel's choice."""
        self._server = socket.create_server(("127.0.0.1", 0))
        self._peers: SimpleQueue[object] = SimpleQueue()
        self._thread = Thread(target=self._answer)
        self._thread.start()

    @property
    def address(self) -> tuple[str, int]:
        """Host and port."""
        host, port = self._server.getsockname()
        return host, port

    def _answer(self) -> None:
        with suppress(OSError):  # the server was shut down
            while True:
                connection, peer = self._server.accept()
                connection.close()
                self._peers.put(peer)

    def was_reached(self) -> bool:
        """Whether somebody has connected since this was asked last.

        Connections are accepted in the order in which they were made: whoever came first stands before ours.
        """
        with socket.create_connection(self.address) as own:
            return sum(1 for _ in iter(self._peers.get, own.getsockname())) > 0

    def close(self) -> None:
        """Listen no more."""
        self._server.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._server.close()


@contextmanager
def listening() -> Iterator[Listener]:
    """A listener, closed when the block is left."""
    listener = Listener()
    try:
        yield listener
    finally:
        listener.close()


@contextmanager
def watching(path: Path) -> Iterator[Watch]:
    """A watch on a file, closed when the block is left."""
    watch = Watch(path)
    try:
        yield watch
    finally:
        watch.close()
