"""Whom to call next across somebody's cases, in order."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Final

from directory import calling, referral, store
from directory.answered import Answered
from directory.case import WRONG, Call, Case, Outcome, by_hand
from directory.confirming import Clock, clock
from directory.learned import Desk
from directory.listing import Listing, Phone
from directory.matching.beds import standing_for
from directory.matching.explain import Entry
from directory.need import Need
from directory.vocabulary import BedState

ENDING: Final = timedelta(hours=1)
"""A hold that ends sooner is about to end, unless somebody has just spoken with them."""
AGAIN: Final = timedelta(minutes=30)
"""After a call, others come first for so long; only a hold that ends within it comes before them."""
JUST: Final = timedelta(minutes=15)
"""So long a call that was ended is shown again, as what was written down."""
_SHOWN: Final = 10


class Why(IntEnum):
    """Why a call stands in the queue, in its order."""

    MINE = 0
    CALL_BACK = 1
    HOLD = 2
    AGAIN = 3
    FIRST = 4
    TRIED = 5
    LATER = 6
    WRONG = 7
    TAKEN = 8


@dataclass(frozen=True, slots=True)
class Standing:
    """A case with its list as it stands at the desk's moment, its calls, and the numbers that were found wrong."""

    case: Case
    answered: Answered
    calls: tuple[Call, ...]
    wrong: frozenset[str] = frozenset()

    @property
    def need(self) -> Need:
        """What is needed, as of that moment."""
        return self.answered.need

    def entry(self, listing_id: str) -> Entry | None:
        """A listing with what became of it, set aside or not."""
        told = (*self.answered.by_hand, *self.answered.options, *self.answered.call_first)
        return next((entry for entry in told if entry.listing.id == listing_id), None)

    def open_call(self, listing_id: str) -> Call | None:
        """The call to a listing that is not closed."""
        return calling.open_call([call for call in self.calls if call.listing_id == listing_id])


@dataclass(frozen=True, slots=True)
class Due:
    """A call to be made: for which case and need, to whom, why, by when (or since when), and under which number.

    No number is left where callers found wrong what we hold. `planned` is the moment that its case is planned for, `called`
    the last call to it for that case.
    """

    case: Case
    need: Need
    entry: Entry
    why: Why
    at: datetime | None = None
    phone: Phone | None = None
    planned: datetime | None = None
    called: Call | None = None

    @property
    def order(self) -> tuple[bool, Why]:
        """Its place in the queue: what is planned for another time comes last, unless it was begun or agreed."""
        return self.planned is not None and self.why not in (Why.MINE, Why.CALL_BACK), self.why


def standing(desk: Desk, case_id: str, listing_id: str = "") -> Standing:
    """A case as it stands; `listing_id` is told of whatever became of it. Raises calling.NotYours."""
    with desk.directory.database.reading() as connection:
        case = calling.case_of(connection, desk, case_id)
        steps, calls = store.steps(connection, case_id), store.calls(connection, case_id)
        wrong = store.found_wrong(connection, calls)
    hand = replace(by_hand(steps), watched=(listing_id,) if listing_id else ())
    need = case.needed(desk.directory.gazetteer, desk.now)
    answered = referral.options(desk.directory, need, _SHOWN, hand).dialling(wrong)
    return Standing(case, answered, tuple(calls), wrong)


def queue(desk: Desk) -> tuple[list[Due], list[tuple[Case, Clock]]]:
    """The calls to be made for all cases of an account that are not over, in order; and the clocks of those cases."""
    with desk.directory.database.reading() as connection:
        mine = [case for case in store.cases_of(connection, desk.account) if not case.ended and case.purge_after > desk.now]
    boards = [standing(desk, case.id) for case in mine]
    due = [one for board in boards for one in _due(desk, board)]
    clocks = [(board.case, told) for board in boards if (told := clock(board.answered))]
    return sorted(due, key=lambda one: (one.order, one.at or desk.now)), clocks


def just_ended(desk: Desk) -> list[tuple[Case, Listing, Call]]:
    """The calls that the account ended a short while ago, the newest first, each with its case and whom it was to."""
    with desk.directory.database.reading() as connection:
        mine = {case.id: case for case in store.cases_of(connection, desk.account) if case.purge_after > desk.now}
        calls = [call for case_id in mine for call in store.calls(connection, case_id)]
    since = desk.now - JUST
    ended = [one for one in calls if one.account == desk.account and one.closed_at and since <= one.closed_at <= desk.now]
    known = desk.directory.listings([call.listing_id for call in ended])
    told = sorted(ended, key=lambda one: (one.closed_at, one.id), reverse=True)
    return [(mine[one.case_id], known[one.listing_id], one) for one in told if one.listing_id in known]


def _due(desk: Desk, board: Standing) -> Iterator[Due]:
    """A case's calls in the order of its board: those to confirm by their time, then whom to call first."""
    last = {call.listing_id: call for call in board.calls}
    told = clock(board.answered)
    again = {entry.listing.id: at for entry, at in told.again} if told else {}
    entries = {entry.listing.id: entry for entry in (*board.answered.presented(), *board.answered.call_first)}
    waiting, planned = _agreed(desk, board, last, entries), board.need.as_of if board.need.as_of > desk.now else None
    for key, entry in (entries | waiting).items():
        call, phones = last.get(key), entry.listing.phones
        right = [phone for phone in phones if phone.number not in board.wrong] if _wrong(call) else phones
        found = _why(desk, entry, (call, again.get(key)), board) if right or not _wrong(call) else (Why.WRONG, None)
        if found:
            yield Due(board.case, board.need, entry, *found, right[0] if right else None, planned, call)


def _agreed(desk: Desk, board: Standing, last: Mapping[str, Call], known: Mapping[str, Entry]) -> dict[str, Entry]:
    """Those with whom a call back was agreed, or whose call is open, wherever they stand by now."""
    keys = [key for key, call in last.items() if key not in known and (call.call_back_at or call.closed_at is None)]
    found = ((key, standing(desk, board.case.id, key).entry(key)) for key in keys)
    return {key: entry for key, entry in found if entry is not None}


_Found = tuple[Why, datetime | None] | None


def _why(desk: Desk, entry: Entry, known: tuple[Call | None, datetime | None], board: Standing) -> _Found:
    call, again = known
    if call is not None:
        found, settled = _by_call(desk, call)
        if settled:
            return found
    tried = call.closed_at if call and not _wrong(call) else None
    just = tried is not None and desk.now - tried < AGAIN
    report = standing_for(entry.listing, board.need)
    soon = desk.now + (AGAIN if just else ENDING)
    if report and report.state is BedState.HELD and report.hold_until and report.hold_until <= soon:
        return Why.HOLD, report.hold_until
    if again is not None:
        return Why.AGAIN, again
    if entry.tier != "D" and any(one.closed_at for one in board.calls):
        return None
    return (Why.TRIED, tried) if just else (Why.FIRST, None)


def _wrong(call: Call | None) -> bool:
    return call is not None and call.reached in WRONG


def _by_call(desk: Desk, call: Call) -> tuple[_Found, bool]:
    """What the last call says, and whether that settles it."""
    if call.closed_at is None:
        if call.unfinished(desk.account, desk.now):
            return (Why.MINE, None), True
        return ((Why.TAKEN, call.claim_until), True) if call.open_at(desk.now) else (None, False)
    if call.call_back_at is not None:
        return (Why.CALL_BACK if call.call_back_at <= desk.now else Why.LATER, call.call_back_at), True
    return None, call.outcome is Outcome.DECLINED
