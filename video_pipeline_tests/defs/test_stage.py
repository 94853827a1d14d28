import errno

import pytest
from sqlalchemy.exc import OperationalError

from video_pipeline.catalog import watching
from video_pipeline.catalog.care import Ending
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.records import endings
from video_pipeline.catalog.records import jobs as records
from video_pipeline.config import settings
from video_pipeline.defs import stage as stages
from video_pipeline.errors import CatalogUnavailable, MediaRefused, StoreUnavailable
from video_pipeline.storage import keys
from video_pipeline.storage.objects import ObjectStore
from video_pipeline.types import Finding, JobStatus, Stage, VideoStatus
from video_pipeline.whereabouts import VANISHED


@pytest.fixture
def impatient(monkeypatch):
    """Retries without their waits."""
    monkeypatch.setattr(stages.RETRIES.__class__, "calculate_delay", lambda *_: 0)


def fail_times(monkeypatch, times, error):
    real, calls = ObjectStore.fetch, []

    def fetch(self, *arguments, **options):
        calls.append(1)
        if len(calls) <= times:
            raise error
        return real(self, *arguments, **options)

    monkeypatch.setattr(ObjectStore, "fetch", fetch)
    return calls


def away_times(monkeypatch, verb, times):
    """Let a verb of the store fail at first."""
    real, calls = getattr(ObjectStore, verb), []

    def away(self, *arguments, **options):
        calls.append(1)
        if len(calls) <= times:
            raise StoreUnavailable
        return real(self, *arguments, **options)

    monkeypatch.setattr(ObjectStore, verb, away)


def test_trouble_that_passes_is_tried_again(impatient, run, row, jobs, monkeypatch):
    fail_times(monkeypatch, 2, StoreUnavailable())

    assert run().success

    assert jobs()[Stage.VALIDATION].attempt == 3
    assert row().status is VideoStatus.COMPLETED


def test_a_broken_connection_of_dagsters_own_is_tried_again(impatient, run, row, jobs, monkeypatch):
    fail_times(monkeypatch, 2, OperationalError("INSERT", {}, Exception("server closed the connection unexpectedly")))

    assert run().success

    assert jobs()[Stage.VALIDATION].attempt == 3
    assert row().status is VideoStatus.COMPLETED


def test_a_full_disk_is_tried_again_and_told(impatient, run, row, jobs, monkeypatch):
    fail_times(monkeypatch, 2, OSError(errno.ENOSPC, "No space left on device"))

    assert run().success

    assert jobs()[Stage.VALIDATION].attempt == 3
    assert row().status is VideoStatus.COMPLETED


def test_a_disk_that_stays_full_is_no_fault_of_ours(impatient, run, row, monkeypatch):
    fail_times(monkeypatch, 100, OSError(errno.ENOSPC, "No space left on device"))

    assert not run().success

    assert (row().status, row().error_code, row().error_retryable) == (VideoStatus.FAILED, "no_room", True)


def test_trouble_that_stays_ends_in_failed_and_may_be_tried_later(impatient, run, row, jobs, store, monkeypatch):
    calls = fail_times(monkeypatch, 100, StoreUnavailable("The object store is away."))

    assert not run().success

    assert len(calls) == 1 + stages.RETRIES.max_retries
    video = row()
    assert (video.status, video.error_code, video.error_retryable) == (VideoStatus.FAILED, "store_unavailable", True)
    assert jobs()[Stage.VALIDATION].error_sentence == "The object store is away."
    assert store.head(video.inbox_key) is not None  # nothing is lost


def test_bad_media_is_not_tried_again(run, row, jobs, monkeypatch):
    calls = fail_times(monkeypatch, 100, MediaRefused(VANISHED))

    assert not run().success

    assert len(calls) == 1
    assert (row().error_code, row().error_retryable) == ("upload_vanished", False)


@pytest.mark.parametrize("verb", ["copy", "delete_exactly", "list"])
def test_what_is_refused_while_the_store_is_away_leaves_nothing_behind(
    impatient, run, row, jobs, store, monkeypatch, verb
):
    monkeypatch.setenv("MAX_DURATION_SECONDS", "0.1")
    settings.cache_clear()
    away_times(monkeypatch, verb, 2)

    assert not run().success

    assert (row().status, row().error_code) == (VideoStatus.FAILED, "too_long")
    assert [stored.key for stored in store.list("")] == [keys.rejected(row().id)]
    assert jobs()[Stage.VALIDATION].status is JobStatus.FAILED


