"""SAMHSA's National Directory: a workbook with one row a facility, its services as codes, and a sheet that names the codes.

The sheet of the same workbook says what a code means, never a memory of another year: codes are renamed, and two were
reused (`MI`, `SSA`). A street of `- - -` is withheld by the facility and stays so.
"""

from pathlib import Path
from typing import Final

from directory.normalize import ParsedRecord, answered
from importers.base import Batch, Importer, Meaning, Row, Source, refuse, tidy
from importers.readers import Workbook, read_workbook, table

COLUMNS: Final = (
    "name1", "name2", "street1", "street2", "city", "state", "zip", "phone",
    "intake1", "intake2", "intake1a", "intake2a", "service_code_info",
)  # fmt: skip
CODE_COLUMNS: Final = ("category_name", "service_code", "service_name")
_NO_CODES: Final = frozenset(("", "*"))


def read(path: Path, source: Source) -> Batch:
    """The facilities and what their codes mean; refuses a workbook whose header is not understood."""
    book = read_workbook(path)
    codes = _codes(book, source)
    rows = table(book.file, book.sheet("Facilities List"), COLUMNS)
    extra = sorted(set(rows[0].left) - {*COLUMNS, ""}) if rows else []
    if extra:
        fix = f"Add what they mean to importers/{source.name}.py, or take the columns out"
        raise refuse(book.file, f"the header has columns that nobody knows: {', '.join(extra)}", fix=fix)
    return Batch(rows, book.modified, codes)


def _codes(book: Workbook, source: Source) -> dict[str, Meaning]:
    sheet = f"{book.file}, sheet “Service Code Reference”"
    codes: dict[str, Meaning] = {}
    for row in table(sheet, book.sheet("Service Code Reference"), CODE_COLUMNS):
        category, code, name = (tidy(row.take(column)) for column in CODE_COLUMNS)
        meaning = source.meaning(f"{category}: {name}", otherwise=name, called=f"{code} = “{name}” ({category})")
        if code in codes and codes[code] != meaning:
            raise refuse(sheet, f"the code {code} stands for two things", name, "Use the workbook as the publisher gives it")
        codes[code] = meaning
    if not codes:
        raise refuse(sheet, "the sheet names no codes", fix="Use the workbook as the publisher gives it")
    return codes


def parse(row: Row, batch: Batch, source: Source) -> ParsedRecord:
    """One facility. Raises ValueError, in words, for a code that the workbook's own sheet does not name."""
    local_id = row.digest("name1", "name2", "street1", "street2", "city", "state", "zip")
    distinguish = row.digest("phone", "intake1", "intake2")
    written = row.take("service_code_info").split()
    unknown = [code for code in written if code not in batch.codes and code not in _NO_CODES]
    if unknown:
        raise ValueError(f"the code {', '.join(unknown)} is not in the workbook's own sheet of codes")
    said = row.said(batch.codes[code] for code in written if code not in _NO_CODES)
    values = {ours: row.take(theirs) for theirs, ours in source.columns.items()}
    street = row.take("street1")
    withheld = bool(street.strip()) and not street.strip(" -")
    address = {"address_1": "", "address_2": "", "confidential": "yes"} if withheld else {"address_1": street}
    return ParsedRecord(
        local_id=local_id,
        where=row.where,
        values=values | address,
        yes=said.yes | {"status.operating"},
        no=said.no | answered(said.yes, source.complete),
        distinguish=distinguish,
    )


importer = Importer(Source.beside(__file__), read, parse, "the .xlsx workbook, any year")
