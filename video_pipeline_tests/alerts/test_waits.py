from __future__ import annotations

from datetime import timedelta

import pytest

from video_pipeline.alerts.waits import HOUR, WAITS, wait_after


def test_the_waits_are_those_of_standard_webhooks() -> None:
    assert WAITS == (0, 5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)


@pytest.mark.parametrize(("attempt", "seconds"), list(enumerate(WAITS[1:], start=1)))
def test_each_failure_is_followed_by_a_longer_wait_with_some_jitter(attempt: int, seconds: int) -> None:
    waits = [wait_after(attempt) for _ in range(20)]
    for wait in waits:
        assert wait is not None
        assert timedelta(seconds=seconds) <= wait <= timedelta(seconds=1.1 * seconds)
    assert len(set(waits)) > 1


@pytest.mark.parametrize("attempt", [len(WAITS), len(WAITS) + 1])
def test_the_last_attempt_is_the_last(attempt: int) -> None:
    assert wait_after(attempt) is None


def test_who_asks_for_time_gets_it_within_bounds() -> None:
    assert wait_after(1, asked_seconds=600) == timedelta(seconds=600)
    assert wait_after(1, asked_seconds=10**9) == timedelta(seconds=24 * HOUR)
    longer = wait_after(4, asked_seconds=600)
    assert longer is not None
    assert longer >= timedelta(seconds=WAITS[4])
