"""A server in between: it passes everything on, writes down what it was asked, and answers itself where it is told to.

What it does not change is the Host header: presigned addresses are signed with it.
"""

from __future__ import annotations

import http.client
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

HOP_BY_HOP = {"connection", "transfer-encoding", "keep-alive"}


@dataclass(frozen=True)
class Asked:
    """A request that came by."""

    method: str
    path: str
    query: dict[str, list[str]]

    @property
    def part(self) -> int | None:
        """The number of the part that it sends, if it sends one."""
        return int(self.query["partNumber"][0]) if self.method == "PUT" and "partNumber" in self.query else None


@dataclass(frozen=True)
class Said:
    """An answer of the relay's own."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


Meddle = Callable[[Asked], Said | None]
"""Looks at a request before it is passed on; what it gives is the answer. It may wait, and it may raise to cut off."""


class Cut(Exception):
    """The connection breaks off without an answer."""


@dataclass
class Relay:
    """Stands before a server at `address`."""

    address: str
    asked: list[Asked] = field(default_factory=list)
    passed: list[Asked] = field(default_factory=list)
    meddle: Meddle = lambda _: None

    def parts(self) -> list[int]:
        """The numbers of the parts that were passed on and taken, sorted."""
        return sorted(one.part for one in self.passed if one.part is not None)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, to: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.target = urlsplit(to)
        self.relay = Relay(f"http://127.0.0.1:{self.server_port}")


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def _pass_on(self) -> None:
        url = urlsplit(self.path)
        asked = Asked(self.command, url.path, parse_qs(url.query))
        relay = self.server.relay
        relay.asked.append(asked)
        try:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            said = relay.meddle(asked)
            if said is None:
                said = self._answer_of_the_server(body)
                relay.passed += [asked] if said.status < 300 else []
            self._say(said)
        except (Cut, BrokenPipeError, ConnectionResetError):  # the latter two: whoever asked has been killed
            self.close_connection = True

    def _answer_of_the_server(self, body: bytes) -> Said:
        target = self.server.target
        connection = http.client.HTTPConnection(target.hostname or "", target.port, timeout=30)
        try:
            connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():
                if name.lower() not in HOP_BY_HOP:
                    connection.putheader(name, value)
            connection.endheaders(body)
            answer = connection.getresponse()
            headers = {name: value for name, value in answer.getheaders() if name.lower() not in HOP_BY_HOP}
            return Said(answer.status, answer.read(), headers)
        finally:
            connection.close()

    def _say(self, said: Said) -> None:
        self.send_response_only(said.status)
        for name, value in said.headers.items():
            if name.lower() != "content-length":
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(said.body)))
        self.end_headers()
        self.wfile.write(said.body)

    do_GET = do_PUT = do_POST = do_DELETE = do_PATCH = _pass_on  # noqa: N815 - http.server's names

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Nothing."""


@contextmanager
def relaying(to: str) -> Iterator[Relay]:
    """A relay before the server at `to`, for as long as the block lasts."""
    with _Server(to) as server:
        serving = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        serving.start()
        try:
            yield server.relay
        finally:
            server.shutdown()
            serving.join()
