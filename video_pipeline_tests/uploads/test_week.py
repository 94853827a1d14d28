from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from video_pipeline.uploads.week import Reset, week_of

ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "America/St_Johns"]
moments = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))
resets = st.builds(Reset, st.integers(0, 6), st.integers(0, 23), st.sampled_from(ZONES))
HOUR = timedelta(hours=1)


@given(moments, resets)
def test_every_moment_is_in_one_week_and_weeks_leave_no_gap(moment, reset):
    week = week_of(moment, reset)

    assert week.start <= moment < week.end
    assert week_of(week.start, reset) == week
    assert week_of(week.end, reset).start == week.end
    assert week_of(week.end - timedelta(microseconds=1), reset) == week


@given(moments, resets)
def test_a_week_begins_as_clocks_there_show_it(moment, reset):
    week = week_of(moment, reset)
    shown = week.start.astimezone(ZoneInfo(reset.timezone))

    assert shown.isoweekday() % 7 == reset.weekday
    # An hour that is skipped begins when it would have, by the clocks of before: they show it up to an hour later.
    assert (
        timedelta(0)
        <= shown.replace(tzinfo=None) - datetime.combine(shown, datetime.min.time()) - (reset.hour * HOUR)
        <= HOUR
    )
    assert abs(week.end - week.start - timedelta(days=7)) <= HOUR


@pytest.mark.parametrize(
    ("moment", "reset", "start", "hours"),
    [
        ("2026-05-06T12:00Z", Reset(), "2026-05-03T00:00Z", 168),
        ("2026-05-03T00:00Z", Reset(), "2026-05-03T00:00Z", 168),
        ("2026-05-02T23:59Z", Reset(), "2026-04-26T00:00Z", 168),
        ("2026-03-28T12:00Z", Reset(timezone="Europe/Berlin"), "2026-03-21T23:00Z", 168),
        ("2026-03-30T12:00Z", Reset(timezone="Europe/Berlin"), "2026-03-28T23:00Z", 167),
        ("2026-10-26T12:00Z", Reset(timezone="Europe/Berlin"), "2026-10-24T22:00Z", 169),
        ("2026-03-29T02:00Z", Reset(0, 2, "Europe/Berlin"), "2026-03-29T01:00Z", 167),
    ],
)
def test_weeks_of_the_calendar(moment, reset, start, hours):
    week = week_of(datetime.fromisoformat(moment), reset)

    assert week.start == datetime.fromisoformat(start)
    assert week.end - week.start == hours * HOUR
