"""Tables that centers and counties send, with the mappings that staff write for them, from the file to the directory."""

import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from click.testing import Result
from flask.testing import FlaskCliRunner

from directory import store
from directory.database import Database
from directory.normalize import FIELDS
from directory.problems import CannotUnderstand, Loudness, Problem
from directory.vocabulary import TERMS, SourceKind, is_term
from importers import bounds, commands, spreadsheet_suggestion
from importers.base import Batch, Meaning
from importers.fingerprint import mapping_digest
from importers.orders import SHOWN
from importers.pipeline import Order, Summary, import_file
from importers.spreadsheet import importer_of
from importers.spreadsheet_mapping import SheetMapping, load
from importers.spreadsheet_suggestion import Words, suggest
from seed_data.workbook import write_workbook
from tests import sites
from tests.invented_list import state
from tests.listing_files import LOCATE
from tests.workbooks import COLUMNS_IN_A_MAPPING

ROOT = Path(__file__).parent.parent
DAY = date(2026, 3, 1)
ORDER = Order("a test", datetime(2026, 3, 13, 20, 0, tzinfo=UTC))
HEADER = "Name,Address,City,State,ZIP,Phone,Website,Accepts Medicaid,Detox,Gender,Beds\n"
COUNTY = HEADER + (
    "Example House,100 Example Street,Columbus,OH,43215,614-555-0101,www.example.org,Yes,No,Men,12\n"
    "Sample Center,200 Sample Road,West Springfield,MA,1089,(413) 555-0102 x12,,Y,x,Co-ed,30\n"
    "Third Home,300 Third Avenue,Cincinnati,Ohio,45202.0,937.555.0103,http://,,,Women only,\n"
)
MAPPING = """
name = "franklin_county"
title = "Centers of Franklin County"
publisher = "Franklin County"
licence = "given to us"
kind = "web"
observed = "2026-03-01"
ignore = ["Address", "Phone", "Website", "Beds"]

[columns]
organization = "Name"
city = "City"
state_province = "State"
postal_code = "ZIP"

[yes_no]
"Accepts Medicaid" = ["payer.medicaid"]
"Detox" = ["care.withdrawal"]

[terms.Gender]
"men" = ["sex.male", "-sex.female"]
"Co-ed" = ["sex.male", "sex.female"]
"Women only" = ["sex.female", "-sex.male"]
"""


