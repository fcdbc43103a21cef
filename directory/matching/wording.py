"""Beds, hours and arrivals in words, by the clock of the center that they are about."""

from datetime import date, datetime, timedelta, tzinfo
from typing import Final

from directory.availability import ATTEMPTS, Bucket, Report
from directory.hours import DAY, DAY_NAMES
from directory.listing import Listing
from directory.matching.arrival import Way
from directory.need import Need
from directory.spoken import Spoken, count, joined, listed, say
from directory.vocabulary import LEVELS, BedState, label

_TOO_SHORT: Final = say("that ends before the arrival: ask to hold it longer")
_PLAIN: Final = {
    BedState.LIMITED: say("few beds"),
    BedState.ASSESS_FIRST: say("assessment first, then a bed if it fits"),
    BedState.WALK_IN: say("people are taken as they come"),
    BedState.FULL: say("full"),
    BedState.CLOSED_TO_INTAKE: say("closed to new people"),
}
PEOPLE: Final = {"female": say("women"), "male": say("men")}
MONTHS: Final = (
    say("January"), say("February"), say("March"), say("April"), say("May"), say("June"),
    say("July"), say("August"), say("September"), say("October"), say("November"), say("December"),
)  # fmt: skip


def day(when: date) -> Spoken:
    """A day with its year: March 13, 2026."""
    return say("%(month)s %(day)d, %(year)d", month=MONTHS[when.month - 1], day=when.day, year=when.year)


def hour(when: datetime) -> Spoken:
    """A time of day: 8:03 pm. It has two forms, since Spanish says “la 1:00” and “las 2:00”."""
    told, minute = when.hour % 12 or 12, f"{when.minute:02}"
    if when.hour >= 12:
        return count("%(num)d:%(minute)s pm", "%(num)d:%(minute)s pm", told, minute=minute)
    return count("%(num)d:%(minute)s am", "%(num)d:%(minute)s am", told, minute=minute)


def moment(when: datetime, today: date) -> Spoken:
    """A time of day with its day where that is not today: 8:03 pm, 8:00 am tomorrow."""
    return hour(when) if when.date() == today else _dated(when, today)


def _dated(when: datetime, today: date) -> Spoken:
    """A time of day with its day as seen from another: today, tomorrow, yesterday, Monday, March 13."""
    away, told = (when.date() - today).days, hour(when)
    if away == 0:
        return say("%(hour)s today", hour=told)
    if away == 1:
        return say("%(hour)s tomorrow", hour=told)
    if away == -1:
        return say("%(hour)s yesterday", hour=told)
    if 1 < away < 7:
        return say("%(hour)s %(weekday)s", hour=told, weekday=DAY_NAMES[when.weekday()])
    return say("%(hour)s %(month)s %(day)d", hour=told, month=MONTHS[when.month - 1], day=when.day)


def clock_of(need: Need, way: Way) -> tzinfo | None:
    """The clock by which a listing's times are told: its own, or that of the need where its own is not known."""
    return way.arrives.tzinfo if way.arrives else need.as_of.tzinfo


def bed_in_words(report: Report | None, need: Need, way: Way) -> Spoken:
    """What is known of the beds, with when it was said."""
    if report is None:
        return say("whether a bed is open is not known")
    zone = clock_of(need, way)
    today = need.as_of.astimezone(zone).date()
    state, when = _state(report, zone, today), _dated(report.observed_at.astimezone(zone), today)
    if report.confirms:
        told = say("%(state)s, said at %(when)s", state=state, when=when)
    else:
        told = say("%(state)s, said in a file that was imported, as it was at %(when)s", state=state, when=when)
    return say("%(some)s; %(other)s", some=told, other=_TOO_SHORT) if _ends_before(report, way) else told


def _ends_before(report: Report, way: Way) -> bool:
    ends = report.hold_until if report.state is BedState.HELD else None
    return bool(ends and way.arrives and ends <= way.arrives)


def _for(state: Spoken, bucket: Bucket) -> Spoken:
    """A state of the beds with whom they are for, where that is not everybody."""
    age = label(f"age.{bucket.age}").lower() if bucket.age else ""
    level = say("level %(level)s", level=LEVELS[bucket.level]) if bucket.level else ""
    people = joined((PEOPLE[bucket.sex] if bucket.sex else "", age, level), listed)
    told = say("%(state)s for %(people)s", state=state, people=people) if people else state
    if bucket.funded is None:
        return told
    return (
        say("%(state)s (publicly funded)", state=told) if bucket.funded else say("%(state)s (not publicly funded)", state=told)
    )


