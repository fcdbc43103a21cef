"""Any table that a center or a county sends, read as a mapping says that staff wrote (docs/spreadsheets.md).

A column or phrase that the mapping names must be in the table, and a phrase in the table must be in the mapping.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Final

from directory import days, values
from directory.normalize import ParsedRecord
from directory.problems import CannotUnderstand, Loudness, Problem
from importers.any_table import read_any_table
from importers.base import Batch, Importer, Meaning, Row, Source, refuse, tidy
from importers.bounds import expect_readable
from importers.readers import Sheet
from importers.reading_toml import nearest
from importers.spreadsheet_mapping import EVERY, SheetMapping, heading, load

_FILE_HELP: Final = "an .xlsx workbook or a CSV file, with the mapping that says what its columns mean (docs/spreadsheets.md)"
_PLACE: Final = ("organization", "program", "address_1", "city", "state_province", "postal_code")
_TELEPHONES: Final = ("phone", "intake_1", "intake_2", "website")
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]{0,99}")
_SHOWN: Final = 12


def importer_of(mapping: SheetMapping, skip_unknown: bool = False) -> Importer:
    """The importer of one mapping; `skip_unknown` leaves out, counted, what phrases say that the mapping does not have."""

    def read(path: Path, _source: Source) -> Batch:
        return _read(path, mapping, skip_unknown)

    def parse(row: Row, _batch: Batch, _source: Source) -> ParsedRecord:
        return _parse(row, mapping)

    return Importer(mapping, read, parse, _FILE_HELP)


def _mapped(mapping: Path, skip_unknown: bool) -> Importer:
    return importer_of(load(mapping), skip_unknown)


def _read_alone(path: Path, _source: Source) -> Batch:
    raise refuse(path.name, "a table can't be read without its mapping", fix="Have one proposed, and mend it")


def _parse_alone(_row: Row, _batch: Batch, _source: Source) -> ParsedRecord:
    raise ValueError("nobody has said what the table's columns mean")


# --- a file to rows --------------------------------------------------------------------------------------------------


def headed(sheet: Sheet, header: int = 0) -> Sheet:
    """The sheet with its header line as headings, and nothing above it; refuses a sheet without one."""
    rows = [list(row) if number >= header else [] for number, row in enumerate(sheet.rows, start=1)]
    filled = next((number for number, row in enumerate(rows) if any(cell.strip() for cell in row)), None)
    if filled is None or (header and filled != header - 1):
        fix = "Say in which row the header stands: header = 1"
        raise refuse(sheet.file, f"there is no header in row {header}" if header else "the sheet is empty", fix=fix)
    headings = {heading(cell): tidy(cell) for cell in rows[filled]}
    rows[filled] = [heading(cell) for cell in rows[filled]]
    return replace(sheet, rows=rows, headings=headings)


def columns_of(sheet: Sheet) -> dict[str, list[str]]:
    """The filled cells of each column below the header line, by heading."""
    filled = [row for row in sheet.rows if any(cell.strip() for cell in row)]
    return {
        name: [row[place] for row in filled[1:] if place < len(row) and row[place].strip()]
        for place, name in enumerate(filled[0])
        if name
    }


def _read(path: Path, mapping: SheetMapping, skip_unknown: bool) -> Batch:
    sheet = headed(read_any_table(path, mapping.sheet, mapping.encoding), mapping.header)
    sheet = _without_twins(sheet, mapping)
    columns = columns_of(sheet)
    _expect(sheet.file, mapping, columns)
    unknown = list(_unknown(sheet, mapping, columns))
    if unknown and not skip_unknown:
        raise CannotUnderstand(*(_unknown_phrases(sheet.file, mapping, found) for found in unknown))
    orders = {column: mapping.order or days.order_of_days(columns[column]) for column in _day_columns(mapping)}
    problems = [*sheet.problems, *_unread(sheet.file, mapping, columns), *_unclear_days(sheet, mapping, columns, orders)]
    problems += [_left_out(sheet.file, found) for found in unknown]
    rows = replace(sheet, rows=_with_plain_days(sheet.rows, orders)).table(())
    return Batch(rows, _observed(sheet, mapping, columns, orders), problems=tuple(problems))


def _without_twins(sheet: Sheet, mapping: SheetMapping) -> Sheet:
    """The sheet with a number behind headings that stand there again, as far as the mapping does not name them."""
    rows = list(sheet.rows)
    at = next(number for number, row in enumerate(rows) if any(row))
    seen: Counter[str] = Counter()
    for place, name in enumerate(rows[at]):
        seen[name] += 1
        if name and seen[name] > 1 and name not in mapping.used:
            rows[at][place] = f"{name} ({seen[name]})"
    return replace(sheet, rows=rows)


def _expect(file: str, mapping: SheetMapping, columns: dict[str, list[str]]) -> None:
    lacking = [
        Problem(
            Loudness.FILE, file, f"there is no column “{name}”, which the mapping names in {part}", fix=nearest(name, columns)
        )
        for name, part in mapping.used.items()
        if name not in columns
    ]
    if lacking:
        raise CannotUnderstand(*lacking)


def phrases_in(mapping: SheetMapping, column: str, cell: str) -> list[str]:
    """The phrases that a cell holds."""
    sign = mapping.separators.get(column)
    return [phrase for phrase in map(tidy, cell.split(sign) if sign else [cell]) if phrase]


@dataclass(frozen=True, slots=True)
class _Odd:
    """What a column holds that nobody can read: how often each of it, and in which row first."""

    column: str
    count: Counter[str]
    first: Mapping[str, int]

    @classmethod
    def of(cls, sheet: Sheet, mapping: SheetMapping, column: str, count: Counter[str]) -> "_Odd":
        """The same with the first row of each that is shown."""
        filled = [(number, row) for number, row in enumerate(sheet.rows, start=1) if any(row)]
        place = filled[0][1].index(column)
        shown = [one for one, _ in count.most_common(_SHOWN)]
        sought = {*map(tidy, shown)}
        first: dict[str, int] = {}
        for number, row in filled[1:]:
            for phrase in phrases_in(mapping, column, row[place]) if place < len(row) else ():
                if phrase in sought:
                    first.setdefault(phrase, number)
        return cls(column, count, {one: first[tidy(one)] for one in shown})

    def __str__(self) -> str:
        """The commonest of it in words."""
        more = f" and {len(self.count) - _SHOWN} more" if len(self.count) > _SHOWN else ""
        told = (f"“{one[:60]}” ({times}×, first in row {self.first[one]})" for one, times in self.count.most_common(_SHOWN))
        return ", ".join(told) + more


def _unknown(sheet: Sheet, mapping: SheetMapping, columns: dict[str, list[str]]) -> Iterator[_Odd]:
    """The columns that hold what the mapping does not know."""
    for column in mapping.spoken:
        phrases = (phrase for cell in columns[column] for phrase in phrases_in(mapping, column, cell))
        count: Counter[str] = Counter()
        for phrase in phrases:
            if mapping.phrase(column, phrase) is None:
                count[phrase] += 1
                expect_readable(len(count), f"{sheet.file}, column “{column}”")
        if count:
            yield _Odd.of(sheet, mapping, column, count)
    for column in mapping.yes_no:
        count = Counter(tidy(cell) for cell in columns[column] if _answer(cell) is None)
        if count:
            yield _Odd.of(sheet, mapping, column, count)


def _answer(cell: str) -> bool | None:
    try:
        return values.yes_or_no(cell)
    except ValueError:
        return None


def _unknown_phrases(file: str, mapping: SheetMapping, found: _Odd) -> Problem:
    column = found.column
    fix = f'Say what each means under [terms."{column}"] of the mapping; [] says nothing. Or import with --skip-unknown'
    if column in mapping.yes_no:
        fix = f'Write yes or no there, or move the column to [terms."{column}"] of the mapping. Or import with --skip-unknown'
    what = f"the column “{column}” holds {'what is neither yes nor no' if column in mapping.yes_no else 'unknown phrases'}"
    return Problem(Loudness.FILE, file, what, str(found), fix)


def _left_out(file: str, found: _Odd) -> Problem:
    what = f"{found.count.total():,} cells of the column “{found.column}” hold unknown phrases, of which nothing was taken"
    return Problem(Loudness.NOTICE, file, what, str(found), "Say in the mapping what they mean, and import again")


def _unread(file: str, mapping: SheetMapping, columns: dict[str, list[str]]) -> Iterator[Problem]:
    left = [name for name, cells in columns.items() if cells and name not in mapping.used and name not in mapping.ignore]
    if left:
        fix = "Say in the mapping what they hold, or name them under ignore"
        what = "the mapping does not name some columns; they were not read"
        yield Problem(Loudness.NOTICE, file, what, ", ".join(left)[:300], fix)


# --- days ------------------------------------------------------------------------------------------------------------


def _day_columns(mapping: SheetMapping) -> list[str]:
    named = [column for column, ours in mapping.columns.items() if ours == "licence_expires"]
    return named + [column for column, part in mapping.used.items() if part == "observed"]


def _day(cell: str, order: str) -> date | None:
    try:
        return days.day_in_any_shape(order)(cell)
    except ValueError:
        return None


def _unclear_days(
    sheet: Sheet, mapping: SheetMapping, columns: dict[str, list[str]], orders: dict[str, str]
) -> Iterator[Problem]:
    for column, order in orders.items():
        bad = Counter(cell for cell in columns[column] if _day(cell, order) is None)
        if bad:
            count = bad.total()
            what = f"{count:,} {'day' if count == 1 else 'days'} of the column “{column}” can't be read, or could be two days"
            fix = 'Write them as 2026-11-24, or say in the mapping: days = "month_first" or days = "day_first"'
            yield Problem(Loudness.NOTICE, sheet.file, what, str(_Odd.of(sheet, mapping, column, bad)), fix)


def _with_plain_days(rows: list[list[str]], orders: dict[str, str]) -> list[list[str]]:
    """The rows with every day that can be read in the one form."""
    at = next(number for number, row in enumerate(rows) if any(row))
    places = {place: orders[name] for place, name in enumerate(rows[at]) if name in orders}
    for row in rows[at + 1 :] if places else ():
        for place, order in places.items():
            read = _day(row[place], order) if place < len(row) else None
            if read:
                row[place] = read.isoformat()
    return rows


def _observed(sheet: Sheet, mapping: SheetMapping, columns: dict[str, list[str]], orders: dict[str, str]) -> date | None:
    """The day that the file speaks of: the mapping's, the newest of its column, else when the workbook was last changed."""
    if values.is_day(mapping.observed):
        return values.day(mapping.observed)
    if mapping.observed:
        found = [read for cell in columns[mapping.observed] if (read := _day(cell, orders[mapping.observed]))]
        return max(found, default=None)
    return sheet.modified


