"""Workbooks in SAMHSA's format with something changed in them, and what the importer makes of them."""

from datetime import date
from pathlib import Path
from typing import Final

from directory.listing import Provenance, Statement
from directory.normalize import normalize
from directory.problems import Problem
from importers.base import Batch
from importers.samhsa_national_directory import COLUMNS, importer
from seed_data.workbook import Cell, Rows, parts, write_parts, write_workbook

DAY: Final = date(2023, 6, 29)
SOURCE: Final = importer.source
HEADER: list[Cell] = list(COLUMNS)
CODES: list[list[Cell]] = [
    ["category_code", "category_name", "service_code", "service_name", "service_description"],
    ["TC", "Type of Care", "SA", "Substance use treatment", ""],
    ["SET", "Service Setting (e.g., Outpatient, Residential, Inpatient, etc.)", "RES", "Residential/24-hour residential", ""],
]
GOOD: dict[str, Cell] = {
    "name1": "Example House", "street1": "100 Example Street", "city": "Columbus", "state": "OH", "zip": "43215",
    "phone": "614-555-0101", "service_code_info": "SA * RES",
}  # fmt: skip
NAMES: Final = ("Facilities List", "Service Code Reference")
FIRST_SHEET: Final = "xl/worksheets/sheet1.xml"
END: Final = "</sheetData>"


def a_facility(**changed: Cell) -> list[Cell]:
    return [(GOOD | changed).get(column, "") for column in COLUMNS]


ONE_FACILITY: Final = (HEADER, a_facility())


def a_book(path: Path, facilities: Rows = ONE_FACILITY, codes: Rows = CODES, names: tuple[str, str] = NAMES) -> Path:
    """A workbook in SAMHSA's format; `facilities` includes the header."""
    sheets = dict(zip(names, (facilities, codes), strict=True))
    file = path / "book.xlsx"
    write_workbook(file, sheets, DAY)
    return file


def good_parts() -> dict[str, str]:
    """The inner files of a good workbook."""
    return parts(dict(zip(NAMES, (ONE_FACILITY, CODES), strict=True)), DAY)


def spoiled(path: Path, part: str, old: str, new: str) -> Path:
    """A good workbook in which one text of one of its inner files was replaced."""
    told = good_parts()
    assert old in told[part]
    write_parts(path / "book.xlsx", told | {part: told[part].replace(old, new)})
    return path / "book.xlsx"


def made_of(file: Path) -> tuple[Batch, list[tuple[Statement | None, list[Problem]]]]:
    batch = importer.read(file, SOURCE)
    records = [importer.parse(row, batch, SOURCE) for row in batch.rows]
    return batch, [normalize(r, Provenance(SOURCE.name, SOURCE.kind, r.where, DAY, "the test")) for r in records]


COLUMNS_IN_A_MAPPING: Final = """[columns]
organization = "Name"
address_1 = "Street"
city = "City"
state_province = "State"
postal_code = "ZIP"
phone = "Phone"
"""
"""What the columns of a plain table mean, as a mapping says it."""
