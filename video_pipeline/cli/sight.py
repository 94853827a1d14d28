"""Following videos by the API until they are done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from queue import SimpleQueue
from threading import Thread
from uuid import UUID

from video_pipeline.client import Client
from video_pipeline.client.answers import Artifact, Job, Standing, Video
from video_pipeline.errors import PipelineError
from video_pipeline.types import ArtifactKind, Stage

#: Streams of events that are open at once; the other videos wait for one to end.
AT_ONCE = 8

News = SimpleQueue[tuple[UUID, Standing | PipelineError]]


@dataclass(frozen=True, slots=True)
class Sight:
    """A video as the API shows it, with the latest job of each stage and, in the end, what is derived from it."""

    video: Video
    percent: float = 0.0
    jobs: dict[Stage, Job] = field(default_factory=dict)
    artifacts: dict[ArtifactKind, Artifact] = field(default_factory=dict)

    @property
    def stage(self) -> Stage | None:
        """The stage that is at work, or the last that was."""
        return max(self.jobs, key=lambda name: self.jobs[name].started_at, default=None)


def look(client: Client, video_id: UUID) -> Sight:
    """How a video stands now, with all that there is of it."""
    standing = client.videos.status(video_id)
    made = {artifact.kind: artifact for artifact in client.videos.artifacts(video_id)}
    return replace(_seen(Sight(client.videos.get(video_id)), standing), artifacts=made)


def follow(client: Client, video_ids: Sequence[UUID]) -> Iterator[list[Sight]]:
    """How the videos stand, at every change, until every one is completed or failed.

    Raises:
        ApiProblem, ServerUnreachable: one of them cannot be followed any further.
    """
    sights = {video_id: Sight(client.videos.get(video_id)) for video_id in video_ids}
    news = _listened(client, list(sights))
    yield list(sights.values())
    while not all(sight.video.status.is_final for sight in sights.values()):
        video_id, standing = news.get()
        if isinstance(standing, PipelineError):
            raise standing
        sights[video_id] = look(client, video_id) if standing.status.is_final else _seen(sights[video_id], standing)
        yield list(sights.values())


def _seen(sight: Sight, standing: Standing) -> Sight:
    video = replace(sight.video, status=standing.status, error=standing.error)
    return replace(sight, video=video, percent=standing.progress, jobs={job.stage: job for job in standing.jobs})


def _listened(client: Client, video_ids: Sequence[UUID]) -> News:
    """What is told of the videos; whoever listens ends with the process, however silent a server is."""
    news: News = SimpleQueue()
    waiting: SimpleQueue[UUID | None] = SimpleQueue()
    listeners = min(AT_ONCE, len(video_ids))
    for video_id in [*video_ids, *[None] * listeners]:
        waiting.put(video_id)
    for _ in range(listeners):
        Thread(target=_listen, args=(client, waiting, news), daemon=True).start()
    return news


def _listen(client: Client, waiting: SimpleQueue[UUID | None], news: News) -> None:
    while (video_id := waiting.get()) is not None:
        try:
            for standing in client.videos.watch(video_id):
                news.put((video_id, standing))
        except PipelineError as error:
            news.put((video_id, error))