def last_attempt(listing: Listing, need: Need) -> Report | None:
    """The newest attempt to ask, where it came after every answer."""
    newest = next((report for report in reversed(listing.reports) if report.observed_at <= need.as_of), None)
    return newest if newest and newest.state in ATTEMPTS else None


def attempts_in_words(listing: Listing, need: Need, way: Way) -> str:
    """The newest attempt to ask, where it came after every answer; else ""."""
    tried = last_attempt(listing, need)
    if tried is None:
        return ""
    zone = clock_of(need, way)
    when = moment(tried.observed_at.astimezone(zone), need.as_of.astimezone(zone).date())
    if tried.state is BedState.NO_ANSWER:
        return say("nobody answered at %(when)s", when=when)
    return say("they would not say at %(when)s", when=when)


def _state(report: Report, zone: tzinfo | None, today: date) -> Spoken:
    """What is known of the beds, and whom they are for."""
    if report.tells is BedState.HELD:
        until = report.hold_until and moment(report.hold_until.astimezone(zone), today)
        return say("a bed is held until %(when)s", when=until) if until else say("a bed is held")
    if report.tells is BedState.OPEN:
        beds = report.beds
        told = say("beds are open") if beds is None else count("%(num)d bed is open", "%(num)d beds are open", beds)
        those = _for(told, report.bucket)
        return say("%(some)s, one of them held", some=those) if report.hold_until else those
    if report.state is BedState.WAITLIST:
        waiting, hours = _for(say("a waiting list"), report.bucket), report.wait_hours
        return waiting if hours is None else say("%(state)s of %(time)s", state=waiting, time=length(hours))
    plain = _for(_PLAIN[report.tells], report.bucket)
    if not report.beds or report.state is not BedState.LIMITED:
        return plain
    return count("%(state)s; %(num)d open", "%(state)s; %(num)d open", report.beds, state=plain)


def length(hours: int) -> Spoken:
    """How long one waits: 1 day, 5 hours."""
    days = hours // 24
    if hours % 24 == 0 and days:
        return count("%(num)d day", "%(num)d days", days)
    return count("%(num)d hour", "%(num)d hours", hours)


def intake_in_words(listing: Listing, need: Need, way: Way) -> Spoken:
    """When the person can be there, and what the intake hours say to that; a day is named where it is not that of the list."""
    doors, today = listing.arrivals, need.as_of.astimezone(clock_of(need, way)).date()
    if way.arrives is None:
        there = say("when the person can be there is not known")
    else:
        there = say("can be there %(when)s", when=moment(way.arrives, today))
    if doors is not None and doors.always:
        return say("%(there)s; intake day and night", there=there)
    if way.arrives is None:
        return there
    if doors is None or not listing.timezone:
        return say("%(there)s; the intake hours are not known", there=there)
    minute = way.arrives.weekday() * DAY + way.arrives.hour * 60 + way.arrives.minute
    span = doors.open_at(minute)
    if span:
        until = moment(_later(way.arrives, span[1] - minute), way.arrives.date())
        return say("%(there)s, intake until %(when)s", there=there, when=until)
    wait = doors.wait_from(minute)
    if wait is None:
        return say("%(there)s, when nobody is admitted", there=there)
    opens = moment(_later(way.arrives, wait), today)
    return say("%(there)s, when nobody is admitted: intake opens at %(when)s", there=there, when=opens)


def minutes_in_words(way: Way) -> str:
    """How long the way takes, and whether that is by road or reckoned from straight miles; "" where it is not known."""
    if way.minutes is None:
        return ""
    hours, rest = divmod(max(round(way.minutes), 1), 60)
    told = " ".join(filter(None, (f"{hours} h" if hours else "", f"{rest} min" if rest or not hours else "")))
    drive = say("about %(time)s by road", time=told) if way.routed else say("about %(time)s on the way", time=told)
    ready = round(way.ready)
    return (
        count(
            "%(drive)s, after %(num)d minute to get ready", "%(drive)s, after %(num)d minutes to get ready", ready, drive=drive
        )
        if ready
        else drive
    )


def _later(when: datetime, minutes: int) -> datetime:
    """So many minutes later by the clock on the wall."""
    return when.replace(tzinfo=None) + timedelta(minutes=minutes)
