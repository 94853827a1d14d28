"""The week that a quota counts: from one reset to the next, on the wall clocks of a place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SUNDAY = 0
DAYS = 7


@dataclass(frozen=True, slots=True)
class Reset:
    """When quotas are reset: on `weekday` (0 is Sunday) at `hour`, as clocks in `timezone` show it."""

    weekday: int = SUNDAY
    hour: int = 0
    timezone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Week:
    """A week, from `start` up to `end`, in UTC. One in which clocks change is an hour shorter or longer."""

    start: datetime
    end: datetime


def week_of(moment: datetime, reset: Reset) -> Week:
    """The week that a moment belongs to.

    An hour that clocks skip is that much later; of an hour that they show twice it is the first.
    """
    today = moment.astimezone(ZoneInfo(reset.timezone)).date()
    last = today - timedelta(days=(today.isoweekday() - reset.weekday) % DAYS)
    if _at(last, reset) > moment:  # today is the day, and its hour has not come
        last -= timedelta(days=DAYS)
    return Week(_at(last, reset), _at(last + timedelta(days=DAYS), reset))


def _at(day: date, reset: Reset) -> datetime:
    return datetime.combine(day, time(reset.hour), ZoneInfo(reset.timezone)).astimezone(UTC)
