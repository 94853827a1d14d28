import os
import threading
from pathlib import Path

import pytest

from video_pipeline.accounts.sessions import REFRESH_LIFETIME
from video_pipeline.accounts.tokens import digest
from video_pipeline.catalog import queries
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.records import sessions
from video_pipeline.client import ApiProblem, Client, Description, Uploader
from video_pipeline.client.progress import Step
from video_pipeline.client.tokens import InMemory, Tokens
from video_pipeline.client.unfinished import Memory
from video_pipeline.client.uploading import Uploaded
from video_pipeline.errors import FileChanged
from video_pipeline.types import VideoStatus
from video_pipeline_tests.client.conftest import PART, QUICK
from video_pipeline_tests.client.recorder import Recorder
from video_pipeline_tests.client.relay import Cut, Said
from video_pipeline_tests.senders import under_way

EXPIRED = Said(403, b"<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>")


@pytest.fixture
def lies(store, engine):
    """Whether the upload of a video lies in the bucket as it is on disk, and the catalog knows."""

    def compare(uploaded: Uploaded, path: Path) -> bool:
        with transaction(engine) as connection:
            video = queries.video(connection, uploaded.video_id)
        stored = b"".join(store.open(video.inbox_key))
        return video.status is VideoStatus.UPLOADED and stored == path.read_bytes()

    return compare


def once(part: int, said):
    """Meddle with a part, once."""
    left = [said]

    def meddle(asked):
        if asked.part != part or not left:
            return None
        following = left.pop()
        if following is Cut:
            raise Cut
        return following

    return meddle


def test_a_file_goes_in_parts_and_is_what_was_said_of_it(uploader, client, bucket_relay, memory, lies, film):
    path, shown = film(), Recorder()

    uploaded = uploader.upload(path, Description(title="At the gate"), shown)

    assert (uploaded.is_new, lies(uploaded, path)) == (True, True)
    assert client.videos.get(uploaded.video_id).title == "At the gate"
    assert bucket_relay.parts() == [1, 2, 3]
    assert shown.steps == [Step.CHECKSUM, Step.UPLOAD, Step.COMPLETION]
    assert set(shown.done.values()) == {path.stat().st_size}
    assert list(memory.folder.iterdir()) == []


def test_a_small_file_goes_at_once(uploader, lies, film, bucket_relay):
    path = film(parts=1)

    assert lies(uploader.upload(path), path)
    assert [one.method for one in bucket_relay.asked] == ["PUT"]


def test_a_small_file_whose_arrival_was_not_told_has_arrived(uploader, lies, film, bucket_relay):
    path, told = film(parts=1), []

    def lose_the_first_answer(asked):
        told.append(asked)
        return Said(503) if len(told) == 1 else Said(412)

    bucket_relay.meddle = lose_the_first_answer
    with pytest.raises(ApiProblem, match="Nothing of the file has arrived"):  # the API looks for itself
        uploader.upload(path)
    bucket_relay.meddle = lambda _: None

    assert lies(uploader.upload(path), path)


@pytest.mark.parametrize("trouble", [Said(503), Cut], ids=["refused once", "cut off once"])
def test_a_part_that_fails_is_sent_again_and_no_other(uploader, bucket_relay, lies, film, trouble):
    path = film()
    bucket_relay.meddle = once(2, trouble)

    assert lies(uploader.upload(path), path)
    assert sorted(one.part for one in bucket_relay.asked) == [1, 2, 2, 3]


def test_addresses_that_have_expired_are_signed_anew(uploader, bucket_relay, lies, film):
    path = film()
    bucket_relay.meddle = once(2, EXPIRED)

    assert lies(uploader.upload(path), path)
    assert sorted(one.part for one in bucket_relay.asked) == [1, 2, 2, 3]
    assert bucket_relay.parts() == [1, 2, 3]


def test_what_has_arrived_is_not_sent_again(uploader, bucket_relay, lies, film):
    path, shown = film(), Recorder()
    bucket_relay.meddle = lambda asked: Said(400) if asked.part == 3 else None
    with pytest.raises(ApiProblem):
        Uploader(uploader._client, parallel=1, memory=uploader._memory).upload(path)
    bucket_relay.meddle = lambda _: None

    assert lies(uploader.upload(path, progress=shown), path)
    assert bucket_relay.parts() == [1, 2, 3]
    assert shown.steps == [Step.UPLOAD, Step.COMPLETION]
    assert shown.begun_with[Step.UPLOAD] == 2 * PART


