"""Reads one workbook in a process of its own, and prints it as JSON lines: a hostile file can end only this process.

Usage: `python -I xlsx_child.py FILE`. First line: `{"modified": "2023-06-29" or null}`; then `{"sheet": name, ...}` before
each sheet, with the cells in it that are not what they look like, and a list of texts for each of its rows, their control
characters as spaces. The limits are the law here: memory, processor time, rows, columns, characters in a cell and in all.
"""

import html
import json
import re
import sys
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time

MEMORY = 224 << 20
CPU_SECONDS = 60
MOST_ROWS = 250_000
MOST_COLUMNS = 2_000
LONGEST_CELL = 32_767
LONGEST_ROW = 4 << 20
MOST_PRINTED = 96 << 20
MOST_UNPACKED = 512 << 20
CHUNK = 1 << 20
NAMED = 5
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
SHEET = re.compile(rb"<(?:\w+:)?sheet\s[^>]*>")
RELATION = re.compile(rb"<(?:\w+:)?Relationship\s[^>]*>")
ATTRIBUTE = re.compile(rb"""([\w:]+)\s*=\s*["']([^"']*)["']""")
FAR_CELL = re.compile(rb"""<(?:\w+:)?c\s(?:[^>]*?\s)?r=["']((?:[A-Z]{3,}[0-9]+|[A-Z]+[0-9]{6,}))["']""")
EMPTY_FORMULA = re.compile(
    rb"""<(?P<x>(?:\w+:)?)c\s(?:[^>]*?\s)?r=["']([A-Z]+[0-9]+)["'][^>]*>\s*"""
    rb"""<(?P=x)f(?:\s[^>]*)?(?:/>|>[^<]*</(?P=x)f>)\s*(?:<(?P=x)v\s*/>|<(?P=x)v>\s*</(?P=x)v>)?\s*</(?P=x)c>"""
)


def limit() -> None:
    """Take the limits on, where the system has them (not on Windows, where only the parent's clock guards)."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def modified(path: str) -> str | None:
    """The day on which the workbook says that it was last changed; None also for a day that no calendar has."""
    with zipfile.ZipFile(path) as book:
        try:
            with book.open("docProps/core.xml") as core:
                found = re.search(rb"<dcterms:modified[^>]*>(\d{4}-\d\d-\d\d)", core.read(65_536))
        except KeyError:
            return None
    try:
        return date.fromisoformat(found.group(1).decode()).isoformat() if found else None
    except ValueError:
        return None


def unpacked(book: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """A part of the workbook in pieces that end where a row does, so that no cell lies in two of them."""
    left = b""
    with book.open(name) as part:
        while chunk := part.read(CHUNK):
            left += chunk
            end = left.rfind(b"</row>") + 6
            if end < 6 and len(left) < 8 * CHUNK:
                continue
            yield left[:end] if end >= 6 else left
            left = left[end:] if end >= 6 else b""
    yield left


def sheet_parts(book: zipfile.ZipFile) -> dict[str, str]:
    """The sheets' names by the parts that hold them, as far as the workbook says so."""
    listed, related = (b"".join(unpacked(book, name)) for name in ("xl/workbook.xml", "xl/_rels/workbook.xml.rels"))
    targets = {}
    for found in RELATION.findall(related):
        told = dict(ATTRIBUTE.findall(found))
        targets[told.get(b"Id", b"")] = told.get(b"Target", b"").decode("utf-8", "replace")
    parts = {}
    for found in SHEET.findall(listed):
        told = dict(ATTRIBUTE.findall(found))
        target = targets.get(told.get(b"r:id", b""), "")
        name = html.unescape(told.get(b"name", b"").decode("utf-8", "replace"))
        parts[target.lstrip("/") if target.startswith("/") else f"xl/{target}"] = name
    return parts


