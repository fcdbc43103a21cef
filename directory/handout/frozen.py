"""One center of the hand-out as plain data: what is known of it, by its own clock, and nothing of who asks."""

import math
from datetime import datetime, timedelta, tzinfo
from typing import Any, Final

from directory.availability import Report
from directory.confirming import FRESH
from directory.directions import address_of, door_of
from directory.handout.facts import LONGEST_NAME, HandoutFacts, one_line, things
from directory.hours import DAY
from directory.listing import Listing, Phone
from directory.matching.beds import standing_for
from directory.matching.explain import Entry
from directory.matching.rank import FIRST_STEP
from directory.matching.wording import clock_of, last_attempt
from directory.need import Need
from directory.vocabulary import MEDICATIONS, Answer, BedState, SourceKind, plan_term

QUESTIONS: Final = {
    "admit": "bed",
    "operating": "open",
    "licence": "open",
    "exclusive": "reason",
    "sex": "reason",
    "age": "reason",
    "pregnancy": "reason",
    "exclusions": "reason",
    "treats": "reason",
    "must": "reason",
    "withdrawal": "withdrawal",
    "medication": "medication",
    "payment": "payment",
    "setting": "care",
    "level": "care",
    "travel": "where",
}
"""What to ask where a criterion is not known: so told that the sheet does not say what the person needs."""
WITHDRAWAL: Final = ("opioid", "alcohol", "benzodiazepine", "partner_unit", "non_medical")
_BY_A_PERSON: Final = (SourceKind.STAFF_CALL, SourceKind.ATTESTATION)
_LONGEST_TOWN: Final = 30
_LONGEST_ADDRESS: Final = 120
_ROUGHLY: Final = 5
"""Nobody can promise a way to the minute, and an estimate must not be too short."""
_NO_CLOCK: Final = "?"


def option(entry: Entry, need: Need, told: HandoutFacts) -> dict[str, Any]:
    """A center as an option or a backup of the list."""
    listing = entry.listing
    return whereabouts(entry, need) | {
        "phone": phone(told.direct_line, direct=True) or phone(listing.phone),
        "ask_for": one_line(told.ask_for),
        "street": one_line(address_of(listing), _LONGEST_ADDRESS),
        "point": _point(listing),
        "status": _status(entry, need),
        "tried": _tried(entry, need),
        "arrive_by": _text(told.arrive_by or _closes(entry, need), entry, need),
        "call_again_by": _text(told.call_again_by or _stale(entry, need), entry, need),
        "cost": one_line(told.cost),
        "free": listing.says("payer.free"),
        "insurance": insurance(listing, need),
        "withdrawal": _withdrawal(listing),
        "medication": _medication(listing),
        "length": one_line(told.length),
        "bring": things(told.bring),
        "not_bring": things(told.not_bring),
        "transport": one_line(told.transport),
        "rules": [[code, one_line(words)] for code, words in told.rules if words],
        "then": _then(entry.then, need) if entry.then and entry.tier == FIRST_STEP else None,
        "questions": list(dict.fromkeys(QUESTIONS[finding.criterion] for finding in entry.findings if finding.ask)),
    }


def bridge(entry: Entry, need: Need) -> dict[str, Any]:
    """A place that starts medication, for when the answer is no."""
    listing = entry.listing
    return whereabouts(entry, need) | {
        "phone": phone(listing.phone),
        "starts": [drug for drug in MEDICATIONS if listing.says(f"moud.{drug}_start")],
        "same_day": listing.says("moud.same_day"),
    }


def whereabouts(entry: Entry, need: Need) -> dict[str, Any]:
    """Which center it is, how far away it is, when the person can be there, and whether somebody admits then."""
    way = entry.way
    return {
        "id": entry.listing.id,
        **_named(entry.listing),
        "miles": None if way.miles is None else max(round(way.miles), 1),
        "minutes": None if way.minutes is None else max(math.ceil(way.minutes / _ROUGHLY) * _ROUGHLY, _ROUGHLY),
        "ready": math.ceil(way.ready),
        "clock": _clock(entry, need),
        "arrives_at": _text(way.arrives, entry, need),
        "intake": _intake(entry),
        "checked": entry.listing.published(need.as_of),
    }


def phone(number: Phone | None, direct: bool = False) -> dict[str, str] | None:
    """A number to read, what a telephone dials for it, and whom it reaches."""
    if number is None:
        return None
    dial = ("+1" if len(number.number) == 10 else "") + number.number
    extension = f";ext={number.extension}" if number.extension else ""
    return {"number": str(number), "dial": dial + extension, "kind": "direct" if direct else str(number.kind)}


def insurance(listing: Listing, need: Need) -> str:
    """Whether the stay is paid for: free, the plan or the kind of insurance confirmed, that kind accepted, or to be asked."""
    plan = listing.answer(plan_term(need.plan)) if plan_term(need.plan) else Answer.UNKNOWN
    kind = listing.facts.get(f"payer.{need.payer}")
    if listing.says("payer.free"):
        return "free"
    if plan is not Answer.UNKNOWN or kind is None or kind.answer is not Answer.YES or need.payer == "self_pay":
        return "confirmed" if plan is Answer.YES else "ask"
    by_a_person = kind.provenance.kind in _BY_A_PERSON
    return "kind_confirmed" if by_a_person and not need.plan else "accepted"


