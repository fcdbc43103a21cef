"""Weekly hours in the wall-clock time of the place: OpenStreetMap's way of writing them, and minutes of a week. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final, Self

from directory.spoken import say

DAY: Final = 24 * 60
WEEK: Final = 7 * DAY
DAYS: Final = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
DAY_NAMES: Final = (
    say("Monday"), say("Tuesday"), say("Wednesday"), say("Thursday"), say("Friday"), say("Saturday"), say("Sunday"),
)  # fmt: skip
ALWAYS: Final = "24/7"
_HELP: Final = "Enter hours such as Mo-Fr 08:00-22:00; Sa 10:00-02:00, or 24/7"
_CLOCK: Final = re.compile(r"(\d{1,2})(?::(\d\d))?\s*([ap])?\.?m?\.?", re.IGNORECASE)
_RULE: Final = re.compile(r"([A-Za-z][A-Za-z ,\-]*?)?\s*(\d.*|closed|off)", re.IGNORECASE)

Span = tuple[int, int]
"""From a minute of the week (Monday 0:00 is 0) up to, and not including, a later one, which may lie in the next week."""


@dataclass(frozen=True, slots=True)
class Hours:
    """When the doors are open, week by week: spans in order that neither touch nor overlap."""

    spans: tuple[Span, ...]

    @classmethod
    def read(cls, written: str) -> Self:
        """Hours as people and OpenStreetMap write them, a later rule in place of an earlier one for the same day.

        Raises ValueError with what to enter.
        """
        if written.strip().casefold() in (ALWAYS, "24 hours", "always"):
            return cls(((0, WEEK),))
        by_day: dict[int, list[Span]] = {}
        for rule in filter(None, (part.strip() for part in re.split(r"[;\n]", written))):
            by_day |= _rule(rule)
        if not written.strip():
            raise ValueError(_HELP)
        return cls(tuple(_merged([span for spans in by_day.values() for span in spans])))

    @property
    def always(self) -> bool:
        """Whether the doors never close."""
        return any(end - start >= WEEK for start, end in self.spans)

    def open_at(self, minute: int) -> Span | None:
        """The span that a minute of the week lies in, as it lies around that minute; None where the doors are closed."""
        for start, end in self.spans:
            for shift in (0, -WEEK):
                if start + shift <= minute < end + shift:
                    return start + shift, end + shift
        return None

    def wait_from(self, minute: int) -> int | None:
        """How many minutes after a minute of the week the doors are next open; 0 while they are, None for never."""
        if self.open_at(minute):
            return 0
        return min(((start - minute) % WEEK for start, _ in self.spans), default=None)

    def until_last_arrival(self, clock: int) -> "Hours":
        """The hours in which somebody may still arrive, where nobody may after a time of day (in minutes)."""
        return Hours(tuple(_merged([(start, _cut(start, end, clock)) for start, end in _by_day(self.spans)])))

    def __str__(self) -> str:
        """The one canonical way of writing these hours, which `read` reads back."""
        if self.always:
            return ALWAYS
        by_day = [_day_in_words(self.spans, day) for day in range(7)]
        runs: list[str] = []
        at = 0
        for told, days in groupby(by_day):
            count = len(list(days))
            names = DAYS[at] if count == 1 else f"{DAYS[at]}-{DAYS[at + count - 1]}"
            runs += [f"{names} {told}"] if told else []
            at += count
        return "; ".join(runs) or "Mo-Su closed"


def read_clock(written: str, midnight_ends: bool = False) -> int:
    """A time of day in minutes: 21:00, 9 pm; with `midnight_ends` 24:00 is 1440. Raises ValueError with what to enter."""
    found = _CLOCK.fullmatch(written.strip())
    hour, minute, half = (int(found[1]), int(found[2] or 0), (found[3] or "").casefold()) if found else (99, 0, "")
    if half and 1 <= hour <= 12:
        hour = hour % 12 + (12 if half == "p" else 0)
    elif half or (found and found[2] is None):
        hour = 99
    if minute > 59 or hour * 60 + minute > (DAY if midnight_ends else DAY - 1):
        raise ValueError("Enter a time such as 21:00 or 9 pm")
    return hour * 60 + minute


def clock_in_words(minute: int) -> str:
    """A minute of a day or week as a canonical time of day: 21:00."""
    return f"{minute % DAY // 60:02}:{minute % 60:02}"


def _rule(rule: str) -> dict[int, list[Span]]:
    """The spans of each day that a rule speaks of; none where it closes the day."""
    found = _RULE.fullmatch(rule)
    if not found:
        raise ValueError(_HELP)
    by_day: dict[int, list[Span]] = {day: [] for day in _days(found[1] or "")}
    if found[2].casefold() in ("closed", "off"):
        return by_day
    for stretch in found[2].split(","):
        opens, dash, closes = stretch.replace("\u2013", "-").partition("-")
        if not dash:
            raise ValueError(_HELP)
        start, end = read_clock(opens), read_clock(closes, midnight_ends=True)
        for day, spans in by_day.items():
            spans.append((day * DAY + start, day * DAY + (end if end > start else end + DAY)))
    return by_day


def _days(written: str) -> list[int]:
    if written.strip().casefold() in ("", "daily", "every day"):
        return list(range(7))
    days: list[int] = []
    for part in written.split(","):
        first, dash, last = (name.strip() for name in part.partition("-"))
        start, end = _day(first), _day(last if dash else first)
        days += [(start + step) % 7 for step in range((end - start) % 7 + 1)]
    return days


def _day(name: str) -> int:
    for number, full in enumerate(DAY_NAMES):
        if len(name) >= 2 and full.casefold().startswith(name.casefold().rstrip(".")):
            return number
    raise ValueError(_HELP)


def _merged(spans: Sequence[Span]) -> list[Span]:
    """The same time in spans that neither touch nor overlap, also around the end of the week."""
    merged: list[Span] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], end)
        else:
            merged.append((start, end))
    while len(merged) > 1 and merged[-1][1] >= merged[0][0] + WEEK:
        first = merged.pop(0)
        merged[-1] = merged[-1][0], max(merged[-1][1], first[1] + WEEK)
    return [(0, WEEK)] if merged and merged[-1][1] - merged[-1][0] >= WEEK else merged


def _by_day(spans: Sequence[Span]) -> Iterator[Span]:
    """Spans as they are, but those of a day or longer in pieces that end at midnight."""
    for start, end in spans:
        while end - start >= DAY:
            midnight = (start // DAY + 1) * DAY
            yield start, midnight
            start = midnight
        if start < end:
            yield start, end


def _cut(start: int, end: int, clock: int) -> int:
    last = start // DAY * DAY + clock
    last += DAY if last <= start else 0
    return min(last, end)


def _day_in_words(spans: Sequence[Span], day: int) -> str:
    pieces = sorted((start - day * DAY, end - day * DAY) for start, end in _by_day(spans) if start // DAY % 7 == day)
    pieces = [(start % WEEK, start % WEEK + end - start) for start, end in pieces]
    return ",".join(f"{clock_in_words(s)}-{'24:00' if e == DAY else clock_in_words(e)}" for s, e in sorted(pieces))