def test_without_a_memory_the_checksum_finds_the_upload(uploader, client, bucket_relay, tmp_path, lies, film, memory):
    path = film()
    bucket_relay.meddle = once(3, Said(400))
    with pytest.raises(ApiProblem):
        Uploader(client, parallel=1, memory=memory).upload(path)
    memory.forget(path)

    assert lies(uploader.upload(path), path)
    assert bucket_relay.parts() == [1, 2, 3]


def test_an_upload_that_was_completed_before_that_was_told_is_done(uploader, client, memory, lies, film, monkeypatch):
    path = film(parts=2)
    monkeypatch.setattr(type(memory), "forget", lambda *_: None)  # as if it had died before
    uploaded = uploader.upload(path)
    monkeypatch.undo()

    again = uploader.upload(path)

    assert (again.video_id, again.status) == (uploaded.video_id, VideoStatus.UPLOADED)
    assert memory.recall(path) is None


def test_an_upload_that_was_given_up_elsewhere_begins_anew(uploader, client, bucket_relay, memory, lies, film):
    path = film(parts=2)
    bucket_relay.meddle = once(1, Said(400))
    with pytest.raises(ApiProblem):
        uploader.upload(path)
    known = memory.recall(path)
    client.uploads.abort(known.video_id)

    uploaded = uploader.upload(path)

    assert lies(uploaded, path)
    assert uploaded.video_id != known.video_id


def test_the_same_bytes_are_not_sent_twice(uploader, bucket_relay, film, tmp_path):
    path = film(parts=2)
    first = uploader.upload(path)
    copy = tmp_path / "copy.mp4"
    copy.write_bytes(path.read_bytes())

    again = uploader.upload(copy)

    assert (again.video_id, again.is_new) == (first.video_id, False)
    assert bucket_relay.parts() == [1, 2]


@pytest.mark.parametrize("parts", [1, 3])
def test_two_who_send_the_same_bytes_at_once_have_one_video(
    uploader, client, bucket_relay, film, tmp_path, memory, lies, parts
):
    path, copy = film(parts=parts), tmp_path / "copy.mp4"
    begun, others = threading.Event(), []
    copy.write_bytes(path.read_bytes())

    def let_another_finish_first(_):
        if begun.is_set():
            return None
        begun.set()
        others.append(Uploader(client, memory=Memory(tmp_path / "another's", client.address)).upload(copy))
        return EXPIRED

    bucket_relay.meddle = let_another_finish_first

    uploaded = Uploader(client, parallel=1, memory=memory).upload(path)

    assert lies(uploaded, path)
    assert (uploaded.video_id, uploaded.is_new) == (others[0].video_id, False)
    assert memory.recall(path) is None


def test_a_file_that_has_changed_since_is_another_upload(uploader, ada, bucket_relay, store, lies, film, memory):
    path = film(parts=2)
    bucket_relay.meddle = once(1, Said(400))
    with pytest.raises(ApiProblem):
        uploader.upload(path)
    film(parts=2)

    assert lies(uploader.upload(path), path)
    assert under_way(store) == set()
    assert ada.used == path.stat().st_size


def test_a_file_that_changes_while_it_is_sent_is_no_upload(uploader, ada, bucket_relay, store, film, memory):
    path = film(parts=2)

    def change(asked):
        os.utime(path, ns=(1, 1))

    bucket_relay.meddle = change
    with pytest.raises(FileChanged, match="changed while it was sent"):
        uploader.upload(path)

    assert (under_way(store), ada.used, memory.recall(path)) == (set(), 0, None)


def test_tokens_are_renewed_in_the_middle_of_an_upload(ada, engine, memory, bucket_relay, lies, film):
    with engine.begin() as connection:
        sessions.begin(connection, ada.user_id, digest("refresh"), REFRESH_LIFETIME)
    path, keeper = film(), InMemory(Tokens(ada.token, "refresh"))

    def end_the_token(asked):
        if keeper.current() == Tokens(ada.token, "refresh"):
            keeper.keep(Tokens("not valid any more", "refresh"))

    bucket_relay.meddle = end_the_token
    with Client(ada.api.address, keeper=keeper, patience=QUICK) as client:
        assert lies(Uploader(client, parallel=1, memory=memory).upload(path), path)
    renewed = keeper.current()
    assert renewed is not None
    assert renewed.refresh != "refresh"
