"""Invented listings and needs in bulk, drawn so that they crowd around every limit: hours, days, clocks that change, ties."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from random import Random
from typing import Any, Final

from directory.availability import FOR_EVERYBODY, Bucket, Report
from directory.hours import Hours
from directory.listing import Address, Fact, Listing, Phone, PhoneKind, Point, Provenance, Vetting
from directory.need import Near, Need
from directory.vocabulary import (
    DEPENDENCES,
    LEVELS,
    MEDICATIONS,
    PAYERS,
    SUBSTANCES,
    TRAVEL,
    Answer,
    BedState,
    Channel,
    SourceKind,
    VettingState,
    codes,
)  # fmt: skip
from tests.builders import OBSERVED
from tests.oracle.verdict import WEIGHTS

SURVEY: Final = Provenance("invented_survey", SourceKind.SURVEY, "row 1", OBSERVED, "a test")
COLUMBUS: Final = Near("43215", "43215 (Columbus, OH)", Point(39.9671, -83.0044))
DENVER: Final = Near("80202", "80202 (Denver, CO)", Point(39.7515, -104.9977))
POINTS: Final = tuple(
    Point(latitude, longitude)
    for latitude, longitude in (
        (39.9671, -83.0044), (39.9952, -83.0047), (40.1, -83.1), (39.759, -84.192), (41.4816, -81.7018), (39.1072, -84.502),
        (40.35, -82.7), (42.3474, -83.0604), (41.88, -87.63), (39.7515, -104.9977), (33.45, -112.07), (21.31, -157.86),
    )
)  # fmt: skip
ZONES: Final = (
    "America/New_York", "America/New_York", "America/Chicago", "America/Denver", "America/Phoenix", "America/Detroit",
    "Pacific/Honolulu", "America/Anchorage", *("America/New_York", "America/Denver") * 3, "",
)  # fmt: skip
HOURS: Final = (
    *("24/7",) * 10, "Mo-Su 00:00-23:59", "Mo-Fr 08:00-22:00; Sa 10:00-02:00", "Su 20:00-04:00", "Mo-Su closed",
    "Sa-Su 22:00-06:00", "Mo-Su 20:00-04:00", "Mo-Fr 09:00-12:00,13:00-17:00", "Su 01:00-03:00", "Su 02:00-02:30",
    "Sa 23:30-24:00; Su 00:00-02:00", "Fr 18:00-24:00; Sa-Su 00:00-24:00; Mo 00:00-08:00",
)  # fmt: skip
MOMENTS: Final = (
    "2026-03-13T22:30:00", "2026-03-08T06:20:00", "2026-03-08T06:59:59", "2026-03-08T07:00:00", "2026-03-08T09:30:00",
    "2026-11-01T05:30:00", "2026-11-01T06:10:00", "2026-11-01T08:40:00", "2026-03-09T03:59:30", "2026-03-09T04:00:00",
    "2026-06-14T23:59:59", "2027-01-01T04:30:00", "2026-07-05T12:00:00", "2026-10-31T23:00:00", "2026-03-07T22:00:00",
)  # fmt: skip
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
AGES: Final = (
    *(0 * HOUR, SECOND, HOUR, 4 * HOUR - SECOND, 4 * HOUR, 4 * HOUR + SECOND, 8 * HOUR, 12 * HOUR, 12 * HOUR + SECOND),
    *(18 * HOUR, 24 * HOUR, 24 * HOUR + SECOND, 5 * DAY, -SECOND, -2 * HOUR),
    *(HOUR, HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 9 * HOUR, 11 * HOUR),
)
LATER: Final = (-HOUR, 0 * HOUR, SECOND, HOUR / 2, HOUR, 1.5 * HOUR, 2 * HOUR, 4 * HOUR, 9 * HOUR, 22 * HOUR, 3 * DAY)
GOOD: Final = (
    "status.operating", "care.substance_use", "setting.residential", "treats.opioid", "sex.female", "sex.male", "age.child",
    "age.young_adult", "age.adult", "age.senior", "withdrawal.opioid", "setting.residential_withdrawal", "accepts.pregnant",
    "moud.methadone_continue", "moud.buprenorphine_start", "moud.buprenorphine_continue", "payer.medicaid",
)  # fmt: skip
BAD: Final = (
    "only.alcohol", "only.opioid", "only.dui", "only.veterans", "operator.veterans_affairs", "moud.must_stop",
    "excludes.insulin", "excludes.arson", "care.recovery_residence",
)  # fmt: skip
OTHER: Final = tuple(
    f"{group}.{name}"
    for group in ("setting", "level", "withdrawal", "moud", "payer", "treats")
    for name in codes(group)
    if f"{group}.{name}" not in (*GOOD, *BAD)
) + (
    "status.licensed", "program.pregnant", "amenity.transportation", "smoking.permitted", "language.spanish",
    "plan.example_gold", "plan.example_silver",
)  # fmt: skip
CHANCES: Final = {GOOD: (0.95, 0.97), BAD: (0.01, 0.5), OTHER: (0.3, 0.36)}
"""Of the terms of each list, how often one is a known yes, and how often it is known at all."""


def a_moment(random: Random) -> datetime:
    """A time near a limit, written with some offset, so that the day it falls on is not always that of UTC."""
    at = datetime.fromisoformat(random.choice(MOMENTS)).replace(tzinfo=UTC)
    return at.astimezone(timezone(timedelta(hours=random.choice((0, -4, -5, -7, -10)))))


def own(random: Random, need: Need, drawn: list[Listing]) -> Need:
    """The need as one for which about half of the beds are held that are held at all."""
    held = [(one.id, report.observed_at) for one in drawn for report in one.reports if report.state is BedState.HELD]
    return replace(need, holds=frozenset(hold for hold in held if random.random() < 0.5))


def listings(random: Random, as_of: datetime, count: int) -> list[Listing]:
    """Listings whose reports and dates lie around a moment; some are alike but for a little, so that ties are common."""
    drawn: list[Listing] = []
    for number in random.sample(range(20 * count), count):
        name = f"{random.choice('ab')}:{number}"
        if drawn and random.random() < 0.2:
            drawn.append(_alike(random, random.choice(drawn), name))
        else:
            drawn.append(_listing(random, as_of, name))
    return drawn


def a_need(random: Random, as_of: datetime) -> Need:
    """Somebody's need at that moment, every field of it now and then."""
    near = random.choice((None, None, *(COLUMBUS,) * 5, DENVER))
    fields: dict[str, Any] = {
        "near": near,
        "within_miles": random.choice((None, 10.0, 25.0, 150.0, 400.0, 400.0, 6000.0)) if near else None,
        "travel": random.choice(("nearer", *TRAVEL)),
        "meeting_ends": _now_and_then(random, 0.6, as_of + random.choice(LATER)),
        "leave_at": _now_and_then(random, 0.3, as_of + random.choice(LATER)),
        "age": random.choice((None, 12, 17, 18, 27, 27, 64, 65, 70)),
        "sex": random.choice((None, "male", "female")),
        "pregnant": random.choice((None, None, False, True)),
        "veteran": random.choice((None, False, True)),
        "level": random.choice((None, None, None, *LEVELS)),
        "payer": random.choice((None, "medicaid", "medicaid", *PAYERS)),
        "plan": random.choice(("", "", "Example Gold", "example-silver", "--")),
        "self_pay_ok": random.random() < 0.3,
        "language": _now_and_then(random, 0.2, "spanish"),
        "words": random.choice(("", "", "", "detox")),
        "weights": _weights(random),
    }
    told = fields | _substances(random) | _wishes(random)
    return Need(as_of=as_of, **told, vetted_only=told["weights"] == () and told["age"] in (17, 64))


