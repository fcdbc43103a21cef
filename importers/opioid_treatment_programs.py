"""SAMHSA's directory of opioid treatment programs: a CSV with one row a certificate, the authority for who holds one.

The export has had its columns under slightly different names, its letters in Latin-1, and ZIP codes without their zero.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from directory.normalize import ParsedRecord
from importers import samhsa
from importers.base import Batch, Importer, Row, Source
from importers.delimited import read_csv
from importers.readers import Sheet

COLUMNS: Final = ("program name", "street", "city", "state", "zip", "phone", "certification")
_ALSO_CALLED: Final = {"zip code": "zip", "zipcode": "zip"}


def read(path: Path, source: Source) -> Batch:
    """The programs, as of the day in the file's name where it has one; refuses a file without the directory's columns."""
    sheet = read_csv(path)
    headings = {_ALSO_CALLED[name]: cell for cell in _header(sheet) if (name := cell.casefold()) in _ALSO_CALLED}
    rows = replace(sheet, rows=[*_renamed(sheet.rows)], headings=headings).table(COLUMNS)
    return Batch(rows, samhsa.day_in(path.name), problems=sheet.problems)


def _header(sheet: Sheet) -> list[str]:
    return [cell.strip() for cell in next((row for row in sheet.rows if any(row)), [])]


def _renamed(rows: Iterable[list[str]]) -> Iterator[list[str]]:
    """The rows, with the header's columns under the one name that each has here."""
    header = True
    for row in rows:
        yield [_ALSO_CALLED.get(cell.strip().casefold(), cell) for cell in row] if header else row
        header = header and not any(row)


def parse(row: Row, batch: Batch, source: Source) -> ParsedRecord:
    """One program; its local id is a digest of its name and place, since the directory gives it no number."""
    local_id, distinguish = row.digest(*COLUMNS[:5]), row.digest("phone")
    said = row.said({"certification": [source.meaning(row.take("certification"))]})
    values = {ours: row.take(theirs) for theirs, ours in source.columns.items()}
    return ParsedRecord(
        local_id=local_id,
        where=row.where,
        values=values,
        yes=said.yes,
        no=said.no | row.answered(said.yes, source.complete),
        distinguish=distinguish,
    )


importer = Importer(Source.beside(__file__), read, parse, "the CSV export of the directory")
