"""A file of values with commas, semicolons, tabs or bars between them, to rows of text; what had to be guessed is said.

Read line by line: however hostile the file, no more than a table of a directory's size is held.
"""

import codecs
import csv
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

from directory.problems import Loudness, Problem
from importers.base import refuse
from importers.bounds import Holding
from importers.contents import Content, expect
from importers.readers import Sheet

LONGEST_CELL: Final = 131_072
LONGEST_LINE: Final = 4 << 20
DELIMITERS: Final = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_SAVE: Final = "Open it in a spreadsheet program and save it as “CSV UTF-8”"
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_SAYS_DELIMITER: Final = re.compile(r"sep=(.)", re.IGNORECASE)
_SAMPLE_LINES: Final = 200
_MARKS: Final = (  # the longer marks first: UTF-32 begins as UTF-16 does
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_GUESSED: Final = "cp1252"


def read_csv(path: Path, encoding: str = "", delimiter: str = "") -> Sheet:
    """The file's rows, in their order, as texts without control characters; an empty line is an empty row.

    `encoding` and `delimiter` are for a source that knows its file's. Without them the encoding is what the file's mark
    says, UTF-8, or, with a notice, Windows-1252. Refuses, with the line, what can't be read without guessing further.
    """
    expect(path, Content.TEXT, "Import it as a workbook")
    encoding, notices = (encoding, []) if encoding else _encoding(path)
    with path.open(encoding=encoding, newline="") as file:
        try:
            rows = _rows(path.name, file, delimiter)
        except UnicodeError:
            raise _not_in(path, encoding) from None
    return Sheet(path.name, rows, tuple(notices))


# --- letters ---------------------------------------------------------------------------------------------------------


def _encoding(path: Path) -> tuple[str, list[Problem]]:
    """How the file's bytes are letters, and a word about it where that is a guess."""
    with path.open("rb") as file:
        head = file.read(4)
    marked = next((encoding for mark, encoding in _MARKS if head.startswith(mark)), "")
    if marked or _wrong_byte(path, "utf-8") is None:
        return marked or "utf-8", []
    if _wrong_byte(path, _GUESSED) is not None:
        raise _not_in(path, _GUESSED)
    line, text = _first_foreign_line(path)
    what = "the file is not UTF-8; it was read as Windows-1252"
    fix = f"Look whether the letters are right; if not: {_SAVE[0].lower()}{_SAVE[1:]}"
    return _GUESSED, [Problem(Loudness.NOTICE, f"{path.name}, line {line}", what, text, fix)]


def _wrong_byte(path: Path, encoding: str) -> int | None:
    """Where the first byte stands that is no letter in this encoding; None where all are."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    fed = 0
    with path.open("rb") as file:
        while True:
            chunk = file.read(1 << 20)
            fed += len(chunk)
            try:
                decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                return fed - len(error.object) + error.start
            except UnicodeError:  # UTF-16 that does not say in which order its bytes are
                return 0
            if not chunk:
                return None


def _not_in(path: Path, encoding: str) -> Exception:
    place = _wrong_byte(path, encoding)
    name = "UTF-8 or Windows-1252" if encoding == _GUESSED else encoding.removesuffix("-sig").upper()
    if place is None:
        return refuse(path.name, f"the file is not {name} text", fix=_SAVE)
    line, byte = _line_at(path, place)
    return refuse(f"{path.name}, line {line}", f"the file is not {name} text", f"the byte {byte:02X}", _SAVE)


def _line_at(path: Path, place: int) -> tuple[int, int]:
    lines, left = 1, place
    with path.open("rb") as file:
        while left:
            chunk = file.read(min(left, 1 << 20))
            if not chunk:
                break
            lines += chunk.count(b"\n")
            left -= len(chunk)
        return lines, (file.read(1) or b"\0")[0]


def _first_foreign_line(path: Path) -> tuple[int, str]:
    with path.open(encoding=_GUESSED, newline="") as file:
        for number, line in enumerate(iter(lambda: file.readline(LONGEST_LINE), ""), start=1):
            if not line.isascii():
                at = next(index for index, letter in enumerate(line) if ord(letter) > 127)
                return number, _CONTROL.sub(" ", line[max(at - 20, 0) : at + 20]).strip()
    return 1, ""


# --- rows ------------------------------------------------------------------------------------------------------------


def _rows(name: str, file: IO[str], delimiter: str) -> list[list[str]]:
    lines = _Lines(name, file)
    said = _SAYS_DELIMITER.fullmatch(lines.peek().strip("\r\n"))
    rows: list[list[str]] = []
    if said:
        lines.drop()
        rows.append([])
    delimiter = delimiter or (said.group(1) if said else _delimiter(name, lines.sample()))
    if delimiter not in DELIMITERS:
        fix = f"Separate the values by {', '.join(DELIMITERS.values())}"
        raise refuse(name, "the values are separated by something that is not known here", f"“{delimiter}”", fix)
    holding = Holding()
    for row in _records(name, lines, delimiter):
        clean = [cell if cell.isprintable() else _CONTROL.sub(" ", cell) for cell in row]
        rows.append(holding.take(f"{name}, line {lines.number}", clean))
    return rows


class _Lines:
    """The lines of a file, counted, none of them endless and none with a NUL; the first ones can be looked at before."""

    def __init__(self, name: str, file: IO[str]) -> None:
        self.number = 0
        self._name = name
        self._file = file
        self._ahead: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._ahead.pop(0) if self._ahead else self._read()
        if not line:
            raise StopIteration
        self.number += 1
        if "\0" in line:
            what = "the file holds NUL characters, which no text has"
            raise refuse(f"{self._name}, line {self.number}", what, fix=_SAVE)
        if len(line) > LONGEST_LINE:
            found = f"more than {LONGEST_LINE:,} characters"
            raise refuse(f"{self._name}, line {self.number}", "a line is longer than any row can be", found, _SAVE)
        return line

    def peek(self) -> str:
        """The next line, which stays; "" at the end."""
        if not self._ahead:
            self._ahead.append(self._read())
        return self._ahead[0]

    def drop(self) -> None:
        """Pass over the next line."""
        next(self, "")

    def sample(self) -> list[str]:
        """The next lines, which stay."""
        while len(self._ahead) < _SAMPLE_LINES and sum(map(len, self._ahead)) < LONGEST_LINE:
            self._ahead.append(self._read())
        return self._ahead[:_SAMPLE_LINES]

    def _read(self) -> str:
        return self._file.readline(LONGEST_LINE + 1)


def _records(name: str, lines: _Lines, delimiter: str) -> Iterator[list[str]]:
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        began = lines.number + 1
        try:
            row = next(reader, None)
        except csv.Error as error:
            raise _broken(name, began, lines.number, str(error)) from None
        if row is None:
            return
        yield row


def _broken(name: str, began: int, ended: int, error: str) -> Exception:
    where = f"{name}, line {began}"
    if "field larger" in error:
        found = f"more than {LONGEST_CELL:,} characters up to line {ended}"
        fix = "Look for a quotation mark that is never closed, and for text that does not belong in a table"
        return refuse(where, "a value is longer than any can be", found, fix)
    if "unexpected end of data" in error:
        return refuse(where, "a quotation mark is opened and never closed", fix="Close it, or download the file again")
    fix = "Write a quotation mark inside a value twice, or save the table as CSV from a spreadsheet program"
    return refuse(where, "a quotation mark stands where none can", f"up to line {ended}", fix)


def _delimiter(name: str, sample: list[str]) -> str:
    """What separates the values: that which gives most of the first lines the same number of columns, above one."""
    judged = sorted(((*_regular(sample, delimiter), delimiter) for delimiter in DELIMITERS), reverse=True)
    (share, columns, best), (next_share, next_columns, second) = judged[:2]
    if columns < 2:
        return ","
    if (share, columns) == (next_share, next_columns):
        found = f"{DELIMITERS[best]} and {DELIMITERS[second]} both give {columns} columns"
        raise refuse(name, "what separates the values can't be told", found, "Say it: the first line can be sep=;")
    return best


def _regular(sample: list[str], delimiter: str) -> tuple[float, int]:
    """The share of rows that have the commonest number of columns, and that number; nothing where that is one."""
    counts: Counter[int] = Counter()
    try:
        for row in csv.reader(sample, delimiter=delimiter):
            if any(cell.strip() for cell in row):
                counts[len(row)] += 1
    except csv.Error:
        return 0.0, 0
    columns, rows = max(counts.items(), key=lambda counted: (counted[1], counted[0]), default=(0, 0))
    return (rows / counts.total(), columns) if columns > 1 else (0.0, 0)
