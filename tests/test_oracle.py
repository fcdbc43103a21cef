"""Cases worked out by hand, so that what the arrays are held against is itself held against something."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from directory.availability import Bucket, Report
from directory.hours import Hours
from directory.listing import Listing, Vetting
from directory.need import Near, Need
from directory.vocabulary import BedState, Channel, VettingState
from tests import oracle
from tests.builders import AS_OF, POINTS, a_listing, a_need, held_for

NEW_YORK = "America/New_York"
UNIT = ("setting.residential_short", "setting.residential")


HERE = Near("43201", "43201 (Columbus, OH)", POINTS["43201"])


def a_report(state: str, age: float = 1, **fields: Any) -> Report:
    """What a call found out some hours before the usual moment."""
    usual: dict[str, Any] = {"observed_at": AS_OF - timedelta(hours=age), "channel": Channel.CALL, "recorded_by": "a test"}
    return Report(BedState(state), **(usual | fields))


def a_center(*reports: Report, hours: str = "24/7", **fields: Any) -> Listing:
    """The usual listing, two miles and three minutes away, whose hours and beds are known."""
    usual: dict[str, Any] = {"timezone": NEW_YORK, "intake_hours": Hours.read(hours), "reports": reports}
    return a_listing(**(usual | fields))


def at(utc: str, **fields: Any) -> Need:
    """Somebody who is at the door at that moment."""
    return a_need(
        as_of=datetime.fromisoformat(utc).replace(tzinfo=UTC), near=HERE, within_miles=None, meeting_ends=None, **fields
    )


def read(listing: Listing, need: Need | None = None) -> tuple[str, int, int, int]:
    """Its tier, or why it is set aside, and the points for the bed with their range."""
    whole = oracle.read([listing], held_for(need or a_need(), listing))
    verdict = whole.verdicts[listing.id]
    return whole.tiers[listing.id] or verdict.aside, verdict.points["admit"], verdict.lows["admit"], verdict.highs["admit"]


@pytest.mark.parametrize(
    ("report", "expected"),
    [
        (a_report("open", 1), ("A", 25, 25, 25)),  # 28 x .9 = 25.2
        (a_report("open", 4), ("A", 25, 25, 25)),
        (a_report("open", 4.001), ("A", 22, 22, 22)),  # 28 x (.25 + .8 x .65) = 21.56
        (a_report("open", 10.4), ("A", 22, 22, 22)),  # he is there at 20:03, 11.95 hours after it was said
        (a_report("open", 12), ("C", 22, 22, 22)),
        (a_report("open", 12.001), ("C", 16, 16, 16)),  # 28 x (.25 + .5 x .65) = 16.1
        (a_report("open", 24), ("C", 16, 16, 16)),
        (a_report("open", 24.001), ("D", 7, 0, 28)),
        (a_report("open", -0.001), ("D", 7, 0, 28)),
        (a_report("limited", 2), ("A", 20, 20, 20)),  # 28 x .7 = 19.6
        (a_report("walk_in", 2), ("C", 17, 17, 17)),  # 28 x .6 = 16.8
        (a_report("assess_first", 5), ("C", 15, 15, 15)),  # 28 x (.25 + .8 x .35) = 14.84
        (a_report("held", 1, hold_until=AS_OF + timedelta(hours=2)), ("A", 28, 28, 28)),
        (a_report("held", 1, hold_until=AS_OF.replace(hour=20, minute=0)), ("C", 20, 20, 20)),  # over three minutes too soon
        (a_report("held", 1, hold_until=AS_OF), ("D", 7, 0, 28)),
        (a_report("waitlist", 1, wait_hours=24), ("C", 8, 8, 8)),  # 28 x .3 = 8.4
        (a_report("waitlist", 1, wait_hours=25), ("admit", 3, 3, 3)),
        (a_report("waitlist", 1), ("admit", 1, 1, 1)),
        (a_report("waitlist", 13, wait_hours=72), ("D", 5, 0, 28)),  # 28 x (.25 - .5 x .15) = 4.9
        (a_report("full", 12), ("admit", 1, 1, 1)),  # 28 x (.25 - .8 x .25) = 1.4
        (a_report("closed_to_intake", 2), ("admit", 0, 0, 0)),
        (a_report("full", 12.001), ("D", 4, 0, 28)),  # 28 x .125 = 3.5, to the even number
        (a_report("full", 2, expires_at=AS_OF), ("D", 7, 0, 28)),
    ],
)
def test_a_bed_is_worth_what_was_said_and_how_long_ago(report: Report, expected: tuple[str, int, int, int]) -> None:
    assert read(a_center(report)) == expected


def test_who_leaves_a_day_later_may_still_find_a_bed_where_it_is_full_now() -> None:
    full = a_center(a_report("full", 2))
    assert read(full, a_need(leave_at=AS_OF + timedelta(hours=21.9)))[0] == "admit"
    assert read(full, a_need(leave_at=AS_OF + timedelta(hours=22)))[0] == "D"
    assert read(a_center(a_report("full", 2), point=None), a_need(leave_at=AS_OF + timedelta(hours=22)))[0] == "admit"


def test_a_call_that_nobody_answers_changes_nothing() -> None:
    assert read(a_center(a_report("open", 3), a_report("no_answer", 1), a_report("would_not_say", 0.5)))[0] == "A"


@pytest.mark.parametrize(
    ("bucket", "need", "concerned"),
    [
        (Bucket(sex="female"), {}, False),
        (Bucket(sex="male", age="adult", funded=True), {}, True),
        (Bucket(age="young_adult"), {}, False),
        (Bucket(age="young_adult"), {"age": None}, True),
        (Bucket(funded=True), {"payer": "private"}, False),
        (Bucket(funded=False), {"payer": "uninsured"}, False),
        (Bucket(funded=False), {"payer": "uninsured", "self_pay_ok": True}, True),
        (Bucket(level="3_1"), {"level": "3_5"}, False),
        (Bucket(level="residential"), {"level": "inpatient"}, False),
        (Bucket(level="residential"), {"level": "4"}, True),
    ],
)
def test_a_bed_for_somebody_else_is_no_bed(bucket: Bucket, need: dict[str, Any], concerned: bool) -> None:
    verdict = oracle.judge(a_center(a_report("full", 5), a_report("open", 1, bucket=bucket)), a_need(**need))
    assert ("admit" not in verdict.reasons) == concerned


@pytest.mark.parametrize(
    ("hours", "utc", "tier"),
    [
        ("Mo-Su 08:00-22:00", "2026-03-14T07:03", "C"),  # 03:03
        ("Mo-Su 08:00-22:00", "2026-03-14T12:00", "A"),
        ("Mo-Su 08:00-22:00", "2026-03-15T02:00", "C"),  # 22:00
        ("Su 20:00-04:00", "2026-03-16T07:59", "A"),  # Monday 03:59
        ("Su 20:00-04:00", "2026-03-16T08:00", "admit"),
        ("Su 20:00-04:00", "2026-03-15T07:59", "C"),  # Sunday 03:59
        ("Su 01:00-02:00", "2026-03-08T06:59", "A"),  # the minute before the clocks go on
        ("Su 02:00-03:00", "2026-03-08T06:59", "C"),
        ("Su 02:00-03:00", "2026-03-08T07:00", "admit"),  # there is no two o'clock in that night
        ("Su 03:00-04:00", "2026-03-08T07:00", "A"),
        ("Su 01:00-02:00", "2026-11-01T05:30", "A"),  # half past one for the first time
        ("Su 01:00-02:00", "2026-11-01T06:30", "A"),  # and again
        ("Su 01:00-02:00", "2026-11-01T07:00", "admit"),
    ],
)
def test_hours_are_those_of_the_clock_on_the_wall_there(hours: str, utc: str, tier: str) -> None:
    open_now = a_report("open", observed_at=datetime.fromisoformat(utc).replace(tzinfo=UTC))
    points = (25, 25, 25) if tier == "A" else (10, 10, 10)
    assert read(a_center(open_now, hours=hours), at(utc)) == (tier, *points)


@pytest.mark.parametrize(
    ("timezone", "clock"),
    [
        (NEW_YORK, "03:30"), ("America/Chicago", "01:30"), ("America/Denver", "00:30"), ("America/Phoenix", "00:30"),
        ("America/Detroit", "03:30"),
    ],
)  # fmt: skip
def test_an_hour_on_the_way_is_an_hour_also_when_the_clocks_change(timezone: str, clock: str) -> None:
    there = a_center(timezone=timezone, point=POINTS["44113"])
    need = a_need(as_of=datetime(2026, 3, 8, 6, 30, tzinfo=UTC), meeting_ends=None, within_miles=None)
    miles = oracle.judge(there, need).miles
    assert miles is not None and 120 < miles < 130
    arrival = oracle.judge(there, need, oracle.Pace(mph=miles)).arrival
    assert arrival == datetime(2026, 3, 8, 7, 30, tzinfo=UTC)
    hour, minute = map(int, clock.split(":"))
    assert oracle.minute_of_week(arrival, timezone) == 6 * 24 * 60 + hour * 60 + minute
    assert oracle.judge(there, need, oracle.Pace(mph=2 * miles, road_factor=2)).arrival == arrival


def test_the_latest_arrival_counts_and_not_the_closing() -> None:
    assert read(a_center(a_report("open"), hours="08:00-22:00", latest_arrival="20:00"))[0] == "C"
    assert read(a_center(a_report("open"), hours="08:00-22:00", latest_arrival="21:00"))[0] == "A"


def test_what_is_not_known_of_the_door_is_asked_unless_the_bed_waits() -> None:
    assert read(a_center(a_report("open"), hours="08:00-22:00", timezone="")) == ("D", 25, 10, 25)
    assert read(a_center(a_report("open"), timezone="", point=None)) == ("A", 25, 25, 25)  # day and night
    assert read(a_center(a_report("open"), intake_hours=None)) == ("D", 25, 10, 25)
    held = a_report("held", hold_until=AS_OF + timedelta(hours=3))
    assert read(a_center(held, intake_hours=None)) == ("A", 28, 28, 28)
    assert read(a_center(held, hours="08:00-20:00")) == ("C", 11, 11, 11)  # 28 x .4 = 11.2
    assert read(a_center(held, hours="08:00-20:00", point=None)) == ("D", 20, 8, 20)
    assert read(a_center(held, point=None)) == ("D", 20, 20, 20)
    assert read(a_center(hours="08:00-20:00")) == ("D", 3, 0, 11)  # 28 x .25 x .4 = 2.8


YESTERDAY, TODAY = date(2026, 3, 12), date(2026, 3, 13)


@pytest.mark.parametrize(
    ("fields", "reason", "asked"),
    [
        ({}, "", True),
        ({"yes": ["status.licensed"]}, "", False),
        ({"no": ["status.licensed"]}, "licence", False),
        ({"licence_expires": YESTERDAY, "yes": ["status.licensed"]}, "licence", False),
    ],
)
def test_a_license_that_is_over_sets_aside_and_an_unknown_one_is_asked(fields: Any, reason: str, asked: bool) -> None:
    verdict = oracle.judge(a_center(a_report("open"), **fields), a_need())
    assert (verdict.aside, "licence" in verdict.asks, verdict.call_first) == (reason, asked, False)


@pytest.mark.parametrize(
    ("state", "until", "confirmed", "expected"),
    [
        (VettingState.VETTED, None, TODAY - timedelta(days=90), ("", 8, 8, 8)),
        (VettingState.VETTED, TODAY, TODAY - timedelta(days=91), ("", 6, 6, 6)),  # 8 x .8 = 6.4
        (VettingState.VETTED_WITH_CONDITIONS, None, TODAY - timedelta(days=366), ("", 4, 4, 4)),
        (VettingState.VETTED, None, None, ("", 4, 4, 4)),
        (VettingState.VETTED, YESTERDAY, TODAY, ("", 2, 2, 2)),  # lapsed: 8 x .2 = 1.6
        (VettingState.IN_REVIEW, None, TODAY, ("", 2, 2, 2)),
        (VettingState.SUSPENDED, None, TODAY, ("operating", 2, 2, 2)),
        (VettingState.REJECTED, YESTERDAY, TODAY, ("", 2, 2, 2)),
    ],
)
def test_trust_is_for_who_was_vetted_and_lately_confirmed(
    state: VettingState, until: date | None, confirmed: date | None, expected: tuple[str, int, int, int]
) -> None:
    step = Vetting(state, AS_OF, "a test", until)
    later = Vetting(VettingState.REJECTED, AS_OF + timedelta(seconds=1), "a test")
    verdict = oracle.judge(a_center(vettings=(step, later), confirmed_at=confirmed), a_need())
    assert (verdict.aside, verdict.points["trust"], verdict.lows["trust"], verdict.highs["trust"]) == expected


@pytest.mark.parametrize(
    ("yes", "no", "dependent_on", "points"),
    [
        ((), (), ("opioid",), 12),
        ((), (), ("opioid", "alcohol"), 4),  # 12 x .35 = 4.2
        (("withdrawal.partner_unit",), (), ("opioid", "alcohol"), 7),  # 12 x .6 = 7.2
        (("withdrawal.non_medical",), (), ("opioid", "alcohol"), 4),
        (("withdrawal.partner_unit",), ("withdrawal.alcohol",), ("opioid", "alcohol"), None),
        ((), (), (), 12),
    ],
)
def test_a_partners_unit_is_asked_about_and_earns_more_than_nothing_known(
    yes: tuple[str, ...], no: tuple[str, ...], dependent_on: tuple[str, ...], points: int | None
) -> None:
    verdict = oracle.judge(a_center(a_report("open"), yes=yes, no=no), a_need(dependent_on=dependent_on))
    assert (None if verdict.aside == "withdrawal" else verdict.points["withdrawal"]) == points
    assert verdict.aside or verdict.call_first == (points != 12)


@pytest.mark.parametrize(
    ("yes", "no", "need", "points"),
    [
        (("plan.example_gold",), (), {"plan": "Example Gold"}, 14),
        (("plan.example_gold",), (), {"plan": "EXAMPLE-gold", "payer": "private"}, 14),
        ((), ("plan.example_gold",), {"plan": "Example Gold"}, None),
        ((), ("plan.example_gold",), {"plan": "Example Gold", "self_pay_ok": True}, 5),
        ((), ("plan.example_gold", "payer.self_pay"), {"plan": "Example Gold", "self_pay_ok": True}, None),
        ((), (), {"plan": "Example Gold"}, 10),  # the class: 14 x .7 = 9.8
        (("payer.private",), (), {"plan": "Example Gold", "payer": "private"}, 7),
    ],
)
def test_a_plan_in_network_is_paid_and_one_out_of_it_is_not(
    yes: tuple[str, ...], no: tuple[str, ...], need: dict[str, Any], points: int | None
) -> None:
    verdict = oracle.judge(a_center(a_report("open"), yes=yes, no=no), a_need(**need))
    assert (None if verdict.aside == "payment" else verdict.points["payment"]) == points


@pytest.mark.parametrize(
    ("fields", "near", "far", "nowhere"),
    [
        ({}, 8, 0, (0, 0, 8)),  # 123 of 125 miles: 8 x 2/115 = .1
        ({"travel": "farther"}, 0, 8, (0, 0, 8)),
        ({"travel": "any"}, 8, 8, (8, 8, 8)),
        ({"within_miles": None}, 8, 6, (0, 0, 8)),  # 8 x 377/490 = 6.2
        ({"weights": (("travel", 20), ("admit", 16))}, 20, 0, (0, 0, 20)),
    ],
)
def test_travel_counts_as_the_family_says(fields: dict[str, Any], near: int, far: int, nowhere: tuple[int, int, int]) -> None:
    need = a_need(**({"within_miles": 125.0} | fields))
    verdicts = [oracle.judge(a_center(point=point), need) for point in (POINTS["43201"], POINTS["44113"], None)]
    assert [verdict.points["travel"] for verdict in verdicts] == [near, far, nowhere[0]]
    assert (verdicts[2].lows["travel"], verdicts[2].highs["travel"]) == nowhere[1:]


def test_beyond_the_limit_is_set_aside_however_the_family_feels_about_miles() -> None:
    for travel in ("nearer", "farther", "any"):
        assert oracle.judge(a_center(point=POINTS["44113"]), a_need(travel=travel)).aside == "travel"


def test_a_unit_for_withdrawal_is_step_one_of_two_where_a_second_is_known() -> None:
    unit = a_center(a_report("open"), id="unit", unknown=UNIT)
    stay = a_center(a_report("full"), id="stay", no=["withdrawal.opioid"])
    better = a_center(id="better", yes=["plan.gold"], no=["withdrawal.opioid"])
    assert oracle.read([unit], a_need()).tiers == {"unit": "C"}
    whole = oracle.read([unit, stay, better], a_need(plan="gold"))
    assert whole.tiers == {"unit": "B", "stay": "", "better": ""}
    assert whole.steps == {"unit": "better"} and whole.counts == {"withdrawal": 2}
    assert oracle.read([unit, stay, better], a_need(dependent_on=())).options == ("unit",)


def test_tiers_stand_before_points_and_held_before_fresher_before_nearer_before_id() -> None:
    hold = AS_OF + timedelta(hours=9)
    center = [
        a_center(a_report("open", 13), id="likely", yes=["plan.gold"]),
        a_center(a_report("held", 3, hold_until=hold), id="held"),
        a_center(a_report("open", 0.5), id="fresh", yes=["payer.medicaid"]),
        a_center(a_report("open", 1.5), id="b"),
        a_center(a_report("open", 1.5), id="a"),
        a_center(a_report("open", 1.5), id="known", yes=["status.licensed"]),
        a_center(a_report("open", 1.5), id="near", point=POINTS["43215"]),
        a_center(id="unknown"),
        a_center(id="nowhere", point=None, yes=["plan.gold"]),
    ]
    whole = oracle.read(center, held_for(a_need(plan="gold"), *center))
    assert whole.options == ("held", "fresh", "known", "near", "a", "b", "likely")
    assert whole.calls == ("unknown", "nowhere")
    assert whole.verdicts["nowhere"].high > whole.verdicts["unknown"].high


def test_the_first_reason_is_the_one_that_counts() -> None:
    everything = a_center(a_report("full"), no=["status.operating", "sex.male"], licence_expires=YESTERDAY)
    verdict = oracle.judge(everything, a_need())
    assert verdict.reasons == {"operating", "licence", "sex", "admit"} and verdict.aside == "operating"
