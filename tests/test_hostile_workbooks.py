"""Workbooks that are broken, foreign or hostile: each is refused in words that a person can act on, and costs little."""

import io
import time
import zipfile
from pathlib import Path

import pytest

from directory.problems import CannotUnderstand, Loudness, Problem
from importers import bounds, readers
from importers.contents import LARGEST_FILE
from importers.readers import read_workbook
from importers.samhsa_national_directory import COLUMNS, importer
from seed_data.workbook import parts, write_parts
from tests.workbooks import (
    CODES,
    DAY,
    END,
    FIRST_SHEET,
    HEADER,
    NAMES,
    SOURCE,
    a_book,
    a_facility,
    good_parts,
    made_of,
    spoiled,
)


def refused(file: Path) -> Problem:
    """The one problem for which the file is refused; it says where, what and how to mend it, to a person."""
    with pytest.raises(CannotUnderstand) as error:
        importer.read(file, SOURCE)
    (problem,) = error.value.problems
    assert problem.loudness is Loudness.FILE
    assert problem.where.startswith(file.name)
    assert problem.what
    assert problem.fix
    assert "Traceback" not in str(problem)
    assert 'File "' not in str(problem)
    return problem


def test_a_good_workbook_is_read(tmp_path: Path) -> None:
    batch, [(statement, problems)] = made_of(a_book(tmp_path))
    assert batch.observed_at == DAY
    assert statement is not None
    assert statement.values["organization"] == "Example House"
    assert not problems


@pytest.mark.parametrize(
    "content, what, found",
    [
        (b"", "the file is empty", "0 bytes"),
        (b"\0" * 99, "the file is empty", "99 bytes"),
        (b"name1,name2\nExample House,\n", "the file is not an .xlsx workbook", "this is text"),
        (b"%PDF-1.7\n%\xe2\xe3\n1 0 obj\n", "the file holds no table that can be read", "this is a PDF"),
        (b"\n <!DOCTYPE html><title>Sign in", "the file holds no table that can be read", "this is a web page"),
        (b"<?xml version='1.0'?><x/>", "the file holds no table that can be read", "this is an XML document"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "the file holds no table that can be read", "this is an old .xls"),
        (b"PK\x03\x04" + b"\0" * 400, "the file is damaged or cut short", "a ZIP without its end"),
    ],
    ids=["empty", "zeros", "a CSV", "a PDF", "a web page", "XML", "an old workbook", "a cut zip"],
)
def test_what_is_no_workbook_is_refused(tmp_path: Path, content: bytes, what: str, found: str) -> None:
    file = tmp_path / "book.xlsx"
    file.write_bytes(content)
    problem = refused(file)
    assert problem.what == what
    assert problem.found.startswith(found)


@pytest.mark.parametrize(
    "part, found",
    [
        ("letter.txt", "this is a ZIP archive that holds letter.txt"),
        ("word/document.xml", "this is a Word document"),
        ("content.xml", "this is an OpenDocument file (.ods)"),
        ("xl/workbook.bin", "this is a binary workbook (.xlsb)"),
    ],
)
def test_a_zip_of_something_else_is_refused(tmp_path: Path, part: str, found: str) -> None:
    write_parts(tmp_path / "book.xlsx", {part: "Dear reader"})
    assert refused(tmp_path / "book.xlsx").found == found


def test_a_file_that_is_too_large_is_not_even_opened(tmp_path: Path) -> None:
    file = tmp_path / "book.xlsx"
    with file.open("wb") as large:
        large.truncate(LARGEST_FILE + 1)
    assert refused(file).what == "the file is too large"


