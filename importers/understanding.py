"""The rows of a file to statements: parse, tell twins apart, normalize. Pure; a bad row costs itself and is reported."""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from sys import getsizeof
from typing import Final, TypeVar

from directory.listing import Provenance, Statement
from directory.normalize import ParsedRecord, normalize
from directory.problems import Loudness, Problem, in_columns
from importers import bounds, missing
from importers.base import Batch, Importer, Joining, Row, Source
from importers.bounds import once
from importers.row import BadRow

Progress = Callable[[str, int, int], None]
"""Told the stage's name, how much of it is done, and how much there is."""
Thing = TypeVar("Thing")
_TELL_EVERY: Final = 500
_NAMING: Final = ("organization", "program")
_WHO: Final = ("organization", "address_1")
_MOST_TOLD: Final = 5_000
"""Of so many rows that could not be read it is kept what tells them; a file with more of them is known to be broken."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """A phrase of which nobody knows the meaning: in how many rows it stands, and where first, with its column."""

    phrase: str
    rows: int
    where: str


@dataclass(frozen=True, slots=True)
class Understood:
    """What a file's rows say, what is wrong with them, how listings are called that could not be read, and how many are not.

    `unknown` are the phrases whose facts were left out, the most frequent first. `headings` has the file's own column of
    each of our fields.
    """

    statements: list[Statement]
    problems: list[Problem]
    refused: int
    unreadable: Mapping[str, Mapping[str, str]]
    nameless: int
    unknown: tuple[Unknown, ...] = ()
    headings: Mapping[str, str] = field(default_factory=dict)


def understand(importer: Importer, batch: Batch, provenance: Provenance, tell: Progress) -> Understood:
    """What the rows say, told apart and in our fields."""
    beside = _beside(batch, provenance.reference)
    records, lost = _parse(importer, batch, tell)
    headings = headings_of(importer.source, batch)
    records, joined = join(records, importer.joining, provenance.reference, headings)
    apart, twins, unclear = tell_apart(records, headings)
    records.clear()
    statements, problems, unreadable = _normalize(_counted("checking", len(apart), once(apart), tell), provenance, headings)
    refused = len(lost) + len(unclear) + len(unreadable)
    everything = [*batch.problems, *beside, *lost, *joined, *twins, *unclear, *problems]
    return Understood(statements, everything, refused, unreadable, len(lost), _unknown(batch), headings)


def _beside(batch: Batch, file: str) -> list[Problem]:
    """A word about text that stands under no heading: mostly a value with a separator in it has moved the rest along."""
    rows = [row for row in batch.rows if row.beside]
    if not rows:
        return []
    first = rows[0]
    found = f"{len(rows):,} row{'' if len(rows) == 1 else 's'}, first row {first.number}: “{first.beside[:60]}”"
    fix = "Give its column a heading, or put values that hold the separator between quotation marks"
    return [Problem(Loudness.NOTICE, file, "text stands under no heading; it was not read", found, fix)]


def _unknown(batch: Batch) -> tuple[Unknown, ...]:
    """The phrases that parsing the rows met, and those of the file's own list of codes, which may stand in no row."""
    rows: Counter[str] = Counter()
    first: dict[str, str] = {}
    for row in batch.rows:
        for phrase, where in row.unknown.items():
            rows[phrase] += 1
            first.setdefault(phrase, where)
    phrases = frozenset(rows).union(*(meaning.unknown for meaning in batch.codes.values()))
    told = (Unknown(phrase, rows[phrase], first.get(phrase) or batch.named_at.get(phrase, "")) for phrase in phrases)
    return tuple(sorted(told, key=lambda one: (-one.rows, one.phrase)))


def _parse(importer: Importer, batch: Batch, tell: Progress) -> tuple[list[ParsedRecord], list[Problem]]:
    records: list[ParsedRecord] = []
    problems: list[Problem] = []
    said = unknown = 0
    for row in _counted("understanding", len(batch.rows), batch.rows, tell):
        try:
            record = importer.parse(row, batch, importer.source)
            records.append(replace(record, contrary=row.contrary) if row.contrary else record)
            said += getsizeof(record.yes) + getsizeof(record.no)
        except (ValueError, KeyError) as error:
            problems.append(_lost(row, error, importer.source.name))
        row.let_go()
        bounds.expect_storable(said, row.where)
        unknown += len(row.unknown)
        bounds.expect_readable(len(problems) + unknown, row.where)
    return records, problems


def _lost(row: Row, error: ValueError | KeyError, source: str) -> Problem:
    found = f"nothing for “{error.args[0]}”" if isinstance(error, KeyError) and error.args else str(error)
    fix = f"Mend the row and import the file again, or say in importers/{source}.toml what it means"
    where = error.where if isinstance(error, BadRow) else row.where
    return Problem(Loudness.ROW, where, "the row could not be understood and was left out", found, fix)


