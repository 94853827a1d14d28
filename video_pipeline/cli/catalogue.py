"""How the API's videos look in a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table

from video_pipeline.cli import display
from video_pipeline.cli.display import NOTHING
from video_pipeline.cli.sight import Sight
from video_pipeline.client.answers import Reference, Video, VideoSummary


def listed(videos: Sequence[VideoSummary], total: int, *, is_exact: bool) -> RenderableType:
    """A row for each video, and how many there are in all."""
    table = Table("video", "status", "duration", "size", "camera", "uploaded")
    for video in videos:
        colour = display.COLOURS.get(video.status, "yellow")
        table.add_row(
            f"{escape(video.title or video.filename)}\n[dim]{video.id}[/]",
            f"[{colour}]{video.status}[/]",
            display.seconds(video.duration_seconds),
            display.size(video.size_bytes),
            _named(video.camera),
            f"{video.uploaded_at:%Y-%m-%d %H:%M}" if video.uploaded_at else NOTHING,
        )
    return Group(table, f"{len(videos)} of {total}{'' if is_exact else ' or more'}")


def described(seen: Sight) -> Group:
    """All that is known of a video: facts, what was done, and what came of it."""
    facts = Table.grid("", "", padding=(0, 2))
    for name, value in _facts(seen.video):
        facts.add_row(f"[dim]{name}[/]", value)
    facts.add_row("[dim]status[/]", display.status(seen))
    objects = Table("artifact", "size", "type", title="Artifacts")
    for kind, artifact in sorted(seen.artifacts.items()):
        objects.add_row(kind, display.size(artifact.size_bytes), artifact.content_type)
    return Group(facts, display.stages(seen.jobs.values()), objects)


def _facts(video: Video) -> Iterator[tuple[str, str]]:
    yield "id", str(video.id)
    yield "file", escape(video.filename)
    yield "title", escape(video.title or NOTHING)
    yield "description", escape(video.description or NOTHING)
    yield "size", display.size(video.size_bytes)
    yield "duration", display.seconds(video.duration_seconds)
    yield "picture", f"{video.width}×{video.height}, {video.video_codec}" if video.width else NOTHING
    yield "sound", video.audio_codec or NOTHING
    for name in ("site", "camera", "category", "owner"):
        yield name, _named(getattr(video, name))
    for warning in video.warnings:
        yield "warning", escape(f"{warning.sentence} ({warning.code})")


def _named(reference: Reference | None) -> str:
    return NOTHING if reference is None else escape(reference.name)
