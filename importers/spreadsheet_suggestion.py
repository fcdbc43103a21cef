"""A mapping proposed from a table's headings and cells, for a person to read; what is not understood is said in comments.

A column is proposed for what its heading says only where its cells can be read as that.
"""

import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

from directory import days, values
from directory.normalize import COORDINATES, FIELDS
from directory.vocabulary import TERMS
from importers.any_table import read_any_table
from importers.base import tidy
from importers.readers import Sheet
from importers.spreadsheet import columns_of, headed
from importers.spreadsheet_mapping import heading

_FILE: Final = Path(__file__).with_name("spreadsheet_words.toml")
_SIGNS: Final = re.compile(r"[^a-z0-9]+")
_LEADING: Final = re.compile(r"^(?:accepts?|offers?|has|takes?|provides?|serves?|is)\s+")
_SEPARATORS: Final = (";", "|", ",", "/")
_MOST_PHRASES: Final = 80
_LOOKED_AT: Final = 200
_HEADER_WITHIN: Final = 10
_ENOUGH: Final = 0.6
_NOT_UNDERSTOOD: Final = "not understood"
_READ_WIDELY: Final = {"licence_expires": days.day_in_any_shape(days.MONTH_FIRST)} | dict.fromkeys(COORDINATES, float)
"""How the cells of a field are looked at, where an import makes more of them, or says more, than the field's own reading."""


def plain(text: str) -> str:
    """A heading or phrase without its signs, for comparing."""
    return _SIGNS.sub(" ", heading(text)).strip()


@dataclass(frozen=True, slots=True)
class Words:
    """The table of what headings and phrases usually mean."""

    fields: Mapping[str, str]
    observed: frozenset[str]
    ids: frozenset[str]
    yes_no: Mapping[str, list[str]]
    left_out: Mapping[str, str]
    spoken: Mapping[str, Mapping[str, list[str]]]

    @classmethod
    def load(cls, path: Path = _FILE) -> "Words":
        """The table in a TOML file."""
        with path.open("rb") as file:
            told = tomllib.load(file)
        labels = {plain(term.label): [term.code] for term in TERMS.values()}
        yes_no = labels | told["yes_no"]
        groups: Iterable[dict[str, Any]] = told["phrases"].values()
        return cls(
            fields={word: ours for ours, words in told["fields"].items() for word in words},
            observed=frozenset(told["observed"]["columns"]),
            ids=frozenset(told["id"]["columns"]),
            yes_no=yes_no,
            left_out=told["left_out"],
            spoken={
                column: yes_no | {phrase: terms for phrase, terms in group.items() if phrase != "columns"}
                for group in groups
                for column in group["columns"]
            },
        )

    def knows(self, column: str) -> bool:
        """Whether a heading is one that tables usually have."""
        word = plain(column)
        named = (self.fields, self.observed, self.ids, self.left_out, self.spoken)
        return any(word in words for words in named) or _LEADING.sub("", word) in self.yes_no