def _substances(random: Random) -> dict[str, Any]:
    return {
        "substances": _some(random, SUBSTANCES, 0.6) or (("heroin",) if random.random() < 0.5 else ()),
        "dependent_on": ("opioid",) if random.random() < 0.5 else _some(random, DEPENDENCES, 0.5),
        "taking": _some(random, MEDICATIONS, 0.25),
        "wants": _some(random, MEDICATIONS, 0.25),
    }


def _wishes(random: Random) -> dict[str, Any]:
    return {
        "applies": _some(random, ("excludes.insulin", "excludes.arson"), 0.3),
        "must": _some(random, ("amenity.transportation", "sex.male", "plan.example_gold", "level.3_7"), 0.2),
        "nice": _some(random, ("amenity.transportation", "payer.free", "sex.female", "moud.same_day"), 0.4),
    }


def _some(random: Random, of: Any, chance: float) -> tuple[Any, ...]:
    return tuple(random.sample(sorted(of), random.choice((1, 1, 2)))) if random.random() < chance else ()


def _now_and_then(random: Random, chance: float, what: Any) -> Any:
    return what if random.random() < chance else None


def _weights(random: Random) -> tuple[tuple[str, int], ...]:
    if random.random() < 0.7:
        return ()
    giver, taker = random.sample(sorted(WEIGHTS), 2)
    points = random.randint(1, WEIGHTS[giver])
    return (giver, WEIGHTS[giver] - points), (taker, WEIGHTS[taker] + points)


