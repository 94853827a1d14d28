from __future__ import annotations

import logging
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler

import pytest

from video_pipeline.alerts.channels import Request
from video_pipeline.alerts.posting import Answer, post_all
from video_pipeline_tests.alerts.receiver import Receiver, answer, cut


def ask(url: str, *, seconds: float = 10.0) -> Answer:
    (answered,) = post_all([Request(url, {"x-test": "yes"}, b"body")], seconds=seconds)
    return answered


@pytest.mark.parametrize("status", [200, 202, 204])
def test_what_is_taken_is_taken(receiver: Receiver, status: int) -> None:
    receiver.deeds.append(answer(status))
    assert ask(receiver.url + "/hook?x=1") == Answer(status)
    (came,) = receiver.received
    assert (came.path, came.body, came.headers["x-test"]) == ("/hook?x=1", "body", "yes")


@pytest.mark.parametrize(
    ("status", "is_gone"), [(301, False), (400, False), (404, False), (410, True), (429, False), (500, False)]
)
def test_every_other_answer_is_a_failure(receiver: Receiver, status: int, is_gone: bool) -> None:
    receiver.deeds.append(answer(status, "no_service", location=receiver.url + "/elsewhere"))
    answered = ask(receiver.url)
    assert not answered.is_success
    assert answered.is_gone is is_gone
    assert answered.fault == f"It answered {status}: no_service."
    assert len(receiver.received) == 1  # nobody is sent elsewhere


def test_of_an_answer_only_the_beginning_is_looked_at(receiver: Receiver) -> None:
    def endless(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(500)
        handler.end_headers()
        handler.wfile.write(b"a\x1b[31m\n\xff" * 1000)
        receiver.hang(handler)

    receiver.deeds.append(endless)
    fault = ask(receiver.url).fault
    assert fault.startswith("It answered 500: a[31ma[31m")
    assert len(fault) < 300


def drip(handler: BaseHTTPRequestHandler) -> None:
    """Answer, one byte at a time, each within any limit on single steps."""
    try:
        for byte in b"HTTP/1.1 200 OK" * 200:
            handler.wfile.write(bytes([byte]))
            time.sleep(0.02)
    except OSError:  # the other side has had enough
        handler.close_connection = True


def test_who_is_too_slow_is_not_waited_for(receiver: Receiver) -> None:
    receiver.deeds.extend([receiver.hang, drip])
    for _ in ("silent", "one byte at a time"):
        assert ask(receiver.url, seconds=0.2) == Answer(None, "It did not answer within 0.2 seconds.")
    assert len(receiver.received) == 2


def test_who_hangs_up_or_is_not_there_is_told_of_without_the_address(receiver: Receiver) -> None:
    receiver.deeds.append(cut)
    for address in (receiver.url + "/secret", "http://127.0.0.1:1/secret"):
        answered = ask(address)
        assert answered.status is None
        assert answered.fault.startswith("It could not be reached")
        assert "secret" not in answered.fault


@pytest.mark.parametrize(
    ("url", "headers"),
    [
        ("https://\u2028/", {}),
        ("http://127.0.0.1:1/", {"x-sentry-auth": "\u2028"}),
        ("http://127.0.0.1:1/", {"x-sentry-auth": "a\nb"}),
    ],
)
def test_what_cannot_be_sent_keeps_nothing_else_from_being_sent(
    receiver: Receiver, url: str, headers: dict[str, str]
) -> None:
    bad, good = post_all([Request(url, headers, b""), Request(receiver.url, {}, b"")], seconds=10)
    assert bad.status is None
    assert good.is_success


def test_one_who_hangs_keeps_nobody_else_waiting(receiver: Receiver) -> None:
    receiver.deeds.append(receiver.hang)
    requests = [Request(receiver.url, {}, str(number).encode()) for number in range(5)]
    answers = post_all(requests, seconds=0.5)
    assert sorted(str(each.status) for each in answers) == ["204"] * 4 + ["None"]


def test_a_wish_to_be_left_alone_is_heard(receiver: Receiver) -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    for told in ("120", later, "soon", "-5", "Wed, 21 Oct 2015 07:28:00 -0000"):
        receiver.deeds.append(answer(429, retry_after=told))
    waits = [ask(receiver.url).wait_seconds for _ in range(5)]
    assert waits[0] == 120
    assert 3500 < waits[1] <= 3600
    assert waits[2:] == [0, 0, 0]


def test_no_address_is_logged(receiver: Receiver, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        ask(receiver.url + "/services/secret")
    assert "secret" not in caplog.text
