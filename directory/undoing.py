"""An import is undone: the directory says again what it said before. What people said, and decided, since then stays."""

from dataclasses import dataclass

from sqlalchemy import Connection

from directory import store
from directory.account import Who
from directory.database import Database
from directory.problems import CannotUnderstand, Loudness, Problem
from directory.store import Brought, Run


class NoSuchImport(CannotUnderstand):
    """There is no import of that number."""


@dataclass(frozen=True, slots=True)
class Undoing:
    """What undoing an import would do: how many listings leave, which go back to before, and which stay as they are."""

    number: int
    run: Run
    brought: Brought

    @property
    def leave(self) -> int:
        """Listings that nobody else names: they leave the directory."""
        return len(self.brought.alone)

    @property
    def go_back(self) -> int:
        """Listings that are again as they were before the import."""
        return len(self.brought.told) - self.leave - self.stay

    @property
    def stay(self) -> int:
        """Listings that only this import names, but on which people have worked since."""
        return len(self.brought.kept)


def look(connection: Connection, number: int) -> Undoing:
    """What undoing the import of this number would do; raises CannotUnderstand, in words, where it can't be undone."""
    run = store.run(connection, number)
    if run is None:
        raise NoSuchImport(*_refused(number, "there is no such import", "`flask --app app runs` lists them").problems)
    if run.refused:
        raise _refused(number, "the file was refused, so that nothing of it is here", "Nothing is left to do")
    if run.undone:
        raise _refused(number, "it was undone already", "Nothing is left to do")
    if run.source == store.EXCHANGED:
        fix = "Bring back a copy of the database from before it, or correct the listings one by one"
        raise _refused(number, "a file of listings brings calls, vetting and merges too, and nobody can tell them apart", fix)
    newest = store.newest_number(connection, run.source)
    if newest != number:
        raise _refused(number, f"a newer import of {run.source} builds on it", f"Undo import {newest} first")
    return Undoing(number, run, store.brought(connection, number))


def undo(database: Database, number: int, by: str, who: Who) -> Undoing:
    """Undo the newest import of its source, in one transaction; raises CannotUnderstand where it can't be.

    `who` stands in the audit; with the import stands `by`.
    """
    with database.long_writing(f"import {number}") as connection:
        found = look(connection, number)
        store.take_back(connection, number, found.run, found.brought)
        note = {"undone": {"at": who.at.isoformat(), "by": by, "kept": found.stay}}
        store.conclude_run(connection, number, {**found.run.summary, **note})
        store.audit(connection, who, "import undone", f"{number}: {found.run.source}, {found.run.file}")
    return found


def _refused(number: int, what: str, fix: str) -> CannotUnderstand:
    return CannotUnderstand(Problem(Loudness.FILE, f"import {number}", what, fix=fix))