@dataclass(slots=True)
class _Draft:
    """A mapping on its way: what each column was taken for."""

    columns: dict[str, str] = field(default_factory=dict)
    yes_no: dict[str, list[str]] = field(default_factory=dict)
    terms: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    separators: dict[str, str] = field(default_factory=dict)
    ignore: dict[str, str] = field(default_factory=dict)
    ids: str = ""
    observed: str = ""

    @property
    def lacking(self) -> tuple[str, ...]:
        """The fields that every listing needs and no column was taken for."""
        return tuple(ours for ours, spec in FIELDS.items() if spec.required and ours not in self.columns)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A mapping as TOML, and what of the table it does not understand: phrases by column, and whole columns.

    `lacking` are the fields that every listing needs and no column holds; `dated` says whether it says the day that the
    table speaks of.
    """

    text: str
    phrases: Mapping[str, tuple[str, ...]]
    columns: tuple[str, ...]
    lacking: tuple[str, ...] = ()
    dated: bool = True


def suggest(path: Path, changed: date | None) -> Suggestion:
    """A mapping for the table; `changed` is the day on which the file was last changed, where that is known.

    Raises CannotUnderstand where the file holds no table.
    """
    words = Words.load()
    raw = read_any_table(path)
    header = _header(raw, words)
    at = header or next(number for number, row in enumerate(raw.rows, start=1) if any(cell.strip() for cell in row))
    called = {heading(cell): tidy(cell) for cell in raw.rows[at - 1]}
    columns = columns_of(headed(raw, header))
    draft = _Draft()
    for column, cells in columns.items():
        _place(draft, words, called[column], cells[:_LOOKED_AT])
    if "organization" not in draft.columns and "program" in draft.columns:
        draft.columns = {"organization": draft.columns.pop("program"), **draft.columns}
    day = raw.modified or changed
    text = "\n".join(_written(path, draft, header, max(map(len, columns.values()), default=0), day))
    unknown = {column: tuple(one for one, terms in said.items() if not terms) for column, said in draft.terms.items()}
    left_out = tuple(column for column, why in draft.ignore.items() if why == _NOT_UNDERSTOOD)
    phrases = {column: some for column, some in unknown.items() if some}
    return Suggestion(text, phrases, left_out, draft.lacking, dated=bool(draft.observed or day))


def _header(sheet: Sheet, words: Words) -> int:
    """The row in which the headings stand, 0 for the first that is not empty."""
    filled = [n for n, row in enumerate(sheet.rows[:1000], start=1) if any(cell.strip() for cell in row)][:_HEADER_WITHIN]
    headed(sheet)  # refuses an empty sheet
    known = {number: sum(words.knows(cell) for cell in sheet.rows[number - 1] if cell.strip()) for number in filled}
    best = max(known, key=lambda number: (known[number], -number))
    return 0 if best == filled[0] else best


def _place(draft: _Draft, words: Words, column: str, cells: list[str]) -> None:
    """Take a column for what its heading says, if its cells agree."""
    word = plain(column)
    bare = _LEADING.sub("", word)
    ours = words.fields.get(word, "")
    if ours and ours not in draft.columns and _readable(ours, cells):
        draft.columns[ours] = column
    elif word in words.ids and not draft.ids and len({*cells}) == len(cells) and cells:
        draft.ids = column
    elif word in words.observed and not draft.observed and cells and _days(cells):
        draft.observed = column
    elif bare in words.yes_no and cells and all(map(_is_answer, cells)):
        draft.yes_no[column] = words.yes_no[bare]
    elif word in words.left_out:
        draft.ignore[column] = words.left_out[word]
    elif word in words.spoken and cells and _spoken(draft, words.spoken[word], column, cells):
        return
    else:
        draft.ignore[column] = _NOT_UNDERSTOOD if cells else "empty"


def _readable(ours: str, cells: list[str]) -> bool:
    read = _READ_WIDELY.get(ours, FIELDS[ours].read)
    return not cells or sum(_reads(read, cell) for cell in cells) >= _ENOUGH * len(cells)


def _reads(read: Any, cell: str) -> bool:
    try:
        read(cell)
    except ValueError:
        return False
    return True


def _days(cells: list[str]) -> bool:
    return all(_reads(days.day_in_any_shape(days.MONTH_FIRST), cell) for cell in cells)


def _is_answer(cell: str) -> bool:
    return _reads(values.yes_or_no, cell)


def _spoken(draft: _Draft, known: Mapping[str, list[str]], column: str, cells: list[str]) -> bool:
    """Take a column for phrases, where some of them are known; the others are listed as saying nothing."""
    best: tuple[int, str, dict[str, list[str]]] = (0, "", {})
    for sign in ("", *_SEPARATORS):
        phrases = {tidy(phrase) for cell in cells for phrase in (cell.split(sign) if sign else [cell])} - {""}
        said = {phrase: known.get(plain(phrase), []) for phrase in sorted(phrases, key=str.casefold)}
        understood = sum(map(bool, said.values()))
        if understood > best[0] and len(said) <= _MOST_PHRASES:
            best = understood, sign, said
    understood, sign, said = best
    if not understood:
        return False
    once = {heading(phrase): phrase for phrase in said}
    draft.terms[column] = {phrase: said[phrase] for phrase in once.values()}
    if sign:
        draft.separators[column] = sign
    return True


# --- as TOML ---------------------------------------------------------------------------------------------------------


def _written(path: Path, draft: _Draft, header: int, rows: int, day: date | None) -> Iterator[str]:
    name = re.sub(r"[^a-z0-9]+", "_", path.stem.casefold()).strip("_")[:36]
    yield f"# A mapping for {_quoted(path.name)}, proposed from its headings and cells."
    yield "# Read it before you use it: docs/spreadsheets.md"
    yield ""
    yield f"name = {_quoted(name if name[:1].isalpha() and len(name) > 1 else f'sheet_{name or 1}')}"
    yield f"title = {_quoted(path.stem)}"
    yield 'publisher = "not stated"  # who keeps this table'
    yield 'licence = "not stated"  # whether it may be used'
    yield 'kind = "web"  # or provider_attestation, where the centers say it of themselves; licensing_registry'
    if draft.observed:
        yield f"observed = {_quoted(draft.observed)}"
    elif day is None:
        yield '# observed = "2026-03-01"  # the day that the table speaks of, which it does not say'
    else:
        yield f"observed = {_quoted(day.isoformat())}  # the day on which the file was last changed: is it what it speaks of?"
    yield f"at_least = {max(rows // 2, 1)}"
    yield f"at_most = {max(rows * 2, 10)}"
    if header:
        yield f"header = {header}"
    if draft.ids:
        yield f"id = [{_quoted(draft.ids)}]"
    yield from _ignored(draft)
    yield from _tables(draft)


def _ignored(draft: _Draft) -> Iterator[str]:
    if draft.ignore:
        yield "ignore = ["
        yield from (f"    {_quoted(column)},  # {why}" for column, why in draft.ignore.items())
        yield "]"


def _tables(draft: _Draft) -> Iterator[str]:
    yield "\n[columns]"
    yield from (f"{ours} = {_quoted(column)}" for ours, column in draft.columns.items())
    if draft.lacking:
        yield f"# still needed: {', '.join(draft.lacking)}; name their columns here, or what holds for every row under [always]"
    yield "\n[always]"
    yield '# terms = ["status.operating"]  # if only open centers are listed; `flask --app app terms` shows what can be said'
    if draft.yes_no:
        yield "\n[yes_no]"
        yield from (f"{_quoted(column)} = {json.dumps(terms)}" for column, terms in draft.yes_no.items())
    if draft.separators:
        yield "\n[separators]"
        yield from (f"{_quoted(column)} = {_quoted(sign)}" for column, sign in draft.separators.items())
    for column, said in draft.terms.items():
        yield f"\n[terms.{_quoted(column)}]"
        for phrase, terms in said.items():
            yield f"{_quoted(phrase)} = {json.dumps(terms)}" + ("" if terms else "  # not understood: nothing is taken from it")


def _quoted(text: str) -> str:
    return json.dumps(text.replace("\x7f", " "), ensure_ascii=False)
