import os
from pathlib import Path

import pytest

from video_pipeline.client.answers import Put
from video_pipeline.client.connection import http
from video_pipeline.client.patience import Patience
from video_pipeline.client.problems import ApiProblem
from video_pipeline.client.progress import Step
from video_pipeline.client.sending import BATCH, CHUNK_BYTES, REFUSALS_MAX, Addresses, Sender, Stopped
from video_pipeline.errors import FileChanged
from video_pipeline_tests.client.recorder import Recorder
from video_pipeline_tests.client.relay import Said, relaying

BODY = os.urandom(CHUNK_BYTES) + b"the end"
QUICK = Patience(attempts=3, first_seconds=0.001, longest_seconds=0.002)
DENIED = Said(403, b"<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>")


@pytest.fixture
def store():
    with relaying("http://127.0.0.1:1") as relay:
        yield relay


@pytest.fixture
def shown():
    recorder = Recorder()
    recorder.step(Step.UPLOAD, total_bytes=len(BODY))
    return recorder


@pytest.fixture
def sender(tmp_path: Path, shown):
    path = tmp_path / "file"
    path.write_bytes(BODY)
    with http() as wire, path.open("rb") as file:
        yield Sender(wire, file.fileno(), shown, QUICK)


def always(relay):
    return lambda refused: Put("PUT", f"{relay.address}/bucket/key", {})


def answering(*statuses: int):
    left = list(statuses)
    return lambda asked: Said(left.pop(0) if len(left) > 1 else left[0])


@pytest.mark.parametrize("trouble", [500, 503, 408])
def test_trouble_of_the_store_is_waited_for_and_no_byte_counts_twice(store, sender, shown, trouble):
    store.meddle = answering(trouble, 200)

    assert sender.send(0, len(BODY), always(store)).status_code == 200
    assert shown.done[Step.UPLOAD] == len(BODY)


def test_what_was_to_be_written_once_and_is_there_has_arrived(store, sender):
    store.meddle = answering(412)

    assert sender.send(0, len(BODY), always(store)).status_code == 412


def test_a_refusal_of_the_store_is_told_with_its_name(store, sender, shown):
    store.meddle = lambda asked: Said(400, b"<Error><Code>EntityTooSmall</Code></Error>")

    with pytest.raises(ApiProblem, match="400 Bad Request, EntityTooSmall") as refusal:
        sender.send(0, len(BODY), always(store))
    assert (refusal.value.code, refusal.value.retryable) == ("store_refused", False)
    assert shown.done[Step.UPLOAD] == 0


def test_an_address_that_is_refused_again_and_again_is_believed(store, sender):
    store.meddle = lambda asked: DENIED

    with pytest.raises(ApiProblem, match="AccessDenied"):
        sender.send(0, len(BODY), always(store))
    assert len(store.asked) == REFUSALS_MAX + 1


def test_a_file_that_has_become_shorter_is_told(store, sender):
    store.meddle = answering(200)

    with pytest.raises(FileChanged, match="shorter"):
        sender.send(0, len(BODY) + 1, always(store))


def test_nothing_is_sent_after_the_end(store, sender):
    store.meddle = answering(200)
    sender.stop()

    with pytest.raises(Stopped):
        sender.send(0, len(BODY), always(store))


def test_addresses_are_signed_in_batches_and_anew_where_one_is_refused():
    wishes = []

    def sign(numbers):
        wishes.append(list(numbers))
        return {number: f"http://x/{len(wishes)}/{number}" for number in numbers}

    pending = list(range(2, 300))
    addresses = Addresses(sign, pending, {2: "http://x/0/2"})

    assert addresses.of(2).url == "http://x/0/2"
    assert addresses.of(3).url == "http://x/1/3"
    assert addresses.of(102).url == "http://x/1/102"
    assert addresses.of(50, "http://x/1/50").url == "http://x/2/50"
    assert addresses.of(51, "http://x/1/51").url == "http://x/2/51"  # signed with its neighbour
    assert [(wish[0], len(wish)) for wish in wishes] == [(3, BATCH), (50, BATCH)]
