"""Reports about beds: which one stands for this person, what it is worth now, and whether the door is open on arrival."""

from dataclasses import replace
from datetime import datetime, timedelta
from fractions import Fraction

from directory.availability import Bucket, Report
from directory.listing import Listing
from directory.need import Need
from directory.vocabulary import BedState, codes
from tests.oracle.arrival import doors_open, leaves, moment, shut_for_days
from tests.oracle.verdict import Verdict

HOUR = timedelta(hours=1)
ASAM = codes("level")
PLACES = ("residential", "inpatient")
BASE = {
    BedState.HELD: Fraction(1),
    BedState.OPEN: Fraction(9, 10),
    BedState.LIMITED: Fraction(7, 10),
    BedState.WALK_IN: Fraction(6, 10),
    BedState.ASSESS_FIRST: Fraction(6, 10),
    BedState.FULL: Fraction(0),
    BedState.CLOSED_TO_INTAKE: Fraction(0),
}
READY = (BedState.HELD, BedState.OPEN, BedState.LIMITED)
NOBODY_KNOWS = Fraction(1, 4)
OUT_OF_HOURS = Fraction(4, 10)


def below(level: str, needed: str | None) -> bool:
    if needed in (None, *PLACES) and level in ASAM and float(level[0]) < 3:
        return True
    for ladder in (ASAM, PLACES):
        if level in ladder and needed in ladder:
            return ladder.index(level) < ladder.index(needed)
    return False


def concerns(bucket: Bucket, need: Need) -> bool:
    """Whether a bed may be this person's: it is, unless it is known not to be."""
    if bucket.sex and need.sex and bucket.sex != need.sex:
        return False
    if bucket.age and need.age is not None:
        bands = (("child", 18), ("young_adult", 26), ("adult", 65), ("senior", 1000))
        if bucket.age != next(band for band, under in bands if need.age < under):
            return False
    if bucket.funded is True and need.payer in ("private", "medicare", "military", "self_pay"):
        return False
    if bucket.funded is False and need.payer == "uninsured" and not need.self_pay_ok:
        return False
    return not (bucket.level and below(bucket.level, need.level))


def in_doubt(bucket: Bucket, need: Need) -> bool:
    """Whether a bed is for women, for adults or for the publicly funded, and nobody said whether this person is one."""
    kinds = ((bucket.sex, need.sex), (bucket.age, need.age), (bucket.funded, need.payer))
    return any(kind is not None and said is None for kind, said in kinds)


def real(report: Report, at: datetime) -> bool:
    return report.state not in (BedState.NO_ANSWER, BedState.WOULD_NOT_SAY) and moment(report.observed_at) <= at


def stands(report: Report, at: datetime) -> bool:
    if report.expires_at and moment(report.expires_at) <= at:
        return False
    return not (report.state is BedState.HELD and report.hold_until and moment(report.hold_until) <= at)


def seen(listing: Listing, need: Need) -> list[Report]:
    """What this person is told: a hold of one's own as it is; of the holds of others only what is left beside them."""
    found: list[Report] = []
    for report in listing.reports:
        if report.state is BedState.HELD and (listing.id, report.observed_at) in need.holds:
            found.append(report)
        elif report.state is not BedState.HELD:
            found += [report] if concerns(report.bucket, need) else []
        if report.state is BedState.HELD and report.beds is not None and concerns(report.bucket, need):
            left = report.beds > 1
            over = [end for end in (report.expires_at, None if left else report.hold_until) if end]
            state, count = (BedState.OPEN, report.beds) if left else (BedState.FULL, None)
            until = report.hold_until if left else None
            found.append(replace(report, state=state, beds=count, hold_until=until, expires_at=min(over, default=None)))
    return found


