"""A file of listings in the interchange format (docs/listings.md) into the directory.

One transaction; a line that can't be taken costs itself. What is there already is recognised, so a file may come twice.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from sqlalchemy import Connection

from directory import review, store
from directory.account import Who
from directory.database import Database
from directory.listing import Located
from directory.normalize import FIELDS
from directory.places import Gazetteer
from directory.problems import Loudness, Problem
from directory.resolve import NOTHING_SINCE, resolve
from directory.review import Review
from directory.store import Recorded
from directory.vocabulary import is_plan
from importers import bounds, expectations, whereabouts
from importers.base import refuse
from importers.contents import Content, digest_of, expect
from importers.differences import ChangeKind
from importers.listing_changes import Taken, Tally, change, sayings, told_of_places
from importers.listing_fields import BadLine
from importers.listing_file import LARGEST_FILE, LONGEST_LINE, check_header, numbered_lines, portions, with_progress
from importers.listing_line import (
    SOURCE,
    VERSION,
    Context,
    Line,
    read_line,
)
from importers.listing_merges import check_merges, merge_as_told, to_merge
from importers.listing_news import already_there, check_newer, check_repeats, news, with_news
from importers.pipeline import INVENTED, Order, Summary
from importers.understanding import Progress

_MOST_PROBLEMS: Final = 1_000
MOST_PLANS: Final = 20_000
"""Different insurance plans in one file: the one list that is open, and each name in it is held as long as the site runs."""
_AS_CALLED: Final = {name: name for name in FIELDS}
"""A line calls each field as we do."""
_FORM: Final = f"version {VERSION}"


@dataclass(slots=True)
class _Taking:
    """A file on its way into the database: what came of each line, of real listings and of invented ones."""

    connection: Connection
    context: Context
    run_id: int
    real: Tally
    invented: Tally
    rows: int = 0
    refused: int = 0
    problems: list[Problem] = field(default_factory=list)
    told: Counter[Loudness] = field(default_factory=Counter)
    withdrawn: Counter[str] = field(default_factory=Counter)
    plans: set[str] = field(default_factory=set)
    words: bounds.Words = field(default_factory=bounds.Words)
    _gazetteer: Gazetteer | None = None

    @property
    def gazetteer(self) -> Gazetteer:
        """All ZIP codes, read once a line says where a listing is."""
        self._gazetteer = self._gazetteer or store.gazetteer(self.connection)
        return self._gazetteer

    def tell(self, problem: Problem) -> None:
        """Keep a problem, if it is one of the first that cost as much."""
        self.told[problem.loudness] += 1
        if self.told[problem.loudness] <= _MOST_PROBLEMS:
            self.problems.append(problem)

    @property
    def untold(self) -> int:
        """How many problems were not kept."""
        return self.told.total() - len(self.problems)


def import_listings(database: Database, path: Path, order: Order, tell: Progress | None = None) -> Summary:
    """Import a file; raises CannotUnderstand for one that is no file of listings, or far too large to be one."""
    size = path.stat().st_size
    if size > LARGEST_FILE:
        fix = f"At most {LARGEST_FILE >> 20} MB are read; split the file, each part with the header"
        raise refuse(path.name, "the file is too large", f"{size >> 20} MB", fix)
    expect(path, Content.TEXT, "Import it as a spreadsheet", LARGEST_FILE)
    known = Summary(SOURCE, path.name, digest_of(path))
    with path.open("rb") as file:
        summary = import_lines(database, with_progress(numbered_lines(file), file, size, tell), known, order)
    if tell:
        tell("storing", size, size)
    return summary


def import_lines(database: Database, lines: Iterator[tuple[int, bytes | None]], known: Summary, order: Order) -> Summary:
    """Import numbered lines, the header first, in one transaction; None stands for a line that is too long."""
    check_header(next(lines, (1, b"")), known.file)
    with database.long_writing(known.file) as connection:
        run_id = store.record_run(connection, _run(known, order))
        context = Context(known.file, order.recorded_by, order.now)
        taking = _Taking(connection, context, run_id, Tally(order.most), Tally(order.most))
        for some in portions(lines, known.file):
            _take(taking, some)
        _check_withdrawn(taking, order)
        summary = _concluded(taking, known)
        store.conclude_run(connection, run_id, summary.as_recorded())
        transaction = connection.get_transaction()
        if order.dry_run and transaction:
            transaction.rollback()
    return summary


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
    taken: list[Taken] = []
    for number, line in lines:
        before = there.get(line.listing_id, Recorded(line.listing_id, (), NOTHING_SINCE))
        new = news(line, before)
        after = with_news(before, new)
        joins = [key for key, _ in to_merge(taking.connection, new)]
        one = Taken(_where(taking, number), before, new, after, joins)
        try:
            if one.says_anything:
                _check_named(after)
            check_newer(before, new)
            check_repeats(line, before, new)
            check_merges(taking.connection, line, after)
        except BadLine as error:
            _refuse(taking, number, error)
            continue
        there[line.listing_id] = after
        taken.append(one)
        _count(taking, one)
    reviewed = [_reviewed(taking, tally, taken) for tally in (taking.real, taking.invented)]
    _append(taking, [one.new for one in taken])
    for found in reviewed:
        review.record(taking.connection, found, taking.run_id, Who(taking.context.recorded_by, taking.context.now))


def _read(taking: _Taking, number: int, raw: bytes | None) -> Line | None:
    taking.rows += 1
    try:
        if raw is None:
            what = f"the line is longer than {LONGEST_LINE >> 20} MB"
            raise BadLine(what, fix="Write one listing on each line, and end every line")
        line = read_line(raw, taking.context)
    except BadLine as error:
        _refuse(taking, number, error)
        return None
    for one in line.statements:
        taking.words.meet(one.values, _where(taking, number))
    taking.plans.update(code for one in line.statements for code in (*one.yes, *one.no) if is_plan(code))
    if len(taking.plans) > MOST_PLANS:
        what = f"the file names more insurance plans than there are: at most {MOST_PLANS:,} different ones"
        raise refuse(_where(taking, number), what, "more", "Write each plan's name in one way, and leave out what is none")
    return line


def _refuse(taking: _Taking, number: int, error: BadLine) -> None:
    taking.refused += 1
    what = f"{error.what}; the line was left out"
    taking.tell(Problem(Loudness.ROW, _where(taking, number), what, error.found, error.fix))


def _where(taking: _Taking, number: int) -> str:
    return f"{taking.context.reference}, line {number}"


def _check_named(after: Recorded) -> None:
    """Refuse a line whose listing has no name or no place, with all that was ever said of it."""
    try:
        resolve(after.listing_id, after.said, lambda _address, _given: Located(), after.since)
    except ValueError:
        fix = "Say organization, city, state_province and postal_code in a statement, or give the id of a listing that is there"
        raise BadLine("no statement gives the listing's name and place", after.listing_id, fix) from None


def _count(taking: _Taking, taken: Taken) -> None:
    tally = _tally(taking, taken)
    if taken.says_anything:
        told = change(taken)
        tally.changes.add(told)
        if told.kind is ChangeKind.GONE:
            taking.withdrawn.update({one.statement.source for one in taken.new.said if one.statement.withdrawn})
    else:
        tally.unchanged += 1


def _tally(taking: _Taking, taken: Taken) -> Tally:
    return taking.invented if any(one.statement.source == INVENTED for one in taken.after.said) else taking.real


def _reviewed(taking: _Taking, tally: Tally, taken: Sequence[Taken]) -> Review:
    """What the lines of a tally contradict; where a place can't be true is said at once."""
    told = [(one, sayings(one)) for one in taken if one.new.said and _tally(taking, one) is tally]
    places = [place for one in told for place in told_of_places(*one)]
    for problem in whereabouts.notices(places, taking.gazetteer, _AS_CALLED) if places else ():
        taking.tell(problem)
    weighed = [saying for _, some in told for saying in some if saying.before or saying.new.point]
    found = review.weigh(taking.connection, weighed, taking.gazetteer.too_far) if weighed else Review()
    tally.contradicts(found.to_open)
    return found


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


