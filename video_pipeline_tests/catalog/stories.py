"""Videos brought to some point of their journey by the catalog's own functions."""

from __future__ import annotations

import hashlib
import time
from datetime import datetime
from fractions import Fraction
from uuid import UUID, uuid4

import psycopg
import pytest
from sqlalchemy import Connection, insert, text
from sqlalchemy.exc import IntegrityError

from video_pipeline.catalog import tables
from video_pipeline.catalog.records import artifacts, uploads, videos
from video_pipeline.catalog.records.facts import record_metadata
from video_pipeline.types import (
    ArtifactKind,
    AudioStream,
    Container,
    MediaFacts,
    NewArtifact,
    Output,
    Recipe,
    VideoStream,
)

RUN = "run-1"

PICTURE = VideoStream(
    index=0,
    codec="h264",
    profile="High",
    pixel_format="yuv420p",
    bit_depth=8,
    coded_width=1440,
    coded_height=1080,
    width=1920,
    height=1080,
    sample_aspect_ratio=Fraction(4, 3),
    rotation=0,
    frame_rate=Fraction(30000, 1001),
    variable_frame_rate=False,
    frames=300,
    duration_seconds=10.01,
    start_seconds=0.0,
    bit_rate=8_000_000,
    color_space="bt709",
    color_primaries="bt709",
    color_transfer="bt709",
    color_range="tv",
    interlaced=False,
)
SOUND = AudioStream(
    index=1,
    codec="aac",
    sample_rate=48_000,
    channels=2,
    layout="stereo",
    bit_rate=128_000,
    duration_seconds=10.0,
    start_seconds=0.0,
    language=None,
)
FACTS = MediaFacts(
    format_name="mov,mp4,m4a,3gp,3g2,mj2",
    container=Container.MP4,
    size_bytes=1000,
    duration_seconds=10.01,
    start_seconds=0.0,
    bit_rate=8_128_000,
    video=PICTURE,
    audio=SOUND,
    video_streams=1,
    audio_streams=1,
    subtitle_streams=0,
    other_streams=0,
    faststart=True,
    tags={"title": "Überfahrt"},
)


def sha(content: str) -> str:
    """The SHA-256 of some bytes."""
    return hashlib.sha256(content.encode()).hexdigest()


def registered(conn: Connection, *, scope: str = "installation") -> UUID:
    """A video whose upload has begun."""
    video_id = uuid4()
    uploads.register_upload(
        conn,
        video_id=video_id,
        inbox_key=f"incoming/{video_id}.mp4",
        filename="harbour.mp4",
        extension="mp4",
        scope=scope,
    )
    return video_id


def in_parts(
    conn: Connection, video_id: UUID, *, part_bytes: int, part_count: int, week_start: datetime | None
) -> None:
    """Begin the upload of a registered video; its bytes were taken from the quota of the week of `week_start`."""
    row = {"video_id": video_id, "part_bytes": part_bytes, "part_count": part_count, "week_start": week_start}
    conn.execute(insert(tables.uploads), row)


def uploaded(conn: Connection, *, scope: str = "installation") -> UUID:
    """A video that lies in the inbox."""
    video_id = registered(conn, scope=scope)
    uploads.mark_uploaded(conn, video_id, etag="etag-1", size_bytes=1000)
    return video_id


def validating(conn: Connection, *, scope: str = "installation", run_id: str = RUN) -> UUID:
    """A video that a run looks at."""
    video_id = uploaded(conn, scope=scope)
    videos.begin_validation(conn, video_id, run_id=run_id)
    return video_id


def accept(conn: Connection, video_id: UUID, content: str) -> None:
    """Accept a video with some bytes."""
    videos.accept(
        conn, video_id, sha256=sha(content), size_bytes=1000, original_key=f"originals/{video_id}/original.mp4"
    )


def processing(conn: Connection, *, content: str = "a", scope: str = "installation") -> UUID:
    """A video that was accepted, of which nothing is known or made yet."""
    video_id = validating(conn, scope=scope)
    accept(conn, video_id, content)
    return video_id


def described(conn: Connection, *, content: str = "a") -> UUID:
    """A video that was accepted and probed."""
    video_id = processing(conn, content=content)
    record_metadata(conn, video_id, facts=FACTS, browser_ready=True)
    return video_id


def completed(conn: Connection, *, content: str = "a") -> UUID:
    """A video that is served, with a proxy."""
    video_id = described(conn, content=content)
    artifacts.replace_artifact(conn, artifact(video_id, original=content))
    videos.complete(conn, video_id, run_id=RUN, required=[ArtifactKind.PROXY])
    return video_id


def failed(conn: Connection, video_id: UUID, *, run_id: str | None = None) -> UUID:
    """The video, failed for a while."""
    videos.fail(conn, video_id, code="store_unavailable", sentence="It did not answer.", retryable=True, run_id=run_id)
    return video_id


def artifact(
    video_id: UUID,
    *,
    kind: ArtifactKind = ArtifactKind.PROXY,
    content: str = "proxy",
    original: str = "a",
    recipe: str = "recipe-1",
    run_id: str = RUN,
) -> NewArtifact:
    """A derived object of some content, made from an original of some content."""
    return NewArtifact(
        video_id=video_id,
        kind=kind,
        key=f"renditions/{video_id}/{kind}/{sha(content)}.mp4",
        content_type="video/mp4",
        size_bytes=len(content),
        sha256=sha(content),
        input_sha256=sha(original),
        recipe=Recipe(Output.PROXY, code_version="1", digest=recipe),
        run_id=run_id,
        facts={"frames": 100},
    )


def wait_until_somebody_waits_for(conn: Connection) -> None:
    """Return when some other transaction is held up by a lock of this one."""
    waiting = text("SELECT count(*) FROM pg_stat_activity WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid))")
    deadline = time.monotonic() + 30
    while not conn.scalar(waiting):
        assert time.monotonic() < deadline, "nobody waits"
        conn.execute(text("SELECT pg_stat_clear_snapshot(), pg_sleep(0.01)"))


def broken(error: pytest.ExceptionInfo[IntegrityError]) -> str | None:
    """The name of the constraint that did not hold."""
    assert isinstance(error.value.orig, psycopg.Error)
    return error.value.orig.diag.constraint_name