def standing(listing: Listing, need: Need) -> Report | None:
    """The newest report of this person's bed, if it is of the last day and not over; the worse of two of one moment.

    A bed that is held for the person is that while it lasts, whatever was said since.
    """
    at = moment(need.as_of)
    those = [report for report in seen(listing, need) if real(report, at)]
    waiting = [report for report in those if report.state is BedState.HELD and stands(report, at)]
    newest = max(waiting or those, key=lambda report: report.order, default=None)
    return newest if newest and stands(newest, at) and at - moment(newest.observed_at) <= 24 * HOUR else None


def state_of(report: Report) -> BedState:
    """No bed is full, whatever somebody called it."""
    return BedState.FULL if report.beds == 0 and report.state in (BedState.OPEN, BedState.LIMITED) else report.state


def base_of(report: Report, arrival: datetime | None) -> Fraction:
    if report.state is BedState.HELD and not hold_lasts(report, arrival):
        return BASE[BedState.LIMITED]
    if report.state is BedState.WAITLIST:
        if report.wait_hours is None or report.wait_hours > 72:
            return Fraction(5, 100)
        return Fraction(3, 10) if report.wait_hours <= 24 else Fraction(1, 10)
    return BASE[state_of(report)]


def hold_lasts(report: Report, arrival: datetime | None) -> bool:
    """Whether a held bed is still held when somebody comes; one without a last moment is held until it is let go."""
    return arrival is not None and (report.hold_until is None or moment(report.hold_until) > arrival)


def reachable(verdict: Verdict, report: Report | None) -> bool | None:
    """Whether the person will be let in on arrival; a bed that is held past it waits, unless the doors are known shut."""
    doors = doors_open(verdict.listing, verdict.arrival)
    if doors is not None or report is None or verdict.arrival is None:
        return doors
    waits = report.state is BedState.HELD and report.hold_until and moment(report.hold_until) > verdict.arrival
    return True if waits else None


def admit(verdict: Verdict) -> None:
    """The bed: set aside, call first, or how ready it is."""
    report = standing(verdict.listing, verdict.need)
    let_in = reachable(verdict, report)
    if report is None:
        bed, share, age = None, NOBODY_KNOWS, 25 * HOUR
    else:
        age = moment(verdict.need.as_of) - moment(report.observed_at)
        bed, share = worth(verdict, report, age)
        verdict.reported = moment(report.observed_at)
        verdict.held = report.state is BedState.HELD and hold_lasts(report, verdict.arrival)
        wanted = verdict.arrival or leaves(verdict.need)
        soon = report.state is not BedState.HELD and wanted - moment(report.observed_at) <= 12 * HOUR
        verdict.ready = state_of(report) in READY and (soon or verdict.held) and age <= 12 * HOUR and let_in is True
    cut = OUT_OF_HOURS if let_in is False else Fraction(1)
    share *= cut
    if bed is False or shut_for_days(verdict.listing, verdict.arrival):
        verdict.out("admit")
    if bed is None:
        verdict.between("admit", share, 0, cut)
    else:
        verdict.between("admit", share, OUT_OF_HOURS * share if let_in is None else share, share)
    hold_in_doubt = report is not None and report.state is BedState.HELD and verdict.arrival is None
    if bed is None or let_in is None or hold_in_doubt or (report is not None and in_doubt(report.bucket, verdict.need)):
        verdict.ask("admit", first=True)


def worth(verdict: Verdict, report: Report, age: timedelta) -> tuple[bool | None, Fraction]:
    """Whether there is a bed in time, and the share of the points for it."""
    base = base_of(report, verdict.arrival)
    fresh = Fraction(1) if age <= 4 * HOUR else Fraction(8, 10) if age <= 12 * HOUR else Fraction(5, 10)
    share = NOBODY_KNOWS + fresh * (base - NOBODY_KNOWS)
    soon = report.wait_hours is not None and report.wait_hours <= 24
    if base >= Fraction(6, 10) or (report.state is BedState.WAITLIST and soon):
        return True, share
    then = verdict.arrival or leaves(verdict.need)
    known = age <= 12 * HOUR and then - moment(report.observed_at) <= 24 * HOUR
    return (False if known else None), share
