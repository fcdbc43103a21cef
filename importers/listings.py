"""A file of listings in the interchange format (docs/listings.md) into the directory.

One transaction; a line that can't be taken costs itself. What is there already is recognised, so a file may come twice.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import IO, Final

from sqlalchemy import Connection

from directory import store
from directory.database import Database
from directory.listing import Located
from directory.problems import Loudness, Problem
from directory.resolve import NOTHING_SINCE, resolve
from directory.store import Recorded
from importers.base import refuse
from importers.contents import digest_of
from importers.listing_fields import BadLine
from importers.listing_line import (
    SOURCE,
    VERSION,
    Context,
    Line,
    read_header,
    read_line,
)
from importers.listing_merges import check_merges, merge_as_told, to_merge
from importers.listing_news import already_there, news, with_news
from importers.pipeline import INVENTED, Order, Summary
from importers.understanding import Progress

LARGEST_FILE: Final = 2 << 30
LONGEST_LINE: Final = 1 << 20
_AT_ONCE: Final = 500
_MOST_PROBLEMS: Final = 1_000
_FORM: Final = f"version {VERSION}"


@dataclass(slots=True)
class _Tally:
    """How many lines of a kind were new listings, changed one, or said nothing new."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0

    @property
    def lines(self) -> int:
        return self.new + self.changed + self.unchanged


@dataclass(slots=True)
class _Taking:
    """A file on its way into the database: what it says that is new, and what came of each line."""

    connection: Connection
    context: Context
    run_id: int
    rows: int = 0
    refused: int = 0
    problems: list[Problem] = field(default_factory=list)
    real: _Tally = field(default_factory=_Tally)
    invented: _Tally = field(default_factory=_Tally)


def import_listings(database: Database, path: Path, order: Order, tell: Progress | None = None) -> Summary:
    """Import a file; raises CannotUnderstand for one that is no file of listings, or far too large to be one."""
    size = path.stat().st_size
    if size > LARGEST_FILE:
        fix = f"At most {LARGEST_FILE >> 30} GB are read; split the file, each part with the header"
        raise refuse(path.name, "the file is too large", f"{size >> 20} MB", fix)
    known = Summary(SOURCE, path.name, sha256_of(path))
    with path.open("rb") as file:
        summary = import_lines(database, _told(numbered_lines(file), file, size, tell), known, order)
    if tell:
        tell("storing", size, size)
    return summary


def sha256_of(path: Path) -> str:
    """The digest that a file or folder is known by."""
    return digest_of(path)


def import_lines(database: Database, lines: Iterator[tuple[int, bytes | None]], known: Summary, order: Order) -> Summary:
    """Import numbered lines, the header first, in one transaction; None stands for a line that is too long."""
    _check_header(next(lines, (1, b"")), known.file)
    with database.long_writing(known.file) as connection:
        run_id = store.record_run(connection, _run(known, order))
        taking = _Taking(connection, Context(known.file, order.recorded_by, order.now), run_id)
        while some := list(islice(lines, _AT_ONCE)):
            _take(taking, some)
        summary = _concluded(taking, known)
        store.conclude_run(connection, run_id, summary.as_recorded())
        transaction = connection.get_transaction()
        if order.dry_run and transaction:
            transaction.rollback()
    return summary


# --- lines of a file -------------------------------------------------------------------------------------------------


def numbered_lines(file: IO[bytes]) -> Iterator[tuple[int, bytes | None]]:
    """The lines that are not empty, by number; None in place of one that no listing needs the length of."""
    number = 0
    while raw := file.readline(LONGEST_LINE + 1):
        number += 1
        if len(raw) > LONGEST_LINE:
            while raw and not raw.endswith(b"\n"):
                raw = file.readline(LONGEST_LINE)
            yield number, None
        elif line := raw.removeprefix(b"\xef\xbb\xbf" if number == 1 else b"").strip():
            yield number, line


def _told(
    lines: Iterable[tuple[int, bytes | None]], file: IO[bytes], size: int, tell: Progress | None
) -> Iterator[tuple[int, bytes | None]]:
    """The same lines, with a word now and then of how far it has come."""
    for count, line in enumerate(lines):
        if tell and count % _AT_ONCE == 0:
            tell("storing", min(file.tell(), size), size)
        yield line


def _check_header(first: tuple[int, bytes | None], file: str) -> None:
    try:
        read_header(first[1] or b"")
    except BadLine as error:
        raise refuse(f"{file}, line {first[0]}", error.what, error.found, error.fix) from None


# --- into the database -----------------------------------------------------------------------------------------------


