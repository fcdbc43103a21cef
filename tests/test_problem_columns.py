"""Whatever is wrong with a row, the report names the column, as the file itself calls it."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from directory.database import Database
from directory.normalize import FIELDS
from directory.problems import CannotUnderstand, Loudness, Problem
from importers import hsds, samhsa_locator
from importers.base import Importer
from importers.california_dhcs import importer as register
from importers.opioid_treatment_programs import importer as programs
from importers.pipeline import import_file
from importers.samhsa_national_directory import importer as national
from importers.samhsa_site_download import importer as download
from importers.spreadsheet import importer_of
from importers.spreadsheet_mapping import load
from tests.invented_list import ASH, ELM, OAK, ORDER, SOURCE, Bring, changed
from tests.test_spreadsheet import COUNTY, MAPPING
from tests.workbooks import HEADER, a_book, a_facility

HERE = Path(__file__).parent / "sources"


def problems(database: Database, importer: Importer, file: Path) -> list[Problem]:
    order = replace(ORDER, force_because="a test", observed_at=ORDER.now.date())
    return list(import_file(database, importer, file, order).problems)


def record_without_number(told: Any) -> None:
    told["records"][0]["Application_Number"] = ""


def odd_type(told: Any) -> None:
    told["rows"][0]["typeFacility" if "typeFacility" in told["rows"][0] else "type_facility"] = "XX"


def odd_address(told: Any) -> None:
    for address in told["contents"][0]["service_at_locations"][0]["location"]["addresses"]:
        address["postal_code"] = "nowhere"


@pytest.mark.parametrize(
    ("importer", "spoil", "where"),
    [
        (register, record_without_number, "record 1, column “Application_Number”"),
        (samhsa_locator.importer, odd_type, "row 1, column “typeFacility”"),
        (hsds.importer, odd_address, "service 1, column “address.postal_code”"),
    ],
    ids=["register", "locator", "hsds"],
)
def test_a_row_of_a_document_that_is_refused(
    sqlite_database: Database, tmp_path: Path, importer: Importer, spoil: Callable[[Any], None], where: str
) -> None:
    told = json.loads((HERE / importer.source.name / "example.json").read_bytes())
    spoil(told)
    (tmp_path / "spoilt.json").write_text(json.dumps(told), encoding="utf-8")
    lost = [one for one in problems(sqlite_database, importer, tmp_path / "spoilt.json") if one.loudness is Loudness.ROW]
    assert [one.where for one in lost][:1] == [f"spoilt.json, {where}"]


def test_a_code_that_the_workbooks_own_sheet_lacks(sqlite_database: Database, tmp_path: Path) -> None:
    book = a_book(tmp_path, [HEADER, a_facility(), a_facility(name1="Other House", service_code_info="SA XYZ")])
    with pytest.raises(CannotUnderstand) as refused:
        problems(sqlite_database, national, book)
    (problem,) = refused.value.problems
    assert "XYZ" in problem.found and "row 3, column “service_code_info”" in problem.found
    (left_out,) = [
        one
        for one in import_file(sqlite_database, national, book, replace(ORDER, skip_unknown=True)).problems
        if "XYZ" in one.what
    ]
    assert left_out.where == "book.xlsx, row 3, column “service_code_info”"


def test_a_flag_and_a_type_of_the_download(sqlite_database: Database, tmp_path: Path) -> None:
    lines = (HERE / "samhsa_site_download" / "example.csv").read_text(encoding="utf-8").splitlines()
    header = lines[0].split(",")
    kind, flag = header.index("type_facility"), header.index("type_facility") + 1
    cells = [line.split(",") for line in lines[1:] if '"' not in line]
    cells[0][kind], cells[1][flag] = "XX", "maybe"
    file = tmp_path / "FindTreament_Facility_listing_2025_08_19_101500.csv"
    file.write_text("\n".join([lines[0], *map(",".join, cells)]), encoding="utf-8")
    told = [one for one in problems(sqlite_database, download, file) if one.loudness is not Loudness.NOTICE]
    named = {one.where.partition(", column ")[2] for one in told}
    assert {"“type_facility”", f"“{header[flag].strip()}”"} <= named and "" not in named


@pytest.mark.parametrize(
    ("importer", "old", "new", "where"),
    [
        (programs, "Provisional", "Perhaps", "column “Certification”"),
        (register, "CO-ED", "ALIENS", "column “Target_Population”"),
    ],
    ids=["programs", "register"],
)
def test_a_phrase_of_a_register_that_nobody_knows(
    sqlite_database: Database, tmp_path: Path, importer: Importer, old: str, new: str, where: str
) -> None:
    (example,) = [one for one in (HERE / importer.source.name).glob("example.*") if one.suffix in (".csv", ".json")]
    text = example.read_text(encoding="latin-1")
    assert old in text
    (tmp_path / example.name).write_text(text.replace(old, new, 1), encoding="latin-1")
    with pytest.raises(CannotUnderstand) as refused:
        problems(sqlite_database, importer, tmp_path / example.name)
    assert new.casefold() in refused.value.problems[0].found.casefold() and where in refused.value.problems[0].found


def test_what_a_row_says_against_itself_names_the_columns_that_say_it(sqlite_database: Database, tmp_path: Path) -> None:
    mapping = f'{MAPPING}"Closed to men" = ["-sex.male"]\n[terms.Beds]\n"men" = ["sex.male"]\n"30" = []\n'
    (tmp_path / "county.toml").write_text(mapping.replace(', "Beds"]', "]"), encoding="utf-8")
    (tmp_path / "county.csv").write_text(COUNTY.replace("Men,12", "Closed to men,men"), encoding="utf-8")
    told = problems(sqlite_database, importer_of(load(tmp_path / "county.toml")), tmp_path / "county.csv")
    (odd,) = [one for one in told if "both affirms and denies" in one.what]
    assert odd.where == "county.csv, row 2, columns “Gender” and “Beds”"


def test_an_id_that_is_missing_names_its_columns(sqlite_database: Database, tmp_path: Path) -> None:
    mapping = MAPPING.replace(', "Beds"]', "]")
    (tmp_path / "county.toml").write_text(f'id = ["Beds"]\n{mapping}', encoding="utf-8")
    (tmp_path / "county.csv").write_text(COUNTY, encoding="utf-8")
    told = problems(sqlite_database, importer_of(load(tmp_path / "county.toml")), tmp_path / "county.csv")
    assert [one.where for one in told if "could not be understood" in one.what] == ["county.csv, row 4, column “Beds”"]


def test_rows_that_nothing_tells_apart_and_places_that_can_not_be_name_theirs(bring: Bring) -> None:
    others = changed(OAK, services="cash"), changed(OAK, services="bed cash")
    (unclear,) = [one for one in bring(OAK, *others, ELM).problems if one.loudness is Loudness.ROW]
    assert unclear.where.partition(", column ")[2] == "“name”"
    (nowhere,) = [one for one in bring(OAK, ELM, changed(ASH, zip="00001")).problems if "ZIP code is not" in one.what]
    assert nowhere.where == "list.csv, row 4, columns “state” and “zip”"


def test_a_row_that_its_parser_refuses_names_the_column(bring: Bring) -> None:
    (lost,) = [one for one in bring(OAK, changed(ELM, services="?"), ASH).problems if one.loudness is Loudness.ROW]
    assert (lost.where, lost.found) == ("list.csv, row 3, column “services”", "the services are a question")


@pytest.mark.parametrize("field", sorted({"organization", "city", "state_province", "postal_code", "phone"}))
def test_a_value_that_can_not_be_read_names_the_column(bring: Bring, field: str) -> None:
    column = {ours: theirs for theirs, ours in SOURCE.columns.items()}[field]
    bad = "" if FIELDS[field].required else "call us"
    told = [one for one in bring(OAK, changed(ELM, **{column: bad})).problems if one.loudness is not Loudness.NOTICE]
    assert [one.where for one in told] == [f"list.csv, row 3, column “{column}”"]