# --- a row to a record -----------------------------------------------------------------------------------------------


def _parse(row: Row, mapping: SheetMapping) -> ParsedRecord:
    """One listing. Raises BadRow, in words, for a row whose id is missing."""
    theirs = {ours: column for column, ours in mapping.columns.items()}
    local_id = _local_id(row, mapping, theirs)
    distinguish = row.digest(*(theirs[ours] for ours in _TELEPHONES if ours in theirs))
    told = {column: row.take(column) for column in mapping.used}
    said = row.said(_said(mapping, told))
    observed = told.get(mapping.observed, "")
    return ParsedRecord(
        local_id=local_id,
        where=row.where,
        values={ours: told[column] for column, ours in mapping.columns.items()} | dict(mapping.always),
        yes=said.yes,
        no=said.no,
        distinguish=distinguish,
        observed_at=values.day(observed) if values.is_day(observed) else None,
    )


def _local_id(row: Row, mapping: SheetMapping, theirs: dict[str, str]) -> str:
    """What the table itself calls the listing, else twelve characters made of its name and place."""
    if not mapping.ids:
        return row.digest(*(theirs[ours] for ours in _PLACE if ours in theirs))
    named = "~".join(row.look(column).strip() for column in mapping.ids)
    if not named.strip("~"):
        raise row.bad(f"the id is missing: nothing stands in {', '.join(mapping.ids)}", *mapping.ids)
    return named if _NAME.fullmatch(named) else row.digest(*mapping.ids)


def _said(mapping: SheetMapping, told: dict[str, str]) -> dict[str, list[Meaning]]:
    """What each column of a row says, and under no column what holds for every row."""
    said = {"": [Meaning(frozenset(mapping.always_yes), frozenset(mapping.always_no))]}
    for column in mapping.spoken:
        found = [mapping.phrase(column, phrase) for phrase in phrases_in(mapping, column, told[column])]
        known = [one for one in found if one is not None]
        # Beside what was left out a no may be none: “Men; Wmn” does not say that women are not taken.
        said[column] = known if len(known) == len(found) else [replace(one, no=frozenset()) for one in known]
    for column, terms in mapping.yes_no.items():
        answer = _answer(told[column])
        if answer is not None:
            meaning = Meaning(yes=frozenset(terms)) if answer else Meaning(no=frozenset(terms))
            said.setdefault(column, []).append(meaning)
    return said


importer = Importer(EVERY, _read_alone, _parse_alone, _FILE_HELP, mapped=_mapped)
