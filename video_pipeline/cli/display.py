"""How videos look in a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

from rich.console import Console, Group
from rich.filesize import decimal
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TextColumn
from rich.table import Table

from video_pipeline.types import ArtifactKind, Stage, VideoStatus

if TYPE_CHECKING:  # either comes with what it is made of: a catalog, or a client
    from video_pipeline.catalog.rows import JobRow
    from video_pipeline.cli.follow import Snapshot
    from video_pipeline.cli.sight import Sight
    from video_pipeline.client.answers import Job

    Shown = Snapshot | Sight
    """A video, whether the catalog or the API tells of it."""

COLOURS = {VideoStatus.COMPLETED: "green", VideoStatus.FAILED: "red"}

NOTHING = "–"
Look = TypeVar("Look", "Snapshot", "Sight")


def watch(console: Console, looks: Iterable[Sequence[Look]]) -> list[Look]:
    """Show progress per video and stage until the looks end, and return the last of them.

    Where the output is no terminal, each change of status or stage is a line instead of a moving bar.
    """
    return _bars(console, looks) if console.is_terminal else _lines(console, looks)


def _bars(console: Console, looks: Iterable[Sequence[Look]]) -> list[Look]:
    last: Sequence[Look] = []
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TextColumn("{task.fields[step]}"),
    )
    with Progress(*columns, console=console) as progress:
        tasks: dict[UUID, TaskID] = {}
        for last in looks:
            for snapshot in last:
                task = tasks.get(snapshot.video.id)
                if task is None:
                    task = tasks[snapshot.video.id] = progress.add_task(_name(snapshot), total=100, step="")
                progress.update(task, completed=snapshot.percent, step=_step(snapshot))
    return list(last)


def _lines(console: Console, looks: Iterable[Sequence[Look]]) -> list[Look]:
    last: Sequence[Look] = []
    shown: dict[UUID, str] = {}
    for last in looks:
        for snapshot in last:
            step = _step(snapshot)
            if shown.get(snapshot.video.id) != step:
                shown[snapshot.video.id] = step
                console.print(f"{_name(snapshot)}: {step}")
    return list(last)


def _step(snapshot: Shown) -> str:
    if snapshot.video.status.is_final or snapshot.stage is None:
        return str(snapshot.video.status)
    return f"{snapshot.video.status}, {snapshot.stage}"


def _name(snapshot: Shown) -> str:
    return escape(snapshot.video.filename)


def results(snapshots: Sequence[Shown]) -> Table:
    """A row per video: its id, status, duration, sizes and the time of each stage."""
    table = Table("video", "status", "duration", "size", "proxy", "stages", title="Videos", show_lines=True)
    for snapshot in snapshots:
        table.add_row(
            f"{_name(snapshot)}\n[dim]{snapshot.video.id}[/]",
            status(snapshot),
            seconds(snapshot.video.duration_seconds),
            size(snapshot.video.size_bytes),
            _artifact_size(snapshot, ArtifactKind.PROXY),
            "\n".join(f"{stage} {_job_time(snapshot.jobs.get(stage))}" for stage in Stage),
        )
    return table


def places(console: Console, snapshots: Sequence[Shown], folders: Mapping[UUID, Path | None]) -> None:
    """Say where the outputs of each video lie; below the table, whole, since paths are long."""
    for snapshot in snapshots:
        folder = folders.get(snapshot.video.id)
        if folder is not None:
            console.print(f"{_name(snapshot)}: {escape(str(folder))}", soft_wrap=True)


def details(snapshot: Snapshot) -> Group:
    """One video's stages and artifacts."""
    objects = Table("artifact", "size", "recipe", "key", title="Artifacts")
    for kind, artifact in sorted(snapshot.artifacts.items()):
        objects.add_row(kind, size(artifact.size_bytes), artifact.recipe_digest[:12], artifact.key)
    return Group(stages(snapshot.jobs.values()), objects)


def stages(jobs: Iterable[JobRow | Job]) -> Table:
    """A row per job."""
    table = Table("stage", "status", "done", "time", "attempt", "run", "error", title="Latest job of each stage")
    for job in jobs:
        error = f"{escape(job.error_sentence)} ({job.error_code})" if job.error_sentence else NOTHING
        done, time = f"{job.progress} %", _job_time(job)
        table.add_row(job.stage, job.status, done, time, str(job.attempt), job.run_id[:8], error)
    return table


def status(snapshot: Shown) -> str:
    """The status word, in its colour, with the reason where the video failed."""
    video = snapshot.video
    colour = COLOURS.get(video.status, "yellow")
    reason = f"\n{escape(video.error_sentence)} ({video.error_code})" if video.error_sentence else ""
    return f"[{colour}]{video.status}[/]{reason}"


def seconds(value: float | None) -> str:
    """A duration in seconds, to a tenth."""
    return NOTHING if value is None else f"{value:.1f} s"


def size(value: int | None) -> str:
    """A size in the decimal units that file managers show."""
    return NOTHING if value is None else decimal(value)


def _artifact_size(snapshot: Shown, kind: ArtifactKind) -> str:
    artifact = snapshot.artifacts.get(kind)
    return size(artifact.size_bytes if artifact else None)


def _job_time(job: JobRow | Job | None) -> str:
    if job is None or job.finished_at is None:
        return NOTHING
    return seconds((job.finished_at - job.started_at).total_seconds())
