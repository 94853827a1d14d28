"""Asking a server on this machine how it is, within seconds."""

from __future__ import annotations

import json
import urllib.request
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from celery import Celery

SECONDS = 3.0

_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # whatever proxy the user has for other hosts


def http_answers(url: str) -> bool:
    """Whether `url` answers with success."""
    try:
        with _direct.open(url, timeout=SECONDS):
            return True
    except OSError:  # urllib's errors are of this kind, a status of 400 and up among them
        return False


def http_json(url: str) -> Any:  # noqa: ANN401 - as json.loads
    """The JSON document at `url`, or None where it does not answer with one."""
    try:
        with _direct.open(url, timeout=SECONDS) as answer:
            return json.load(answer)
    except (OSError, ValueError):
        return None


def grpc_serves(address: str, service: str) -> bool:
    """Whether the gRPC server at `address` says that it serves `service`."""
    import grpc  # type: ignore[import-untyped]  # here, since it takes a while and few need it
    from grpc_health.v1.health_pb2 import (  # type: ignore[import-untyped]
        HealthCheckRequest,
        HealthCheckResponse,
    )
    from grpc_health.v1.health_pb2_grpc import HealthStub  # type: ignore[import-untyped]

    with grpc.insecure_channel(address, options=[("grpc.enable_http_proxy", 0)]) as channel:
        try:
            answer = HealthStub(channel).Check(HealthCheckRequest(service=service), timeout=SECONDS)
        except grpc.RpcError:
            return False
    return bool(answer.status == HealthCheckResponse.SERVING)


def worker_answers(broker_url: str, name: str) -> bool:
    """Whether the Celery worker of that name answers over the broker."""
    from kombu.exceptions import OperationalError  # as above

    app = _celery(broker_url)
    with app.connection_for_write() as connection:  # not one of the app's pool, which may be older than the broker
        broken: tuple[type[BaseException], ...] = (OperationalError, *connection.connection_errors)
        try:
            return bool(app.control.ping(destination=[name], timeout=SECONDS, connection=connection))
        except broken:
            return False


@cache
def _celery(broker_url: str) -> Celery:
    from celery import Celery

    once = {"max_retries": 1, "interval_start": 0, "interval_step": 0}
    return Celery(broker=broker_url, changes={"broker_transport_options": once}, set_as_current=False)
