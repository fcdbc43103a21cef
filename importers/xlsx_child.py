"""Reads one workbook in a process of its own, and prints it as JSON lines: a hostile file can end only this process.

Usage: `python -I xlsx_child.py FILE`. First line: `{"modified": "2023-06-29" or null}`; then `{"sheet": name}` before
each sheet and a list of texts for each of its rows. The limits are the law here: memory, processor time, rows, columns
and characters in a cell.
"""

import json
import re
import sys
import zipfile
from datetime import date, datetime, time, timedelta
from typing import Any

MEMORY = 1 << 30
CPU_SECONDS = 60
MOST_ROWS = 250_000
MOST_COLUMNS = 2_000
LONGEST_CELL = 32_767


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
    """The day on which the workbook says that it was last changed."""
    with zipfile.ZipFile(path) as book:
        try:
            with book.open("docProps/core.xml") as core:
                found = re.search(rb"<dcterms:modified[^>]*>(\d{4}-\d\d-\d\d)", core.read(65_536))
        except KeyError:
            return None
    return found.group(1).decode() if found else None


def text(cell: Any) -> str:
    """A cell as text: whole numbers without their `.0`, days and times in ISO form."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, (date, datetime, time)):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    if len(cell) > LONGEST_CELL:
        raise ValueError(f"a cell holds {len(cell)} characters, more than {LONGEST_CELL}")
    return str(cell)


def show(path: str) -> None:
    """Print the whole workbook."""
    from python_calamine import CalamineWorkbook

    print(json.dumps({"modified": modified(path)}))
    book = CalamineWorkbook.from_path(path)
    for name in book.sheet_names:
        sheet = book.get_sheet_by_name(name)
        if sheet.total_height > MOST_ROWS or sheet.total_width > MOST_COLUMNS:
            raise ValueError(f"the sheet “{name}” has {sheet.total_height} rows and {sheet.total_width} columns")
        print(json.dumps({"sheet": name}))
        for row in sheet.iter_rows():
            print(json.dumps([cell if type(cell) is str and len(cell) <= LONGEST_CELL else text(cell) for cell in row]))


if __name__ == "__main__":
    limit()
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    try:
        show(sys.argv[1])
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - the last words of a process that reads hostile files
        print(f"{type(error).__name__}: {error}"[:300], file=sys.stderr)
        sys.exit(3)