def _check_withdrawn(taking: _Taking, order: Order) -> None:
    """Refuse a file that takes out too much of what a source has here, or say that it was forced to."""
    for source, gone in taking.withdrawn.items():
        standing = sum(map(bool, store.latest_digests(taking.connection, source).values()))
        for problem in expectations.withdrawn(taking.context.reference, source, (gone, standing + gone), order):
            taking.tell(problem)


def _concluded(taking: _Taking, known: Summary) -> Summary:
    """What came of the file. Invented listings make way where there are real ones, also those of this very file."""
    connection, invented = taking.connection, taking.invented
    problems, refused = list(taking.problems), taking.refused
    if taking.untold:
        problems.append(Problem(Loudness.NOTICE, known.file, "and more lines like these", f"{taking.untold:,}"))
    there = sum(map(bool, store.latest_digests(connection, INVENTED).values()))
    if there and store.unspoken_by(connection, INVENTED):
        store.remove_source(connection, INVENTED)
        what = "the invented listings of the demo directory make way for real ones"
        problems.insert(0, Problem(Loudness.NOTICE, known.file, what, f"{there:,} listing{'' if there == 1 else 's'}"))
        refused, invented = refused + invented.lines, Tally(0)
    told = taking.real.with_all_of(invented)
    return replace(
        known,
        rows=taking.rows,
        new=told.changes.counts[ChangeKind.NEW],
        changed=told.changes.counts[ChangeKind.CHANGED],
        unchanged=told.unchanged,
        gone=told.changes.counts[ChangeKind.GONE],
        refused=refused,
        problems=tuple(problems),
        fields=told.changes.fields,
        changes=told.changes.some,
        conflicts=told.conflicts,
        contradictions=tuple(told.contradictions),
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
