from datetime import UTC, datetime
from io import StringIO
from typing import Any
from uuid import uuid4

from rich.console import Console

from video_pipeline.cli import catalogue
from video_pipeline.cli.sight import Sight
from video_pipeline.client.answers import Artifact, Fault, Reference, Video
from video_pipeline.client.answers import Warning as Odd
from video_pipeline.types import ArtifactKind, VideoStatus

MOMENT = datetime(2026, 5, 4, tzinfo=UTC)


def video(**told: object) -> Video:
    usual: dict[str, Any] = {"id": uuid4(), "filename": "gate.mp4", "status": VideoStatus.UPLOADED, "warnings": ()}
    return Video(**{**dict.fromkeys(Video.__dataclass_fields__), **usual, **told})


def text(renderable) -> str:
    console = Console(file=StringIO(), width=200)
    console.print(renderable)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def test_a_list_tells_what_is_known_and_how_many_there_are():
    known = video(title="[At] the gate", size_bytes=52_428_800, uploaded_at=MOMENT, camera=Reference(uuid4(), "[Gate]"))

    shown = text(catalogue.listed([known, video()], 10_000, is_exact=False))

    assert all(word in shown for word in ("[At] the gate", "52.4 MB", "2026-05-04", "[Gate]", "gate.mp4"))
    assert "2 of 10000 or more" in shown


def test_a_video_is_described_with_its_warnings_and_why_it_failed():
    failed = video(
        status=VideoStatus.FAILED,
        error=Fault("damaged", "Too much of it cannot be read.", retryable=False),
        warnings=(Odd("extension_differs", "It is a [MOV]."),),
        width=640,
        height=360,
        video_codec="h264",
    )
    poster = Artifact(ArtifactKind.POSTER, "image/jpeg", 1000, "9f" * 32, MOMENT)

    shown = text(catalogue.described(Sight(failed, artifacts={ArtifactKind.POSTER: poster})))

    assert all(word in shown for word in ("640×360, h264", "It is a [MOV]. (extension_differs)", "1.0 kB"))
    assert "Too much of it cannot be read. (damaged)" in shown
