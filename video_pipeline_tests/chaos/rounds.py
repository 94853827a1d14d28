"""A round, from its plan to its verdict."""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine

from video_pipeline.accounts import passwords
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.records import people
from video_pipeline.client import Client
from video_pipeline_tests.chaos import verdict
from video_pipeline_tests.chaos.estate import Estate
from video_pipeline_tests.chaos.faults import strike
from video_pipeline_tests.chaos.plan import Blow, Plan
from video_pipeline_tests.chaos.rest import Rest, await_rest
from video_pipeline_tests.chaos.sending import EMAIL, PASSWORD, Crowd, Sent


@dataclass(frozen=True, slots=True)
class Struck:
    """A fault that happened: when, in seconds since the round began, and what was met."""

    blow: Blow
    began: float
    ended: float
    met: str


@dataclass(frozen=True, slots=True)
class Round:
    """What was tried in a round, and what came of it."""

    plan: Plan
    struck: tuple[Struck, ...]
    sent: tuple[Sent, ...]
    outcomes: Counter[str]
    rest: Rest
    faults: tuple[str, ...]


class Arena:
    """A stack that is up, with somebody who may upload."""

    def __init__(self, estate: Estate) -> None:
        self._estate = estate
        self._engine: Engine = estate.connect()
        self._told: set[str] = set()
        with transaction(self._engine) as connection:
            password_hash = passwords.hashed(PASSWORD)
            people.create_user(connection, email=EMAIL, display_name="Chaos", password_hash=password_hash)
        self._client = Client(estate.told["PREVIEW_URL"])
        self._client.login(EMAIL, PASSWORD)

    def close(self) -> None:
        """Let go of the stack."""
        self._client.close()
        self._engine.dispose()

    def play(self, plan: Plan) -> Round:
        """Send the files of a round, let go wrong what is to go wrong, and judge what came of it."""
        folder: Path = self._estate.folder / plan.name.replace(":", "-")
        crowd = Crowd(self._estate, self._client, folder)
        began = time.monotonic()
        with ThreadPoolExecutor(2) as pool:
            sending = pool.submit(crowd.send, plan, began)
            struck = [self._struck(blow, began) for blow in plan.blows]
            sent = sending.result()
        rest = await_rest(self._estate, self._engine, crowd)
        return self._judged(plan, struck, sent, rest)

    def _struck(self, blow: Blow, began: float) -> Struck:
        time.sleep(max(0.0, began + blow.moment - time.monotonic()))
        at = time.monotonic() - began
        met = strike(self._estate, blow)
        return Struck(blow, at, time.monotonic() - began, met)

    def _judged(self, plan: Plan, struck: list[Struck], sent: list[Sent], rest: Rest) -> Round:
        ended = verdict.ends(self._engine, plan)
        outcomes = Counter(" ".join(filter(None, (video.status, video.error_code))) for video in ended)
        found = [
            *(f"not at rest: {what}" for what in rest.missing),
            *verdict.faults(sent, ended),
            *(f"audit: {what}" for what in verdict.audited(self._estate)),
            *(f"the API broke: {what}" for what in verdict.broken(self._estate)),
            *(f"left over: {what}" for what in verdict.left_over(self._estate)),
        ]
        fresh = tuple(fault for fault in found if fault not in self._told)  # what one round left is there in the next
        self._told.update(fresh)
        return Round(plan, tuple(struck), tuple(sent), outcomes, rest, fresh)
