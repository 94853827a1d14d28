"""How fast one API process begins uploads, and how evenly, while many clients ask at once.

A file that is sent as one costs the catalog and a signature. One of seven parts asks the object store as well, and has
seven addresses signed; the store's own rate stands beside it, since it shares the processors with all the others.
"""

from __future__ import annotations

import json
import os
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import psutil

from benchmarks.clients import Asking, Request, asked, together
from benchmarks.report import Figure
from video_pipeline.accounts.tokens import AccessTokens, Claims
from video_pipeline.catalog.engine import connect, transaction
from video_pipeline.catalog.records import people
from video_pipeline.local.stack import Running, running
from video_pipeline.storage.client import client
from video_pipeline.types import Role

CLIENTS = 8
WARM_SECONDS = 2.0
SECONDS = 10.0
SMALL_BYTES = 1_000_000
LARGE_BYTES = 70_000_000  # seven parts
STORE_UPLOADS = 1000

SECONDS_PER_UPLOAD = 1 / 300
EVENNESS = 4.0

#: Nobody here runs out of quota, and nobody asks too often; but everybody is counted.
PLENTY = {"WEEKLY_UPLOAD_BYTES": str(2**60), "RATE_LIMIT_UPLOADS": "900000/minute"}


def measure() -> list[Figure]:
    """Pace and evenness for both kinds of file, and what the store does alone."""
    os.environ.update(PLENTY)
    with tempfile.TemporaryDirectory() as folder, running(Path(folder), parts={"api", "valkey"}) as stack:
        os.environ.update(stack.environment)
        tokens = list(_tokens(stack))
        figures = _figures(stack, tokens, "a file sent as one", SMALL_BYTES, bound=1000 * SECONDS_PER_UPLOAD)
        figures += _figures(stack, tokens, "a file of seven parts", LARGE_BYTES)
        return [*figures, Figure("the store alone: one upload in parts begun every", 1000 / _store_rate(stack), "ms")]


def _tokens(stack: Running) -> Iterator[str]:
    """One user for each client: nobody waits for another's quota."""
    tokens = AccessTokens(stack.environment["SIGNING_KEY"])
    engine = connect(stack.environment["DATABASE_URL"])
    for _ in range(CLIENTS):
        with transaction(engine) as connection:
            user_id = people.create_user(
                connection, email=f"{uuid4()}@example.org", display_name="Ada", password_hash="", role=Role.MEMBER
            )
        yield tokens.issue(Claims(user_id, 0))
    engine.dispose()


def _figures(
    stack: Running, tokens: Sequence[str], what: str, size_bytes: int, bound: float | None = None
) -> list[Figure]:
    api = psutil.Process(stack.pid("api"))
    began = _cpu_seconds(api)
    seconds = _seconds(stack, tokens, size_bytes)
    cpu_seconds = (_cpu_seconds(api) - began) * SECONDS / (SECONDS + WARM_SECONDS)
    p50, p99 = statistics.median(seconds), statistics.quantiles(seconds, n=100)[98]
    return [
        Figure(f"{what}, {CLIENTS} clients: one upload begun every", 1000 * SECONDS / len(seconds), "ms", bound),
        Figure("that is", len(seconds) / SECONDS, "a second"),
        Figure("the API's processor time for each", 1000 * cpu_seconds / len(seconds), "ms"),
        Figure("p50", 1000 * p50, "ms"),
        Figure("p99 beside p50", p99 / p50, "×", EVENNESS),
    ]


def _cpu_seconds(process: psutil.Process) -> float:
    taken = process.cpu_times()
    return taken.user + taken.system


def _seconds(stack: Running, tokens: Sequence[str], size_bytes: int) -> list[float]:
    """Seconds of every request, of all clients."""
    file = json.dumps({"filename": "gate.mp4", "size_bytes": size_bytes, "mime_type": "video/mp4"})
    clients = [
        Asking(
            stack.urls["api"],
            Request("POST", "/api/uploads", 201, file, _headers(token)),
            warm_seconds=WARM_SECONDS,
            seconds=SECONDS,
        )
        for token in tokens
    ]
    return [one for taken in together(asked, clients) for one in taken]


def _headers(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}


def _store_rate(stack: Running) -> float:
    """Uploads in parts that the store begins in a second when it is asked directly."""
    known = stack.environment
    s3 = client(known["S3_ENDPOINT_URL"], known["S3_REGION"])

    def begin(_: int) -> None:
        s3.create_multipart_upload(Bucket=known["S3_BUCKET"], Key=f"incoming/{uuid4()}.mp4")

    with ThreadPoolExecutor(CLIENTS) as pool:
        began = time.monotonic()
        list(pool.map(begin, range(STORE_UPLOADS)))
    return STORE_UPLOADS / (time.monotonic() - began)
