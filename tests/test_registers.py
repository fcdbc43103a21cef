"""The two registers: California's licenses as they really are, and what spoils a layer or a list of certificates."""

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from directory import store
from directory.database import Database
from directory.listing import Listing
from directory.places import Gazetteer
from directory.problems import CannotUnderstand, Loudness, Problem
from directory.referral import Directory
from directory.vocabulary import Answer
from importers import california_dhcs, opioid_treatment_programs
from importers.pipeline import Order, Summary, import_file
from tests import databases, sites

NAME = "california-dhcs-sud-licences-2026-08.json"
NOW = datetime(2026, 8, 22, 3, 0, tzinfo=UTC)
EXAMPLES = Path(__file__).parent / "sources"
CALIFORNIA = EXAMPLES / "california_dhcs" / "example.json"
CERTIFICATES = EXAMPLES / "opioid_treatment_programs" / "example.csv"


class Imported(NamedTuple):
    database: Database
    file: Path
    summary: Summary
    listings: list[Listing]


@pytest.fixture(scope="module")
def real(
    real_files: Path, gazetteer: Gazetteer, tmp_path_factory: pytest.TempPathFactory, template: Path
) -> Iterator[Imported]:
    file = Path(shutil.copy(template, tmp_path_factory.mktemp("register") / "directory.db"))
    database = Database(databases.sqlite_url(file))
    summary = import_file(database, california_dhcs.importer, real_files / NAME, Order("a test", NOW))
    with database.reading() as connection:
        listings = list(store.listings(connection, gazetteer.locate))
    yield Imported(database, real_files / NAME, summary, listings)
    database.close()


def about(problems: tuple[Problem, ...], words: str) -> list[Problem]:
    return [problem for problem in problems if words in problem.what]


def test_every_license_with_beds_or_withdrawal_care_is_a_listing(real: Imported) -> None:
    summary = real.summary
    assert (summary.rows, summary.new, summary.refused) == (1_243, 1_242, 1)
    [left_out] = about(summary.problems, "outpatient only")
    assert left_out.found == "1,023 of 2,266 rows"
    assert {problem.where for problem in summary.problems if problem.loudness is Loudness.ROW} == {
        f"{NAME}, record 291, column “Facility_{column}”" for column in ("City", "Zip")
    }


def test_residential_licenses_have_the_beds_that_the_state_gives_them(real: Imported) -> None:
    residential = [listing for listing in real.listings if listing.says("setting.residential")]
    assert len(residential) == 1_063 - 1
    assert sum(listing.capacity or 0 for listing in residential) == 20_244 - 6
    assert all(listing.says("status.licensed") for listing in residential)
    [more] = about(real.summary.problems, "more beds for treatment")
    assert more.found == "8 of 6"


def test_an_expired_license_is_told_as_it_stands(real: Imported, real_files: Path) -> None:
    expired = [one for one in real.listings if one.licence_expires and one.licence_expires < date(2026, 8, 21)]
    outpatient = [
        one
        for one in json.loads((real_files / NAME).read_text(encoding="utf-8"))["records"]
        if one["Program_Code"] == "NON" and datetime.strptime(one["Lic_Expiration_Date"], "%m/%d/%Y").date() < date(2026, 8, 21)
    ]
    assert (len(expired), len(outpatient)) == (15, 10)
    assert all(listing.licence_number and listing.licence_expires for listing in real.listings)


def test_a_register_does_not_say_who_is_open(real: Imported) -> None:
    assert {listing.answer("status.operating") for listing in real.listings} == {Answer.UNKNOWN}
    assert not any(listing.reports for listing in real.listings)


def test_half_a_state_is_the_register_s_and_places_have_no_commas(real: Imported) -> None:
    assert {listing.address.state_province for listing in real.listings} == {"CA"}
    assert not [listing for listing in real.listings if listing.address.city != listing.address.city.strip(" ,")]


def test_the_register_speaks_of_the_day_on_which_it_was_fetched_and_again_changes_nothing(real: Imported) -> None:
    assert {listing.said_by["licence_number"].observed_at for listing in real.listings} == {date(2026, 8, 21)}
    again = import_file(real.database, california_dhcs.importer, real.file, Order("a test", NOW))
    assert (again.unchanged, again.new, again.changed, again.gone) == (1_242, 0, 0, 0)


# --- what spoils a layer ------------------------------------------------------------------------------------------


def a_layer(folder: Path, told: Any) -> Path:
    file = folder / "layer.json"
    file.write_text(json.dumps(told), encoding="utf-8")
    return file


def records() -> list[dict[str, Any]]:
    return list(json.loads(CALIFORNIA.read_text(encoding="utf-8"))["records"])