@pytest.mark.parametrize("verb", ["copy", "delete_exactly", "list"])
def test_what_is_refused_late_while_the_store_is_away_leaves_nothing_behind(
    impatient, run, row, jobs, store, monkeypatch, verb
):
    attempts = []

    def refuse(*_, **__):
        attempts.append(1)
        if len(attempts) == 1:
            away_times(monkeypatch, verb, 2)
        raise MediaRefused(Finding("undecodable", "Nothing of it can be decoded."))

    monkeypatch.setattr("video_pipeline.defs.assets.renditions.make", refuse)

    assert not run().success

    assert (row().status, row().error_code, row().original_key) == (VideoStatus.FAILED, "undecodable", None)
    assert [stored.key for stored in store.list("")] == [keys.rejected(row().id)]
    assert jobs()[Stage.RENDITIONS].status is JobStatus.FAILED


def test_a_fault_of_ours_is_neither_tried_again_nor_silent(run, row, jobs, monkeypatch):
    calls = fail_times(monkeypatch, 100, ZeroDivisionError())

    assert not run().success

    assert len(calls) == 1
    assert (row().status, row().error_code, row().error_retryable) == (VideoStatus.FAILED, "internal_error", True)
    assert jobs()[Stage.VALIDATION].status is JobStatus.FAILED


def test_a_lost_heartbeat_does_not_end_the_work(run, row, monkeypatch):
    beats = []

    def lose(*_, **__):
        beats.append(1)
        raise CatalogUnavailable

    monkeypatch.setattr(stages, "HEARTBEAT_SECONDS", 0.01)
    monkeypatch.setattr("video_pipeline.catalog.records.jobs.beat", lose)

    assert run().success
    assert beats
    assert row().status is VideoStatus.COMPLETED


def test_media_time_is_on_record(run, jobs):
    run()

    assert jobs()[Stage.RENDITIONS].media_seconds > 0
    assert jobs()[Stage.PUBLICATION].media_seconds == 0


def given_up_while(monkeypatch, engine, verb):
    """Give the run up for dead at a step of its work, as the watchdog does with a worker that is frozen there."""
    real = getattr(ObjectStore, verb)

    def freeze(self, *arguments, **options):
        with transaction(engine) as connection:
            for job in watching.running_jobs(connection):
                records.give_up_job(connection, job.id, code="interrupted", sentence="Nothing was heard of it.")
                endings.ask(connection, job.run_id, job.video_id, Ending.SILENT)
        return real(self, *arguments, **options)

    monkeypatch.setattr(ObjectStore, verb, freeze)


@pytest.mark.parametrize(("frozen_at", "longest_seconds"), [("fetch", "0.1"), ("copy", "60")])
def test_a_worker_that_wakes_up_too_late_neither_refuses_nor_accepts(
    run, row, store, engine, monkeypatch, frozen_at, longest_seconds
):
    given_up_while(monkeypatch, engine, frozen_at)
    monkeypatch.setenv("MAX_DURATION_SECONDS", longest_seconds)
    settings.cache_clear()

    assert not run().success

    assert (row().status, row().error_code, row().original_key) == (VideoStatus.VALIDATING, None, None)
    assert store.head(row().inbox_key) is not None


def test_a_worker_that_wakes_up_too_late_publishes_nothing_and_its_successor_all(
    run, row, jobs, artifacts, engine, monkeypatch
):
    with monkeypatch.context() as patch:
        given_up_while(patch, engine, "store")
        assert not run().success
    left = jobs()[Stage.RENDITIONS]
    assert (left.status, left.error_sentence) == (JobStatus.FAILED, "Nothing was heard of it.")
    assert (row().status, artifacts()) == (VideoStatus.PROCESSING, {})

    successor = run()

    assert successor.success
    assert row().status is VideoStatus.COMPLETED
    assert {made.run_id for made in artifacts().values()} == {successor.run_id}


def test_a_heartbeat_tells_a_job_that_there_is_no_use_in_going_on(run, row, jobs, engine, monkeypatch):
    def progress_after_a_beat(self, fraction):
        with transaction(engine) as connection:
            records.interrupt_jobs(connection, self.run_id)
        self.beat()
        report(self, fraction)

    report = stages.Job.progress
    monkeypatch.setattr(stages.Job, "progress", progress_after_a_beat)

    assert not run().success
    assert row().status is VideoStatus.PROCESSING
