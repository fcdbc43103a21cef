"""Writes .xlsx workbooks with the standard library alone. The same sheets give the same bytes, on every machine."""

import re
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape, quoteattr

Cell = str | int | float
Rows = Sequence[Sequence[Cell]]

_XML: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_FORMATS: Final = "http://schemas.openxmlformats.org"
_MAIN: Final = f"{_FORMATS}/spreadsheetml/2006/main"
_PACKAGE: Final = f"{_FORMATS}/package/2006"
_OFFICE: Final = f"{_FORMATS}/officeDocument/2006/relationships"
_SPREADSHEET: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_OLDEST: Final = (1980, 1, 1, 0, 0, 0)
_UNIX: Final = 3
_NOT_IN_XML: Final = re.compile(r"[\x00-\x08\x0b-\x1f]")


def write_workbook(path: Path, sheets: Mapping[str, Rows], modified: date) -> None:
    """A workbook of these sheets, by name and in order, that says on which day it was last changed."""
    write_parts(path, parts(sheets, modified))


def parts(sheets: Mapping[str, Rows], modified: date) -> dict[str, str]:
    """The files that make up a workbook, by their names inside it."""
    numbered = list(enumerate(sheets, start=1))
    return {
        "[Content_Types].xml": _content_types(len(numbered)),
        "_rels/.rels": _relations(
            (f"{_OFFICE}/officeDocument", "xl/workbook.xml"),
            (f"{_PACKAGE}/relationships/metadata/core-properties", "docProps/core.xml"),
        ),
        "docProps/core.xml": _core(modified),
        "xl/workbook.xml": _book(numbered),
        "xl/_rels/workbook.xml.rels": _relations(*((f"{_OFFICE}/worksheet", f"worksheets/sheet{n}.xml") for n, _ in numbered)),
    } | {f"xl/worksheets/sheet{n}.xml": sheet_xml(sheets[name]) for n, name in numbered}


def write_parts(path: Path, told: Mapping[str, str]) -> None:
    """The files of a workbook, zipped. They are stored as they are: compressors differ in their bytes between systems."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as book:
        for name, content in told.items():
            info = zipfile.ZipInfo(name, _OLDEST)
            info.create_system = _UNIX
            book.writestr(info, content.encode())


def sheet_xml(rows: Rows) -> str:
    """A worksheet; an empty text is no cell at all, so that rows and columns in front may stay unused."""
    lines = "".join(f'<row r="{number}">{_cells(number, row)}</row>' for number, row in enumerate(rows, start=1) if any(row))
    return f'{_XML}<worksheet xmlns="{_MAIN}"><sheetData>{lines}</sheetData></worksheet>'


def _cells(number: int, row: Sequence[Cell]) -> str:
    return "".join(_cell(f"{_letters(column)}{number}", value) for column, value in enumerate(row) if value != "")


def _cell(place: str, value: Cell) -> str:
    if not isinstance(value, str):
        return f'<c r="{place}"><v>{value}</v></c>'
    # XML has no such characters; spreadsheet programs write them as _x0000_.
    text = _NOT_IN_XML.sub(lambda found: f"_x{ord(found.group()):04X}_", escape(value))
    return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def _letters(column: int) -> str:
    left, last = divmod(column, 26)
    return (_letters(left - 1) if left else "") + chr(ord("A") + last)


def _book(numbered: list[tuple[int, str]]) -> str:
    sheets = "".join(f'<sheet name={quoteattr(name)} sheetId="{n}" r:id="rId{n}"/>' for n, name in numbered)
    return f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{sheets}</sheets></workbook>'


def _relations(*related: tuple[str, str]) -> str:
    lines = "".join(
        f'<Relationship Id="rId{n}" Type="{kind}" Target="{target}"/>' for n, (kind, target) in enumerate(related, start=1)
    )
    return f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">{lines}</Relationships>'


def _content_types(sheets: int) -> str:
    named = {
        "/docProps/core.xml": "application/vnd.openxmlformats-package.core-properties+xml",
        "/xl/workbook.xml": f"{_SPREADSHEET}.sheet.main+xml",
    } | {f"/xl/worksheets/sheet{n + 1}.xml": f"{_SPREADSHEET}.worksheet+xml" for n in range(sheets)}
    overrides = "".join(f'<Override PartName="{name}" ContentType="{kind}"/>' for name, kind in named.items())
    relations = '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    return f'{_XML}<Types xmlns="{_PACKAGE}/content-types">{relations}{overrides}</Types>'


def _core(modified: date) -> str:
    return (
        f'{_XML}<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dcterms:modified xsi:type="dcterms:W3CDTF">'
        f"{modified.isoformat()}T00:00:00Z</dcterms:modified></cp:coreProperties>"
    )
