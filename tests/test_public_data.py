"""What machines read of a center: what is known and nothing else."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from directory.hours import Hours
from directory.listing import Vetting
from directory.public_data import data_of, newest
from directory.vocabulary import VettingState
from tests.builders import OBSERVED, PHONES, a_listing, a_provenance

HERE = "https://directory.example.org/centers/ohio/columbus/example-house-1"


def test_a_center_is_told_with_its_numbers_and_its_address() -> None:
    told = data_of(a_listing(phones=PHONES, website="https://example.org"), HERE)
    assert told["@type"] == "MedicalOrganization" and told["mainEntityOfPage"] == HERE
    assert told["telephone"] == "+1-614-555-0102" and told["url"] == "https://example.org"
    assert [contact["contactType"] for contact in told["contactPoint"]] == ["intake", "main line"]
    assert told["address"]["addressLocality"] == "Columbus" and told["address"]["streetAddress"]


def test_a_withheld_street_and_its_zip_code_are_withheld() -> None:
    listing = a_listing()
    hidden = replace(listing, address=replace(listing.address, confidential=True))
    address = data_of(hidden, HERE)["address"]
    assert address == {"@type": "PostalAddress", "addressLocality": "Columbus", "addressRegion": "OH", "addressCountry": "US"}
    assert not {"geo", "latitude"} & set(data_of(hidden, HERE))


def test_what_is_not_known_is_not_said() -> None:
    told = data_of(a_listing(phones=(), website="", intake_hours=None), HERE)
    assert not {"telephone", "contactPoint", "url", "openingHours", "aggregateRating", "review"} & set(told)


def test_hours_are_those_of_intake_and_stand_beside_the_intake_line_alone() -> None:
    hours = Hours.read("Mo-Fr 08:00-17:00; Sa 22:00-02:00")
    told = data_of(a_listing(phones=PHONES, intake_hours=hours), HERE)
    assert "openingHours" not in told and "openingHoursSpecification" not in told
    intake, main = told["contactPoint"]
    assert "hoursAvailable" not in main
    spans = [(one["dayOfWeek"], one["opens"], one["closes"]) for one in intake["hoursAvailable"]]
    assert spans[0] == ("Monday", "08:00", "17:00") and ("Saturday", "22:00", "02:00") in spans and len(spans) == 6


def test_hours_of_more_than_a_day_come_in_days() -> None:
    told = data_of(a_listing(phones=PHONES, intake_hours=Hours.read("Sa-Su 00:00-24:00")), HERE)
    spans = [(one["dayOfWeek"], one["opens"], one["closes"]) for one in told["contactPoint"][0]["hoursAvailable"]]
    assert spans == [("Saturday", "00:00", "23:59"), ("Sunday", "00:00", "23:59")]
    always = data_of(a_listing(phones=PHONES, intake_hours=Hours.read("24/7")), HERE)["contactPoint"][0]["hoursAvailable"]
    assert len(always) == 1 and len(always[0]["dayOfWeek"]) == 7
    json.dumps(told)


def test_the_newest_day_is_that_of_a_statement_or_of_a_step() -> None:
    now = datetime(2026, 5, 1, tzinfo=UTC)
    listing = a_listing(["payer.private"], provenance=a_provenance(), vettings=())
    assert newest(listing, now) == OBSERVED
    step = Vetting(VettingState.VETTED, now - timedelta(days=3), "canarychecker")
    assert newest(replace(listing, vettings=(step,)), now) == date(2026, 4, 28)
    later = replace(step, at=now + timedelta(days=3))
    assert newest(replace(listing, vettings=(later,)), now) == OBSERVED
