"""A publisher's file into the directory: read, parse, tell twins apart, normalize, check, compare, write in one transaction.

Whatever goes wrong, the database is as it was. A file that was imported before, read in the same way, is nothing new.
"""

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Final

from sqlalchemy import Connection

from directory import review, store
from directory.account import Who
from directory.database import Database
from directory.listing import Provenance, Statement
from directory.places import Gazetteer
from directory.problems import Loudness, Problem
from directory.store import Worded
from importers import (
    bounds,
    differences,
    expectations,
    whereabouts,
)
from importers.base import Batch, Importer, Source, refuse
from importers.differences import Changes
from importers.expectations import There
from importers.fingerprint import fingerprint
from importers.orders import File as File  # who imports a file has what that needs from here
from importers.orders import Order as Order
from importers.orders import Summary as Summary
from importers.understanding import Progress, Understood, understand

INVENTED: Final = "demo"


@dataclass(frozen=True, slots=True)
class _Coming:
    """A file understood, on its way into the database."""

    source: Source
    file: File
    provenance: Provenance
    rows: int
    covers: frozenset[str] | None
    said: Understood
    worded: list[Worded]
    part: str = ""
    counted: bool = False


def import_file(database: Database, importer: Importer, path: Path, order: Order, progress: Progress | None = None) -> Summary:
    """Import a file, or find that it is nothing new; raises CannotUnderstand where nothing of it can be imported.

    Of two that are imported at once one waits for the other; of the same file twice the second finds nothing new.
    """
    tell = progress or _tell_nobody
    file = fingerprint(importer, path)
    with database.reading() as connection:
        known = _known(connection, file, order)
    if known:
        return known
    with _without_looking_for_garbage():
        coming = _understand(importer, path, file, order, tell)
        tell("storing", 0, 1)
        with database.reading() if order.dry_run else database.long_writing(file.name) as connection:
            summary = _known(connection, file, order) or _take_up(connection, coming, order)
        tell("storing", 1, 1)
    return summary


@contextmanager
def _without_looking_for_garbage() -> Iterator[None]:
    """A million small objects live to the end of an import: looking for cycles among them took 40 % of its time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _understand(importer: Importer, path: Path, file: File, order: Order, tell: Progress) -> _Coming:
    tell("reading", 0, 1)
    batch = importer.read(path, importer.source)
    tell("reading", 1, 1)
    bounds.expect_importable(batch.rows)
    provenance = _provenance(importer.source, file, batch, order)
    said = understand(importer, batch, provenance, tell)
    said = replace(said, problems=[*said.problems, *expectations.left_out(importer.source, file, said, order)])
    if not said.statements:
        raise refuse(file.name, "no row could be read; nothing was imported", fix="Use the file as the publisher gives it")
    covers, worded = expectations.covers(file, batch, order), [store.worded(one) for one in said.statements]
    return _Coming(importer.source, file, provenance, len(batch.rows), covers, said, worded, batch.part, batch.counted)


def _tell_nobody(_stage: str, _done: int, _of: int) -> None:
    """Progress for those who do not watch."""


# --- what is known already, and who speaks -----------------------------------------------------------------------------


def _known(connection: Connection, file: File, order: Order) -> Summary | None:
    """What to say of a file that is the source's newest already, read in the same way; None for any other.

    Whoever says what it covers says something new of it.
    """
    newest, read = store.newest_run(connection, file.source), (file.sha256, file.mapping_sha256)
    if newest is None or order.covers is not None or (newest.sha256, newest.mapping_sha256) != read:
        return None
    told = newest.summary
    what = f"this very file was imported on {newest.recorded_at.date()}; nothing was read and nothing has changed"
    fix = "To import it with other answers, such as another day, undo that import first: `flask --app app runs` has its number"
    return Summary(
        file.source,
        file.name,
        file.sha256,
        rows=told["rows"],
        unchanged=told["new"] + told["changed"] + told["unchanged"],
        refused=told["refused"],
        problems=(Problem(Loudness.NOTICE, file.name, what, fix=fix),),
        imported=True,
    )


def _provenance(source: Source, file: File, batch: Batch, order: Order) -> Provenance:
    """Who speaks in this file and as of when; refuses a file whose day nobody knows, or that is still to come."""
    day = order.observed_at or batch.observed_at
    if day is None:
        raise refuse(file.name, "the file does not say which day it speaks of", fix="Say it: --observed 2023-06-29")
    if day > order.now.date():
        fix = "Check this machine's clock, or say the day: --observed 2023-06-29"
        raise refuse(file.name, "the file speaks of a day that is still to come", day.isoformat(), fix)
    return Provenance(source.name, source.kind, file.name, day, order.recorded_by)


# --- statements to the database ------------------------------------------------------------------------------------


def _take_up(connection: Connection, coming: _Coming, order: Order) -> Summary:
    """Compare with what the source last said; write the difference, unless this is a dry run."""
    file, said = coming.file, coming.said
    demo, there = _demo_making_way(connection, file, order), _there(connection, coming)
    problems = [*demo, *expectations.unexpected(coming.source, file, len(said.statements), there, order)]
    problems += expectations.cut_short(file, said, there, order)
    different = [one for one in coming.worded if there.last.get(one.statement.local_id) != one.digest]
    gone, doubt = expectations.gone(file, said, there, order)
    days = store.latest_days(connection, file.source)
    problems += [*expectations.older(file, days, _days(coming, different, gone), order), *doubt, *said.problems]
    doubtful = whereabouts.doubtful(said.statements, store.postal_states(connection))
    gazetteer = store.gazetteer(connection) if doubtful else Gazetteer(())
    problems += whereabouts.notices(doubtful, gazetteer, said.headings)
    again = [one.statement for one in coming.worded if _said_again(one, there, days)]
    reviewed = review.review(connection, [one.statement for one in different], again, gazetteer.too_far)
    told = _changes(connection, there, [one.statement for one in different], gone, order.most)
    problems += expectations.other_centers(file, told.others, there, said, order)
    summary = replace(
        _counted(coming, there, different, gone),
        problems=tuple(problems),
        fields=told.fields,
        changes=told.some,
        conflicts=len(reviewed.to_open),
        contradictions=reviewed.to_open[: order.most],
    )
    if not order.dry_run:
        if demo:
            store.remove_source(connection, INVENTED)
        said_too = [*_withdrawals(coming, gone), *_repetitions(coming, again)]
        run_id = _write(connection, summary, [*different, *said_too], coming, order)
        review.record(connection, reviewed, run_id, Who(order.recorded_by, order.now))
    return summary


def _counted(coming: _Coming, there: There, different: Sequence[Worded], gone: Sequence[str]) -> Summary:
    """What becomes of the file's listings, in numbers."""
    new = sum(not there.last.get(one.statement.local_id) for one in different)
    return Summary(
        coming.file.source,
        coming.file.name,
        coming.file.sha256,
        rows=coming.rows,
        new=new,
        changed=len(different) - new,
        unchanged=len(coming.worded) - len(different),
        gone=len(gone),
        refused=coming.said.refused,
        imported=True,
    )


