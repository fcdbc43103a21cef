"""Rows as spreadsheets deliver them: each bad one costs itself alone, and every good value arrives as it was meant."""

from pathlib import Path

import pytest

from directory.problems import Loudness, Problem
from importers.readers import read_workbook, table
from importers.samhsa_national_directory import COLUMNS, importer
from seed_data.workbook import Cell, write_workbook
from tests.workbooks import DAY, FIRST_SHEET, GOOD, HEADER, SOURCE, a_book, a_facility, made_of, spoiled


def test_an_unknown_code_costs_neither_its_row_nor_what_the_others_say(tmp_path: Path) -> None:
    batch = importer.read(a_book(tmp_path, [HEADER, a_facility(service_code_info="SA * QQ RES"), a_facility()]), SOURCE)
    for row in batch.rows:
        assert importer.parse(row, batch, SOURCE).yes >= {"care.substance_use", "setting.residential"}
    assert list(batch.rows[0].unknown) == ["the code QQ, which is not in the workbook's own sheet of codes"]
    assert not batch.rows[1].unknown


@pytest.mark.parametrize(
    "column, found, what",
    [
        ("name1", "", "the name is missing; the row was left out"),
        ("zip", "", "the ZIP code is missing; the row was left out"),
        ("zip", "Ohio", "the ZIP code could not be read; the row was left out"),
        ("state", "", "the State is missing; the row was left out"),
        ("state", "ZZ", "the State could not be read; the row was left out"),
        ("city", " ", "the city is missing; the row was left out"),
    ],
)
def test_a_row_without_what_it_needs_is_a_problem_and_no_statement(tmp_path: Path, column: str, found: str, what: str) -> None:
    _, [(statement, [problem])] = made_of(a_book(tmp_path, [HEADER, a_facility(**{column: found})]))
    assert statement is None
    assert problem == Problem(Loudness.ROW, "book.xlsx, row 2", what, found.strip(), problem.fix)
    assert problem.fix.startswith("Enter ")


@pytest.mark.parametrize("written", ["5401", 5401, 5401.0, "05401", "05401-1234", " 05401 "])
def test_a_zip_keeps_or_gets_back_its_leading_zero(tmp_path: Path, written: Cell) -> None:
    _, [(statement, problems)] = made_of(a_book(tmp_path, [HEADER, a_facility(zip=written, state="VT")]))
    assert statement is not None
    assert statement.values["postal_code"] == "05401"
    assert not problems


@pytest.mark.parametrize("street", ["- - -", "---", " - - - "])
def test_a_withheld_street_withholds_its_second_line_too(tmp_path: Path, street: str) -> None:
    _, [(statement, _)] = made_of(a_book(tmp_path, [HEADER, a_facility(street1=street, street2="Behind 5 Example Road")]))
    assert statement is not None
    assert statement.values["confidential"] is True
    assert not statement.values.keys() & {"address_1", "address_2"}


def test_a_number_in_a_number_cell_is_read_as_it_would_be_as_text(tmp_path: Path) -> None:
    _, [(statement, _)] = made_of(a_book(tmp_path, [HEADER, a_facility(phone=6145550101)]))
    assert statement is not None
    assert statement.values["phone"] == "6145550101"


@pytest.mark.parametrize("column", ["name1", "street1", "city", "phone", "zip", "service_code_info"])
def test_control_characters_do_not_get_in(tmp_path: Path, column: str) -> None:
    file = a_book(tmp_path, [HEADER, a_facility(**{column: f"\x00{GOOD[column]}\x00\x1b"})])
    _, [(statement, problems)] = made_of(file)
    _, [(plain, _)] = made_of(a_book(tmp_path))
    assert not problems
    assert statement is not None
    assert plain is not None
    assert (statement.values, statement.yes) == (plain.values, plain.yes)


def test_control_characters_are_not_shown_back(tmp_path: Path) -> None:
    file = a_book(tmp_path, [HEADER, a_facility(phone="call\x00the\x1b[31moffice")])
    _, [(_, [problem])] = made_of(file)
    assert problem.found == "call the [31moffice"


def test_raw_nul_bytes_in_the_sheet_do_not_get_in(tmp_path: Path) -> None:
    _, [(statement, _)] = made_of(spoiled(tmp_path, FIRST_SHEET, "Example House", "Example\0House"))
    assert statement is not None
    assert statement.values["organization"] == "Example House"


def test_headings_and_sheets_are_known_in_any_capitals(tmp_path: Path) -> None:
    header: list[Cell] = [f" {column.upper()} " for column in COLUMNS]
    file = a_book(tmp_path, [header, a_facility()], names=("FACILITIES LIST ", "service code reference"))
    assert [row.take("name1") for row in importer.read(file, SOURCE).rows] == ["Example House"]


def test_row_numbers_are_the_files_own_when_the_table_stands_lower_and_further_right(tmp_path: Path) -> None:
    rows: list[list[Cell]] = [[], [], HEADER, [], a_facility(), [], [], a_facility()]
    batch = importer.read(a_book(tmp_path, [["", "", *row] if row else [] for row in rows]), SOURCE)
    assert [(row.number, row.where) for row in batch.rows] == [(5, "book.xlsx, row 5"), (8, "book.xlsx, row 8")]
    assert importer.parse(batch.rows[0], batch, SOURCE).values["organization"] == "Example House"


def test_a_row_may_be_shorter_or_longer_than_the_header() -> None:
    short, longer, padded = table("f", [["A", "B"], ["1"], ["1", "2", "lost"], ["1", "2", " "]], ("a", "b"))
    assert (short.take("a"), short.take("b"), short.left) == ("1", "", ())
    assert (longer.take("a"), longer.take("b"), longer.left) == ("1", "2", ("",))
    assert padded.left == ("a", "b") and (padded.beside, longer.beside) == ("", "lost")


def test_a_workbook_is_read_whole_with_its_edges(tmp_path: Path) -> None:
    write_workbook(tmp_path / "book.xlsx", {'A & "B" <é>': [[" a ", "", "é\nb"], [0, 1.5, "=1+1"]]}, DAY)
    book = read_workbook(tmp_path / "book.xlsx")
    assert book.sheets == {'A & "B" <é>': [[" a ", "", "é b"], ["0", "1.5", "=1+1"]]}
    assert book.modified == DAY