@pytest.mark.parametrize(
    "part, old, new",
    [
        (FIRST_SHEET, END, "</sheet"),
        (FIRST_SHEET, 'r="A2"', 'r="2A"'),
        (FIRST_SHEET, END, '<row r="9"><c r="A9" t="s"><v>77</v></c></row>' + END),
        ("xl/workbook.xml", "<sheets>", "<sheets><sheet/>"),
        ("xl/_rels/workbook.xml.rels", "sheet1.xml", "sheet9.xml"),
    ],
    ids=["cut short", "impossible cell name", "unknown shared text", "sheet without a name", "sheet that is not there"],
)
def test_a_damaged_workbook_is_refused(tmp_path: Path, part: str, old: str, new: str) -> None:
    assert refused(spoiled(tmp_path, part, old, new)).what == "the file is not a workbook that can be read"


@pytest.mark.parametrize("names, missing", [(("Sheet1", NAMES[1]), NAMES[0]), ((NAMES[0], "Sheet1"), NAMES[1])])
def test_a_missing_sheet_is_named_with_the_sheets_that_are_there(tmp_path: Path, names: tuple[str, str], missing: str) -> None:
    problem = refused(a_book(tmp_path, names=names))
    assert problem.what == f"the sheet “{missing}” is missing"
    assert "“Sheet1”" in problem.found


@pytest.mark.parametrize("column", COLUMNS)
def test_a_missing_column_is_named(tmp_path: Path, column: str) -> None:
    left = [name for name in COLUMNS if name != column]
    problem = refused(a_book(tmp_path, [list(left), ["x" for _ in left]]))
    assert problem.what == f"the header lacks {column}"
    assert left[0] in problem.found


def test_a_column_that_stands_there_twice_is_named(tmp_path: Path) -> None:
    assert refused(a_book(tmp_path, [[*HEADER, "Phone "], a_facility()])).what == "the header has phone more than once"


def test_a_column_that_nobody_knows_is_named(tmp_path: Path) -> None:
    problem = refused(a_book(tmp_path, [[*HEADER, "Beds"], [*a_facility(), "4"]]))
    assert problem.what == "the header has columns that nobody knows: beds"
    assert "importers/samhsa_national_directory.py" in problem.fix


def test_an_empty_sheet_of_facilities_is_refused(tmp_path: Path) -> None:
    assert refused(a_book(tmp_path, [])).found == "an empty sheet"


def test_a_sheet_of_codes_without_codes_is_refused(tmp_path: Path) -> None:
    assert refused(a_book(tmp_path, codes=CODES[:1])).what == "the sheet names no codes"


def test_a_sheet_of_codes_without_names_is_refused(tmp_path: Path) -> None:
    assert refused(a_book(tmp_path, codes=[row[:3] for row in CODES])).what == "the header lacks service_name"


def test_a_code_that_stands_for_two_things_is_refused(tmp_path: Path) -> None:
    problem = refused(a_book(tmp_path, codes=[*CODES, ["PAY", "Payment", "SA", "Medicaid", ""]]))
    assert problem.what == "the code SA stands for two things"
    assert problem.found == "Medicaid"


@pytest.mark.parametrize("place", ["XFD1048576", "XFD1", "A1048576", "ZZZZ99999999"])
def test_a_cell_at_the_end_of_the_world_is_refused(tmp_path: Path, place: str) -> None:
    number = place.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    far = f'<row r="{number}"><c r="{place}"><v>1</v></c></row>'
    began = time.monotonic()
    problem = refused(spoiled(tmp_path, FIRST_SHEET, END, far + END))
    assert time.monotonic() - began < 20
    assert "columns" in problem.found or "memory" in problem.what


def test_a_zip_bomb_costs_little_and_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "book.xlsx"
    before, after = parts({"Facilities List": [["MARK"]]}, DAY)[FIRST_SHEET].split("MARK")
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as book:
        for name, content in parts({"Facilities List": [["MARK"]]}, DAY).items():
            book.writestr(name, before + "0" * (50 << 20) + after if name == FIRST_SHEET else content)
    assert file.stat().st_size < 1 << 20
    began = time.monotonic()
    problem = refused(file)
    assert time.monotonic() - began < 20
    assert problem.found == "a cell holds 52428800 characters, more than 32767"


