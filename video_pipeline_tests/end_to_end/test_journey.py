"""A video's journey, through everything that is real."""

import shutil
from datetime import timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path
from tempfile import gettempdir

import pytest

from video_pipeline import intake
from video_pipeline.care import workspace
from video_pipeline.care.audit import Leeway, audit
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.records.reprocess import request_reprocess
from video_pipeline.cli.demo import sample_clip
from video_pipeline.cli.follow import follow, look
from video_pipeline.defs.ledger import DagsterLedger
from video_pipeline.storage import keys
from video_pipeline.types import ArtifactKind, JobStatus, Output, Stage, VideoStatus
from video_pipeline_tests.end_to_end.watching import adopted, assert_nothing_astray, remade, settled, wait_for

ALWAYS = {
    ArtifactKind.PROXY,
    ArtifactKind.POSTER,
    ArtifactKind.STORYBOARD,
    ArtifactKind.STORYBOARD_INDEX,
    ArtifactKind.SCENE_CUTS,
}
WITH_SOUND = ALWAYS | {ArtifactKind.AUDIO}

AT_ONCE = Leeway(grace=timedelta(0))  # what other tests left under way is no disagreement


def all_jobs_are_completed(session, video_id):
    return {job.status for job in look(session.engine, video_id).jobs.values()} == {JobStatus.COMPLETED}


def test_five_formats_at_once_with_and_without_sound(ingest, clip, session):
    paths = {
        clip("one.mp4", "-c:v", "libx264", "-c:a", "aac"): WITH_SOUND,
        clip("two.mov", "-c:v", "libx264", sound=False): ALWAYS | {ArtifactKind.WEB},
        clip("three.mkv", "-c:v", "libx265", "-x265-params", "log-level=error", "-c:a", "flac"): WITH_SOUND
        | {ArtifactKind.WEB},
        clip(
            "four.webm", "-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-c:a", "libopus"
        ): WITH_SOUND,
        clip("five.avi", "-c:v", "mpeg4", "-c:a", "libmp3lame"): WITH_SOUND | {ArtifactKind.WEB},
    }

    snapshots = ingest(*paths)

    for snapshot, expected in zip(snapshots, paths.values(), strict=True):
        video = snapshot.video
        assert video.status is VideoStatus.COMPLETED, video
        assert video.duration_seconds == pytest.approx(2, abs=0.1)
        assert (video.width, video.height) == (320, 240)
        assert snapshot.artifacts.keys() == expected, video.filename
        wait_for(partial(all_jobs_are_completed, session, video.id))  # the last ends a moment after its video
        assert snapshot.jobs.keys() == set(Stage)
        assert {job.progress for job in look(session.engine, video.id).jobs.values()} == {100}
    assert_nothing_astray(session)


def test_the_real_clip(ingest, session):
    (snapshot,) = ingest(sample_clip())

    assert snapshot.video.status is VideoStatus.COMPLETED
    assert snapshot.video.browser_ready
    assert snapshot.artifacts.keys() == WITH_SOUND
    for artifact in snapshot.artifacts.values():
        assert artifact.input_sha256 == snapshot.video.checksum_sha256
        assert artifact.run_id == snapshot.video.run_id
    assert_nothing_astray(session)
    assert not (Path(gettempdir()) / str(snapshot.video.run_id)).exists(), "a run keeps to the installation's folders"


@pytest.fixture
def refused(tmp_path, clip):
    """Files that are no video, by the code that they must be refused with."""
    whole = clip("whole.mp4", "-c:v", "libx264", "-c:a", "aac", "-movflags", "+faststart").read_bytes()
    media = whole.index(b"mdat") + 4
    contents = {
        "empty_file": b"",
        "not_a_video": b"This is no video, whatever its name says.\n" * 100,
        "incomplete": clip("index-last.mp4", "-c:v", "libx264").read_bytes()[:20_000],
        "undecodable": whole[:media] + bytes(len(whole) - media),  # its index is whole, its media is gone
        "playlist": b"#EXTM3U\n#EXTINF:10,\nfile:///etc/hostname\n#EXT-X-ENDLIST\n",
        "no_video": clip("audio.mp4", "-map", "1:a", "-c:a", "aac").read_bytes(),
    }
    paths = {}
    for code, content in contents.items():
        paths[code] = tmp_path / f"{code}.mp4"
        paths[code].write_bytes(content)
    return paths


