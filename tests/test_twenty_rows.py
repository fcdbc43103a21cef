"""The twenty rows that break a naive importer, each through the importer that meets it, in the order of their list."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

import pytest

from directory import duplicates, store
from directory.database import Database
from directory.listing import Listing
from directory.places import Gazetteer
from directory.vocabulary import Answer
from importers import california_dhcs, samhsa_national_directory, samhsa_site_download
from importers.base import Importer
from importers.export import exported
from importers.pipeline import Order, Summary, import_file
from importers.table_export import export_table
from seed_data.workbook import Cell
from tests import databases
from tests.test_registers import a_layer, records
from tests.test_samhsa import CARE, a_download, a_row
from tests.workbooks import CODES, HEADER, a_book, a_facility

NOW: Final = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
ORDER: Final = Order("a test", NOW, observed_at=date(2026, 10, 1))
NATIONAL: Final = samhsa_national_directory.importer
SITE: Final = samhsa_site_download.importer
_SETTING: Final = "Service Setting (e.g., Outpatient, Residential, Inpatient, etc.)"
MORE: Final[list[list[Cell]]] = [
    *CODES,
    ["SET", _SETTING, "HI", "Hospital inpatient/24-hour hospital inpatient", ""],
    ["SET", _SETTING, "HIT", "Hospital inpatient treatment", ""],
    ["TC", "Type of Care", "HH", "Transitional housing, halfway house, or sober home", ""],
]
"""By these codes a workbook says more of its settings than the least one."""


@dataclass(frozen=True)
class Brought:
    """What came of an import: its summary, and the listings."""

    database: Database
    gazetteer: Gazetteer
    summary: Summary
    listings: list[Listing]

    @property
    def one(self) -> Listing:
        (listing,) = self.listings
        return listing

    @property
    def told(self) -> list[str]:
        return [f"{one.what} (found: {one.found})" for one in self.summary.problems if "should hold" not in one.what]


def brought(database: Database, gazetteer: Gazetteer, importer: Importer, file: Path) -> Brought:
    summary = import_file(database, importer, file, ORDER)
    with database.reading() as connection:
        return Brought(database, gazetteer, summary, list(store.listings(connection, gazetteer.locate)))


def everything(came: Brought) -> str:
    """All listings as they are exported."""
    return "".join(exported(came.database))


@pytest.fixture
def database(tmp_path: Path, template: Path) -> Iterator[Database]:
    shutil.copy(template, tmp_path / "twenty.db")
    opened = Database(databases.sqlite_url(tmp_path / "twenty.db"))
    yield opened
    opened.close()


@pytest.fixture
def national(database: Database, gazetteer: Gazetteer, tmp_path: Path) -> Callable[..., Brought]:
    """The National Directory with these rows."""
    return lambda *rows: brought(database, gazetteer, NATIONAL, a_book(tmp_path, [HEADER, *rows], MORE))


@pytest.fixture
def site(database: Database, gazetteer: Gazetteer, tmp_path: Path) -> Callable[..., Brought]:
    """The site's download with these rows."""
    return lambda *rows: brought(database, gazetteer, SITE, a_download(tmp_path, CARE, *rows))


@pytest.fixture
def license_(database: Database, gazetteer: Gazetteer, tmp_path: Path) -> Callable[..., Brought]:
    """California's register with these licenses, each otherwise like the first of its example."""

    def register(*changes: dict[str, Any]) -> Brought:
        told = [records()[0] | {"Application_Number": f"34000{number}DN"} | one for number, one in enumerate(changes)]
        return brought(database, gazetteer, california_dhcs.importer, a_layer(tmp_path, {"records": told}))

    return register


def test_1_a_header_with_spaces_in_front(database: Database, gazetteer: Gazetteer, tmp_path: Path) -> None:
    file = a_download(tmp_path, CARE, a_row("sa"))
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("name1,", '"    name1",', 1).replace(f",{CARE[-1]}\n", f",{CARE[-1]} \n", 1), encoding="utf-8")
    assert brought(database, gazetteer, SITE, file).one.organization == "Example House"


def test_2_one_place_as_su_and_again_as_mh(site: Callable[..., Brought]) -> None:
    assert site(a_row("sa"), a_row("mh", type_facility="MH")).one.says("care.substance_use", "care.mental_health")


def test_3_dashes_for_a_street(national: Callable[..., Brought]) -> None:
    address = national(a_facility(street1="- - -")).one.address
    assert address.confidential and address.address_1 == ""


def test_4_two_withheld_addresses_with_coordinates_near_each_other(site: Callable[..., Brought]) -> None:
    """Neither is on the map, and that they are near each other says nothing."""
    at = {"street1": "- - -", "city": "Boston", "state": "MA", "zip": "02118", "longitude": "-71.0700"}
    came = site(a_row("sa", latitude="42.3400", **at), a_row("sa", name1="Another House", latitude="42.3443", **at))
    assert [one.point for one in came.listings] == [None, None]
    assert duplicates.proposals(came.listings) == [] and "42.34" not in everything(came)


def test_5_a_state_that_is_not_its_zip_codes(site: Callable[..., Brought]) -> None:
    came = site(a_row("sa", city="West Springfield", state="VT", zip="01089"))
    assert (
        came.told == ["the ZIP code lies in another State; its distance stays unknown (found: 01089 is in MA, not VT)"]
        and came.one.point is None
    )


def test_6_a_vanity_telephone(national: Callable[..., Brought]) -> None:
    assert str(national(a_facility(intake1a="800-USA2525")).one.phone) == "800-872-2525"


