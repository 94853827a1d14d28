"""A store that says what a test wants it to say, and one that is not there."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from video_pipeline.storage.client import client
from video_pipeline.storage.objects import ObjectStore

Answering = Callable[..., ObjectStore]


@pytest.fixture
def absent(environment: dict[str, str]) -> Iterator[ObjectStore]:
    """A store whose port nobody listens at."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{unused.getsockname()[1]}"
        yield ObjectStore(client(address, "us-east-1"), environment["S3_BUCKET"])


@pytest.fixture
def answering(environment: dict[str, str]) -> Iterator[Answering]:
    """Makes a store that gives every request the same answer, then hangs up."""
    servers: list[ThreadingHTTPServer] = []

    def make(body: bytes, headers: Mapping[str, str]) -> ObjectStore:
        class Answer(BaseHTTPRequestHandler):
            def answer(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                self.send_response(200)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)
                self.close_connection = True

            do_GET = do_HEAD = do_POST = answer  # noqa: N815 - the names http.server calls

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
        servers.append(server)
        return ObjectStore(client(f"http://127.0.0.1:{server.server_port}", "us-east-1"), environment["S3_BUCKET"])

    yield make
    for server in servers:
        server.shutdown()
        server.server_close()
