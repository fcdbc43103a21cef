"""Listings, needs and statements with defaults, so that a test names only what it is about. Everybody here is invented."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from typing import Any, Final

from directory.availability import Report
from directory.hours import Hours
from directory.listing import Address, Fact, Listing, Phone, PhoneKind, Point, Provenance, Statement
from directory.need import Near, Need
from directory.places import PostalPlace
from directory.vocabulary import Answer, BedState, Channel, SourceKind, is_term

EASTERN: Final = timezone(timedelta(hours=-4))
AS_OF: Final = datetime(2026, 3, 13, 18, 30, tzinfo=EASTERN)
OBSERVED: Final = date(2026, 3, 1)

PLACES: Final = (
    PostalPlace("43215", "Columbus", "OH", 39.9671, -83.0044, "America/New_York", True),
    PostalPlace("43201", "Columbus", "OH", 39.9952, -83.0047, "America/New_York", True),
    PostalPlace("44113", "Cleveland", "OH", 41.4816, -81.7018, "America/New_York", True),
    PostalPlace("45202", "Cincinnati", "OH", 39.1072, -84.502, "America/New_York", True),
    PostalPlace("48201", "Detroit", "MI", 42.3474, -83.0604, "America/Detroit", True),
    PostalPlace("01089", "West Springfield", "MA", 42.1151, -72.6411, "America/New_York", True),
    PostalPlace("96898", "Wake Island", "HI", None, None, "Pacific/Honolulu", False),
)
POINTS: Final = {
    place.postal_code: Point(place.latitude, place.longitude, approximate=True)
    for place in PLACES
    if place.latitude is not None and place.longitude is not None
}
COLUMBUS: Final = Near("43215", "43215 (Columbus, OH)", POINTS["43215"])
CLEVELAND: Final = Near("44113", "44113 (Cleveland, OH)", POINTS["44113"])
CINCINNATI: Final = Near("45202", "45202 (Cincinnati, OH)", POINTS["45202"])
DETROIT: Final = Near("48201", "48201 (Detroit, MI)", POINTS["48201"])

DEFAULT_YES: Final = frozenset(
    (
        "status.operating", "care.substance_use", "care.withdrawal", "setting.residential", "setting.residential_short",
        "setting.residential_withdrawal", "sex.female", "sex.male", "age.young_adult", "age.adult", "treats.opioid",
        "withdrawal.opioid", "withdrawal.medication", "moud.buprenorphine_start", "moud.buprenorphine_continue",
        "payer.medicaid",
    )
)  # fmt: skip
PHONES: Final = (Phone("6145550102", "", PhoneKind.INTAKE), Phone("6145550101", "12", PhoneKind.MAIN))


def a_provenance(**fields: Any) -> Provenance:
    """Somebody who said something: an invented national survey, unless told otherwise."""
    usual = Provenance("invented_survey", SourceKind.SURVEY, "invented.xlsx, row 2", OBSERVED, "a test")
    return replace(usual, **fields)


def a_listing(
    yes: Iterable[str] = (),
    no: Iterable[str] = (),
    unknown: Iterable[str] = (),
    provenance: Provenance | None = None,
    **fields: Any,
) -> Listing:
    """A residential program in Columbus that fits the default need.

    `yes` and `no` add to what is known of it, `unknown` takes away. The parts of an address may be given as they are.
    """
    said_by = provenance or a_provenance()
    address = {name: fields.pop(name) for name in Address.__dataclass_fields__ if name in fields}
    usual = Listing(
        id="invented_survey:1",
        organization="Example House",
        program="",
        address=replace(Address("12 Example Street", "", "Columbus", "OH", "43201"), **address),
        phones=PHONES,
        point=POINTS["43201"],
        facts=_facts(frozenset(yes), frozenset(no), frozenset(unknown), said_by),
        said_by=dict.fromkeys(("organization", "phone", "intake_1"), said_by),
    )
    return replace(usual, **fields)


def _facts(yes: frozenset[str], no: frozenset[str], unknown: frozenset[str], said_by: Provenance) -> dict[str, Fact]:
    for code in yes | no | unknown:
        if not is_term(code):
            raise KeyError(f"{code} is not a term of directory/vocabulary.toml")
    affirmed = dict.fromkeys(sorted((DEFAULT_YES | yes) - no - unknown), Fact(Answer.YES, said_by))
    return affirmed | dict.fromkeys(sorted(no), Fact(Answer.NO, said_by))


def a_report(state: str = "open", hours_ago: float = 1, **fields: Any) -> Report:
    """What a call learned of the beds, an hour before the usual need's moment unless told otherwise."""
    usual = Report(BedState(state), AS_OF - timedelta(hours=hours_ago), Channel.CALL, "a test")
    return replace(usual, **fields)


def a_ready_listing(**fields: Any) -> Listing:
    """The same listing with an open bed, and people who admit day and night."""
    usual: dict[str, Any] = {"reports": (a_report(),), "intake_hours": Hours.read("24/7"), "timezone": "America/New_York"}
    return a_listing(**(usual | fields))


def held_for(need: Need, *listings: Listing) -> Need:
    """The need of the person for whom these listings hold the beds that they hold."""
    held = ((one.id, report.observed_at) for one in listings for report in one.reports if report.state is BedState.HELD)
    return replace(need, holds=frozenset(held))


def a_need(**fields: Any) -> Need:
    """A man of 27 in Columbus who uses heroin and has Medicaid; the meeting is tonight."""
    usual = Need(
        as_of=AS_OF,
        near=COLUMBUS,
        within_miles=100.0,
        meeting_ends=AS_OF.replace(hour=20, minute=0),
        age=27,
        sex="male",
        substances=("heroin",),
        dependent_on=("opioid",),
        payer="medicaid",
    )
    return replace(usual, **fields)


VALUES: Final = {
    "organization": "Example House",
    "address_1": "12 Example Street",
    "city": "Columbus",
    "state_province": "OH",
    "postal_code": "43201",
    "phone": "6145550101x12",
}


def a_statement(values: dict[str, Any] | None = None, local_id: str = "1", **fields: Any) -> Statement:
    """What an invented survey says of a listing in Columbus; fields of its `Provenance` may be given as they are."""
    told = {name: fields.pop(name) for name in Provenance.__dataclass_fields__ if name in fields}
    provenance = a_provenance(**told)
    usual = Statement(provenance.source, local_id, provenance, VALUES, frozenset(("status.operating",)))
    return replace(usual, values=VALUES if values is None else values, **fields)