def test_7_a_twin_row_of_the_same_bytes(national: Callable[..., Brought]) -> None:
    came = national(a_facility(), a_facility(), a_facility(name1="Another House"))
    assert (came.summary.rows, came.summary.new, len(came.listings), came.summary.refused) == (3, 2, 2, 0)


def test_8_a_shelter_that_must_stay_hidden(national: Callable[..., Brought], tmp_path: Path) -> None:
    came = national(a_facility(name1="A Shelter", street1="- - -", street2="Behind 5 Example Road"))
    export_table(came.database, tmp_path / "table.csv", came.gazetteer.locate, NOW)
    assert "Example Road" not in everything(came) + (tmp_path / "table.csv").read_text(encoding="utf-8")
    assert came.one.point is None and came.one.address.address_2 == ""


def test_9_a_second_line_that_is_a_note(national: Callable[..., Brought]) -> None:
    came = national(a_facility(street2="Temp: Old site due to COVID"), a_facility(street2="", name1="Another House"))
    assert [one.address.address_2 for one in came.listings if one.organization == "Example House"] == [
        "Temp: Old site due to COVID"
    ]


def test_10_a_telephone_of_the_pacific_with_an_extension(national: Callable[..., Brought]) -> None:
    came = national(a_facility(city="Kolonia", state="FM", zip="96941", phone="691-350-2115 x123"))
    assert str(came.one.phone) == "691-350-2115 ext. 123"


def test_11_no_main_telephone(national: Callable[..., Brought]) -> None:
    assert str(national(a_facility(phone="", intake1="614-555-0102")).one.phone) == "614-555-0102"


def test_12_a_hospital_and_a_sober_home_at_one_address(national: Callable[..., Brought]) -> None:
    came = national(a_facility(service_code_info="SA * HI RES HIT"), a_facility(service_code_info="SA HH * RES"))
    settings = sorted((str(one.answer("setting.inpatient")), str(one.answer("setting.residential"))) for one in came.listings)
    assert settings == [("no", "yes"), ("yes", "yes")] and came.summary.refused == 0


def test_13_residential_that_does_not_say_it_treats(national: Callable[..., Brought]) -> None:
    one = national(a_facility(service_code_info="HH * RES")).one
    assert one.says("setting.residential") and one.answer("care.substance_use") is not Answer.YES


def test_14_a_residence_in_a_post_office_box(national: Callable[..., Brought]) -> None:
    came = national(a_facility(street1="P.O. Box 2743"))
    point = came.one.point
    assert came.one.address.address_1 == "P.O. Box 2743" and point and point.approximate


def test_15_a_slip_in_a_name(national: Callable[..., Brought]) -> None:
    houses = [a_facility(name1="Better Life Partners", street1=f"{n} Example Street", zip="43201") for n in range(3)]
    came = national(*houses, a_facility(name1="Better Life Parnters", street1="2 Example St.", zip="43201"))
    (pair,) = duplicates.proposals(came.listings)
    assert {pair.first.organization, pair.second.organization} == {"Better Life Partners", "Better Life Parnters"}
    assert {pair.first.address.address_1, pair.second.address.address_1} == {"2 Example Street", "2 Example St."}


def test_16_no_coordinates_written_as_zero(license_: Callable[..., Brought]) -> None:
    came = license_({"Latitude": 0, "Longitude": 0, "CountyName": "", "County_Code": ""})
    point = came.one.point
    assert point and point.approximate and point.latitude > 38 and came.summary.conflicts == 0


def test_17_five_licenses_with_one_telephone(license_: Callable[..., Brought]) -> None:
    names = ("Oak", "Elm", "Ash", "Fir", "Yew")
    houses = [
        {"Facility_Name": f"{name} House", "Facility_Address1": f"{n}00 Example Drive", "Latitude": 38.58 + n / 100}
        for n, name in enumerate(names)
    ]
    came = license_(*houses)
    assert len(came.listings) == 5 and len({str(one.phone) for one in came.listings}) == 1
    assert duplicates.proposals(came.listings) == []


def test_18_a_zip_code_far_from_its_city(license_: Callable[..., Brought]) -> None:
    came = license_(
        {
            "Facility_City": "AUBURN ",
            "Facility_Zip": "95063",
            "Facility_Phone": None,
            "Latitude": 38.8966,
            "Longitude": -121.0769,
        }
    )
    (conflict,) = came.summary.contradictions
    assert (came.one.address.city, came.one.phone, conflict.about) == ("AUBURN", None, "place")
    assert "miles from 95063" in came.told[0]


def test_19_a_zip_code_that_lost_more_than_its_zero(national: Callable[..., Brought]) -> None:
    """A zero in front gives one of Vermont, and nobody knows which digit was lost."""
    came = national(a_facility(city="Hartford", state="CT", zip="5457"))
    assert came.told == ["the ZIP code lies in another State; its distance stays unknown (found: 05457 is in VT, not CT)"]
    assert came.one.address.postal_code == "05457" and came.one.point is None


def test_20_an_address_in_one_city_with_the_coordinates_of_another(site: Callable[..., Brought]) -> None:
    came = site(a_row("sa", city="Houston", state="TX", zip="77002", latitude="29.4241", longitude="-98.4936"))
    (conflict,) = came.summary.contradictions
    point = came.one.point
    assert conflict.about == "place" and point and point.approximate and abs(point.longitude + 95.36) < 0.1