def join(
    records: Sequence[ParsedRecord], joining: Joining | None, file: str, headings: Mapping[str, str]
) -> tuple[list[ParsedRecord], list[Problem]]:
    """The records with those made one that are one listing by their source's rule; the rule and the count as a notice."""
    if joining is None:
        return list(records), []
    by_id: dict[str, list[ParsedRecord]] = defaultdict(list)
    for record in records:
        by_id[record.local_id].append(record)
    joined: list[ParsedRecord] = []
    problems: list[Problem] = []
    count = 0
    for ones in by_id.values():
        different, same = _without_twins(ones, headings) if len(ones) > 1 else (ones, [])
        made = joining.join(different) if len(different) > 1 else different
        count += len(made) < len(different)
        problems += same
        joined += made
    told = [Problem(Loudness.NOTICE, file, joining.rule, f"{count:,} {'place' if count == 1 else 'places'}")] if count else []
    return joined, told + problems


def tell_apart(
    records: Sequence[ParsedRecord], headings: Mapping[str, str]
) -> tuple[list[ParsedRecord], list[Problem], list[Problem]]:
    """Each listing once, and a problem for each row that is another's twin, and for each that nothing tells apart.

    Records that share a local id are ordered by what distinguishes them, never by their place in the file.
    """
    by_id: dict[str, list[ParsedRecord]] = defaultdict(list)
    for record in records:
        by_id[record.local_id].append(record)
    apart: list[ParsedRecord] = []
    twins: list[Problem] = []
    unclear: list[Problem] = []
    taken = set(by_id)
    for local_id, ones in by_id.items():
        different, same = _without_twins(ones, headings) if len(ones) > 1 else (ones, [])
        twins += same
        apart.append(different[0])
        for one in different[1:]:
            twins += _sharing(one, different[0], headings)
            name = f"{local_id}-{one.distinguish}"
            if name in taken:
                unclear.append(_unclear(one, headings))
            else:
                taken.add(name)
                apart.append(replace(one, local_id=name))
    return apart, twins, unclear


def _without_twins(ones: list[ParsedRecord], headings: Mapping[str, str]) -> tuple[list[ParsedRecord], list[Problem]]:
    different: dict[tuple[str, str], ParsedRecord] = {}
    same: list[Problem] = []
    for one in ones:
        first = different.setdefault(_content(one), one)
        if first is not one:
            same.append(_twin(one, first, headings))
    return [different[content] for content in sorted(different)], same


def _content(record: ParsedRecord) -> tuple[str, str]:
    return record.distinguish, json.dumps([sorted(record.values.items()), sorted(record.yes), sorted(record.no)])


def _twin(record: ParsedRecord, first: ParsedRecord, headings: Mapping[str, str]) -> Problem:
    what = "the row says the same as another; they are one listing"
    return Problem(Loudness.NOTICE, _named(record, headings), what, first.where)


def _sharing(record: ParsedRecord, first: ParsedRecord, headings: Mapping[str, str]) -> list[Problem]:
    """A word about a row that has the id of another although its name or street is another."""
    if not _is_another(record, first):
        return []
    what = "the row has the id of another, whose name or street is another; both are listings, and may be taken for each other"
    fix = "Ask the sender for an id of its own for each"
    return [Problem(Loudness.NOTICE, _named(record, headings), what, f"{record.local_id}, as {first.where}", fix)]


def _is_another(record: ParsedRecord, first: ParsedRecord) -> bool:
    return any(str(record.values.get(one, "")).casefold() != str(first.values.get(one, "")).casefold() for one in _WHO)


def _unclear(record: ParsedRecord, headings: Mapping[str, str]) -> Problem:
    fix = "If they are two listings, give them names, streets or telephones that differ"
    what = "the row has the name, place and telephones of another but differs in the rest; it was left out"
    return Problem(Loudness.ROW, _named(record, headings), what, record.values.get("organization", ""), fix)


def _named(record: ParsedRecord, headings: Mapping[str, str]) -> str:
    """A record's place, with the columns that name the listing."""
    return in_columns(record.where, [headings[name] for name in _NAMING if name in headings])


def headings_of(source: Source, batch: Batch) -> dict[str, str]:
    """How the file itself calls the column of each of our fields; nothing where it has no header line."""
    written = batch.rows[0].headings if batch.rows else {}
    columns = {ours: theirs for theirs, ours in source.columns.items()} | dict(source.made_from)
    return {ours: written[theirs] for ours, theirs in columns.items() if theirs in written}


def _normalize(
    records: Iterable[ParsedRecord], provenance: Provenance, headings: Mapping[str, str]
) -> tuple[list[Statement], list[Problem], dict[str, dict[str, str]]]:
    statements: list[Statement] = []
    problems: list[Problem] = []
    unreadable: dict[str, dict[str, str]] = {}
    words = bounds.Words()
    for record in records:
        day = record.observed_at or provenance.observed_at
        statement, found = normalize(record, replace(provenance, reference=record.where, observed_at=day), headings)
        problems += found
        bounds.expect_readable(len(problems), record.where)
        if statement:
            words.meet(statement.values, record.where)
            statements.append(statement)
        else:
            told = missing.TELLING if len(unreadable) < _MOST_TOLD else ()
            unreadable[record.local_id] = {name: record.values[name] for name in told if record.values.get(name)}
    return statements, problems, unreadable


def _counted(stage: str, count: int, things: Iterable[Thing], tell: Progress) -> Iterator[Thing]:
    """So many things one by one, with a word now and then of how far it has come."""
    for number, thing in enumerate(things):
        if number % _TELL_EVERY == 0:
            tell(stage, number, count)
        yield thing
    tell(stage, count, count)
