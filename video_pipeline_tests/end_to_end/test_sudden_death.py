"""A process killed after any step of a story, and the story begun again: the same end, and nothing left over."""

from itertools import count

import pytest

from video_pipeline import intake
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.queries import recent_videos
from video_pipeline.catalog.records import uploads
from video_pipeline.storage import keys
from video_pipeline.types import Container, VideoStatus
from video_pipeline_tests.desk import POLICY, STRICT, Death, Desk, Killed, look_once
from video_pipeline_tests.samples import Samples

#: Of promotion's steps: the copy itself, which looks before and afterwards.
COPIED = 3


@pytest.fixture
def desk(engine, store, tmp_path, tmp_path_factory, monkeypatch) -> Desk:
    look_once(monkeypatch)
    return Desk(engine, store, tmp_path, Samples(tmp_path_factory.getbasetemp())["small"])


@pytest.fixture
def death(monkeypatch: pytest.MonkeyPatch) -> Death:
    return Death(monkeypatch)


def same_bytes_twice(desk: Desk):
    """A drop whose bytes came in before."""
    path = desk.fresh()
    desk.validate(desk.drop(path, "first.mp4"))
    return desk.drop(path, "second.mp4")


@pytest.mark.parametrize(
    ("come_in", "policy", "reason", "place"),
    [
        pytest.param(Desk.receive, POLICY, None, "originals/{id}/original.mp4", id="accepted"),
        pytest.param(lambda desk: desk.drop(desk.fresh()), POLICY, None, "originals/{id}/original.mp4", id="dropped"),
        pytest.param(Desk.receive, STRICT, "too_long", "rejected/{id}/rejected.bin", id="refused"),
        pytest.param(same_bytes_twice, POLICY, "duplicate", None, id="duplicate"),
    ],
)
def test_validation(desk: Desk, death: Death, come_in, policy, reason, place):
    for steps in count(1):
        video_id = come_in(desk)
        try:
            with death.after(steps):
                desk.validate(video_id, policy)
        except Killed:
            video = desk.validate(video_id, policy)
            assert video.error_code == reason, f"killed after step {steps}"
            assert desk.keys(video) == ({place.format(id=video_id)} if place else set()), f"killed after step {steps}"
        else:
            break
    assert steps > 8


def test_handing_in(desk: Desk, death: Death):
    for steps in count(1):
        path = desk.fresh()
        try:
            with death.after(steps):
                desk.receive(path)
        except Killed:
            desk.receive(path)
            assert_one_video_comes_of_it(desk, intake.digest(path), steps)
        else:
            break
    assert steps > 3


def assert_one_video_comes_of_it(desk: Desk, sha256: str, steps: int) -> None:
    """Do what the sensor and a run do with all that the inbox has of these bytes."""
    with transaction(desk.engine) as connection:
        rows = [row for row in recent_videos(connection, limit=100) if row.declared_sha256 == sha256]
        present = {row.id: desk.store.head(str(row.inbox_key)) for row in rows}
        for video_id, stored in present.items():
            if stored is not None:
                uploads.mark_uploaded(connection, video_id, etag=stored.etag, size_bytes=stored.size_bytes)
    ends = [desk.validate(video_id) for video_id, stored in present.items() if stored is not None]
    (good,) = (end for end in ends if end.status is VideoStatus.PROCESSING)
    assert {end.duplicate_of for end in ends} <= {None, good.id}, f"killed after step {steps}"
    assert set().union(*(desk.keys(row) for row in rows)) == {good.original_key}, f"killed after step {steps}"


def test_a_copy_that_was_never_accepted_goes_when_its_source_is_replaced_and_refused(desk: Desk, death: Death):
    row = desk.begin(desk.upload(desk.fresh()))
    verdict = desk.judge(row)
    with pytest.raises(Killed), death.after(COPIED):
        desk.promote(row, *verdict)
    assert desk.keys() == {row.inbox_key, keys.original(row.id, Container.MP4)}

    desk.put(desk.fresh(), str(row.inbox_key))
    desk.validate(row.id, STRICT)

    assert desk.keys() == {keys.rejected(row.id)}