def _days(coming: _Coming, different: Sequence[Worded], gone: Sequence[str]) -> dict[str, date]:
    """The day of each saying that a file would add, by local id."""
    told = {one.statement.local_id: one.statement.provenance.observed_at for one in different}
    return dict.fromkeys(gone, coming.provenance.observed_at) | told


def _there(connection: Connection, coming: _Coming) -> There:
    """What the directory has of the source, and which of it the file would have if it still were."""
    source, covered = coming.file.source, coming.covers
    last, newest = _of_part(store.latest_digests(connection, source), coming), _newest(connection, coming)
    said = partial(store.latest_said, connection, source)
    if covered is None:
        return There(source, last, last.keys(), True, said, newest)
    states = store.latest_states(connection, source)
    named = {one.values.get("state_province") for one in coming.said.statements} - covered
    within, beside = ({one for one in last if states.get(one) in some} for some in (covered, named))
    return There(source, last, within, False, said, newest, beside)


def _newest(connection: Connection, coming: _Coming) -> int:
    """How many listings the source's newest file had; 0 where this one itself says how much it should have."""
    newest = store.newest_run(connection, coming.file.source)
    if coming.covers or coming.counted or newest is None or newest.mapping_sha256 != coming.file.mapping_sha256:
        return 0
    return sum(newest.summary[kind] for kind in ("new", "changed", "unchanged"))


def _changes(connection: Connection, there: There, different: Sequence[Statement], gone: Sequence[str], most: int) -> Changes:
    """What becomes of each listing that is changed, and of the first that come and go; read is only what was said of those."""
    known = [one for one in different if there.last.get(one.local_id)]
    new = [one for one in different if not there.last.get(one.local_id)]
    before = there.said([*(one.local_id for one in known), *gone[:most]])
    changes = Changes(most)
    for one in known:
        changes.add(differences.changed(before[one.local_id], one))
    for local_id in gone[:most]:
        changes.add(differences.gone(before[local_id]))
    for one in new[:most]:
        changes.add(differences.new(one))
    return changes


def _of_part(last: Mapping[str, str], coming: _Coming) -> dict[str, str]:
    """What the source last said of the listings of the part that the file is: another part's are none of its business."""
    named = tuple(f"{part}-" for part in coming.source.parts)
    if coming.part:
        return {local_id: digest for local_id, digest in last.items() if local_id.startswith(f"{coming.part}-")}
    return {local_id: digest for local_id, digest in last.items() if not local_id.startswith(named)}


def _demo_making_way(connection: Connection, file: File, order: Order) -> list[Problem]:
    """A word about the invented listings where they are to go; refuses to put them among real ones."""
    if file.source != INVENTED:
        count = len(store.latest_digests(connection, INVENTED))
        what = "the invented listings of the demo directory make way for real ones"
        return [Problem(Loudness.NOTICE, file.name, what, expectations.listings(count))] if count else []
    if store.unspoken_by(connection, INVENTED) and not order.force_because:
        raise refuse(file.name, "the directory holds real listings, and invented ones are not put among them")
    return []


def _withdrawals(coming: _Coming, gone: Sequence[str]) -> Iterator[Worded]:
    for local_id in gone:
        yield store.worded(Statement(coming.file.source, local_id, coming.provenance, withdrawn=True))


def _said_again(one: Worded, there: There, days: Mapping[str, date]) -> bool:
    """Whether the source said just this of the listing before, and of an earlier day."""
    statement = one.statement
    same = there.last.get(statement.local_id) == one.digest
    return same and days[statement.local_id] < statement.provenance.observed_at


def _repetitions(coming: _Coming, again: Sequence[Statement]) -> Iterator[Worded]:
    """That what stands was said again on a later day: no edition of a day between can stand above it."""
    for one in again:
        yield store.worded(Statement(coming.file.source, one.local_id, one.provenance, restates=False))


def _write(connection: Connection, summary: Summary, said: list[Worded], coming: _Coming, order: Order) -> int:
    run = store.Run(
        source=summary.source,
        file=summary.file,
        sha256=summary.sha256,
        mapping_sha256=coming.file.mapping_sha256,
        observed_at=coming.provenance.observed_at,
        recorded_at=order.now,
        recorded_by=order.recorded_by,
        forced_because=order.force_because,
        summary=summary.as_recorded(),
    )
    run_id = store.record_run(connection, run)
    if said:
        store.append_worded(connection, said, run_id)
    return run_id
