"""Reads one workbook in a process of its own, and prints it as JSON lines: a hostile file can end only this process.

Usage: `python -I xlsx_child.py FILE`. First line: `{"modified": "2023-06-29" or null}`; then `{"sheet": name}` before
each sheet and a list of texts for each of its rows, their control characters as spaces. The limits are the law here:
memory, processor time, rows, columns, characters in a cell and in all.
"""

import json
import re
import sys
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time

MEMORY = 1 << 30
CPU_SECONDS = 60
MOST_ROWS = 250_000
MOST_COLUMNS = 2_000
LONGEST_CELL = 32_767
MOST_PRINTED = 128 << 20
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


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
    book = CalamineWorkbook.from_path(path)
    for name in book.sheet_names:
        sheet = book.get_sheet_by_name(name)
        if sheet.total_height >= MOST_ROWS or sheet.total_width >= MOST_COLUMNS:
            raise ValueError(f"the sheet “{name}” has {sheet.total_height + 1} rows and {sheet.total_width + 1} columns")
        yield json.dumps({"sheet": text(name)})
        for row in sheet.iter_rows():
            # Nearly every cell is such a text: asking here spares a call for each.
            yield json.dumps([c if type(c) is str and c.isprintable() and len(c) <= LONGEST_CELL else text(c) for c in row])


def show(path: str) -> None:
    """Print the whole workbook, as long as it is not more than a directory can be."""
    printed = 0
    for line in lines(path):
        printed += len(line)
        if printed > MOST_PRINTED:
            raise ValueError(f"the workbook holds more than {MOST_PRINTED >> 20} million characters")
        print(line)


if __name__ == "__main__":
    limit()
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    try:
        show(sys.argv[1])
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - the last words of a process that reads hostile files
        print(f"{type(error).__name__}: {error}"[:300], file=sys.stderr)
        sys.exit(3)
