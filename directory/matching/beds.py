"""Beds: what stands of the reports, whether the person can be there in time, and what that is worth."""

from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from directory.availability import Bucket, Report, standing
from directory.listing import Listing
from directory.matching.arrival import Way
from directory.matching.block import Block
from directory.matching.columns import spread
from directory.matching.criterion import NO, UNKNOWN, YES, Criterion, Judged, first_true, three
from directory.matching.gathering import BED_STATES, NEVER, NOT_SAID, microseconds
from directory.matching.gathering import bucket as read_bucket
from directory.matching.people import age_band
from directory.matching.timing import MINUTE, arrivals, reachable
from directory.matching.wording import attempts_in_words, bed_in_words, intake_in_words
from directory.need import Need
from directory.spoken import beside, joined, say
from directory.vocabulary import Answer, BedState, Channel, codes

HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR
NOT_KNOWN: Final = 0.25
OUTSIDE_HOURS: Final = 0.4
BASES: Final = {
    BedState.HELD: 1.0,
    BedState.OPEN: 0.9,
    BedState.LIMITED: 0.7,
    BedState.WALK_IN: 0.6,
    BedState.ASSESS_FIRST: 0.6,
    BedState.WAITLIST: 0.05,
    BedState.FULL: 0.0,
    BedState.CLOSED_TO_INTAKE: 0.0,
}
WAITS: Final = ((24, 0.3), (72, 0.1))
"""A waiting list of at most so many hours, and its base; a longer one, or one that nobody measured, has that of `BASES`."""
FRESHNESS: Final = ((4 * HOUR, 1.0), (12 * HOUR, 0.8), (24 * HOUR, 0.5))
"""A report at most so old, and how much of it still counts; an older one is as none."""
READY_HOURS: Final = 12
_BASES: Final = np.array([BASES[state] for state in BED_STATES])
_HELD, _LIMITED, _WAITLIST = (BED_STATES.index(s) for s in (BedState.HELD, BedState.LIMITED, BedState.WAITLIST))
_SURE: Final = np.array([state in (BedState.HELD, BedState.OPEN, BedState.LIMITED) for state in BED_STATES])
_SHUT: Final = np.array([state in (BedState.FULL, BedState.CLOSED_TO_INTAKE, BedState.WAITLIST) for state in BED_STATES])
_WITHOUT_BEDS: Final = tuple(code for code in codes("level") if code < "3")
_PRIVATELY_PAID: Final = ("private", "medicare", "military", "self_pay")


@dataclass(frozen=True, slots=True)
class Beds:
    """What is known of the beds of a block's listings at the need's moment.

    `state` is a number of `BED_STATES` or `NOT_SAID`, `seen` the microsecond of the report (0 for none), `age` its age in
    microseconds, `wanted` when a bed is wanted (the arrival, or leaving where that is not known), `reachable` whether the
    person arrives inside the intake hours, `shut` where they begin more than a day later, `until_arrival` whether a hold
    lasts that long, `vague` where the beds are for people of a kind that nobody said the person is.
    """

    state: NDArray[np.int8]
    seen: NDArray[np.int64]
    age: NDArray[np.float64]
    wait: NDArray[np.int32]
    arrives: NDArray[np.float64]
    wanted: NDArray[np.float64]
    reachable: NDArray[np.int8]
    shut: NDArray[np.bool_]
    until_arrival: NDArray[np.bool_]
    vague: NDArray[np.bool_]

    def __getitem__(self, rows: NDArray[Any]) -> "Beds":
        """The same of some rows, or of those where a mask is true."""
        told = (getattr(self, field.name) for field in fields(self))
        return Beds(*(one[rows] for one in told))

    @property
    def known(self) -> NDArray[np.bool_]:
        """Where a report says something of tonight."""
        return np.asarray(self.state != NOT_SAID)

    @property
    def held(self) -> NDArray[np.bool_]:
        """Where a bed is held until the person can be there."""
        return np.asarray((self.state == _HELD) & self.until_arrival)

    @property
    def base(self) -> NDArray[np.float64]:
        """What the state is worth while it is fresh."""
        base = np.where(self.known, _BASES[self.state], 0.0)
        base[(self.state == _HELD) & ~self.until_arrival] = BASES[BedState.LIMITED]
        waiting = (self.state == _WAITLIST) & (self.wait != NOT_SAID)
        for hours, worth in reversed(WAITS):
            base[waiting & (self.wait <= hours)] = worth
        return base

    @property
    def ready(self) -> NDArray[np.bool_]:
        """Where a bed is known to be there: held, or said within 12 hours of the arrival, and reached inside the hours."""
        soon = (self.wanted - self.seen <= READY_HOURS * HOUR) & (self.state != _HELD)
        lasting = _SURE[self.state] & (soon | ((self.state == _HELD) & self.until_arrival))
        return np.asarray(self.known & lasting & (self.age <= READY_HOURS * HOUR) & (self.reachable == YES))


