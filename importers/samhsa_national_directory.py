"""SAMHSA's National Directory: a workbook with one row a facility, its services as codes, and a sheet that names the codes.

The sheet of the same workbook says what a code means, never a memory of another year: codes are renamed, and two were
reused (`MI`, `SSA`). Substance use and mental health are two books: one says nothing of the other's listings.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from directory.normalize import ParsedRecord
from importers import samhsa
from importers.base import Batch, Importer, Meaning, Row, Source, refuse, tidy
from importers.readers import Workbook, read_workbook, table

COLUMNS: Final = (
    "name1", "name2", "street1", "street2", "city", "state", "zip", "phone",
    "intake1", "intake2", "intake1a", "intake2a", "service_code_info",
)  # fmt: skip
CODE_COLUMNS: Final = ("category_name", "service_code", "service_name")
PART_OF_MENTAL_HEALTH: Final = "mh"
_CODES: Final = "service_code_info"
_NO_CODES: Final = frozenset(("", "*"))


def read(path: Path, source: Source) -> Batch:
    """The facilities and what their codes mean; refuses a workbook whose header is not understood, or with no code sheet."""
    book = read_workbook(path)
    codes, named_at = _codes(book, source)
    sheet = book.sheet("Facilities List")
    rows = table(book.file, sheet, COLUMNS)
    extra = sorted(set(rows[0].left) - {*COLUMNS, ""}) if rows else []
    if extra:
        fix = f"Add what they mean to importers/{source.name}.py, or take the columns out"
        raise refuse(book.file, f"the header has columns that nobody knows: {', '.join(extra)}", fix=fix)
    return Batch(rows, book.modified, codes, problems=book.problems, part=_part(rows, codes), named_at=named_at)


def _codes(book: Workbook, source: Source) -> tuple[dict[str, Meaning], dict[str, str]]:
    """What each code means, and where the sheet names those that nobody knows."""
    sheet = f"{book.file}, sheet “Service Code Reference”"
    named: list[tuple[str, str, str]] = []
    at: dict[str, str] = {}
    for row in table(sheet, book.sheet("Service Code Reference"), CODE_COLUMNS):
        category, code, name = (tidy(row.take(column)) for column in CODE_COLUMNS)
        named.append((code, category, name))
        at.setdefault(code, row.at("service_name"))
    codes = samhsa.meanings(sheet, named, source)
    if not codes:
        raise refuse(sheet, "the sheet names no codes", fix="Use the workbook as the publisher gives it")
    return codes, {phrase: at[code] for code, meaning in codes.items() for phrase in meaning.unknown}


def _part(rows: list[Row], codes: Mapping[str, Meaning]) -> str:
    """Which book it is: of mental health where most facilities say, in the words of its own sheet, that this is their care."""
    saying = {code for code, meaning in codes.items() if "care.mental_health" in meaning.yes}
    count = sum(not saying.isdisjoint(row.look(_CODES).split()) for row in rows) if saying else 0
    return PART_OF_MENTAL_HEALTH if count * 2 > len(rows) else ""


def parse(row: Row, batch: Batch, source: Source) -> ParsedRecord:
    """One facility. What a code means that the workbook's own sheet does not name, nobody knows."""
    written = [code for code in row.take(_CODES).split() if code not in _NO_CODES]
    return samhsa.facility(row, source, {_CODES: [batch.codes.get(code) or _unnamed(code) for code in written]}, batch.part)


def _unnamed(code: str) -> Meaning:
    return Meaning(unknown=frozenset((f"the code {code}, which is not in the workbook's own sheet of codes",)))


importer = Importer(Source.beside(__file__), read, parse, "the .xlsx workbook of substance use or of mental health, any year")
