import pytest

from video_pipeline.defs import stage as stages
from video_pipeline.errors import CatalogUnavailable, MediaRefused, StoreUnavailable
from video_pipeline.intake import VANISHED
from video_pipeline.storage.objects import ObjectStore
from video_pipeline.types import JobStatus, Stage, VideoStatus


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


def test_trouble_that_passes_is_tried_again(impatient, run, row, jobs, monkeypatch):
    fail_times(monkeypatch, 2, StoreUnavailable())

    assert run().success

    assert jobs()[Stage.VALIDATION].attempt == 3
    assert row().status is VideoStatus.COMPLETED


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
