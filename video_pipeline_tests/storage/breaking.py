"""A store that goes away within its first answer."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from threading import Thread


@contextmanager
def breaking() -> Iterator[str]:
    """The address of a store that breaks off within the headers of `100 Continue`, whatever it is asked."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        answering = Thread(target=_continue_and_break, args=(server,))
        answering.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}"
        finally:
            server.shutdown(socket.SHUT_RDWR)
            answering.join()


def _continue_and_break(server: socket.socket) -> None:
    while True:
        try:
            connection, _ = server.accept()
        except OSError:  # it was shut down
            return
        with connection:
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 100 Continue\r\nServer: a")