def concerns(bucket: Bucket, need: Need) -> bool:
    """Whether beds for these people may be for this person: unless they are known not to be."""
    band = age_band(need.age) if need.age is not None else None
    other_sex = None not in (bucket.sex, need.sex) and bucket.sex != need.sex
    other_age = None not in (bucket.age, band) and bucket.age != band
    public = bucket.funded is True and need.payer in _PRIVATELY_PAID
    private = bucket.funded is False and need.payer == "uninsured" and not need.self_pay_ok
    return not (other_sex or other_age or public or private or _below(bucket.level, need.level))


def vague(bucket: Bucket, need: Need) -> bool:
    """Whether beds are for people of a kind of whom nobody said whether the person is one."""
    silent = ((bucket.sex, need.sex), (bucket.age, need.age), (bucket.funded, need.payer))
    return any(kind is not None and said is None for kind, said in silent)


def _below(level: str | None, needed: str | None) -> bool:
    if needed in (None, "residential", "inpatient") and level in _WITHOUT_BEDS:
        return True
    for order in (codes("level"), ("residential", "inpatient")):
        if level in order and needed in order:
            return order.index(level) < order.index(needed)
    return False


def beds(block: Block, need: Need) -> Beds:
    """What is known of the block's beds."""
    columns, count = block.columns, len(block)
    arrives = arrivals(block, need)
    can_be, shut = reachable(block, arrives)
    unsaid = np.zeros(count, dtype=np.bool_)
    state = np.full(count, NOT_SAID, dtype=np.int8)
    seen, hold = np.zeros((2, count), dtype=np.int64)
    wait = np.full(count, NOT_SAID, dtype=np.int32)
    if len(columns.report_state):
        rows, last = _standing(block, need)
        unsaid[rows] = np.array([vague(read_bucket(told), need) for told in columns.buckets])[columns.report_bucket[last]]
        state[rows], seen[rows] = columns.report_state[last], columns.report_seen[last]
        wait[rows], hold[rows] = columns.report_wait[last], columns.report_hold[last]
    lasts = (state == _HELD) & (arrives < hold)
    can_be = np.where(lasts & (hold != NEVER) & (can_be == UNKNOWN), np.int8(YES), can_be)
    age = np.where(state == NOT_SAID, np.inf, microseconds(need.as_of) - seen)
    wanted = np.where(np.isnan(arrives), float(microseconds(need.leaves)), arrives)
    return Beds(state, seen, age, wait, arrives, wanted, can_be, shut, lasts, unsaid)


def _standing(block: Block, need: Need) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The rows of which a report stands, and which: a listing's reports are in the order of time, so the last decides."""
    columns, now = block.columns, microseconds(need.as_of)
    row_of, at = spread(columns.report_at, block.positions)
    for_him = np.array([concerns(read_bucket(told), need) for told in columns.buckets])
    state, ours = columns.report_state[at], _ours(block, need, (row_of, at))
    known = np.where(state == _HELD, ours, for_him[columns.report_bucket[at]]) & (columns.report_seen[at] <= now)
    lasting = known & ours & (now < columns.report_hold[at]) & (now < columns.report_expires[at])
    newest = np.full(len(block), NOT_SAID, dtype=np.intp)
    for which in (known, lasting):
        newest[row_of[which]] = at[which]
    rows = np.flatnonzero(newest != NOT_SAID)
    last = newest[rows]
    over = (columns.report_state[last] == _HELD) & (columns.report_hold[last] <= now)
    fresh = now - columns.report_seen[last] <= FRESHNESS[-1][0]
    stands = fresh & (now < columns.report_expires[last]) & ~over
    return rows[stands], last[stands]


