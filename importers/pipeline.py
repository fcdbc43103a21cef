"""A publisher's file into the directory: read, parse, tell twins apart, normalize, check, compare, write in one transaction.

Whatever goes wrong, the database is as it was. A file that was imported before, read in the same way, is nothing new.
"""

import gc
import hashlib
import inspect
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection

from directory import normalize as normalizing
from directory import store, values
from directory.database import Database
from directory.listing import Provenance, Statement
from directory.problems import Loudness, Problem
from directory.store import Worded
from importers import any_table, base, contents, delimited, documents, readers, understanding
from importers.base import Batch, Importer, Meaning, Source, refuse
from importers.understanding import Progress, Understood, Unknown, understand

INVENTED: Final = "demo"
_READING: Final = (contents, readers, delimited, documents, any_table)


@dataclass(frozen=True, slots=True)
class Order:
    """How a file is to be imported: for whom, at what time, whether only to look, and why to force it if it is forced.

    `observed_at` is the day that the file speaks of, for a file that does not say it. `skip_unknown` leaves out the facts
    whose phrases nobody knows, which otherwise stop the file.
    """

    recorded_by: str
    now: datetime
    dry_run: bool = False
    force_because: str = ""
    observed_at: date | None = None
    skip_unknown: bool = False


@dataclass(frozen=True, slots=True)
class Summary:
    """What came of an import; `imported` is False where the directory took nothing of the file."""

    source: str
    file: str
    sha256: str
    rows: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    gone: int = 0
    refused: int = 0
    problems: tuple[Problem, ...] = ()
    imported: bool = False

    def as_json(self) -> dict[str, Any]:
        """The summary as it is printed and recorded."""
        told = {name: getattr(self, name) for name in self.__dataclass_fields__ if name not in ("problems", "imported")}
        return told | {"problems": [problem.as_json() for problem in self.problems]}


@dataclass(frozen=True, slots=True)
class File:
    """A file by name and content, and the digest of everything that decides how it is read."""

    source: str
    name: str
    sha256: str
    mapping_sha256: str


@dataclass(frozen=True, slots=True)
class _Coming:
    """A file understood, on its way into the database."""

    source: Source
    file: File
    provenance: Provenance
    rows: int
    said: Understood
    worded: list[Worded]


def import_file(database: Database, importer: Importer, path: Path, order: Order, progress: Progress | None = None) -> Summary:
    """Import a file, or find that it is nothing new; raises CannotUnderstand where nothing of it can be imported."""
    tell = progress or _tell_nobody
    file = fingerprint(importer, path)
    with database.reading() as connection:
        newest = store.newest_run(connection, file.source)
    if newest and (newest.sha256, newest.mapping_sha256) == (file.sha256, file.mapping_sha256):
        return _nothing_new(file, newest)
    with _without_looking_for_garbage():
        coming = _understand(importer, path, file, order, tell)
        tell("storing", 0, 1)
        with database.reading() if order.dry_run else database.writing() as connection:
            summary = _take_up(connection, coming, order)
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
    provenance = _provenance(importer.source, file, batch, order)
    said = understand(importer, batch, provenance, tell)
    said = replace(said, problems=[*said.problems, *_left_out(importer.source, file, said, order)])
    if not said.statements:
        raise refuse(file.name, "no row could be read; nothing was imported", fix="Use the file as the publisher gives it")
    return _Coming(importer.source, file, provenance, len(batch.rows), said, [store.worded(one) for one in said.statements])


def _left_out(source: Source, file: File, said: Understood, order: Order) -> list[Problem]:
    """A problem for each phrase that was left out; refuses the file where they were not to be."""
    if not said.unknown:
        return []
    fix = f"Say what each means in [phrases] of {source.phrases_in or f'importers/{source.name}.toml'}"
    if not order.skip_unknown:
        count = len(said.unknown)
        what = f"{count:,} {'phrase is' if count == 1 else 'phrases are'} not known here; nothing was imported"
        found = "; ".join(f"{one.phrase} ({_rows(one.rows)})" for one in said.unknown)
        raise refuse(file.name, what, found, f"{fix}, or leave those facts out: --skip-unknown")
    return [_left_out_of(one, file, fix) for one in said.unknown]


def _left_out_of(one: Unknown, file: File, fix: str) -> Problem:
    what = f"“{one.phrase}” is not known here; left out of {_rows(one.rows)}"
    return Problem(Loudness.VALUE, one.where or file.name, what, fix=fix)


def _rows(count: int) -> str:
    return f"{count:,} row{'' if count == 1 else 's'}"


def _tell_nobody(_stage: str, _done: int, _of: int) -> None:
    """Progress for those who do not watch."""


# --- the file, and how it is read ----------------------------------------------------------------------------------


def fingerprint(importer: Importer, path: Path) -> File:
    """What an import is known by."""
    with path.open("rb") as file:
        content = hashlib.file_digest(file, "sha256").hexdigest()
    return File(importer.source.name, path.name, content, mapping_digest(importer))


def mapping_digest(importer: Importer) -> str:
    """Names how a source is read: its TOML, its phrases, its code, and the readers of fields."""
    digest = hashlib.sha256(json.dumps(_as_plain(importer.source), sort_keys=True).encode())
    parts = (importer.read, importer.parse, understanding, *_READING, base, normalizing, values)
    modules = {inspect.getfile(part) for part in parts}
    for module in sorted(modules):
        digest.update(Path(module).read_bytes())
    return digest.hexdigest()


def _as_plain(source: Source) -> dict[str, Any]:
    def meaning(of: Meaning) -> list[list[str]]:
        return [sorted(of.yes), sorted(of.no), sorted(of.implied)]

    told = {name: getattr(source, name) for name in source.__dataclass_fields__}
    return told | {"columns": dict(source.columns), "phrases": {text: meaning(of) for text, of in source.phrases.items()}}


