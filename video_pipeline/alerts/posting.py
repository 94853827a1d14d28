"""The one door to receivers: several requests at once, each within its time, and what came of them.

A request goes to the address that the operator has set and nowhere else: a redirect is an answer like any other.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx2

from video_pipeline.alerts.channels import Request

SECONDS = 20.0
"""How long a receiver may take, from the first byte out to the head of its answer."""

_READ_BYTES = 2000
_SHOWN = 200
_GONE = 410

# It writes the address of every request, which for Slack is the secret itself.
logging.getLogger("httpx2").setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a receiver said: its status, None where it said nothing, and in words what is wrong, if anything is.

    `wait_seconds` is how long it asked to be left alone.
    """

    status: int | None
    fault: str = ""
    wait_seconds: float = 0.0

    @property
    def is_success(self) -> bool:
        """Whether it took what it was sent."""
        return not self.fault

    @property
    def is_gone(self) -> bool:
        """Whether it wants nothing any more."""
        return self.status == _GONE


def post_all(requests: Sequence[Request], *, seconds: float = SECONDS) -> list[Answer]:
    """Send them all at once, and give the answers in the same order; it takes little more than `seconds`."""
    return asyncio.run(_post_all(requests, seconds))


async def _post_all(requests: Sequence[Request], seconds: float) -> list[Answer]:
    async with httpx2.AsyncClient(timeout=seconds, follow_redirects=False) as client:
        return await asyncio.gather(*(_post(client, request, seconds) for request in requests))


async def _post(client: httpx2.AsyncClient, request: Request, seconds: float) -> Answer:
    headers = dict(request.headers)
    try:
        # httpx2's own limits are for each step: one byte a step would hold us for ever.
        async with (
            asyncio.timeout(seconds),
            client.stream("POST", request.url, headers=headers, content=request.body) as response,
        ):
            return await _answer(response)
    except TimeoutError:
        return Answer(None, f"It did not answer within {seconds:g} seconds.")
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
        # An address or a key that cannot be sent is this receiver's trouble and nobody else's. The words may hold it.
        return Answer(None, f"It could not be reached ({type(error).__name__}).")


async def _answer(response: httpx2.Response) -> Answer:
    status = response.status_code
    if response.is_success:
        return Answer(status)
    said = await _beginning(response)
    fault = f"It answered {status}{f': {said}' if said else ''}."
    return Answer(status, fault, _wait(response.headers.get("retry-after", "")))


async def _beginning(response: httpx2.Response) -> str:
    """The first words of an answer, fit to be shown; the rest is never read."""
    async for chunk in response.aiter_raw(_READ_BYTES):
        text = chunk.decode("ascii", errors="replace")
        return "".join(sign for sign in text if sign.isascii() and sign.isprintable())[:_SHOWN].strip()
    return ""


def _wait(retry_after: str) -> float:
    """The seconds that `Retry-After` asks for, as a number or as a date (RFC 9110, section 10.2.3)."""
    if retry_after.isascii() and retry_after.isdigit():
        return float(retry_after)
    try:
        return max((parsedate_to_datetime(retry_after) - datetime.now(UTC)).total_seconds(), 0.0)
    except (ValueError, TypeError):  # no date, or one that names no zone
        return 0.0