def _ours(block: Block, need: Need, reports: tuple[NDArray[np.intp], NDArray[np.intp]]) -> NDArray[np.bool_]:
    """Which of these reports, given by row and number, are beds held for this person."""
    columns, (row_of, at) = block.columns, reports
    ours = np.zeros(len(at), dtype=np.bool_)
    if not need.holds:
        return ours
    held, seen = columns.report_state[at] == _HELD, columns.report_seen[at]
    known = {(listing_id, microseconds(when)) for listing_id, when in need.holds}
    for number in np.flatnonzero(held & np.isin(seen, [when for _, when in known])):
        ours[number] = (columns.ids[block.positions[row_of[number]]], int(seen[number])) in known
    return ours


class Admit(Criterion):
    """It can admit the person in time: what somebody said of its beds, how long ago, and whether he arrives inside the hours.

    A report counts in full for 4 hours, less up to 12 and 24, then no more: the bed is not known. Full, or closed to new
    people, sets aside while that is fresh. Outside the intake hours four tenths remain.
    """

    name, title = "admit", say("Admits in time")

    def judge(self, block: Block, need: Need) -> Judged:
        found = block.once(beds, need)
        base, known = found.base, found.known
        factor = first_true([(found.age <= limit, worth) for limit, worth in FRESHNESS], 0.0)
        closed = np.where(found.reachable == NO, OUTSIDE_HOURS, 1.0)
        shares = (NOT_KNOWN + np.where(known, factor * (base - NOT_KNOWN), 0.0)) * closed
        soon = (found.state == _WAITLIST) & (base == WAITS[0][1])
        shut = known & _SHUT[found.state] & ~soon & (found.age <= READY_HOURS * HOUR)
        no = (shut & (found.wanted - found.seen <= DAY)) | found.shut
        yes = known & ((base >= BASES[BedState.WALK_IN]) | soon)
        unheard = ~no & ~yes
        unsure = unheard | (found.reachable == UNKNOWN) | ((found.state == _HELD) & np.isnan(found.arrives)) | found.vague
        low = np.where(unheard, 0.0, np.where(found.reachable == UNKNOWN, OUTSIDE_HOURS * shares, shares))
        return Judged(three(no, yes & ~unsure), shares, no, unsure & ~no, low, high=np.where(unheard, closed, shares))

    def because(self, listing: Listing, need: Need, answer: Answer, way: Way) -> str:
        said = (bed_in_words(standing_for(listing, need), need, way), attempts_in_words(listing, need, way))
        return joined((*said, intake_in_words(listing, need, way)), beside)

    def ask(self, need: Need) -> str:
        return say("Is a bed open today, from when, and until when would you hold it?")

    def hoped_report(self, need: Need, way: Way) -> Report:
        until = max(need.leaves, way.arrives or need.leaves) + timedelta(hours=1)
        return Report(BedState.HELD, need.as_of, Channel.CALL, "", hold_until=until)

    def wish(self, need: Need) -> str:
        return say("a bed were held for the person")


def standing_for(listing: Listing, need: Need) -> Report | None:
    """The report that stands for this person; None where there is none, or none of the last 24 hours.

    A hold counts for whom it is held and for nobody else.
    """

    def for_him(report: Report) -> bool:
        if report.state is BedState.HELD:
            return (listing.id, report.observed_at) in need.holds
        return concerns(report.bucket, need)

    found = standing(listing.reports, need.as_of, for_him)
    old = found is not None and microseconds(need.as_of) - microseconds(found.observed_at) > FRESHNESS[-1][0]
    return None if old else found