@pytest.mark.parametrize("inner", ["attributes", "properties"])
def test_features_of_a_map_are_read_like_records(tmp_path: Path, inner: str) -> None:
    file = a_layer(tmp_path, {"features": [{inner: one} for one in records()]})
    batch = california_dhcs.importer.read(file, california_dhcs.importer.source)
    assert (len(batch.rows), batch.observed_at, batch.covers) == (8, None, None)


@pytest.mark.parametrize("partly", [{"exceededTransferLimit": True}, {"record_count": 2266}])
def test_a_layer_that_was_cut_off_says_so_and_loses_nobody(tmp_path: Path, partly: dict[str, Any]) -> None:
    batch = california_dhcs.importer.read(a_layer(tmp_path, {"records": records(), **partly}), california_dhcs.importer.source)
    assert batch.covers == frozenset()
    assert about(batch.problems, "only some of the register")


@pytest.mark.parametrize(
    ("told", "what"),
    [
        ({"error": {"code": 400}}, "the document has no list “records” or “features”"),
        ([1], "the document has no list “records” or “features”"),
        ({"records": [7]}, "the record is no object with the columns of the register"),
        ({"records": [{"Application_Number": "1"}]}, "the record lacks facility_name"),
    ],
)
def test_a_document_that_is_no_layer_is_refused_in_words(tmp_path: Path, told: Any, what: str) -> None:
    with pytest.raises(CannotUnderstand, match=what):
        california_dhcs.importer.read(a_layer(tmp_path, told), california_dhcs.importer.source)


def test_a_new_program_code_is_not_guessed(tmp_path: Path) -> None:
    first = records()[0] | {"Program_Code": "RES-SPACE"}
    batch = california_dhcs.importer.read(a_layer(tmp_path, {"records": [first]}), california_dhcs.importer.source)
    california_dhcs.importer.parse(batch.rows[0], batch, california_dhcs.importer.source)
    assert set(batch.rows[0].unknown) == {"RES-SPACE"}


# --- certificates -------------------------------------------------------------------------------------------------


def test_the_directory_of_certificates_is_read_under_the_names_that_its_columns_had(tmp_path: Path) -> None:
    source = opioid_treatment_programs.importer.source
    first = CERTIFICATES.read_text(encoding="latin-1")
    other = first.replace("Zip,", "Zip Code,", 1).replace("Certification Date", "Certification Date/CMS Use", 1)
    file = tmp_path / "otp-directory-2026-01-14.csv"
    file.write_text("\n" + other, encoding="utf-8-sig")
    batch = opioid_treatment_programs.importer.read(file, source)
    assert batch.observed_at == date(2026, 1, 14)
    assert not batch.problems
    assert opioid_treatment_programs.importer.parse(batch.rows[2], batch, source).values["postal_code"] == "5401"


def test_a_certificate_says_nothing_of_sex_age_payment_or_beds_tonight() -> None:
    source = opioid_treatment_programs.importer.source
    batch = opioid_treatment_programs.importer.read(CERTIFICATES, source)
    said = opioid_treatment_programs.importer.parse(batch.rows[0], batch, source)
    assert {term.partition(".")[0] for term in said.yes} == {"licence", "moud", "treats", "care", "setting"}
    assert {term.partition(".")[0] for term in said.no} == {"setting"}


def test_a_list_without_certificates_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text("Program Name,Street,City,State,Zip,Phone\nExample,1 Example Road,Hartford,CT,06103,\n", encoding="utf-8")
    with pytest.raises(CannotUnderstand, match="the header lacks certification"):
        opioid_treatment_programs.importer.read(file, opioid_treatment_programs.importer.source)


# --- vetted listings whose license ends ----------------------------------------------------------------------------------


def of_oak(directory: Directory, folder: Path, ends: date, seen: date) -> None:
    """Import the example's register as of a day, with the last day of one license."""
    told = json.loads(CALIFORNIA.read_text(encoding="utf-8"))
    told["records"][0]["Lic_Expiration_Date"] = f"{ends.month}/{ends.day}/{ends.year}"
    file = folder / f"register-{seen}.json"
    file.write_text(json.dumps(told), encoding="utf-8")
    import_file(directory.database, california_dhcs.importer, file, Order("a test", datetime.now(UTC), observed_at=seen))


def test_a_register_that_shows_an_expired_license_takes_a_vetted_center_from_families_at_once(
    tmp_path: Path, template: Path
) -> None:
    today, oak = datetime.now(UTC).date(), "california_dhcs:340001DN"
    with sites.a_directory(tmp_path, template, []) as directory:
        of_oak(directory, tmp_path, today + timedelta(300), today - timedelta(9))
        sites.checked(directory, oak)
        client = sites.a_site(directory).test_client()
        assert "EXAMPLE OAK DETOX" in client.get("/centers/california").text.upper()
        of_oak(directory, tmp_path, today - timedelta(2), today - timedelta(1))
        assert "EXAMPLE OAK DETOX" not in client.get("/centers/california").text.upper()
