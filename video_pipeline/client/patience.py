"""How often, and after which pauses, something is tried again."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TypeVar

from video_pipeline.client.problems import RETRIED, ApiProblem
from video_pipeline.errors import ServerUnreachable

Given = TypeVar("Given")


@dataclass(frozen=True, slots=True)
class Patience:
    """So many attempts in all, with pauses that double from `first_seconds` up to `longest_seconds`."""

    attempts: int = 6
    first_seconds: float = 0.5
    longest_seconds: float = 30.0

    def persist(self, work: Callable[[], Given], *, passing: Collection[int] = RETRIED) -> Given:
        """What `work` gives, tried again while nobody answers or the answer's status is a passing one.

        Raises what the last attempt raised.
        """
        attempt = 0
        while True:
            try:
                return work()
            except ApiProblem as problem:
                if problem.status not in passing or self.is_last(attempt):
                    raise
                asked_seconds = problem.retry_after_seconds
            except ServerUnreachable:
                if self.is_last(attempt):
                    raise
                asked_seconds = None
            time.sleep(self.pause(attempt, asked_seconds))
            attempt += 1

    def is_last(self, attempt: int) -> bool:
        """Whether no attempt follows this one, counted from 0."""
        return attempt + 1 >= self.attempts

    def pause(self, attempt: int, asked_seconds: float | None = None) -> float:
        """Seconds to wait after an attempt, and no fewer than the server asked for, within bounds.

        Half of it is left to chance, so that those who were refused together do not come back together.
        """
        usual = self.first_seconds * 2.0**attempt * random.uniform(0.5, 1)  # noqa: S311 - nobody's secret
        return min(max(usual, asked_seconds or 0.0), self.longest_seconds)


USUAL = Patience()
ONCE = Patience(attempts=1)
