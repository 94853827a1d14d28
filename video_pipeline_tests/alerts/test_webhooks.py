from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from video_pipeline.alerts.channels import Request
from video_pipeline.alerts.webhooks import WebhookChannel
from video_pipeline.catalog.outbox import Delivery, Route

OLD, NEW, FOREIGN = (f"whsec_{letter * 32}" for letter in "ABC")
CHANNEL = WebhookChannel("erp", "https://erp.example.org/hook", (NEW, OLD), ("video.*",))


def test_it_is_sent_every_event_of_its_types() -> None:
    assert CHANNEL.route == Route("webhook:erp", is_for_alerts=False, types=("video.*",))


@pytest.mark.parametrize("secret", [OLD, NEW])
def test_whoever_knows_one_of_the_secrets_can_verify_it(delivery: Delivery, secret: str) -> None:
    request = CHANNEL.request(delivery, datetime.now(UTC))

    told = Webhook(secret).verify(request.body, dict(request.headers))

    assert told == {
        "type": "video.failed",
        "timestamp": "2026-03-29T01:30:00+00:00",
        "data": dict(delivery.event.data),
    }


def test_nobody_elses_secret_verifies_it_nor_is_an_old_one_taken_for_new(delivery: Delivery) -> None:
    request = CHANNEL.request(delivery, datetime.now(UTC))
    with pytest.raises(WebhookVerificationError):
        Webhook(FOREIGN).verify(request.body, dict(request.headers))
    with pytest.raises(WebhookVerificationError):
        Webhook(NEW).verify(request.body + b" ", dict(request.headers))
    stale = CHANNEL.request(delivery, datetime.now(UTC) - timedelta(minutes=6))
    with pytest.raises(WebhookVerificationError):
        Webhook(NEW).verify(stale.body, dict(stale.headers))


def test_another_attempt_has_the_same_id_and_body_and_says_which_it_is(delivery: Delivery) -> None:
    first = CHANNEL.request(delivery, datetime.now(UTC))
    second = CHANNEL.request(replace(delivery, attempt=2), datetime.now(UTC) + timedelta(minutes=5))
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body
    assert (first.headers["webhook-attempt"], second.headers["webhook-attempt"]) == ("1", "2")
    assert first.headers["webhook-signature"] != second.headers["webhook-signature"]


def test_any_text_travels_as_plain_ascii(delivery: Delivery) -> None:
    odd = replace(delivery, event=replace(delivery.event, data={"sentence": "\u202e<b>\n\x00\ud83d ü"}))
    body = CHANNEL.request(odd, datetime.now(UTC)).body
    assert body.isascii()
    assert json.loads(body)["data"] == odd.event.data


def test_it_shows_no_secret() -> None:
    assert "whsec" not in repr(CHANNEL)
    assert "erp.example.org" not in repr(CHANNEL)


def verified(request: Request, secret: str, **headers: str) -> bool:
    """Whether a receiver that uses the library takes it; what the library cannot even read, it does not take."""
    try:
        Webhook(secret).verify(request.body, {**request.headers, **headers})
    except (WebhookVerificationError, ValueError):
        return False
    return True


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
SECRETS = st.lists(st.binary(min_size=24, max_size=64), min_size=1, max_size=4, unique=True)
AS_OFTEN = how(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)  # the delivery is frozen


def told(secret: bytes) -> str:
    """A secret as Standard Webhooks writes it."""
    return f"whsec_{base64.b64encode(secret).decode()}"


@AS_OFTEN
@given(data=st.dictionaries(st.text(), JSON, max_size=4), secrets=SECRETS)
def test_a_receiver_of_the_library_takes_whatever_is_told_by_any_of_its_secrets(
    delivery: Delivery, data: dict[str, object], secrets: list[bytes]
) -> None:
    known = tuple(map(told, secrets))
    event = replace(delivery, event=replace(delivery.event, data=data))
    request = WebhookChannel("erp", "https://erp.example.org/hook", known).request(event, datetime.now(UTC))

    assert all(verified(request, secret) for secret in known)
    assert not verified(request, FOREIGN)
    assert all(value.isprintable() and value.isascii() for value in request.headers.values())


FORGED = st.text(st.characters(codec="ascii"), max_size=80) | st.sampled_from(["", "v1", "v1,", ",", "v1,=", "v2,AAAA"])


@AS_OFTEN
@given(forged=FORGED, name=st.sampled_from(["webhook-id", "webhook-timestamp", "webhook-signature"]))
def test_no_other_header_is_taken_for_one_of_ours(delivery: Delivery, forged: str, name: str) -> None:
    request = CHANNEL.request(delivery, datetime.now(UTC))
    is_the_same = name == "webhook-timestamp" and _moment(forged) == _moment(request.headers[name])

    assert verified(request, NEW, **{name: forged}) is (is_the_same or forged == request.headers[name])


def _moment(text: str) -> int | None:
    """A moment as the library reads it, which signs whole seconds."""
    try:
        return int(float(text))
    except (ValueError, OverflowError):
        return None


@AS_OFTEN
@given(place=st.integers(min_value=0), flipped=st.integers(1, 255))
def test_no_byte_of_a_body_can_be_another(delivery: Delivery, place: int, flipped: int) -> None:
    request = CHANNEL.request(delivery, datetime.now(UTC))
    body = bytearray(request.body)
    body[place % len(body)] ^= flipped

    assert not verified(replace(request, body=bytes(body)), NEW)