def written(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def mapped(folder: Path, text: str = MAPPING) -> SheetMapping:
    return load(written(folder, "county.toml", text))


def batch(folder: Path, table: str, text: str = MAPPING, skip_unknown: bool = False) -> Batch:
    made = importer_of(mapped(folder, text), skip_unknown)
    return made.read(written(folder, "county.csv", table), made.source)


def taken(database: Database, folder: Path, table: str = COUNTY, text: str = MAPPING) -> Summary:
    return import_file(database, importer_of(mapped(folder, text)), written(folder, "county.csv", table), ORDER)


def wrong(folder: Path, text: str) -> list[Problem]:
    with pytest.raises(CannotUnderstand) as error:
        mapped(folder, text)
    assert all(
        problem.loudness is Loudness.FILE and problem.where.startswith("county.toml") for problem in error.value.problems
    )
    return list(error.value.problems)


def refused(folder: Path, table: str, text: str = MAPPING) -> list[Problem]:
    with pytest.raises(CannotUnderstand) as error:
        batch(folder, table, text)
    return list(error.value.problems)


# --- a table into the directory --------------------------------------------------------------------------------------


def test_text_under_no_heading_is_told(database: Database, tmp_path: Path) -> None:
    moved = COUNTY.replace("Men,12", "Men, only,12")
    told = taken(database, tmp_path, moved, MAPPING.replace('"men" =', '"Men" ='))
    [problem] = [one for one in told.problems if "no heading" in one.what]
    assert (problem.where, problem.found) == ("county.csv", "1 row, first row 2: “12”") and told.new == 3


def test_a_table_is_imported_as_its_mapping_says(sqlite_database: Database, tmp_path: Path) -> None:
    summary = taken(sqlite_database, tmp_path)
    assert (summary.rows, summary.new, summary.refused, summary.problems) == (3, 3, 0, ())
    with sqlite_database.reading() as connection:
        listings = {one.organization: one for one in store.listings(connection, LOCATE)}
    house, center, home = (listings[name] for name in ("Example House", "Sample Center", "Third Home"))
    assert all(one.id.startswith("franklin_county:") for one in listings.values())
    assert (home.address.postal_code, home.address.state_province) == ("45202", "OH")
    assert center.address.postal_code == "01089"
    said = {term: str(house.answer(term)) for term in ("payer.medicaid", "care.withdrawal", "sex.male", "sex.female")}
    assert said == {"payer.medicaid": "yes", "care.withdrawal": "no", "sex.male": "yes", "sex.female": "no"}
    assert str(home.answer("payer.medicaid")) == "unknown"


def test_the_same_table_again_changes_nothing_and_another_mapping_is_another_reading(
    sqlite_database: Database, tmp_path: Path
) -> None:
    taken(sqlite_database, tmp_path)
    again = taken(sqlite_database, tmp_path)
    assert (again.new, again.changed, again.unchanged) == (0, 0, 3)
    changed = taken(sqlite_database, tmp_path, text=MAPPING.replace('["payer.medicaid"]', '["payer.medicaid", "payer.free"]'))
    assert (changed.new, changed.changed, changed.unchanged) == (0, 2, 1)


@pytest.mark.parametrize(
    "line",
    ['days = "day_first"', 'id = ["ZIP"]', "header = 1", 'encoding = "utf-8"', 'sheet = "List"'],
    ids=lambda line: line[:6],
)
def test_everything_in_a_mapping_decides_how_a_file_is_read(tmp_path: Path, line: str) -> None:
    assert mapping_digest(importer_of(mapped(tmp_path))) != mapping_digest(importer_of(mapped(tmp_path, f"{line}\n{MAPPING}")))


def test_a_workbook_is_read_like_a_csv_with_a_title_above_and_sheets_beside(tmp_path: Path) -> None:
    rows = [["Centers as of March"], [], *(line.split(",") for line in COUNTY.strip().split("\n"))]
    write_workbook(tmp_path / "county.xlsx", {"Notes": [["Read me"]], "Centers": rows}, DAY)
    made = importer_of(mapped(tmp_path, f'sheet = "Centers"\nheader = 3\n{MAPPING}'))
    found = made.read(tmp_path / "county.xlsx", made.source)
    assert [row.where for row in found.rows][:1] == ["county.xlsx, sheet “Centers”, row 4"]
    assert made.parse(found.rows[0], found, made.source).values["organization"] == "Example House"


def test_a_header_where_the_mapping_says_none_is_is_refused(tmp_path: Path) -> None:
    (problem,) = refused(tmp_path, "\n" + COUNTY, f"header = 1\n{MAPPING}")
    assert problem.what == "there is no header in row 1"


def test_ids_are_the_tables_own_where_it_has_them(tmp_path: Path) -> None:
    table = COUNTY.replace(",12\n", ",L-12\n").replace(",30\n", ",a b/30\n")
    made = importer_of(mapped(tmp_path, f'id = ["Beds"]\n{MAPPING}'))
    found = made.read(written(tmp_path, "county.csv", table), made.source)
    assert made.parse(found.rows[0], found, made.source).local_id == "L-12"
    assert len(made.parse(found.rows[1], found, made.source).local_id) == 12
    with pytest.raises(ValueError, match="the id is missing: nothing stands in beds"):
        made.parse(found.rows[2], found, made.source)


def test_cells_can_hold_several_phrases_and_every_row_the_same(tmp_path: Path) -> None:
    text = MAPPING.replace('"State"', '"Nowhere"').replace('state_province = "Nowhere"\n', "") + (
        '[terms.Services]\n"detox" = ["care.withdrawal"]\n"IOP" = ["setting.outpatient_intensive"]\n"Tea" = []\n'
        '[separators]\nServices = ";"\n[always]\nstate_province = "OH"\nterms = ["status.operating", "-only.veterans"]\n'
    )
    table = COUNTY.replace("Beds", "Services").replace(",12\n", ",Detox ;  iop; tea;\n").replace(",30\n", ",\n")
    made = importer_of(mapped(tmp_path, text))
    found = made.read(written(tmp_path, "county.csv", table), made.source)
    record = made.parse(found.rows[0], found, made.source)
    assert record.values["state_province"] == "OH"
    assert {"care.withdrawal", "setting.outpatient_intensive", "status.operating"} <= record.yes | {"care.withdrawal"}
    assert "only.veterans" in record.no


def test_columns_that_nobody_named_are_said(tmp_path: Path) -> None:
    (problem,) = batch(tmp_path, COUNTY, MAPPING.replace('"Website", "Beds"', '"Website"')).problems
    assert (problem.loudness, problem.found) == (Loudness.NOTICE, "beds")


def test_a_problem_names_the_column_as_the_file_writes_it(sqlite_database: Database, tmp_path: Path) -> None:
    table = (
        "Name,City,State,Zip  Code,Call Us,Lat,Long\nA House,Dayton,OH,nowhere,,,\nB House,Dayton,OH,45402,soon,-84.2,39.7\n"
    )
    mapping = MAPPING[: MAPPING.index("[yes_no]")].replace('"ZIP"', '"zip code"').replace(', "Beds"', "")
    mapping += 'phone = "CALL US"\nlatitude = "Lat"\nlongitude = "Long"\n'
    told = taken(sqlite_database, tmp_path, table, mapping).problems
    assert [(one.where, one.found) for one in told if one.loudness is not Loudness.NOTICE] == [
        ("county.csv, row 2, column “Zip Code”", "nowhere"),
        ("county.csv, row 3, columns “Lat” and “Long”", "-84.2, 39.7"),
        ("county.csv, row 3, column “Call Us”", "soon"),
    ]


def test_headings_that_stand_there_twice_matter_only_where_they_are_read(tmp_path: Path) -> None:
    assert len(batch(tmp_path, COUNTY.replace("Website", "Phone")).rows) == 3
    (problem,) = refused(tmp_path, COUNTY.replace("Website", "Name"), MAPPING.replace('"Website", ', ""))
    assert problem.what == "the header has name more than once"


# --- what does not fit -----------------------------------------------------------------------------------------------


def test_a_column_that_is_not_there_is_named_with_the_nearest(tmp_path: Path) -> None:
    (problem,) = refused(tmp_path, COUNTY.replace("Name", "Naem"))
    assert problem.what == "there is no column “name”, which the mapping names in [columns]"
    assert "Did you mean “naem”?" in problem.fix


def test_unknown_phrases_stop_with_their_list_or_are_left_out_and_counted(tmp_path: Path) -> None:
    table = COUNTY.replace("Men", "Everybody").replace(",Y,x,", ",Y,upstairs,")
    gender, detox = refused(tmp_path, table)
    assert gender.found == "“Everybody” (1×, first in row 2)"
    assert '[terms."gender"]' in gender.fix
    assert detox.found == "“upstairs” (1×, first in row 3)"
    assert "--skip-unknown" in detox.fix
    assert [problem.loudness for problem in batch(tmp_path, table, skip_unknown=True).problems] == [Loudness.NOTICE] * 2


def test_more_different_unknown_phrases_than_anybody_reads_refuse_the_table_also_where_they_are_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = COUNTY.replace("Men", "Everybody").replace(",Y,x,", ",Y,upstairs,")
    monkeypatch.setattr(bounds, "MOST_PROBLEMS", 0)
    with pytest.raises(CannotUnderstand, match="column “gender”: more is wrong with the file than can be told"):
        batch(tmp_path, table, skip_unknown=True)


@pytest.mark.parametrize("days, order, expires", [
    (("03/04/2026", "12/31/2026"), "", ("2026-03-04", "2026-12-31")),
    (("03/04/2026", "31/12/2026"), "", ("03/04/2026", "2026-12-31")),
    (("03/04/2026", "31/12/2026"), 'days = "day_first"\n', ("2026-04-03", "2026-12-31")),
    (("46350", "November 24, 2026"), "", ("2026-11-24", "2026-11-24")),
])  # fmt: skip
def test_days_are_read_in_the_order_of_their_column(
    tmp_path: Path, days: tuple[str, str], order: str, expires: tuple[str, str]
) -> None:
    text = order + MAPPING.replace('city = "City"', 'city = "City"\nlicence_expires = "Beds"').replace(', "Beds"]', "]")
    first, second = (f'"{day}"' for day in days)
    made = importer_of(mapped(tmp_path, text))
    table = COUNTY.replace(",12\n", f",{first}\n").replace(",30\n", f",{second}\n")
    found = made.read(written(tmp_path, "county.csv", table), made.source)
    records = [made.parse(row, found, made.source) for row in found.rows]
    assert tuple(record.values["licence_expires"] for record in records[:2]) == expires
    assert bool(found.problems) == ("03/04/2026" in expires)


def test_beside_a_phrase_that_was_left_out_nothing_is_denied(tmp_path: Path) -> None:
    text = MAPPING.replace("[columns]", '[separators]\nGender = "/"\n\n[columns]')
    made = importer_of(mapped(tmp_path, text), skip_unknown=True)
    found = made.read(written(tmp_path, "county.csv", COUNTY.replace(",Men,", ",Men/Wmn,")), made.source)
    said = [made.parse(row, found, made.source) for row in found.rows]
    assert "sex.male" in said[0].yes and "sex.female" not in said[0].yes | said[0].no
    assert "sex.male" in said[2].no, "where all of the cell is understood, what it denies is denied"


def test_each_row_can_have_a_day_of_its_own(sqlite_database: Database, tmp_path: Path) -> None:
    text = MAPPING.replace('"2026-03-01"', '"Beds"').replace(', "Beds"]', "]")
    table = COUNTY.replace(",12\n", ",2/20/2026\n").replace(",30\n", ",12/31/2025\n")
    summary = taken(sqlite_database, tmp_path, table, text)
    assert summary.new == 3
    with sqlite_database.reading() as connection:
        said = [one.said[0].statement for one in store.recorded(connection, store.ids(connection))]
    days = {one.values["organization"]: one.provenance.observed_at for one in said}
    assert days["Example House"] == date(2026, 2, 20)
    assert days["Sample Center"] == date(2025, 12, 31)


REGISTER = f"""
name = "register"
title = "Register"
publisher = "Franklin County"
kind = "web"
observed = "2026-03-01"
id = "License"
ignore = ["License"]
{COLUMNS_IN_A_MAPPING}"""
PINE, OAK = ("Example Pine House", "1 Pine Street", "614-555-0101"), ("Example Oak House", "2 Oak Street", "614-555-0102")


def register(*houses: tuple[str, str, str]) -> str:
    rows = (f"L-1,{name},{street},Columbus,OH,43215,{phone}" for name, street, phone in houses)
    return "\n".join(("License,Name,Street,City,State,ZIP,Phone", *rows, ""))


def test_what_was_said_of_a_center_does_not_pass_to_another_of_its_id(sqlite_database: Database, tmp_path: Path) -> None:
    first = taken(sqlite_database, tmp_path, register(PINE, OAK), REGISTER)
    (told,) = (one for one in first.problems if one.what.startswith("the row has the id of another"))
    assert first.new == 2 and told.found == "L-1, as county.csv, row 2" and "Ask the sender" in told.fix
    before = state(sqlite_database)
    moved = (PINE[0], "99 Pine Street", "614-555-0199")
    for newer in (register(moved, OAK), register(OAK)):
        with pytest.raises(CannotUnderstand, match="several rows have one id, and which of them is the center of before"):
            taken(sqlite_database, tmp_path, newer, REGISTER)
        assert state(sqlite_database) == before
    assert taken(sqlite_database, tmp_path, register((PINE[0], "99 Pine Street", PINE[2]), OAK), REGISTER).changed == 1


MISTAKES = {
    "an unknown key": ('colums = 1\n', "county.toml, colums", "Did you mean “columns”?"),
    "no name": ('name = ""\n', "county.toml, name", "franklin_county"),
    "a name that is none": ('name = "Franklin County"\n', "county.toml, name", "franklin_county"),
    "a name that is taken": ('name = "listings"\n', "county.toml, name", "franklin_county"),
    "a kind that is none": ('kind = "licensing_registri"\n', "county.toml, kind", "Did you mean “licensing_registry”?"),
    "our own calls": ('kind = "staff_call"\n', "county.toml, kind", "Possible are: provider_attestation"),
    "a number that is none": ('at_least = "ten"\n', "county.toml, at_least", "Enter a number"),
    "an order that is none": ('days = "daymonth"\n', "county.toml, days", "Possible are: month_first, day_first"),
    "an unknown encoding": ('encoding = "ebcdic"\n', "county.toml, encoding", "utf-8"),
    "the name of the demo's calls": ('name = "demo_calls"\n', "county.toml, name", "franklin_county"),
    "a day that is none": ('observed = "2026-13-20"\n', "county.toml, observed", "Enter a day as 2026-11-24"),
    "a day with its time": ("observed = 2026-11-20T08:00:00\n", "county.toml, observed", "Enter a day as 2026-11-24"),
    "more at least than at most": ("at_most = 1\nat_least = 2\n", "county.toml, at_most", "Enter a number from 2"),
    "an id that is none": ("id = 7\n", "county.toml, id", "Write it as"),
}  # fmt: skip


@pytest.mark.parametrize("line, where, fix", MISTAKES.values(), ids=list(MISTAKES))
def test_a_mistake_in_a_mapping_is_said_with_what_is_possible(tmp_path: Path, line: str, where: str, fix: str) -> None:
    key = line.partition(" ")[0]
    kept = "".join(one for one in MAPPING.splitlines(keepends=True) if not one.startswith(f"{key} ="))
    (problem,) = wrong(tmp_path, line + kept)
    assert problem.where == where
    assert fix in problem.fix


@pytest.mark.parametrize(
    "old, new, where, fix",
    [
        ("organization =", "organisation =", "county.toml, [columns] organisation", "Did you mean “organization”?"),
        ('city = "City"', "city = 7", "county.toml, [columns] city", "the column's header"),
        ('city = "City"', 'city = "name"', "county.toml, [columns] city", "Name each column once"),
        ('city = "City"\n', "", "county.toml, [columns]", "[always]"),
        ('["payer.medicaid"]', '["payer.medicade"]', "county.toml, [yes_no] Accepts Medicaid", "payer.medicaid"),
        ('["payer.medicaid"]', '["-payer.medicaid"]', "county.toml, [yes_no] Accepts Medicaid", "Leave out"),
        ('"men" = ["sex.male", "-sex.female"]', '"men" = ["-sex.femal"]', "county.toml, [terms.“Gender”] men", "sex.female"),
        ('"Co-ed" =', '"MEN" =', "county.toml, [terms.“Gender”] MEN", "Leave one"),
        ("[terms.Gender]", '[separators]\nSex = ";"\n[terms.Gender]', "county.toml, [separators] Sex", "Possible are: gender"),
        ("[yes_no]", '[always]\nstate = "OH"\n[yes_no]', "county.toml, [always] state", "state_province"),
        ("[yes_no]", '[always]\nphone = "call us"\n[yes_no]', "county.toml, [always] phone", "614-555-0101"),
        ("[yes_no]", '[always]\ncity = "Dayton"\n[yes_no]', "county.toml, [always] city", "Leave one"),
        ("[terms.Gender]", "[terms]\nSex = 3\n[terms.Gender]", "county.toml, [terms] Sex", '[terms."Sex"]'),
        ("[columns]", "[columns", "county.toml", "quotation marks"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_table_of_the_mapping_is_said_where_it_stands(
    tmp_path: Path, old: str, new: str, where: str, fix: str
) -> None:
    assert old in MAPPING
    (problem,) = wrong(tmp_path, MAPPING.replace(old, new))
    assert problem.where == where
    assert fix in problem.fix


def test_all_mistakes_are_said_at_once(tmp_path: Path) -> None:
    assert (
        len(wrong(tmp_path, MAPPING.replace("kind =", "kindd =").replace("city =", "town =").replace("sex.male", "sex.man")))
        == 6
    )


def test_the_example_in_the_guide_is_a_mapping(tmp_path: Path) -> None:
    guide = (ROOT / "docs" / "spreadsheets.md").read_text(encoding="utf-8")
    mapping = mapped(tmp_path, guide.partition("```toml\n")[2].partition("```")[0])
    assert mapping.ids == ("license no",)
    assert mapping.phrases["services: yoga"] == Meaning()
    assert mapping.phrases["services: adults only"].no == {"age.child"}


# --- a proposed mapping ----------------------------------------------------------------------------------------------


def test_a_proposed_mapping_works_unedited(sqlite_database: Database, tmp_path: Path) -> None:
    file = written(tmp_path, "Franklin County 2026.csv", COUNTY)
    mapping = mapped(tmp_path, suggest(file, DAY).text)
    assert (mapping.name, mapping.kind, mapping.observed) == ("franklin_county_2026", SourceKind.WEB, "2026-03-01")
    summary = import_file(sqlite_database, importer_of(mapping), file, ORDER)
    assert (summary.new, summary.refused, summary.problems) == (3, 0, ())
    with sqlite_database.reading() as connection:
        listings = {one.organization: one for one in store.listings(connection, LOCATE)}
    house = listings["Example House"]
    assert {str(house.answer(term)) for term in ("payer.medicaid", "sex.male")} == {"yes"}
    assert {str(house.answer(term)) for term in ("care.withdrawal", "sex.female")} == {"no"}


def test_proposed_coordinates_are_checked_on_import(sqlite_database: Database, tmp_path: Path) -> None:
    table = "Name,City,State,ZIP,Latitude,Longitude\nA House,Columbus,OH,43215,39.96,-83.00\n"
    table += "B House,Columbus,OH,43215,-83.00,39.96\nC House,Columbus,OH,43215,0,0\nD House,Columbus,OH,43215,35.0,-120.0\n"
    text = suggest(written(tmp_path, "county.csv", table), DAY).text
    told = [problem.what for problem in taken(sqlite_database, tmp_path, table, text).problems]
    assert ["swapped" in told[0], "far from the ZIP code" in told[1]] == [True, True] and len(told) == 2
    all_swapped = "Name,City,State,ZIP,Lat,Lng\nA House,Columbus,OH,43215,-120.5,39.96\n"
    columns = mapped(tmp_path, suggest(written(tmp_path, "county.csv", all_swapped), DAY).text).columns
    assert (columns["lat"], columns["lng"]) == ("latitude", "longitude")


def test_what_was_not_understood_stands_in_a_comment_and_is_not_taken(tmp_path: Path) -> None:
    table = COUNTY.replace("Beds", "Colour of the door").replace("Men", "Sailors")
    text = suggest(written(tmp_path, "county.csv", table), DAY).text
    assert '"Colour of the door",  # not understood' in text
    assert '"Sailors" = []  # not understood' in text
    assert len(batch(tmp_path, table, text).rows) == 3


def test_a_proposed_mapping_finds_the_header_the_days_and_the_ids(tmp_path: Path) -> None:
    table = (
        "Treatment list,,,,,,\nkept by the county,,,,,,\nFacility ID,Facility Name,Town,ST,Zip Code,Last Updated,Services\n"
        "7,Example House,Columbus,OH,43215,2/3/2026,Detox; Residential; Tea\n8,B,Dayton,OH,45402,2/20/2026,Outpatient\n"
    )
    mapping = mapped(tmp_path, suggest(written(tmp_path, "1.csv", table), DAY).text)
    assert (mapping.name, mapping.header, mapping.ids, mapping.observed) == ("sheet_1", 3, ("facility id",), "last updated")
    assert mapping.separators == {"services": ";"}
    assert len(batch(tmp_path, table, suggest(tmp_path / "1.csv", DAY).text).rows) == 2


def test_a_table_without_what_every_listing_needs_says_so(tmp_path: Path) -> None:
    found = suggest(written(tmp_path, "county.csv", COUNTY.replace("City", "Where").replace("ZIP", "Number")), DAY)
    assert "# still needed: city, postal_code" in found.text and found.lacking == ("city", "postal_code")


def test_a_program_is_the_name_where_no_other_column_is(tmp_path: Path) -> None:
    found = suggest(written(tmp_path, "county.csv", COUNTY.replace("Name,", "Program,")), DAY)
    assert 'organization = "Program"' in found.text and found.lacking == ()
    both = suggest(written(tmp_path, "county.csv", COUNTY.replace("Website", "Program")), DAY)
    assert 'organization = "Name"' in both.text and 'program = "Program"' in both.text


def test_the_words_of_suggestions_name_fields_and_terms_that_exist() -> None:
    words = Words.load()
    assert {*words.fields.values()} <= {*FIELDS}
    terms = [term for known in (words.yes_no, *words.spoken.values()) for said in known.values() for term in said]
    assert all(is_term(term.removeprefix("-")) for term in terms) and "payer.medicaid" in TERMS
    named = (words.fields, words.observed, words.ids, words.yes_no, words.left_out, words.spoken)
    assert all(spreadsheet_suggestion.plain(word) == word for listed in named for word in listed)


# --- the command -----------------------------------------------------------------------------------------------------


@pytest.fixture
def terminal(tmp_path: Path, template: Path) -> Iterator[FlaskCliRunner]:
    """The program's commands over an empty directory."""
    with sites.a_directory(tmp_path, template, []) as directory:
        app = sites.a_site(directory)
        commands.register(app)
        with app.app_context():
            yield app.test_cli_runner()


def told(terminal: FlaskCliRunner, *words: str) -> Result:
    return terminal.invoke(args=["import", "spreadsheet", *words])


@pytest.mark.skipif(sys.platform == "win32", reason="a queue that is a file is not made there")
def test_what_is_no_file_is_not_waited_for(tmp_path: Path, terminal: FlaskCliRunner) -> None:
    queue, file = tmp_path / "queue", written(tmp_path, "county.csv", COUNTY)
    os.mkfifo(queue)
    asked = told(terminal, str(file), "--mapping", str(queue), "--json")
    (problem,) = json.loads(asked.stdout)["problems"]
    assert (
        asked.exit_code == 1
        and problem["where"] == str(queue)
        and "the mapping can't be read: it is neither" in problem["what"]
    )
    assert "it is neither a file nor a folder" in told(terminal, str(queue), "--suggest-mapping").stderr


def test_a_refusal_is_json_where_json_is_asked_for(tmp_path: Path, terminal: FlaskCliRunner) -> None:
    file = written(tmp_path, "county.csv", COUNTY)
    asked = told(terminal, str(file), "--mapping", str(tmp_path / "nowhere.toml"), "--json")
    assert asked.exit_code == 1 and json.loads(asked.stdout)["problems"][0]["where"].endswith("nowhere.toml")


def test_a_document_is_no_table_also_for_a_mapping(tmp_path: Path, terminal: FlaskCliRunner) -> None:
    mapping = written(tmp_path, "county.toml", MAPPING)
    example = Path(__file__).parent / "sources" / "hsds" / "example.json"
    said = told(terminal, str(example), "--mapping", str(mapping)).stderr
    assert "the file is another publisher's" in said and "Import it as hsds" in said and "a JSON document and no table" in said


def test_the_command_suggests_a_mapping_in_a_process_of_its_own(tmp_path: Path) -> None:
    file = str(written(tmp_path, "county.csv", COUNTY))
    command = [sys.executable, "-m", "flask", "--app", "app", "import", "spreadsheet", file, "--suggest-mapping"]
    environment = os.environ | {"INSTANCE": str(tmp_path / "instance")}
    suggested = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment, check=True).stdout
    assert tomllib.loads(suggested)["columns"]["organization"] == "Name"


def test_the_command_imports(tmp_path: Path, terminal: FlaskCliRunner) -> None:
    file = written(tmp_path, "county.csv", COUNTY)
    mapping = written(tmp_path, "county.toml", MAPPING)
    done = told(terminal, str(file), "--mapping", str(mapping), "--dry-run", "--json")
    assert done.exit_code == 0
    assert json.loads(done.stdout)["new"] == 3
    many = COUNTY + "".join(f"House {number},,Dayton,OH,45402,,,,,,\n" for number in range(SHOWN))
    named = told(terminal, str(written(tmp_path, "many.csv", many)), "--mapping", str(mapping), "--dry-run", "--json")
    assert len(json.loads(named.stdout)["changes"]) == SHOWN + 3
    for words, expected in (
        ((str(file),), "--suggest-mapping prints one"),
        ((str(file), "--mapping", "nowhere.toml"), "the mapping can't be read"),
        ((str(tmp_path / "no.csv"), "--suggest-mapping"), "the file can't be read"),
        ((str(mapping), "--mapping", str(file)), "the mapping is not TOML"),
    ):
        failed = told(terminal, *words)
        assert failed.exit_code in (1, 2) and isinstance(failed.exception, SystemExit)
        assert expected in failed.stderr
        assert "Traceback" not in failed.stderr


def test_the_list_of_sources_names_what_needs_no_publisher(terminal: FlaskCliRunner) -> None:
    listed = terminal.invoke(args=["sources"]).stdout
    told = {paragraph.partition("\n")[0]: paragraph for paragraph in listed.split("\n\n")}
    assert "  File: an .xlsx workbook or a CSV file" in told["spreadsheet"]
    assert "  File: a file of listings, JSON Lines" in told["listings"]
