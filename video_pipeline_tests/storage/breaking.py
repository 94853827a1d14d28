"""A store that goes away within its first answer."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from threading import Thread


@contextmanager
def breaking(answer: bytes = b"HTTP/1.1 100 Continue\r\nServer: a") -> Iterator[str]:
    """The address of a store that answers so and breaks off, whatever it is asked."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        answering = Thread(target=_answer_and_break, args=(server, answer))
        answering.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}"
        finally:
            server.shutdown(socket.SHUT_RDWR)
            answering.join()


def _answer_and_break(server: socket.socket, answer: bytes) -> None:
    while True:
        try:
            connection, _ = server.accept()
        except OSError:  # it was shut down
            return
        with connection:
            connection.recv(65536)
            connection.sendall(answer)