def test_a_small_workbook_that_prints_without_end_is_refused(tmp_path: Path) -> None:
    told = parts({"Facilities List": [["MARK"]]}, DAY)
    text = "0" * 32_000
    sheet = io.StringIO()
    for number in range(1, 6_001):
        sheet.write(f'<row r="{number}"><c r="A{number}" t="inlineStr"><is><t>{text}</t></is></c></row>')
    told[FIRST_SHEET] = told[FIRST_SHEET].split("<row")[0] + sheet.getvalue() + END + "</worksheet>"
    with zipfile.ZipFile(tmp_path / "book.xlsx", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as book:
        for name, content in told.items():
            book.writestr(name, content)
    assert refused(tmp_path / "book.xlsx").found == "the workbook holds more than 96 million characters"


def test_a_day_that_no_calendar_has_is_no_day(tmp_path: Path) -> None:
    file = spoiled(tmp_path, "docProps/core.xml", DAY.isoformat(), "2023-99-99")
    assert importer.read(file, SOURCE).observed_at is None


def test_a_workbook_that_does_not_say_its_day_has_none(tmp_path: Path) -> None:
    told = good_parts()
    del told["docProps/core.xml"]
    write_parts(tmp_path / "book.xlsx", told)
    assert importer.read(tmp_path / "book.xlsx", SOURCE).observed_at is None


def with_cells(folder: Path, cells: str, after: str = "") -> Path:
    """A good workbook with one more row, and what may follow the rows."""
    return spoiled(folder, FIRST_SHEET, END, f'<row r="9">{cells}</row>{END}{after}')


def test_a_formula_is_read_as_the_value_that_was_calculated(tmp_path: Path) -> None:
    book = read_workbook(with_cells(tmp_path, '<c r="A9" t="str"><f>UPPER("house")</f><v>HOUSE</v></c>'))
    assert book.sheets[NAMES[0]][8][0] == "HOUSE"
    assert not book.problems


@pytest.mark.parametrize("value", ["", "<v/>", "<v></v>"])
def test_a_formula_that_was_never_calculated_is_said_with_its_cell(tmp_path: Path, value: str) -> None:
    (problem,) = read_workbook(with_cells(tmp_path, f'<c r="A9" s="1"><f>1+1</f>{value}</c><c r="B9"><v>1</v></c>')).problems
    assert problem.loudness is Loudness.NOTICE
    assert problem.where == "book.xlsx, sheet “Facilities List”"
    assert problem.found == "A9"


def test_many_formulas_are_counted(tmp_path: Path) -> None:
    cells = "".join(f'<c r="{column}9"><f>1+1</f></c>' for column in "ABCDEFGH")
    (problem,) = read_workbook(with_cells(tmp_path, cells)).problems
    assert problem.found == "A9, B9, C9, D9, E9 and 3 more"


def test_cells_merged_over_rows_are_said_and_those_in_one_row_are_not(tmp_path: Path) -> None:
    merged = '<mergeCells count="2"><mergeCell ref="E2:E5"/><mergeCell ref="A1:C1"/></mergeCells>'
    (problem,) = read_workbook(with_cells(tmp_path, '<c r="A9"><v>1</v></c>', merged)).problems
    assert problem.found == "E2:E5"
    assert "Unmerge" in problem.fix


def test_a_workbook_that_takes_too_long_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "WALL_SECONDS", 0.001)
    assert "could not be read within" in refused(a_book(tmp_path)).what


def test_a_workbook_with_more_text_than_is_held_is_refused_at_its_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "MOST_MEMORY", 1_000)
    problem = refused(a_book(tmp_path, [HEADER, *[a_facility()] * 9]))
    assert problem.where == "book.xlsx, row 2"
    assert "larger than a directory" in problem.what
