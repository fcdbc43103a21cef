"""What the page of a listing says of hours, reports and vetting."""

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from directory.availability import Bucket, Report
from directory.hours import Hours
from directory.listing import Vetting
from directory.normalize import PRACTICAL
from directory.vocabulary import BedState, Channel, SourceKind, VettingState
from directory.web import told
from tests import builders

NOW = builders.AS_OF


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        ("24/7", [("Every day", "day and night")]),
        ("Mo-Su 00:00-24:00", [("Every day", "day and night")]),
        (
            "Mo-Fr 08:00-22:00; Sa 10:00-02:00",
            [("Monday to Friday", "8:00 am to 10:00 pm"), ("Saturday", "10:00 am to 2:00 am"), ("Sunday", "closed")],
        ),
        (
            "Mo,We 09:00-12:00,13:00-17:30",
            [
                ("Monday", "9:00 am to 12:00 pm, 1:00 pm to 5:30 pm"),
                ("Tuesday", "closed"),
                ("Wednesday", "9:00 am to 12:00 pm, 1:00 pm to 5:30 pm"),
                ("Thursday to Sunday", "closed"),
            ],
        ),
        ("Mo-Su 18:00-24:00", [("Monday to Sunday", "6:00 pm to midnight")]),
        ("closed", [("Monday to Sunday", "closed")]),
    ],
)
def test_weekly_hours_are_told_by_weekday(hours: str, expected: list[tuple[str, str]]) -> None:
    assert told.weekly(Hours.read(hours)) == expected


def a_report(state: BedState, hours: float, **fields: object) -> Report:
    usual = Report(state, NOW - timedelta(hours=hours), Channel.CALL, "counselor-7")
    return replace(usual, **fields)  # type: ignore[arg-type]


def test_reports_and_attempts_are_told_newest_first_by_the_centers_clock() -> None:
    reports = (
        a_report(BedState.FULL, 50, channel=Channel.PORTAL, recorded_by="program-1"),
        a_report(BedState.OPEN, 2, beds=2, bucket=Bucket(sex="male", age="adult", funded=True)),
        a_report(BedState.NO_ANSWER, 1),
    )
    history = told.history(builders.a_listing(reports=reports, timezone="America/Chicago"), NOW)
    assert [(one.what, one.attempt) for one in history] == [
        ("nobody answered at 4:30 pm", True),
        ("2 beds are open, said at 3:30 pm today", False),
        ("full, said at 3:30 pm March 11", False),
    ]
    assert history[1].whom == "men; adults, 26 to 64; publicly paid"
    assert [one.how for one in history][::2] == ["by telephone, counselor-7", "by the center, on its own page here, program-1"]


def test_a_report_older_than_a_day_leaves_the_bed_unknown() -> None:
    fresh, stale = (builders.a_listing(reports=(a_report(BedState.OPEN, hours),)) for hours in (2, 25))
    assert "Whether a bed is open today" not in told.not_known(fresh, NOW)
    assert "Whether a bed is open today" in told.not_known(stale, NOW)


def test_what_to_know_before_going_is_told_in_one_order_with_who_said_it() -> None:
    said = {"smoking_rules": "Outdoors only", "ask_for": "the intake desk"}
    by = builders.a_provenance(kind=SourceKind.STAFF_CALL)
    listing = builders.a_listing(practical=said, said_by={"smoking_rules": by})
    assert told.practical(listing) == [
        ("whom to ask for", "the intake desk", None), ("rules about smoking", "Outdoors only", by),
    ]  # fmt: skip
    every = dict.fromkeys(PRACTICAL, "said")
    assert [called for called, _, _ in told.practical(builders.a_listing(practical=every))] == [*PRACTICAL.values()]


def test_vetting_is_told_with_its_days() -> None:
    step = Vetting(VettingState.VETTED, NOW - timedelta(30), "counselor-3", (NOW + timedelta(300)).date())
    listing = builders.a_listing(vettings=(step,), timezone="America/New_York")
    assert told.vetting(listing, NOW) == "Checked by us (February 11, 2026, until January 7, 2027)"
    assert told.vetting(builders.a_listing(), NOW) == "Nobody here has checked this center yet"
    lapsed = replace(listing, vettings=(replace(step, until=NOW.date() - timedelta(1)),))
    assert told.vetting(lapsed, NOW).startswith("Our check of it is over")


def test_times_are_in_utc_where_the_zone_is_not_known() -> None:
    assert str(told.zone_of(builders.a_listing())) == "UTC"
    assert told.zone_of(builders.a_listing(timezone="America/Denver")) == ZoneInfo("America/Denver")
