"""What is learned in a call: the statements and reports that its answers become, each in place of the one before."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from directory import call_sheet, store
from directory.availability import FOR_EVERYBODY, Bucket, Report, kept, taken_back
from directory.call_sheet import Choice, Item
from directory.case import Call
from directory.hours import read_clock
from directory.listing import Listing, Provenance, Statement
from directory.matching.people import age_band
from directory.need import Need
from directory.referral import Directory
from directory.store import Recorded
from directory.vocabulary import BedState, Channel, SourceKind

SOURCE: Final = "calls"
REFERENCE: Final = "call sheet"


@dataclass(frozen=True, slots=True)
class Desk:
    """Who calls, with which directory, and when. `known_as` stands with what was learned: never a person's name.

    `doubts` says of a free text what in it looks as if it told who somebody is.
    """

    directory: Directory
    account: int
    known_as: str
    now: datetime
    doubts: Callable[[str], Sequence[object]] = lambda _text: ()


@dataclass(frozen=True, slots=True)
class Saying:
    """A call in which something is said, for a need."""

    desk: Desk
    need: Need
    call: Call


# --- facts: one statement for each item, standing in place of what calls said of it before --------------------------------


_NOTHING: Final[Mapping[str, Any]] = {"values": {}, "yes": [], "no": []}


def state_facts(connection: Connection, saying: Saying, about: tuple[Recorded, Item, str | None]) -> Mapping[str, Any] | None:
    """State what an answer says, or again what stood before the call; returns what stood before this tap."""
    recorded, item, answered = about
    desk, call = saying.desk, saying.call
    told = [one.statement for one in recorded.said if _answers(one.statement, item)]
    place, listing_id = _place(call, item), call.listing_id
    if told:
        place, listing_id = (SOURCE, told[-1].local_id), told[-1].listing_id
        told = [one for one in told if (one.local_id, one.listing_id) == (place[1], listing_id)]
    stands = _content(told[-1]) if told else None
    becomes = call_sheet.becomes(item, answered) if answered is not None else None
    new = _said(desk, becomes, saying.need.as_of) if becomes else None
    wanted = new or call.answers.get("stood", {}).get(item.code, stands)
    if (wanted or _NOTHING) != (stands or _NOTHING):
        statement = _statement(desk, place, listing_id, wanted or _NOTHING)
        store.append(connection, [replace(statement, restates=bool(told))], None)
    return stands


def _answers(statement: Statement, item: Item) -> bool:
    """Whether it is what calls said of this item, under whichever id the listing then had."""
    return statement.source == SOURCE and statement.local_id.endswith(f"/{item.code}")


def _place(call: Call, item: Item) -> tuple[str, str]:
    return SOURCE, f"{call.listing_id}/{item.code}"


def _said(desk: Desk, becomes: Choice, here: datetime) -> Mapping[str, Any] | None:
    """An answer's facts with who recorded them when; None for one that says nothing of the program."""
    if not (becomes.values or becomes.yes or becomes.no):
        return None
    told = {"values": dict(becomes.values), "yes": sorted(becomes.yes), "no": sorted(becomes.no)}
    return told | {"observed_at": here.date().isoformat(), "recorded_by": desk.known_as}


def _content(statement: Statement) -> Mapping[str, Any] | None:
    if not (statement.values or statement.yes or statement.no):
        return None
    by = statement.provenance
    told = {"values": dict(statement.values), "yes": sorted(statement.yes), "no": sorted(statement.no)}
    return told | {"observed_at": by.observed_at.isoformat(), "recorded_by": by.recorded_by}


def _statement(desk: Desk, place: tuple[str, str], listing_id: str, told: Mapping[str, Any]) -> Statement:
    day = told.get("observed_at")
    observed_at = datetime.fromisoformat(day).date() if day else desk.now.date()
    by = Provenance(SOURCE, SourceKind.STAFF_CALL, REFERENCE, observed_at, told.get("recorded_by", desk.known_as))
    yes, no = frozenset(told["yes"]), frozenset(told["no"])
    return Statement(*place, provenance=by, values=told["values"], yes=yes, no=no, about=listing_id)


