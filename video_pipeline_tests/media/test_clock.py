from __future__ import annotations

import math

import pytest

from video_pipeline.media.clock import clock


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.9, "0:00:00"), (41, "0:00:41"), (3_725.5, "1:02:05"), (math.inf, "forever")]
)
def test_a_time_is_read_as_players_show_it(seconds: float, words: str) -> None:
    assert clock(seconds) == words
