"""What must be so when a round is over, whatever went wrong in it."""

from __future__ import annotations

import json
import os
import subprocess
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

import psutil
from sqlalchemy import Engine, select

from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.tables import videos
from video_pipeline.local import programs
from video_pipeline.types import VideoStatus
from video_pipeline_tests.chaos.estate import Estate
from video_pipeline_tests.chaos.plan import Plan, Way
from video_pipeline_tests.chaos.sending import Sent

AUDIT_SECONDS = 300.0
LEAST_ACKNOWLEDGED = 0.5
DUPLICATE = "duplicate"
BROKE = "request_broke"
"""As the API's log calls an answer with 500."""
_STANDARD_LIBRARYS = "pymp-"
"""The folder that `multiprocessing` makes for a process; a killed one leaves it, with nothing in it."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A video as it ended."""

    id: UUID
    filename: str
    status: VideoStatus
    error_code: str | None
    error_retryable: bool | None
    duplicate_of: UUID | None


def ends(engine: Engine, plan: Plan) -> list[Ended]:
    """The videos of a round; those that were given up before they had come are none."""
    columns = (videos.c[name] for name in Ended.__slots__)
    ours = videos.c.filename.startswith(f"{plan.name.replace(':', '-')}-")
    with transaction(engine) as connection:
        found = connection.execute(select(*columns).where(ours, videos.c.status != VideoStatus.DELETED))
        return [Ended(**row._mapping) for row in found]


def faults(sent: Sequence[Sent], ended: Sequence[Ended]) -> Iterator[str]:
    """Everything that is not as was promised to those who sent."""
    by_id = {one.id: one for one in ended}
    acknowledged = sum(one.video_id is not None for one in sent)
    if acknowledged < len(sent) * LEAST_ACKNOWLEDGED:
        yield f"only {acknowledged} of {len(sent)} uploads were acknowledged: too few to have tried anything"
    yield from _acknowledged(sent, by_id)
    yield from _one_row_each(sent, ended)
    yield from _one_of_the_same_bytes(sent, by_id)


def _acknowledged(sent: Sequence[Sent], by_id: dict[UUID, Ended]) -> Iterator[str]:
    for one in sent:
        if one.video_id is None:
            continue
        video = by_id.get(one.video_id)
        if video is None:
            yield f"{one.filename} was acknowledged as {one.video_id}, and is lost"
        elif not _is_as_expected(one, video):
            yield f"{one.filename} ({one.upload.kind}) ended {video.status} {video.error_code or ''}"


def _is_as_expected(sent: Sent, video: Ended) -> bool:
    if not sent.upload.kind.is_good:
        return video.status is VideoStatus.FAILED and video.error_retryable is False
    return video.status is VideoStatus.COMPLETED or (
        video.error_code == DUPLICATE and video.duplicate_of is not None and _is_twin(sent)
    )


def _is_twin(sent: Sent) -> bool:
    """Whether others have the same bytes: in a plan, the MP4s do."""
    return sent.upload.kind == "mp4"


def _one_row_each(sent: Sequence[Sent], ended: Sequence[Ended]) -> Iterator[str]:
    """None has two; one that went on with what its twin had begun, or was known already, has none of its own."""
    rows = Counter(video.filename for video in ended)
    twins = Counter(one.upload.bytes_of for one in sent)
    for one in sent:
        is_alone = one.video_id is not None and twins[one.upload.bytes_of] == 1
        if rows[one.filename] not in ({1} if is_alone else {0, 1}):
            yield f"{one.filename} has {rows[one.filename]} rows"


def _one_of_the_same_bytes(sent: Sequence[Sent], by_id: dict[UUID, Ended]) -> Iterator[str]:
    groups: dict[tuple[int, bool], set[UUID]] = {}
    for one in sent:
        if one.video_id is not None and one.upload.kind.is_good:
            groups.setdefault((one.upload.bytes_of, one.upload.way is Way.DROP), set()).add(one.video_id)
    for (bytes_of, _), ids in groups.items():
        good = [video for video in map(by_id.get, ids) if video is not None and video.status is VideoStatus.COMPLETED]
        if len(good) != 1:
            yield f"of upload {bytes_of} and its twins {len(good)} are completed"


def audited(estate: Estate) -> list[str]:
    """What `video-pipeline audit --settled --read` finds."""
    command = [programs.script("video-pipeline"), "audit", "--settled", "--read", "--json"]
    environment = {**estate.environment, **estate.told}
    seen = subprocess.run(
        [*command, "--data-dir", str(estate.data)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=AUDIT_SECONDS,
        check=False,
    )
    if seen.returncode not in {0, 1} or not seen.stdout:
        return [f"the audit failed: {seen.stderr}"]
    return [
        " ".join(str(one[name]) for name in ("code", "video_id", "key", "detail") if one[name])
        for one in json.loads(seen.stdout)
    ]


def broken(estate: Estate) -> Iterator[str]:
    """What the API did not foresee, by its log: a sender that asks again may never notice."""
    for log in sorted((estate.data / "logs").glob("api.log*")):
        for line in log.read_text(errors="replace").splitlines():
            with suppress(json.JSONDecodeError):  # a process that was killed leaves half a line
                told = json.loads(line)
                if told.get("event") == BROKE:
                    last = told["exception"].strip().splitlines()[-1]
                    yield f"{told['method']} {told['route']}: {last} (request {told['request_id']})"


def left_over(estate: Estate) -> Iterator[str]:
    """Processes and files that nobody looks after any more."""
    supervised = {estate.supervisor.pid, *(child.pid for child in estate.supervisor.children(recursive=True))}
    for process in psutil.process_iter():
        with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            if process.pid not in supervised and _is_ours(process, estate):
                yield f"process {process.pid} {' '.join(process.cmdline())[:100]}"
            elif process.pid in supervised and process.status() == psutil.STATUS_ZOMBIE:
                yield f"zombie {process.pid} of {process.ppid()}"
            elif process.pid in supervised and "ffmpeg" in process.name():
                yield f"ffmpeg {process.pid}"
    left = (path.name for path in estate.temporary.iterdir() if not path.name.startswith(_STANDARD_LIBRARYS))
    yield from (f"temporary file {name}" for name in left)


def _is_ours(process: psutil.Process, estate: Estate) -> bool:
    if process.pid == os.getpid() or os.getpid() in {parent.pid for parent in process.parents()}:
        return False
    return process.environ().get("TMPDIR") == str(estate.temporary)