def test_what_is_no_video_is_refused_with_a_code_and_a_sentence(ingest, session, refused):
    for code, snapshot in zip(refused, ingest(*refused.values()), strict=True):
        video = snapshot.video
        assert (video.status, video.error_code) == (VideoStatus.FAILED, code)
        assert video.error_sentence.endswith(".")
        assert not video.error_retryable
        assert not snapshot.artifacts
        assert snapshot.jobs[Stage.VALIDATION].attempt == 1  # bad media is not tried again
        everywhere = [stored.key for stored in session.store.list("") if str(video.id) in stored.key]
        assert [key for key in everywhere if not key.startswith(keys.COMPUTE_LOGS)] == [keys.rejected(video.id)]
    assert_nothing_astray(session)


def test_a_file_dropped_into_the_bucket_is_adopted_once(session, clip, stack):
    path = clip("2026-01-01 12.00 gate.mp4", "-c:v", "libx264", "-c:a", "aac")
    key = f"{keys.DROP}mall/gate/{path.name}"
    session.store.store(path, key, content_type="video/mp4")

    video_id = wait_for(lambda: adopted(session, path.name))
    (snapshot,) = settled(session, video_id)

    assert snapshot.video.status is VideoStatus.COMPLETED
    assert snapshot.video.camera_id is not None
    assert snapshot.video.site_id is not None
    assert session.store.head(key) is None
    assert_nothing_astray(session)


def test_the_same_bytes_twice_are_one_video(session, ingest, clip, tmp_path):
    path = clip("first.mp4", "-c:v", "libx264")
    again = shutil.copy(path, tmp_path / "second.mp4")

    (first,) = ingest(path)
    (second,) = ingest(Path(again))

    assert second.video.id == first.video.id


def test_the_same_bytes_dropped_twice_leave_one_video_and_no_object(session, clip):
    path = clip("twice.mp4", "-c:v", "libx264", sound=False)
    for name in ("door-1.mp4", "door-2.mp4"):
        session.store.store(path, f"{keys.DROP}mall/door/{name}", content_type="video/mp4")

    ids = [wait_for(partial(adopted, session, name)) for name in ("door-1.mp4", "door-2.mp4")]
    snapshots = settled(session, *ids)

    completed = [one.video for one in snapshots if one.video.status is VideoStatus.COMPLETED]
    duplicates = [one.video for one in snapshots if one.video.error_code == "duplicate"]
    assert len(completed) == len(duplicates) == 1
    assert duplicates[0].duplicate_of == completed[0].id
    assert_nothing_astray(session)


def test_a_single_output_made_again_is_the_only_one(session, ingest, clip):
    (before,) = ingest(clip("again.mp4", "-c:v", "libx264", "-c:a", "aac"))
    with transaction(session.engine) as connection:
        request_reprocess(connection, before.video.id, outputs=[Output.POSTER], requested_by="test")

    after = wait_for(lambda: remade(session, before, ArtifactKind.POSTER))

    unchanged = before.artifacts.keys() - {ArtifactKind.POSTER}
    assert {kind: after[kind].run_id for kind in unchanged} == {
        kind: before.artifacts[kind].run_id for kind in unchanged
    }
    (now,) = settled(session, before.video.id)
    assert now.video.status is VideoStatus.COMPLETED
    assert_nothing_astray(session)


def test_progress_arrives_while_the_work_goes_on(session, clip):
    path = clip("long.mp4", "-c:v", "libx264", "-preset", "ultrafast", seconds=60, size="1280x720")
    received = intake.receive(session.engine, session.store, path)

    beats = set()
    for (snapshot,) in follow(session.engine, [received.video_id]):
        job = snapshot.jobs.get(Stage.RENDITIONS)
        if job is not None and job.status is JobStatus.RUNNING:
            beats.add((job.progress, job.heartbeat_at))

    between = {progress for progress, _ in beats if 0 < progress < 100}
    moments = sorted(moment for _, moment in beats)
    assert len(between) >= 3
    assert max(later - earlier for earlier, later in pairwise(moments)).total_seconds() < 5


def test_after_all_that_the_auditor_has_nothing_to_say(session, instance):
    wait_for(lambda: not DagsterLedger(instance).active())
    wait_for(lambda: not workspace.abandoned(session.settings.work_dir))
    found = audit(session.engine, session.store, ledger=DagsterLedger(instance), leeway=AT_ONCE, read=True)

    assert [str(one) for one in found] == []
