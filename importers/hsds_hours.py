"""The hours of HSDS, rules of iCalendar, to weekly hours as people write them. Pure.

A schedule says when a service is there, seldom when it admits: only one that speaks of intake is taken for intake hours.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from directory.hours import DAY_NAMES

_OF_INTAKE: Final = re.compile(r"\b(?:intakes?|admissions?|admits?|admitting)\b", re.IGNORECASE)
_CLOCK: Final = re.compile(r"([0-2]?\d:[0-5]\d)(?::[0-5]\d)?(?:\.\d+)?(?:Z|[-+]\d\d:?\d\d)?", re.IGNORECASE)
_WORDS: Final = ("description", "notes", "attending_type", "name")
_DAY: Final = {name[:2].upper(): name[:2] for name in DAY_NAMES}
_LOOKED_THROUGH: Final = 1_000
_NOT_WEEKLY: Final = ("byweekno", "bymonthday", "byyearday", "count")


def said(told: Mapping[str, Any], name: str) -> str:
    """What is written there, as much of it as is looked through for words; "" for a list or an object."""
    found = told.get(name)
    return str(found)[:_LOOKED_THROUGH] if isinstance(found, (str, int, float)) and found else ""


def intake_hours(schedules: Iterable[Mapping[str, Any]], on: date | None) -> str:
    """The weekly hours of the schedules that speak of intake and hold on a day; "" where none does or one is not weekly."""
    rules = [_rule(one) for one in schedules if _of_intake(one) and _holds(one, on)]
    by_day: dict[str, list[str]] = {}
    for days, hours in filter(None, rules):
        for day in days:
            by_day.setdefault(day, []).append(hours)
    if None in rules:
        return ""
    return "; ".join(f"{day} {','.join(dict.fromkeys(hours))}" for day, hours in by_day.items())


def _of_intake(schedule: Mapping[str, Any]) -> bool:
    return any(_OF_INTAKE.search(said(schedule, name)) for name in _WORDS)


def _holds(schedule: Mapping[str, Any], on: date | None) -> bool:
    """Whether the day lies inside what the schedule is valid for; where nobody knows the day, only one without an end."""
    first, last = (_day(said(schedule, name)) for name in ("valid_from", "valid_to"))
    if on is None:
        return last is None
    return (first is None or first <= on) and (last is None or on <= last)


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written[:10])
    except ValueError:
        return None


def _rule(schedule: Mapping[str, Any]) -> tuple[list[str], str] | None:
    """The days and hours of one schedule; None where it does not say the same for each week."""
    opens, closes = (_CLOCK.fullmatch(said(schedule, name).strip()) for name in ("opens_at", "closes_at"))
    every = said(schedule, "interval").strip() or "1"
    if not opens or not closes or every not in ("1", "1.0") or any(schedule.get(name) for name in _NOT_WEEKLY):
        return None
    days = _days(schedule)
    return (days, f"{opens[1]}-{closes[1]}") if days else None


def _days(schedule: Mapping[str, Any]) -> list[str]:
    """`byday` as HSDS 2 and 3 have it, or the `weekday` of 1.1; every day where the rule is daily; else none."""
    written = said(schedule, "byday") or said(schedule, "weekday")
    named = [day.strip().upper()[:2] for day in written.split(",") if day.strip()]
    if not named and said(schedule, "freq").strip().upper() == "DAILY":
        return list(_DAY.values())
    weekly = (said(schedule, "freq").strip().upper() or "WEEKLY") == "WEEKLY"
    return [_DAY[day] for day in named] if weekly and all(day in _DAY for day in named) else []
