"""The whole judgement of one file, as the assets pass it, in a process of its own, and what that left behind."""

from __future__ import annotations

import multiprocessing
import os
import resource
import tempfile
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from signal import SIGKILL
from uuid import uuid4

import psutil
from sqlalchemy import Connection

from video_pipeline.care import workspace
from video_pipeline.catalog.engine import connect
from video_pipeline.catalog.records import facts as facts_records
from video_pipeline.catalog.records import uploads, videos
from video_pipeline.errors import MediaRefused, PipelineError, RenditionFaulty
from video_pipeline.kernel import prctl
from video_pipeline.media.acceptance import Accepted, accept
from video_pipeline.media.checks import Policy
from video_pipeline.media.process import Bounds
from video_pipeline.media.profiles import browser_ready, needed
from video_pipeline.media.renditions import Made, make
from video_pipeline.media.verify import verify
from video_pipeline.reasons import REASONS

GIB = 1024**3
POLICY = Policy(max_bytes=2 * GIB, max_duration_seconds=4 * 3600)
MOST_BYTES = 6 * GIB  # in use, of any process: ffmpeg fills a gap of an hour with silence in 2.6 GiB of memory
BOUNDS = Bounds(wall_seconds=30, memory_bytes=MOST_BYTES)
MOST_SECONDS = 4 * BOUNDS.wall_seconds  # four processes look at a file, or five, of which none is ever slow twice
ACCEPTED = "accepted"
KNOWN = frozenset({ACCEPTED, *(reason.code for reason in REASONS)})

_PR_SET_CHILD_SUBREAPER = 36


@dataclass(frozen=True)
class Verdict:
    """What became of a file: `accepted` or the code of its refusal, the codes of its warnings, and what it cost.

    `fault` is what should not be, in words: an error of ours, a code that nobody knows, a process or file left behind.
    """

    code: str
    warnings: tuple[str, ...] = ()
    fault: str = ""
    seconds: float = 0.0
    peak_bytes: int = 0


@contextmanager
def _undone(database_url: str) -> Iterator[Connection]:
    """A connection whose transaction is rolled back."""
    engine = connect(database_url, pool_size=1)
    try:
        with engine.connect() as connection:
            yield connection
            connection.rollback()
    finally:
        engine.dispose()


def judge(path: Path, folder: Path, database_url: str) -> tuple[str, tuple[str, ...]]:
    """Bring a file to its end: `accepted` and the codes of its warnings; what refuses it is raised.

    Args:
        path: the file.
        folder: where renditions go.
        database_url: a catalog in which what is known of the file has to find its place; nothing stays there.
    """
    taken = accept(path, POLICY, declared_extension=path.suffix, bounds=BOUNDS)
    made = make(path, taken.facts, needed(taken.facts), folder, bounds=BOUNDS, max_seconds=POLICY.max_duration_seconds)
    failed = [outcome for outcome in verify(made, taken.facts, bounds=BOUNDS) if not outcome.passed]
    if failed:
        raise RenditionFaulty(f"{failed[0].output}, {failed[0].name}: {failed[0].sentence}")
    _record(taken, made, path.stat().st_size, database_url)
    return ACCEPTED, tuple(finding.code for finding in (*taken.warnings, *made.findings))


def _record(taken: Accepted, made: Made, size_bytes: int, database_url: str) -> None:
    video_id = uuid4()
    with _undone(database_url) as connection:
        uploads.register_upload(
            connection, video_id=video_id, inbox_key=str(video_id), filename="case", extension="bin", scope="fuzzing"
        )
        uploads.mark_uploaded(connection, video_id, etag="etag", size_bytes=size_bytes)
        videos.begin_validation(connection, video_id, run_id="fuzzing")
        ready = browser_ready(taken.facts)
        facts_records.record_metadata(connection, video_id, facts=taken.facts, browser_ready=ready)
        facts_records.add_warnings(connection, video_id, (*taken.warnings, *made.findings))
        if made.decoded.seconds is not None:
            facts_records.record_duration(connection, video_id, made.decoded.seconds)


def judged(content: bytes, extension: str, database_url: str) -> Verdict:
    """Judge a file in a process of its own, which is ended when it takes far longer than all its limits together."""
    ours, theirs = multiprocessing.Pipe(duplex=False)
    with tempfile.TemporaryDirectory(prefix="video-pipeline-fuzzing-") as work:
        arguments = (theirs, Path(work), content, extension, database_url)
        process = multiprocessing.get_context("fork").Process(target=_examine, args=arguments)
        process.start()
        theirs.close()
        verdict = _heard(ours, process)
        left = sorted(path.name for path in Path(work).rglob("*") if path.name != "claims" and path.is_file())
    if left and not verdict.fault:
        return Verdict(verdict.code, verdict.warnings, f"left behind: {', '.join(left)}")
    return verdict


def _heard(pipe: Pipe, process: multiprocessing.process.BaseProcess) -> Verdict:
    try:
        if not pipe.poll(MOST_SECONDS):
            return Verdict("hung", fault=f"no end within {MOST_SECONDS:.0f} s", seconds=MOST_SECONDS)
        verdict: Verdict = pipe.recv()
    except EOFError:
        return Verdict("died", fault="the judging process died without a word")
    else:
        return verdict
    finally:
        process.join(timeout=5)
        if process.is_alive():
            process.kill()
            process.join()
        pipe.close()


def _examine(pipe: Pipe, work: Path, content: bytes, extension: str, database_url: str) -> None:
    """The process of one case. Whatever it starts and loses comes back to it, to be counted."""
    prctl(_PR_SET_CHILD_SUBREAPER, 1)
    spare = work / "temporary"
    spare.mkdir()
    os.environ["TMPDIR"] = tempfile.tempdir = str(spare)
    began = time.monotonic()
    with workspace.claim(work / "work") as folder:
        path = folder / f"upload.{extension}"
        path.write_bytes(content)
        outputs = folder / "outputs"
        outputs.mkdir()
        code, warnings, fault = _told(path, outputs, database_url)
        fault = fault or _lost(folder)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    seconds = time.monotonic() - began
    if not fault and peak > MOST_BYTES:
        fault = f"{peak / GIB:.1f} GiB of memory in use"
    pipe.send(Verdict(code, warnings, fault, seconds, peak))


def _told(path: Path, outputs: Path, database_url: str) -> tuple[str, tuple[str, ...], str]:
    try:
        return *judge(path, outputs, database_url), ""
    except MediaRefused as refusal:
        code = refusal.reason.code
        return code, (), "" if code in KNOWN else f"no such code: {refusal}"
    except PipelineError as error:
        return error.code, (), f"{type(error).__name__}: {error}"
    except Exception:  # noqa: BLE001 - the edge: an error that is none of ours is what is looked for
        return "crashed", (), traceback.format_exc()


def _lost(folder: Path) -> str:
    """What should not be there after a judgement: processes, and files beside the upload and its renditions."""
    left = psutil.Process().children(recursive=True)
    for process in left:
        process.send_signal(SIGKILL)
    strays = {path.name for path in folder.iterdir()} - {
        "in-use",
        "outputs",
        *(p.name for p in folder.glob("upload.*")),
    }
    told = [f"process {process.pid} left" for process in left] + [f"file {name} left" for name in sorted(strays)]
    return "; ".join(told)
