"""Files to rows of text that know their place. The workbook reader works in a child process (see `xlsx_child`)."""

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from threading import Timer
from types import MappingProxyType
from typing import Any, Final

from directory.problems import Loudness, Problem
from importers.base import Row, refuse, tidy
from importers.bounds import Holding
from importers.contents import Content, expect

WALL_SECONDS: Final = 90
_CHILD: Final = Path(__file__).with_name("xlsx_child.py")
_REFUSED: Final = 3
_TOO_LONG: Final = -1000
_FIX: Final = "Open it in a spreadsheet program and save it as an .xlsx workbook"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table as texts, row by row, empty rows included; where it stands, and what had to be said on reading it.

    `modified` is the day on which its workbook was last changed, where there is one that says so. `headings` has how the
    file writes a column that is called otherwise in `rows`.
    """

    file: str
    rows: list[list[str]]
    problems: tuple[Problem, ...] = ()
    modified: date | None = None
    headings: Mapping[str, str] = field(default_factory=dict)

    def table(self, columns: tuple[str, ...]) -> list[Row]:
        """The rows below the header line; see `table`."""
        return table(self.file, self.rows, columns, self.headings)


@dataclass(frozen=True, slots=True)
class Workbook:
    """The sheets of a workbook as texts, in their order, and the day on which it was last changed."""

    file: str
    sheets: dict[str, list[list[str]]]
    modified: date | None
    problems: tuple[Problem, ...] = ()

    def sheet(self, name: str) -> list[list[str]]:
        """A sheet by its name in any capitals; refuses the file, naming the sheets that it has."""
        for title, rows in self.sheets.items():
            if title.strip().casefold() == name.casefold():
                return rows
        found = ", ".join(f"“{title}”" for title in self.sheets) or "no sheets"
        raise refuse(self.file, f"the sheet “{name}” is missing", found, "Use the workbook as the publisher gives it")


def read_workbook(path: Path) -> Workbook:
    """The whole workbook; refuses, in words, a file that is none, is too large, or harms its reader."""
    expect(path, Content.WORKBOOK, _FIX)
    command = [sys.executable, "-I", str(_CHILD), str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
        clock = Timer(WALL_SECONDS, child.kill)
        clock.start()
        try:
            book, said = _sheets(path.name, child.stdout or ()), child.stderr.read() if child.stderr else b""
        finally:
            # What is still running here was refused half-way.
            running = clock.is_alive()
            clock.cancel()
            if sys.exc_info()[0]:
                child.kill()
    return _whole(path.name, book, child.returncode if running else _TOO_LONG, said)


def _whole(file: str, book: Workbook | None, ended: int, said: bytes) -> Workbook:
    """What a child printed, if it came to its end; else its last words, as a refusal."""
    if ended == _TOO_LONG:
        raise refuse(file, f"the file could not be read within {WALL_SECONDS} seconds", fix=_FIX)
    if ended == _REFUSED:
        raise refuse(file, "the file is not a workbook that can be read", _last_words(said), _FIX)
    if ended or not book:
        raise refuse(file, "reading the file took more memory or time than a directory needs", fix=_FIX)
    return book


def _last_words(stderr: bytes) -> str:
    return stderr.decode("utf-8", "replace").strip().splitlines()[-1][:200] if stderr.strip() else ""


def _sheets(file: str, printed: Iterable[bytes]) -> Workbook | None:
    """What a child prints, row by row; None where it ends before its first line, or in the midst of one."""
    book: Workbook | None = None
    rows: list[list[str]] = []
    problems: list[Problem] = []
    holding = Holding()
    for line in printed:
        if not line.endswith(b"\n"):
            return None
        told = json.loads(line)
        if isinstance(told, list):
            rows.append(holding.take(f"{file}, row {len(rows) + 1}", told))
        elif book:
            rows = book.sheets.setdefault(told["sheet"], [])
            problems += _odd_cells(f"{file}, sheet “{told['sheet']}”", told)
        else:
            book = Workbook(file, {}, date.fromisoformat(told["modified"]) if told["modified"] else None)
    return replace(book, problems=tuple(problems)) if book else None


def _odd_cells(where: str, told: dict[str, Any]) -> Iterator[Problem]:
    """Notices about cells of a sheet whose text is not what a person sees in them."""
    if told["empty_formulas"]:
        fix = "Open the workbook in a spreadsheet program, let it calculate, and save it"
        yield Problem(
            Loudness.NOTICE, where, "formulas have no calculated value; these cells count as empty", told["empty_formulas"], fix
        )
    if told["merged"]:
        what = "cells are merged over several rows; the value counts for the first of these rows only"
        yield Problem(Loudness.NOTICE, where, what, told["merged"], "Unmerge them and write the value into each row")


def table(
    file: str, sheet: list[list[str]], columns: tuple[str, ...], written: Mapping[str, str] = MappingProxyType({})
) -> list[Row]:
    """The rows below a header line, by column name in lower case; empty rows, also those above it, are passed over.

    A cell that a short row lacks is empty; text under no heading stands under "". Refuses a header that lacks one of
    `columns`, naming what it has instead. `written` has how the file writes a column that is called otherwise in `sheet`.
    """
    filled = [(number, cells) for number, cells in enumerate(sheet, start=1) if any(cell.strip() for cell in cells)]
    header = [cell.strip().casefold() for cell in filled[0][1]] if filled else []
    missing = [column for column in columns if column not in header]
    if missing:
        found = ", ".join(cell for cell in header if cell)[:300] or "an empty sheet"
        raise refuse(file, f"the header lacks {', '.join(missing)}", found, "Use the file as the publisher gives it")
    twice = sorted({cell for cell in header if cell and header.count(cell) > 1})
    if twice:
        raise refuse(file, f"the header has {', '.join(twice)} more than once", fix="Leave one column of each name")
    named = {name: place for place, name in enumerate(header) if name}
    rows = [_row(file, number, named, header, cells) for number, cells in filled[1:]]
    headings = {name: written.get(name, tidy(filled[0][1][place])) for name, place in named.items()}
    for row in rows:
        row.headings = headings
    return rows


def _row(file: str, number: int, named: dict[str, int], header: list[str], cells: list[str]) -> Row:
    """A row that holds its filled cells only: a table of hundreds of flags is mostly empty."""
    held: dict[str, str] = {}
    for place, cell in enumerate(cells):
        if cell:
            name = header[place] if place < len(header) else ""
            if name or cell.strip():
                held[name] = cell
    columns = named | {"": len(header)} if "" in held else named
    return Row(f"{file}, row {number}", number, held, columns)
