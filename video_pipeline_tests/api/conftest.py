"""The API on a port of its own, over the real catalog and bucket."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from threading import Thread
from typing import Any
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

import pytest
import uvicorn
from sqlalchemy import Engine

from video_pipeline.api import dependencies, insiders
from video_pipeline.api.app import create_app
from video_pipeline.storage.objects import ObjectStore


@dataclass(frozen=True)
class Answer:
    """What the API said."""

    status: int
    headers: Message
    body: bytes

    @property
    def told(self) -> Any:
        """The body, as the JSON that it is."""
        return json.loads(self.body)


class Client:
    """Asks the API at `address`, over a real connection."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._opener = build_opener(ProxyHandler({}))

    def get(self, path: str) -> Answer:
        """What is answered, refusals included."""
        return self.ask("GET", path)

    def ask(
        self,
        method: str,
        path: str,
        content: object = None,
        *,
        token: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """What is answered to any request; `content` is sent as JSON, `token` as the bearer's."""
        body = None if content is None else json.dumps(content).encode()
        sent = {"Content-Type": "application/json"} if body else {}
        sent |= {"Authorization": f"Bearer {token}"} if token else {}
        request = Request(self.address + path, body, sent | (headers or {}), method=method)
        try:
            with self._opener.open(request, timeout=10) as answer:
                return Answer(answer.status, answer.headers, answer.read())
        except HTTPError as refusal:
            with refusal:
                return Answer(refusal.code, refusal.headers, refusal.read())


@pytest.fixture
def fresh_dependencies(environment: dict[str, str]) -> Iterator[None]:
    """Nothing that an earlier test connected."""
    forget()
    yield
    forget()


def forget() -> None:
    """Let what is made once be made anew, of the environment as it is now."""
    if dependencies.engine.cache_info().currsize:
        dependencies.engine().dispose()
    dependencies.engine.cache_clear()
    dependencies.direct.cache_clear()
    dependencies.public_store.cache_clear()
    dependencies.distribution.cache_clear()
    for known in (dependencies.store, dependencies.keyring, dependencies.access_tokens, dependencies.outside_issuer):
        known.cache_clear()
    for counted in (dependencies.request_rates, insiders.metrics, insiders.ready):
        counted.cache_clear()


@pytest.fixture
def api(fresh_dependencies: None, engine: Engine, store: ObjectStore) -> Iterator[Client]:
    """The API, served."""
    with served() as client:
        yield client


@contextmanager
def served() -> Iterator[Client]:
    """The API on a port of its own. Its socket listens before the server starts, so that nobody need wait for it."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(create_app(), ws="none", lifespan="off", log_config=None))
        serving = Thread(target=server.run, kwargs={"sockets": [listening]})
        serving.start()
        try:
            yield Client(f"http://127.0.0.1:{listening.getsockname()[1]}")
        finally:
            server.should_exit = True
            serving.join()
