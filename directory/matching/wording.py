"""Beds, hours and arrivals in words, by the clock of the center that they are about."""

from datetime import date, datetime, timedelta, tzinfo
from typing import Final

from directory.availability import ATTEMPTS, Bucket, Report
from directory.hours import DAY, DAY_NAMES
from directory.listing import Listing
from directory.matching.arrival import Way
from directory.need import Need
from directory.vocabulary import LEVELS, BedState, label

_ATTEMPTS: Final = {BedState.NO_ANSWER: "nobody answered", BedState.WOULD_NOT_SAY: "they would not say"}
_TOO_SHORT: Final = "that ends before the arrival: ask to hold it longer"
_PLAIN: Final = {
    BedState.LIMITED: "few beds",
    BedState.ASSESS_FIRST: "assessment first, then a bed if it fits",
    BedState.WALK_IN: "people are taken as they come",
    BedState.FULL: "full",
    BedState.CLOSED_TO_INTAKE: "closed to new people",
}


def hour(when: datetime) -> str:
    """A time of day: 8:03 pm."""
    return f"{when.hour % 12 or 12}:{when:%M} {'pm' if when.hour >= 12 else 'am'}"


def day_of(when: datetime, today: date) -> str:
    """A day seen from another: today, tomorrow, yesterday, Monday, March 13."""
    away = (when.date() - today).days
    named = {0: "today", 1: "tomorrow", -1: "yesterday"}
    if away in named:
        return named[away]
    return DAY_NAMES[when.weekday()] if 1 < away < 7 else f"{when:%B} {when.day}"


def moment(when: datetime, today: date) -> str:
    """A time of day with its day where that is not today: 8:03 pm, 8:00 am tomorrow."""
    told = day_of(when, today)
    return hour(when) if told == "today" else f"{hour(when)} {told}"


def clock_of(need: Need, way: Way) -> tzinfo | None:
    """The clock by which a listing's times are told: its own, or that of the need where its own is not known."""
    return way.arrives.tzinfo if way.arrives else need.as_of.tzinfo


def bed_in_words(report: Report | None, need: Need, way: Way) -> str:
    """What is known of the beds, with when it was said."""
    if report is None:
        return "whether a bed is open is not known"
    zone = clock_of(need, way)
    today = need.as_of.astimezone(zone).date()
    state, more = _state(report, zone, today)
    how = "said" if report.confirms else "said in a file that was imported, as it was"
    said = f"{state}{_for(report.bucket)}{more}, {how} {_ago(report.observed_at.astimezone(zone), today)}"
    return said + (f"; {_TOO_SHORT}" if _ends_before(report, way) else "")


def _ends_before(report: Report, way: Way) -> bool:
    ends = report.hold_until if report.state is BedState.HELD else None
    return bool(ends and way.arrives and ends <= way.arrives)


def _for(bucket: Bucket) -> str:
    """Whom the beds are for, where that is not everybody."""
    people = {"female": "women", "male": "men", None: ""}[bucket.sex]
    age = label(f"age.{bucket.age}").lower() if bucket.age else ""
    funds = {True: " (publicly funded)", False: " (not publicly funded)", None: ""}[bucket.funded]
    level = f"level {LEVELS[bucket.level]}" if bucket.level else ""
    told = ", ".join(filter(None, (people, age, level)))
    return (f" for {told}" if told else "") + funds


def attempts_in_words(listing: Listing, need: Need, way: Way) -> str:
    """The newest attempt to ask, where it came after every answer; else ""."""
    known = [report for report in listing.reports if report.observed_at <= need.as_of]
    if not known or known[-1].state not in ATTEMPTS:
        return ""
    zone = clock_of(need, way)
    when = moment(known[-1].observed_at.astimezone(zone), need.as_of.astimezone(zone).date())
    return f"{_ATTEMPTS[known[-1].state]} at {when}"


def _ago(when: datetime, today: date) -> str:
    told = day_of(when, today)
    return f"at {hour(when)} {told}"


def _state(report: Report, zone: tzinfo | None, today: date) -> tuple[str, str]:
    """What is known of the beds, and what follows after whom they are for."""
    if report.tells is BedState.HELD:
        until = f" until {moment(report.hold_until.astimezone(zone), today)}" if report.hold_until else ""
        return "a bed is held", until
    if report.tells is BedState.OPEN:
        return {None: "beds are open", 1: "1 bed is open"}.get(report.beds, f"{report.beds} beds are open"), ""
    if report.state is BedState.WAITLIST:
        return "a waiting list", f" of {_length(report.wait_hours)}" if report.wait_hours is not None else ""
    beds = f"; {report.beds} open" if report.beds and report.state is BedState.LIMITED else ""
    return _PLAIN[report.tells], beds


def _length(hours: int) -> str:
    days = hours // 24
    told, unit = (days, "day") if hours % 24 == 0 and days else (hours, "hour")
    return f"{told} {unit}{'' if told == 1 else 's'}"


def intake_in_words(listing: Listing, need: Need, way: Way) -> str:
    """When the person can be there, and what the intake hours say to that; a day is named where it is not that of the list."""
    doors, today = listing.arrivals, need.as_of.astimezone(clock_of(need, way)).date()
    there = f"can be there {moment(way.arrives, today)}" if way.arrives else "when the person can be there is not known"
    if doors is not None and doors.always:
        return f"{there}; intake day and night"
    if way.arrives is None:
        return there
    if doors is None or not listing.timezone:
        return f"{there}; the intake hours are not known"
    minute = way.arrives.weekday() * DAY + way.arrives.hour * 60 + way.arrives.minute
    span = doors.open_at(minute)
    if span:
        return f"{there}, intake until {moment(_later(way.arrives, span[1] - minute), way.arrives.date())}"
    wait = doors.wait_from(minute)
    opens = "" if wait is None else f": intake opens at {moment(_later(way.arrives, wait), today)}"
    return f"{there}, when nobody is admitted{opens}"


def minutes_in_words(way: Way) -> str:
    """How long the way takes, and whether that is by road or reckoned from straight miles; "" where it is not known."""
    if way.minutes is None:
        return ""
    hours, rest = divmod(max(round(way.minutes), 1), 60)
    told = " ".join(filter(None, (f"{hours} h" if hours else "", f"{rest} min" if rest or not hours else "")))
    return f"about {told} {'by road' if way.routed else 'on the way'}"


def _later(when: datetime, minutes: int) -> datetime:
    """So many minutes later by the clock on the wall."""
    return when.replace(tzinfo=None) + timedelta(minutes=minutes)
