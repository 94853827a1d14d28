"""A receiver on this machine that does to requests what tests want done to them."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Deed = Callable[[BaseHTTPRequestHandler], None]


@dataclass(frozen=True)
class Received:
    """A request as it came."""

    path: str
    headers: dict[str, str]
    body: str


@dataclass
class Receiver:
    """What has come, and what is to be done with what comes next; what no deed is left for is taken."""

    url: str
    received: list[Received] = field(default_factory=list)
    deeds: deque[Deed] = field(default_factory=deque)
    let_go: threading.Event = field(default_factory=threading.Event)

    def hang(self, handler: BaseHTTPRequestHandler) -> None:
        """Say nothing until the test is over."""
        self.let_go.wait(30)
        handler.close_connection = True


def answer(status: int, body: str = "", **headers: str) -> Deed:
    """Answer with a status."""

    def deed(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("content-length", str(len(body.encode())))
        handler.end_headers()
        handler.wfile.write(body.encode())

    return deed


def cut(handler: BaseHTTPRequestHandler) -> None:
    """End the connection within the answer's head."""
    handler.wfile.write(b"HTTP/1.1 20")
    handler.close_connection = True


class Server(ThreadingHTTPServer):
    request_queue_size = 128  # of the usual five, couriers who come in a crowd would be turned away


@contextmanager
def listening() -> Iterator[Receiver]:
    """A receiver for as long as the block lasts."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            headers = {name.lower(): value for name, value in self.headers.items()}
            receiver.received.append(Received(self.path, headers, body))
            deed = receiver.deeds.popleft() if receiver.deeds else answer(204)
            deed(self)

        def log_message(self, *words: object) -> None:
            pass

    server = Server(("127.0.0.1", 0), Handler)
    receiver = Receiver(f"http://127.0.0.1:{server.server_port}")
    serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    serving.start()
    try:
        yield receiver
    finally:
        receiver.let_go.set()
        server.shutdown()
        server.server_close()
        serving.join()