def _listing(random: Random, as_of: datetime, name: str) -> Listing:
    today = as_of.date()
    hours = random.choice((None, *HOURS, _any_hours(random)))
    return Listing(
        id=name,
        organization=f"Example {name}",
        program="",
        address=Address("1 Example Street", "", "Columbus", "OH", "43215"),
        phones=(Phone("6145550101", "", PhoneKind.MAIN),),
        point=random.choice((*POINTS, *POINTS[:7], *POINTS[:3], None)),
        facts=_facts(random),
        said_by={"postal_code": SURVEY},
        confirmed_at=random.choice((None, *(today - days * DAY for days in (0, 1, 89, 90, 91, 364, 365, 366, 1000)))),
        timezone=random.choice(ZONES),
        intake_hours=Hours.read(hours) if hours else None,
        latest_arrival=random.choice(("", "", "", "21:00", "02:00", "00:00", "23:59", "20:30")),
        licence_expires=random.choice((*(None,) * 7, *(today + days * DAY for days in (-1, 0, 1, 300)))),
        reports=_reports(random, as_of),
        vettings=_vettings(random, as_of),
    )


def _any_hours(random: Random) -> str:
    days, starts, ends = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"), random.randrange(48), random.randrange(48)
    opens, closes = (f"{half // 2:02}:{half % 2 * 30:02}" for half in (starts, ends))
    return f"{random.choice(days)}-{random.choice(days)} {opens}-{closes}"


def _facts(random: Random) -> dict[str, Fact]:
    wild = random.random() < 0.1
    facts: dict[str, Fact] = {}
    for terms, (yes, known) in CHANCES.items():
        for code in terms:
            drawn = random.random()
            if drawn < (0.3 if wild else yes):
                facts[code] = Fact(Answer.YES, SURVEY)
            elif drawn < (0.6 if wild else known):
                facts[code] = Fact(Answer.NO, SURVEY)
    return facts


def _reports(random: Random, as_of: datetime) -> tuple[Report, ...]:
    drawn = [_report(random, as_of) for _ in range(random.choice((0, 1, 1, 2, 2, 3, 5)))]
    return tuple(sorted(drawn, key=lambda report: report.order))


def _report(random: Random, as_of: datetime) -> Report:
    state = random.choice((*BedState, *(BedState.OPEN, BedState.LIMITED, BedState.HELD) * 4, BedState.WAITLIST))
    return Report(
        state=state,
        observed_at=as_of.astimezone(UTC) - random.choice(AGES),
        channel=random.choice(tuple(Channel)),
        recorded_by="a test",
        bucket=FOR_EVERYBODY if random.random() < 0.7 else _bucket(random),
        beds=_now_and_then(random, 0.4, random.choice((1, 2))),
        wait_hours=random.choice((None, 0, 24, 25, 72, 73, 500)) if state is BedState.WAITLIST else None,
        hold_until=as_of + random.choice(LATER) if state is BedState.HELD and random.random() < 0.95 else None,
        expires_at=_now_and_then(random, 0.15, as_of + random.choice(LATER)),
    )


def _bucket(random: Random) -> Bucket:
    return Bucket(
        sex=random.choice((None, "male", "female")),
        age=random.choice((None, None, *codes("age"))),
        level=random.choice((None, None, *LEVELS)),
        funded=random.choice((None, None, True, False)),
    )


def _vettings(random: Random, as_of: datetime) -> tuple[Vetting, ...]:
    good = (VettingState.VETTED,) * 12 + (VettingState.VETTED_WITH_CONDITIONS,) * 4
    drawn = [
        Vetting(
            state=random.choice((*good, *VettingState)),
            at=as_of + since,
            by="a test",
            until=random.choice((None, None, *(as_of.date() + days * DAY for days in (-1, 0, 1, 300)))),
        )
        for since in random.sample((-400 * DAY, -10 * DAY, -SECOND, 0 * DAY, SECOND), random.choice((0, 1, 1, 2, 3)))
    ]
    return tuple(sorted(drawn, key=lambda vetting: (vetting.at, vetting.state)))


def _alike(random: Random, listing: Listing, name: str) -> Listing:
    """The same again, or the same but nearer or farther, better known, or asked a second later."""
    fresher = tuple(replace(report, observed_at=report.observed_at + SECOND) for report in listing.reports)
    licensed = {**listing.facts, "status.licensed": Fact(Answer.YES, SURVEY)}
    changes: tuple[dict[str, Any], ...] = ({}, {"point": random.choice(POINTS)}, {"facts": licensed}, {"reports": fresher})
    return replace(listing, id=name, **random.choice(changes))
