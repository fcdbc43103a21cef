"""Times as a counselor says them: "Friday 18:00", "at 17:30", "3 hours ago". Clocks are those of the meeting, in Columbus."""

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from directory.hours import DAY_NAMES, read_clock

MEETING: Final = ZoneInfo("America/New_York")
MONDAY: Final = date(2026, 3, 9)
_WEEK: Final = timedelta(days=7)
_MOMENT: Final = re.compile(rf"(?:({'|'.join(DAY_NAMES)}|\d{{4}}-\d\d-\d\d) )?(\d.*)")
_SPAN: Final = re.compile(r"(\d+) (minute|hour|day)s?")
_DAYS: Final = {"yesterday": -1, "today": 0, "tomorrow": 1}


def now(written: str) -> datetime:
    """The moment that the answer is for: a day of the week of Monday 9 March 2026, or of a date, and a clock."""
    if written[:1].isdigit() and "-" not in written:
        raise ValueError("say which day: Friday 18:00, or 2026-03-13 18:00")
    return next(_moments(written, _at(MONDAY + _WEEK, 0)))


def said(written: str, before: datetime) -> datetime:
    """The last such moment that is not after another: "at 17:30", "at Thursday 22:00", "3 hours ago"."""
    if written.endswith(" ago"):
        return before - _span(written.removesuffix(" ago"))
    if not written.startswith("at "):
        raise ValueError("say when it was said: at 17:30, or 3 hours ago")
    past = [moment for moment in _moments(written.removeprefix("at "), before) if moment <= before]
    if not past:
        raise ValueError("that moment is still to come")
    return past[-1]


def later(written: str, after: datetime) -> datetime:
    """The first such moment after another: "23:00", "Saturday 09:00", "2026-03-14 09:00"."""
    coming = [moment for moment in _moments(written, after) if moment > after]
    if not coming:
        raise ValueError("that moment is over")
    return coming[0]


def day(written: str, today: date) -> date:
    """A day: "today", "tomorrow", "100 days ago", "in 30 days", "2026-03-13"."""
    if written in _DAYS:
        return today + timedelta(days=_DAYS[written])
    if written.endswith(" ago"):
        return today - _span(written.removesuffix(" ago"))
    if written.startswith("in "):
        return today + _span(written.removeprefix("in "))
    return date.fromisoformat(written)


def _span(written: str) -> timedelta:
    found = _SPAN.fullmatch(written)
    if not found:
        raise ValueError("enter a number of minutes, hours or days, such as 3 hours")
    return timedelta(**{f"{found[2]}s": int(found[1])})


def _moments(written: str, around: datetime) -> Iterator[datetime]:
    """All moments that could be meant from a week before to a week after another, in order."""
    found = _MOMENT.fullmatch(written)
    if not found:
        raise ValueError("enter a time, such as 18:00 or Friday 18:00")
    clock = read_clock(found[2])
    if found[1] and found[1] not in DAY_NAMES:
        yield _at(date.fromisoformat(found[1]), clock)
        return
    first = around.astimezone(MEETING).date() - _WEEK
    for step in range(15):
        that = first + timedelta(days=step)
        if found[1] in (None, DAY_NAMES[that.weekday()]):
            yield _at(that, clock)


def _at(that: date, clock: int) -> datetime:
    """A wall clock as an instant whose distance from UTC is fixed, so that hours can be counted across a clock change."""
    wall = datetime.combine(that, time(clock // 60, clock % 60), tzinfo=MEETING)
    return datetime.fromisoformat(wall.isoformat())