def _nothing_new(file: File, newest: store.Run) -> Summary:
    told = newest.summary
    what = f"this very file was imported on {newest.recorded_at.date()}; nothing was read and nothing has changed"
    return Summary(
        file.source,
        file.name,
        file.sha256,
        rows=told["rows"],
        unchanged=told["new"] + told["changed"] + told["unchanged"],
        refused=told["refused"],
        problems=(Problem(Loudness.NOTICE, file.name, what),),
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


# --- what is expected ----------------------------------------------------------------------------------------------


def _unexpected(coming: _Coming, last: Mapping[str, str], order: Order) -> list[Problem]:
    """A word about a count that the source does not usually have; refuses a file that would empty what is there.

    A small file into an empty directory has nothing to lose, so it is taken. Half a download over a whole one is not.
    """
    source, count = coming.source, len(coming.said.statements)
    if source.at_least <= count <= source.at_most:
        return []
    there = sum(map(bool, last.values()))
    what = f"the file should hold {source.at_least:,} to {source.at_most:,} listings that can be read"
    if (count > source.at_most or there >= source.at_least) and not order.force_because:
        fix = "Check that the file is whole; if the number is right, give the reason, such as --force “the publisher says so”"
        raise refuse(coming.file.name, f"{what}; nothing was imported", f"{count:,}", fix)
    return [Problem(Loudness.NOTICE, coming.file.name, what, f"{count:,}", "Check that the file is whole")]


# --- statements to the database ------------------------------------------------------------------------------------


def _take_up(connection: Connection, coming: _Coming, order: Order) -> Summary:
    """Compare with what the source last said; write the difference, unless this is a dry run."""
    file, said = coming.file, coming.said
    demo = _demo_making_way(connection, file, order)
    last = store.latest_digests(connection, file.source)
    unexpected = _unexpected(coming, last, order)
    different = [one for one in coming.worded if last.get(one.statement.local_id) != one.digest]
    new = sum(not last.get(one.statement.local_id) for one in different)
    gone, doubt = _gone(file, said, last)
    summary = Summary(
        file.source,
        file.name,
        file.sha256,
        rows=coming.rows,
        new=new,
        changed=len(different) - new,
        unchanged=len(coming.worded) - len(different),
        gone=len(gone),
        refused=said.refused,
        problems=(*demo, *unexpected, *doubt, *said.problems, *_misplaced(said.statements, store.postal_states(connection))),
        imported=True,
    )
    if not order.dry_run:
        if demo:
            store.remove_source(connection, INVENTED)
        _write(connection, summary, [*different, *_withdrawals(coming, gone)], coming, order)
    return summary


def _demo_making_way(connection: Connection, file: File, order: Order) -> list[Problem]:
    """A word about the invented listings where they are to go; refuses to put them among real ones."""
    if file.source != INVENTED:
        count = len(store.latest_digests(connection, INVENTED))
        what = "the invented listings of the demo directory make way for real ones"
        return [Problem(Loudness.NOTICE, file.name, what, _listings(count))] if count else []
    if store.unspoken_by(connection, INVENTED) and not order.force_because:
        raise refuse(file.name, "the directory holds real listings, and invented ones are not put among them")
    return []


def _listings(count: int) -> str:
    return f"{count:,} listing{'' if count == 1 else 's'}"


def _gone(file: File, said: Understood, last: Mapping[str, str]) -> tuple[list[str], list[Problem]]:
    """What the newest file no longer has. As long as rows that name no listing could be all of it, nothing is gone."""
    here = {statement.local_id for statement in said.statements} | said.unreadable
    gone = sorted(local_id for local_id, digest in last.items() if digest and local_id not in here)
    if not gone or len(gone) > said.nameless:
        return gone, []
    what = "listings are missing that may be among the rows that could not be understood; they stay as they were"
    return [], [Problem(Loudness.NOTICE, file.name, what, _listings(len(gone)), "Mend those rows and import again")]


def _withdrawals(coming: _Coming, gone: Sequence[str]) -> Iterator[Worded]:
    for local_id in gone:
        yield store.worded(Statement(coming.file.source, local_id, coming.provenance, withdrawn=True))


def _misplaced(statements: Sequence[Statement], states: Mapping[str, tuple[str, bool]]) -> Iterator[Problem]:
    """A notice for each listing whose ZIP code gives no distance, unless its address is withheld anyway."""
    fix = "Ask the center for its ZIP code and record the answer"
    for statement in statements:
        code, state = statement.values["postal_code"], statement.values["state_province"]
        lies_in, known = states.get(code, ("", False))
        if (lies_in == state and known) or statement.values.get("confidential"):
            continue
        if lies_in and lies_in != state:
            what, found = "the ZIP code lies in another State", f"{code} is in {lies_in}, not {state}"
        else:
            what, found = "nobody knows where the ZIP code is" if lies_in else "the ZIP code is not assigned", code
        yield Problem(Loudness.NOTICE, statement.provenance.reference, f"{what}; its distance stays unknown", found, fix)


def _write(connection: Connection, summary: Summary, said: list[Worded], coming: _Coming, order: Order) -> None:
    run = store.Run(
        source=summary.source,
        file=summary.file,
        sha256=summary.sha256,
        mapping_sha256=coming.file.mapping_sha256,
        observed_at=coming.provenance.observed_at,
        recorded_at=order.now,
        recorded_by=order.recorded_by,
        forced_because=order.force_because,
        summary=summary.as_json(),
    )
    run_id = store.record_run(connection, run)
    if said:
        store.append_worded(connection, said, run_id)
