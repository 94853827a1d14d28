from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from concurrent import futures
from http.server import BaseHTTPRequestHandler, HTTPServer

import grpc  # type: ignore[import-untyped]
import pytest
from grpc_health.v1 import health, health_pb2, health_pb2_grpc  # type: ignore[import-untyped]

from video_pipeline.local import probes
from video_pipeline.local.ports import reserved
from video_pipeline.local.stack import Running

SERVING, NOT_SERVING = health_pb2.HealthCheckResponse.SERVING, health_pb2.HealthCheckResponse.NOT_SERVING


class Pages(BaseHTTPRequestHandler):
    """`/well` is a JSON document, `/broken` is not there."""

    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/well" else 503)
        self.end_headers()
        self.wfile.write(json.dumps({"status": "ok"}).encode() if self.path == "/well" else b"no")

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def website() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Pages) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def nobody() -> Iterator[int]:
    """A port that nobody listens on."""
    with reserved(["nobody"], wished={}) as ports:
        yield ports["nobody"]


def test_a_page_answers(website: str) -> None:
    assert probes.http_answers(f"{website}/well")
    assert probes.http_json(f"{website}/well") == {"status": "ok"}


def test_a_page_that_fails_does_not_answer(website: str) -> None:
    assert not probes.http_answers(f"{website}/broken")
    assert probes.http_json(f"{website}/broken") is None


def test_where_nobody_listens_nobody_answers(nobody: int) -> None:
    assert not probes.http_answers(f"http://127.0.0.1:{nobody}/")
    assert probes.http_json(f"http://127.0.0.1:{nobody}/") is None
    assert not probes.grpc_serves(f"127.0.0.1:{nobody}", "DagsterApi")
    assert not probes.worker_answers(f"redis://127.0.0.1:{nobody}/0", "celery@nobody")


def test_a_proxy_for_other_hosts_is_not_asked(website: str, monkeypatch: pytest.MonkeyPatch, nobody: int) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "grpc_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{nobody}")
    assert probes.http_answers(f"{website}/well")


def test_a_grpc_server_serves_what_it_says_it_serves() -> None:
    server = grpc.server(futures.ThreadPoolExecutor(1))
    servicer = health.HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    servicer.set("up", SERVING)
    servicer.set("down", NOT_SERVING)
    server.start()
    answers = {service: probes.grpc_serves(f"127.0.0.1:{port}", service) for service in ("up", "down", "unknown")}
    server.stop(None).wait()
    assert answers == {"up": True, "down": False, "unknown": False}


def test_a_worker_that_is_not_there_does_not_answer(servers: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probes, "SECONDS", 0.2)
    assert not probes.worker_answers(servers.environment["BROKER_URL"], "celery@nobody")
