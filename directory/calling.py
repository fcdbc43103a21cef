"""Calls for a case: claimed by one, answered tap by tap, taken back, closed. Every answer is a fact or a report at once.

Everything is appended: a tap that was wrong is taken back by a statement or a report that says so. Nothing that is said of
a program names the case; a decline is kept on the program alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection

from directory import asking, call_sheet, free_text, store
from directory.availability import Report
from directory.call_sheet import BED, DECLINES, TYPED, Item
from directory.case import WRONG, Call, Case, Outcome, Reached
from directory.free_text import Written
from directory.learned import Desk as Desk
from directory.learned import Saying, report_beds, state_facts
from directory.need import Need
from directory.normalize import PRACTICAL
from directory.referral import Directory
from directory.store import Recorded
from directory.vocabulary import BedState, Channel

CLAIMED: Final = timedelta(minutes=20)
"""So long a call stays somebody's after the last tap."""
ATTEMPTS: Final = (Reached.NO_ANSWER, Reached.VOICEMAIL)


class NotYours(LookupError):
    """There is no such case, or it is somebody else's; or no such listing."""


class NoCall(LookupError):
    """There is no open call."""


@dataclass(frozen=True, slots=True)
class Line:
    """A listing called for a case."""

    case_id: str
    listing_id: str


@dataclass(frozen=True, slots=True)
class Said:
    """An answer to an item of the sheet: a choice's code, or `TYPED` and words; `sure` that they tell of nobody."""

    item: str
    answer: str
    sure: bool = False


class Doubtful(ValueError):
    """What was typed looks as if it told who somebody is; the message says what."""


@dataclass(frozen=True, slots=True)
class Closing:
    """How a call ended: who answered what number, what it came to and why not, when to call back, whom one spoke with."""

    reached: Reached
    outcome: Outcome | None = None
    because: str = ""
    call_back_at: datetime | None = None
    spoke_with: Written = Written("")
    number: str = ""


# --- the case, and its need now ----------------------------------------------------------------------------------------


def need_of(directory: Directory, case: Case, now: datetime) -> Need:
    """What the case needs at this moment by the clock of its place: whatever is planned, what is said is said now."""
    written = {name: said for name, said in case.need.items() if name != "as_of"}
    return asking.read_need(written, directory.gazetteer, now)


def case_of(connection: Connection, desk: Desk, case_id: str) -> Case:
    """The case, for those whose it is; raises NotYours for anybody else."""
    case = store.case_for(connection, case_id, desk.account)
    if case is None or case.purge_after <= desk.now:
        raise NotYours(case_id)
    return case


# --- claiming ----------------------------------------------------------------------------------------------------------


def claim(desk: Desk, line: Line) -> Call:
    """Take a call on, or keep it; raises store.Taken while somebody else is on it."""
    with desk.directory.database.writing() as connection:
        case_of(connection, desk, line.case_id)
        _recorded(connection, line.listing_id)
        return _claimed(connection, desk, line)


def release(desk: Desk, line: Line) -> None:
    """Give a call back that came to nothing; one in which something was said stays, for whoever takes it up."""
    with desk.directory.database.writing() as connection:
        case_of(connection, desk, line.case_id)
        call = _own(connection, desk, line)
        if call.answers.get("given"):
            store.change_call(connection, replace(call, claim_until=desk.now))
        else:
            store.release_call(connection, call)


def open_call(calls: Sequence[Call]) -> Call | None:
    """The call among them that is not closed."""
    return next((call for call in calls if call.closed_at is None), None)


def _claimed(connection: Connection, desk: Desk, line: Line) -> Call:
    new = Call(0, line.case_id, line.listing_id, desk.account, desk.now, desk.now + CLAIMED)
    return store.claim_call(connection, new, desk.now)


def _own(connection: Connection, desk: Desk, line: Line) -> Call:
    """The open call, prolonged; raises NoCall where there is none, store.Taken where it is somebody else's."""
    if open_call(store.calls(connection, line.case_id, line.listing_id)) is None:
        raise NoCall(line.listing_id)
    return _claimed(connection, desk, line)


# --- answering ---------------------------------------------------------------------------------------------------------


def answer(desk: Desk, line: Line, said: Said) -> Call:
    """Write an answer down. Raises ValueError with what to enter instead, Doubtful where that may tell who somebody is.

    The call is claimed by it where it was not. What the answer becomes stands at once.
    """
    with desk.directory.database.writing() as connection:
        case = case_of(connection, desk, line.case_id)
        need = need_of(desk.directory, case, desk.now)
        item = call_sheet.items(need).get(said.item)
        if item is None:
            raise ValueError("This question is not on the sheet")
        call_sheet.becomes(item, said.answer)
        _screened(desk, item, said)
        call = _claimed(connection, desk, line)
        taps = [*call.answers.get("taps", ()), [said.item, call.answers.get("given", {}).get(said.item)]]
        return _say(connection, Saying(desk, need, call), item, (said.answer, taps))


