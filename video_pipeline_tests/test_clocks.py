from __future__ import annotations

import pytest
from pydantic import ValidationError

from video_pipeline.clocks import Calendar


def test_clocks_are_those_of_utc_unless_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIME_ZONE", "")
    assert Calendar().time_zone == "UTC"


def test_a_time_zone_is_one_that_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIME_ZONE", "Europe/Berlin")
    assert Calendar().time_zone == "Europe/Berlin"
    for name in ("Europe/Atlantis", "../etc/passwd"):
        monkeypatch.setenv("TIME_ZONE", name)
        with pytest.raises(ValidationError, match="no time zone is called"):
            Calendar()