def _take(taking: _Taking, some: Sequence[tuple[int, bytes | None]]) -> None:
    """Take some lines up: each on its own, all that they add at once; a line that merges with what was added before it."""
    read = [(number, line) for number, raw in some if (line := _read(taking, number, raw))]
    portions: list[list[tuple[int, Line]]] = [[]]
    for number, line in read:
        portions += [[], []] if line.merged else []
        portions[-2 if line.merged else -1].append((number, line))
    for portion in portions:
        _take_up(taking, portion)


def _take_up(taking: _Taking, lines: Sequence[tuple[int, Line]]) -> None:
    there = already_there(taking.connection, [line for _, line in lines])
    added: list[Recorded] = []
    for number, line in lines:
        before = there.get(line.listing_id, Recorded(line.listing_id, (), NOTHING_SINCE))
        new = news(line, before)
        after = with_news(before, new)
        told = bool(new.said or new.since != NOTHING_SINCE or not before.said)
        if told and not _stands(taking, number, after):
            continue
        try:
            check_merges(taking.connection, line, after)
        except BadLine as error:
            _refuse(taking, number, error)
            continue
        there[line.listing_id] = after
        added.append(new)
        _count(taking, before, new, after)
    _append(taking, added)


def _read(taking: _Taking, number: int, raw: bytes | None) -> Line | None:
    taking.rows += 1
    try:
        if raw is None:
            what = f"the line is longer than {LONGEST_LINE >> 20} MB"
            raise BadLine(what, fix="Write one listing on each line, and end every line")
        return read_line(raw, taking.context)
    except BadLine as error:
        _refuse(taking, number, error)
        return None


def _refuse(taking: _Taking, number: int, error: BadLine) -> None:
    taking.refused += 1
    if taking.refused <= _MOST_PROBLEMS:
        where = f"{taking.context.reference}, line {number}"
        taking.problems.append(Problem(Loudness.ROW, where, f"{error.what}; the line was left out", error.found, error.fix))


def _stands(taking: _Taking, number: int, after: Recorded) -> bool:
    """Whether a listing has a name and a place, with all that was ever said of it; else the line is refused."""
    try:
        resolve(after.listing_id, after.said, lambda _address, _given: Located(), after.since)
    except ValueError:
        fix = "Say organization, city, state_province and postal_code in a statement, or give the id of a listing that is there"
        _refuse(taking, number, BadLine("no statement gives the listing's name and place", after.listing_id, fix))
        return False
    return True


def _count(taking: _Taking, before: Recorded, new: Recorded, after: Recorded) -> None:
    tally = taking.invented if any(one.statement.source == INVENTED for one in after.said) else taking.real
    if not before.said:
        tally.new += 1
    elif new.said or new.since != NOTHING_SINCE or to_merge(taking.connection, new):
        tally.changed += 1
    else:
        tally.unchanged += 1


def _append(taking: _Taking, added: Sequence[Recorded]) -> None:
    connection = taking.connection
    if said := [one.statement for listing in added for one in listing.said]:
        store.append(connection, said, taking.run_id)
    parts = [part for listing in added for part in listing.parts.items()]
    store.append_reports(connection, [(key, one) for key, since in parts for one in since.reports])
    store.append_vettings(connection, [(key, one) for key, since in parts for one in since.vettings])
    for listing in added:
        merge_as_told(connection, listing, taking.context)


# --- what came of it -------------------------------------------------------------------------------------------------


def _concluded(taking: _Taking, known: Summary) -> Summary:
    """What came of the file. Invented listings make way where there are real ones, also those of this very file."""
    connection, real, invented = taking.connection, taking.real, taking.invented
    problems, refused = list(taking.problems), taking.refused
    if refused > _MOST_PROBLEMS:
        problems.append(Problem(Loudness.NOTICE, known.file, "and more lines like these", f"{refused - _MOST_PROBLEMS:,}"))
    there = sum(map(bool, store.latest_digests(connection, INVENTED).values()))
    if there and store.unspoken_by(connection, INVENTED):
        store.remove_source(connection, INVENTED)
        what = "the invented listings of the demo directory make way for real ones"
        problems.insert(0, Problem(Loudness.NOTICE, known.file, what, f"{there:,} listing{'' if there == 1 else 's'}"))
        refused, invented = refused + invented.lines, _Tally()
    return replace(
        known,
        rows=taking.rows,
        new=real.new + invented.new,
        changed=real.changed + invented.changed,
        unchanged=real.unchanged + invented.unchanged,
        refused=refused,
        problems=tuple(problems),
        imported=True,
    )


def _run(known: Summary, order: Order) -> store.Run:
    return store.Run(
        source=known.source,
        file=known.file,
        sha256=known.sha256,
        mapping_sha256=_FORM,
        observed_at=order.now.date(),
        recorded_at=order.now,
        recorded_by=order.recorded_by,
        forced_because=order.force_because,
        summary={},
    )