def _screened(desk: Desk, item: Item, said: Said) -> None:
    """Whom to ask for at a center is its own people's business; anything else that is typed freely is looked at."""
    free = item.enter == "note" or (item.field in PRACTICAL and item.field != "ask_for")
    if free and said.answer.startswith(TYPED) and not said.sure:
        found = desk.doubts(said.answer.removeprefix(TYPED))
        if found:
            raise Doubtful("; ".join(map(str, found)))


def undo(desk: Desk, line: Line) -> Call:
    """Take the last tap of a call back: what stood before stands again."""
    with desk.directory.database.writing() as connection:
        case = case_of(connection, desk, line.case_id)
        call = _own(connection, desk, line)
        if not call.answers.get("taps"):
            return call
        *taps, (item_code, before) = call.answers["taps"]
        need = need_of(desk.directory, case, desk.now)
        item = call_sheet.items(need).get(item_code)
        if item is None:
            return _changed(connection, call, {"taps": taps})
        return _say(connection, Saying(desk, need, call), item, (before, taps))


def _say(connection: Connection, saying: Saying, item: Item, said: tuple[str | None, list[Any]]) -> Call:
    """Let an answer (None for none) take the place of the one before, with the taps that led to it."""
    call, (answered, taps) = saying.call, said
    given = {key: value for key, value in call.answers.get("given", {}).items() if key != item.code}
    if answered is not None:
        given[item.code] = answered
    changed: dict[str, Any] = {"given": given, "taps": taps}
    recorded = _recorded(connection, call.listing_id)
    if item.code in BED:
        changed |= report_beds(connection, saying, recorded, given)
    else:
        stood = state_facts(connection, saying, (recorded, item, answered))
        changed["stood"] = {item.code: stood, **call.answers.get("stood", {})}
    return _changed(connection, call, changed)


def _changed(connection: Connection, call: Call, changed: Mapping[str, Any]) -> Call:
    call = replace(call, answers={**call.answers, **changed})
    store.change_call(connection, call)
    return call


def _recorded(connection: Connection, listing_id: str) -> Recorded:
    for found in store.recorded(connection, [listing_id]):
        return found
    raise NotYours(listing_id)


# --- closing -----------------------------------------------------------------------------------------------------------


def close(desk: Desk, line: Line, closing: Closing) -> Call:
    """End a call with what it came to; raises ValueError with what to enter where something is missing.

    Raises CannotUnderstand where the words on who spoke may tell who the person is.
    """
    _complete(desk, closing)
    told: dict[str, Any] = {"spoke_with": free_text.spoke_with(closing.spoke_with)}
    with desk.directory.database.writing() as connection:
        case = case_of(connection, desk, line.case_id)
        call = _claimed(connection, desk, line)
        day = need_of(desk.directory, case, desk.now).as_of.date().isoformat()
        if closing.reached in ATTEMPTS and "report" not in call.answers:
            attempt = Report(BedState.NO_ANSWER, desk.now, Channel.CALL, desk.known_as)
            store.append_reports(connection, [(line.listing_id, attempt)])
        if closing.reached in WRONG:
            store.open_correction(connection, line.listing_id, (str(closing.reached), closing.number), desk.now)
        if closing.outcome is Outcome.DECLINED:
            store.add_event(connection, line.listing_id, day, str(Outcome.DECLINED), closing.because)
        told |= {name: getattr(closing, name) for name in ("reached", "outcome", "call_back_at")}
        closed = replace(call, closed_at=desk.now, **told)
        store.change_call(connection, closed)
        return closed


def _complete(desk: Desk, closing: Closing) -> None:
    if closing.reached in (*ATTEMPTS, *WRONG):
        if closing.outcome not in (None, Outcome.CALL_BACK):
            raise ValueError("Nobody answered: choose no outcome, or a time to call back")
    elif closing.outcome is None:
        raise ValueError("Choose what the call came to")
    if closing.outcome is Outcome.DECLINED and closing.because not in DECLINES:
        raise ValueError("Choose why they declined")
    if closing.outcome is Outcome.CALL_BACK and closing.call_back_at is None:
        raise ValueError("Enter when to call back, such as 7:30 pm")
    if closing.call_back_at is not None and closing.call_back_at <= desk.now:
        raise ValueError("Enter a time to call back that is still to come")
