"""Ten players at once, each seeking again and again: how soon the first byte comes, and what the API holds in memory.

Every seek is a range to the end of the file, of which a player takes some MiB and hangs up, as browsers do. No player
waits for the picture to play: all take as fast as they are given.
"""

from __future__ import annotations

import hashlib
import os
import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from uuid import UUID, uuid4

import psutil

from benchmarks.clients import Request, answer, connected, together
from benchmarks.report import Figure
from video_pipeline import playback
from video_pipeline.catalog.engine import connect, transaction
from video_pipeline.catalog.records import uploads, videos
from video_pipeline.local.stack import Running, running
from video_pipeline.playback import Grant, Rendering
from video_pipeline.storage import keys
from video_pipeline.storage.client import client
from video_pipeline.storage.objects import MIB, ObjectStore
from video_pipeline.types import Container

PLAYERS = 10
FILE_MIB = 128
TAKEN_MIB = 4
SEEKS = 26  # of each player: 1040 MiB together
LOOK_SECONDS = 0.05

FIRST_BYTE_MS = 200.0
GROWTH_MIB = 32.0


@dataclass(frozen=True, slots=True)
class Player:
    """Plays one link, jumping about by chance, the same way every time."""

    address: str
    link: str
    number: int
    seeks: int


def measure() -> list[Figure]:
    """First bytes of all players, and the API's memory from when all had played a little until 1 GiB was served."""
    with tempfile.TemporaryDirectory() as folder, running(Path(folder), parts={"api", "valkey"}) as stack:
        os.environ.update(stack.environment)
        link = _link(stack, _video(stack, Path(folder)))
        players = [Player(stack.urls["api"], link, number, SEEKS) for number in range(PLAYERS)]
        together(played, [replace(player, seeks=2) for player in players])  # buffers and connections are there then
        api = psutil.Process(stack.pid("api"))
        with _watched(api) as resident:
            began = time.monotonic()
            waits = sorted(wait for one in together(played, players) for wait in one)
            seconds = time.monotonic() - began
    served = PLAYERS * SEEKS * TAKEN_MIB
    return [
        Figure(f"{PLAYERS} players, {len(waits)} seeks: first byte, median", 1000 * statistics.median(waits), "ms"),
        Figure("p95", 1000 * statistics.quantiles(waits, n=20)[-1], "ms", FIRST_BYTE_MS),
        Figure("that was so many MiB, every second", served / seconds, "MiB"),
        Figure("resident memory of the API before", min(resident[:1]), "MiB"),
        Figure(f"the most that it grew while {served} MiB were served", max(resident) - resident[0], "MiB", GROWTH_MIB),
    ]


def _video(stack: Running, folder: Path) -> UUID:
    """A video whose original lies in the bucket. What is in it, no player looks at."""
    known, video_id = stack.environment, uuid4()
    content = random.Random(1).randbytes(FILE_MIB * MIB)  # noqa: S311 - bytes that no disk can compress
    path, key = folder / "original", keys.original(video_id, Container.MP4)
    path.write_bytes(content)
    store = ObjectStore(client(known["S3_ENDPOINT_URL"], known["S3_REGION"]), known["S3_BUCKET"])
    stored = store.store(path, key, content_type="video/mp4")
    sha256 = hashlib.sha256(content).hexdigest()
    engine = connect(known["DATABASE_URL"])
    with transaction(engine) as conn:
        inbox_key = keys.upload(video_id, "mp4")
        uploads.register_upload(
            conn, video_id=video_id, inbox_key=inbox_key, filename="clip.mp4", extension="mp4", scope="bench"
        )
        uploads.mark_uploaded(conn, video_id, etag=stored.etag, size_bytes=stored.size_bytes)
        videos.begin_validation(conn, video_id, run_id="bench")
        videos.accept(conn, video_id, sha256=sha256, size_bytes=stored.size_bytes, original_key=key)
    engine.dispose()
    return video_id


def _link(stack: Running, video_id: UUID) -> str:
    ring = playback.keyring("", stack.environment["SIGNING_KEY"])
    return playback.address(ring, Grant(video_id, Rendering.ORIGINAL, playback.expiry(datetime.now(UTC), 3600)))


def played(player: Player) -> list[float]:
    """Seconds from every seek until its first byte; each is asked for over a connection of its own."""
    places = random.Random(player.number)  # noqa: S311 - where a viewer clicks
    return [_sought(player, places.randrange((FILE_MIB - TAKEN_MIB) * MIB)) for _ in range(player.seeks)]


def _sought(player: Player, first: int) -> float:
    began = time.monotonic()
    with connected(player.address) as connection:
        told = answer(connection, Request("GET", player.link, 206, headers={"Range": f"bytes={first}-"}))
        assert told.status == 206, told.read()
        assert len(told.read(1)) == 1
        waited = time.monotonic() - began
        assert len(told.read(TAKEN_MIB * MIB - 1)) == TAKEN_MIB * MIB - 1
    return waited


@contextmanager
def _watched(process: psutil.Process) -> Iterator[list[float]]:
    """The resident memory of a process, in MiB, looked at while the block runs."""
    resident = [_resident(process)]
    ended = Event()

    def look() -> None:
        while not ended.wait(LOOK_SECONDS):
            resident.append(_resident(process))

    with ThreadPoolExecutor(1) as pool:
        pool.submit(look)
        try:
            yield resident
        finally:
            ended.set()


def _resident(process: psutil.Process) -> float:
    return float(process.memory_info().rss) / MIB