def _named(listing: Listing) -> dict[str, Any]:
    return {
        "name": one_line(listing.name, LONGEST_NAME),
        "town": one_line(listing.address.place, _LONGEST_TOWN),
        "phone": phone(listing.phone),
    }


def _then(listing: Listing, need: Need) -> dict[str, Any]:
    return _named(listing) | {"id": listing.id, "checked": listing.published(need.as_of)}


def _point(listing: Listing) -> list[float] | None:
    door = door_of(listing)
    return [round(door.latitude, 5), round(door.longitude, 5)] if door else None


def _clock(entry: Entry, need: Need) -> str:
    """The name of the center's clock where that is not the family's: CDT."""
    arrives = entry.way.arrives
    if arrives is None or arrives.utcoffset() == arrives.astimezone(need.as_of.tzinfo).utcoffset():
        return ""
    return arrives.tzname() or _NO_CLOCK


def _text(when: datetime | None, entry: Entry, need: Need) -> str:
    """A moment by the center's clock."""
    return _by_clock(when, clock_of(need, entry.way))


def _by_clock(when: datetime | None, clock: tzinfo | None) -> str:
    return when.astimezone(clock).isoformat(timespec="minutes") if when else ""


def _status(entry: Entry, need: Need) -> dict[str, Any] | None:
    report = standing_for(entry.listing, need)
    return None if report is None else frozen_report(report, clock_of(need, entry.way))


def _tried(entry: Entry, need: Need) -> dict[str, str] | None:
    """The newest attempt to ask, where it came after every answer."""
    found = last_attempt(entry.listing, need)
    return {"state": str(found.state), "at": _text(found.observed_at, entry, need)} if found else None


def frozen_report(report: Report, clock: tzinfo | None) -> dict[str, Any]:
    """A report about beds, its moments by a clock. Sex and age are left out: they would say who the person is."""
    return {
        "state": str(report.state),
        "beds": report.beds,
        "wait_hours": report.wait_hours,
        "hold_until": _by_clock(report.hold_until, clock) if report.state is BedState.HELD else "",
        "one_held": report.state is BedState.OPEN and report.hold_until is not None,
        "level": report.bucket.level or "",
        "funded": report.bucket.funded,
        "said_at": _by_clock(report.observed_at, clock),
        "confirmed": report.confirms,
    }


def _intake(entry: Entry) -> dict[str, str]:
    """What the intake hours say to the arrival: always open, open until, opening at, or not known."""
    doors, arrives = entry.listing.arrivals, entry.way.arrives
    if doors is not None and doors.always:
        return {"kind": "always", "at": ""}
    if doors is None or arrives is None or not entry.listing.timezone:
        return {"kind": "unknown", "at": ""}
    minute = arrives.weekday() * DAY + arrives.hour * 60 + arrives.minute
    span, wait = doors.open_at(minute), doors.wait_from(minute)
    if span:
        return {"kind": "until", "at": _later(arrives, span[1] - minute)}
    return {"kind": "closed", "at": "" if wait is None else _later(arrives, wait)}


def _later(when: datetime, minutes: int) -> str:
    """So many minutes later by the clock on the wall."""
    return (when + timedelta(minutes=minutes)).isoformat(timespec="minutes")


def _closes(entry: Entry, need: Need) -> datetime | None:
    """Until when they must be there: the end of the hold or of the intake hours, whichever comes first."""
    report, intake = standing_for(entry.listing, need), _intake(entry)
    ends = _held_until(report)
    ends += [datetime.fromisoformat(intake["at"])] if intake["kind"] == "until" else []
    return min(ends, default=None)


def _held_until(report: Report | None) -> list[datetime]:
    """The end of a hold, where it is one that has an end."""
    return [report.hold_until] if report and report.state is BedState.HELD and report.hold_until else []


def _stale(entry: Entry, need: Need) -> datetime | None:
    """When what was said of the beds no longer counts in full, or the hold ends; None where that is over, or none was said."""
    report = standing_for(entry.listing, need)
    if report is None:
        return None
    ends = min([report.observed_at + FRESH, *_held_until(report)])
    return ends if ends > need.as_of else None


def _withdrawal(listing: Listing) -> list[str]:
    known = [one for one in WITHDRAWAL if listing.says(f"withdrawal.{one}")]
    return known or (["none"] if listing.answer("care.withdrawal") is Answer.NO else [])


def _medication(listing: Listing) -> dict[str, Any]:
    return {
        "starts": [drug for drug in MEDICATIONS if listing.says(f"moud.{drug}_start")],
        "continues": [drug for drug in MEDICATIONS if listing.says(f"moud.{drug}_continue")],
        "elsewhere": listing.says("moud.elsewhere"),
        "must_stop": listing.says("moud.must_stop"),
    }