def scanned(path: str) -> dict[str, list[str]]:
    """For each sheet the cells whose formula has no value; raises ValueError for what no honest workbook holds."""
    empty: dict[str, list[str]] = {}
    with zipfile.ZipFile(path) as book:
        size = sum(part.file_size for part in book.infolist())
        if size > MOST_UNPACKED:
            raise ValueError(f"the workbook unpacks to {size >> 20} MB, more than {MOST_UNPACKED >> 20}")
        sheets = sheet_parts(book)
        for name in book.namelist():
            if not name.startswith("xl/") or not name.endswith((".xml", ".rels")):
                continue
            for piece in unpacked(book, name):
                if b"<!DOCTYPE" in piece or b"<!ENTITY" in piece:
                    raise ValueError(f"{name} declares entities of its own")
                if name in sheets:
                    near(sheets[name], piece)
                    empty.setdefault(sheets[name], []).extend(at.decode() for _, at in EMPTY_FORMULA.findall(piece))
    return empty


def near(sheet: str, piece: bytes) -> None:
    """Raise ValueError for a cell that lies beyond all rows or columns that are read."""
    for found in FAR_CELL.findall(piece):
        letters = found.rstrip(b"0123456789")
        column = 0
        for letter in letters:
            column = column * 26 + letter - 64
        if column > MOST_COLUMNS or int(found[len(letters) :][:12]) > MOST_ROWS:
            raise ValueError(f"the sheet “{sheet}” has a cell {found.decode()[:20]}: more rows or columns than are read")


def some(cells: list[str]) -> str:
    """A few of the cells, and how many more there are."""
    more = f" and {len(cells) - NAMED} more" if len(cells) > NAMED else ""
    return ", ".join(cells[:NAMED]) + more


def merged(ranges: list[tuple[tuple[int, int], tuple[int, int]]] | None) -> list[str]:
    """The ranges of merged cells that lie over several rows, as people write them."""
    tall = [(begin, end) for begin, end in ranges or [] if end[0] > begin[0]]
    return [f"{letters(begin[1])}{begin[0] + 1}:{letters(end[1])}{end[0] + 1}" for begin, end in tall]


def letters(column: int) -> str:
    """A column, counted from 0, as people write it."""
    left, last = divmod(column, 26)
    return (letters(left - 1) if left else "") + chr(ord("A") + last)


def text(cell: object) -> str:
    """A cell as text: whole numbers without their `.0`, days and times in ISO form, control characters as spaces."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, (date, datetime, time)):
        return cell.isoformat()
    written = str(cell)
    if len(written) > LONGEST_CELL:
        raise ValueError(f"a cell holds {len(written)} characters, more than {LONGEST_CELL}")
    return CONTROL.sub(" ", written)


def lines(path: str) -> Iterator[str]:
    """The whole workbook, line by line."""
    from python_calamine import CalamineWorkbook

    yield json.dumps({"modified": modified(path)})
    empty = scanned(path)
    book = CalamineWorkbook.from_path(path)
    for name in book.sheet_names:
        sheet = book.get_sheet_by_name(name)
        if sheet.total_height >= MOST_ROWS or sheet.total_width >= MOST_COLUMNS:
            raise ValueError(f"the sheet “{name}” has {sheet.total_height + 1} rows and {sheet.total_width + 1} columns")
        tall = merged(sheet.merged_cell_ranges)
        yield json.dumps({"sheet": text(name), "empty_formulas": some(empty.get(name, [])), "merged": some(tall)})
        for row in sheet.iter_rows():
            # Nearly every cell is such a text: asking here spares a call for each.
            yield json.dumps([c if type(c) is str and c.isprintable() and len(c) <= LONGEST_CELL else text(c) for c in row])


def show(path: str) -> None:
    """Print the whole workbook, as long as it is not more than a directory can be."""
    printed = 0
    for line in lines(path):
        printed += len(line)
        if len(line) > LONGEST_ROW:
            raise ValueError(f"a row holds more than {LONGEST_ROW >> 20} million characters")
        if printed > MOST_PRINTED:
            raise ValueError(f"the workbook holds more than {MOST_PRINTED >> 20} million characters")
        print(line)


if __name__ == "__main__":
    limit()
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    try:
        show(sys.argv[1])
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - the last words of a process that reads hostile files
        # Our own refusals are such, in words; of other errors the words alone often say nothing.
        told = str(error) if type(error) is ValueError else f"{type(error).__name__}: {error}"
        print(told[:300], file=sys.stderr)
        sys.exit(3)
