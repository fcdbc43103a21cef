"""A file that somebody brings: imported, or refused in words. That it was refused is recorded too, and changes nothing else.

The law: terminal and browser bring files through here, so that both say and record the same.
"""

from dataclasses import dataclass, replace
from pathlib import Path

from directory import store
from directory.database import CannotWrite, Database
from directory.problems import CannotUnderstand, Loudness, Problem
from importers import listing_line, memory
from importers.contents import digest_of, expect_no_device
from importers.listings import import_listings
from importers.orders import Order, Summary
from importers.pipeline import import_file
from importers.sources import others_file, reading
from importers.understanding import Progress


@dataclass(frozen=True, slots=True)
class Attempt:
    """A file to be imported as one of a source; a table with the mapping that says how it is read.

    `recorded` says whether it is written down where the file is refused.
    """

    source: str
    path: Path
    order: Order
    mapping: Path | None = None
    recorded: bool = True


def bring(database: Database, attempt: Attempt, tell: Progress | None = None) -> Summary:
    """Import a file, or say why nothing of it was; raises OSError for one that can't be opened, of which nothing is known."""
    memory.give_back()
    try:
        attempt, told = _brought(database, attempt, tell)
        return told if isinstance(told, Summary) else refused(database, attempt, told)
    finally:
        memory.give_back()


def _brought(database: Database, attempt: Attempt, tell: Progress | None) -> tuple[Attempt, Summary | CannotUnderstand]:
    """What came of a file, by the name of its own source; a refusal is made anew, since on what was raised hangs the file."""
    source = attempt.source
    expect_no_device(attempt.path)
    try:
        if source == listing_line.SOURCE:
            return attempt, import_listings(database, attempt.path, attempt.order, tell)
        importer = reading(source, attempt.mapping, attempt.order.skip_unknown)
        source = importer.source.name
        return replace(attempt, source=source), import_file(database, importer, attempt.path, attempt.order, tell)
    except CannotUnderstand as error:
        return replace(attempt, source=source), type(error)(*error.problems)


def refused(database: Database, attempt: Attempt, error: CannotUnderstand) -> Summary:
    """What to say of a file that is refused, which is recorded. What could not be written was not judged."""
    why = (*others_file(attempt.source, attempt.path), *error.problems)
    summary = Summary(attempt.source, attempt.path.name, digest_of(attempt.path), problems=why)
    if not attempt.recorded or isinstance(error, CannotWrite):
        return summary
    try:
        with database.long_writing(summary.file) as connection:
            store.record_run(connection, _run(summary, attempt.order))
    except CannotWrite as unable:
        what, found = "that the file was refused could not be recorded", "; ".join(one.what for one in unable.problems)
        return replace(summary, problems=(*why, Problem(Loudness.NOTICE, summary.file, what, found)))
    return summary


def _run(summary: Summary, order: Order) -> store.Run:
    """The record of a file of which nothing was taken; the day that it speaks of is only known where somebody said it."""
    return store.Run(
        source=summary.source,
        file=summary.file,
        sha256=summary.sha256,
        mapping_sha256="",
        observed_at=order.observed_at or order.now.date(),
        recorded_at=order.now,
        recorded_by=order.recorded_by,
        forced_because=order.force_because,
        summary=summary.as_recorded(),
    )