# --- beds: one report a call, which the next tap takes back for a better one ------------------------------------------------


def report_beds(connection: Connection, saying: Saying, recorded: Recorded, given: Mapping[str, str]) -> Mapping[str, Any]:
    """Report what the answers about beds say together; returns what to remember of it."""
    desk, call = saying.desk, saying.call
    need = saying.need
    chosen = {code: call_sheet.becomes(item, given[code]) for code, item in call_sheet.items(need).items() if code in given}
    until = _until(desk, call, given, chosen)
    report = _composed(desk, need, chosen, until)
    before = _reported(recorded, call)
    if before:
        store.append_reports(connection, [(call.listing_id, taken_back(before))])
    if report is not None:
        report = apart(report, recorded)
        store.append_reports(connection, [(call.listing_id, report)])
    return {
        "held_until": until.isoformat() if until else None,
        "report": [report.observed_at.isoformat(), report.recorded_by] if report else None,
    }


def _composed(desk: Desk, need: Need, chosen: Mapping[str, Choice], until: datetime | None) -> Report | None:
    told = dict(chosen["bed.state"].report) if "bed.state" in chosen else {}
    if until and until > desk.now and told.get("state", "open") in ("open", "limited"):
        told["state"] = "held"
    if "state" not in told:
        return None
    state = BedState(told["state"])
    held = until if state is BedState.HELD else None
    everybody = "bed.whom" in chosen and chosen["bed.whom"].code == "everybody"
    bucket = FOR_EVERYBODY if everybody or state in (BedState.CLOSED_TO_INTAKE, BedState.WOULD_NOT_SAY) else bucket_of(need)
    beds, wait = told.get("beds"), told.get("wait_hours")
    return Report(state, desk.now, Channel.CALL, desk.known_as, bucket, beds, wait, held)


def bucket_of(need: Need) -> Bucket:
    """Whom one asks for who asks for this person: the sex and the band of ages."""
    return Bucket(sex=need.sex, age=age_band(need.age) if need.age is not None else None)


def _until(desk: Desk, call: Call, given: Mapping[str, str], chosen: Mapping[str, Choice]) -> datetime | None:
    """Until when a bed is held; an answer that stood before means what it meant when it was given."""
    hold = chosen["bed.hold"].report.get("hold") if "bed.hold" in chosen else None
    if hold is None:
        return None
    known = call.answers.get("held_until")
    if known and call.answers.get("given", {}).get("bed.hold") == given["bed.hold"]:
        return datetime.fromisoformat(known)
    found = next(iter(desk.directory.listings([call.listing_id]).values()))
    return hold_until(hold, desk.now, found)


def hold_until(hold: str, now: datetime, listing: Listing) -> datetime:
    """The moment that a hold's words mean: so many hours on, or a time of day by the center's own clock, the next to come."""
    if hold.endswith("h"):
        return now + timedelta(hours=int(hold[:-1]))
    here = now.astimezone(ZoneInfo(listing.timezone)) if listing.timezone else now
    clock = read_clock(hold)
    then = here.replace(hour=clock // 60, minute=clock % 60, second=0, microsecond=0)
    return then if then > here else then + timedelta(days=1)


def _reported(recorded: Recorded, call: Call) -> Report | None:
    """The report that stands for this call so far."""
    if not call.answers.get("report"):
        return None
    at, by = datetime.fromisoformat(call.answers["report"][0]), call.answers["report"][1]
    return next((one for one in kept(recorded.since.reports) if (one.observed_at, one.recorded_by) == (at, by)), None)


def apart(report: Report, recorded: Recorded) -> Report:
    """The report, a millionth of a second before one that was made and taken back at this very moment."""
    taken = {one.observed_at for one in recorded.since.reports}
    while report.observed_at in taken:
        report = replace(report, observed_at=report.observed_at - timedelta(microseconds=1))
    return report
