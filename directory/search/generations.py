"""The index, a generation at a time: written whole, checked when opened, built from the database whenever in doubt.

The database is the only truth. Whatever is wrong with the files is logged and costs time, never an answer.
"""

import hashlib
import logging
import secrets
import shutil
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from directory import hours, resolve, store, vocabulary
from directory.database import Database
from directory.listing import Listing
from directory.matching import bits, gathering, grid
from directory.matching import columns as matching_columns
from directory.matching.columns import Columns
from directory.matching.excerpt import without
from directory.matching.mending import mended
from directory.problems import Loudness, Problem
from directory.resolve import Locate
from directory.search import analysis, disk, postings, whoosh_index, words
from directory.search.disk import Busy, Manifest, Unusable
from directory.search.whoosh_index import Damaged
from directory.search.words import Words

_LOG: Final = logging.getLogger(__name__)
_WAIT_SECONDS: Final = 60
_MOST_MENDED: Final = 500
"""So many changed listings are mended in memory; for more all is built anew."""
_PROGRAM: Final = f"1 with Whoosh {whoosh_index.VERSION}"
"""The version of what lies on disk; an index of any other is built again."""


@dataclass(frozen=True, slots=True)
class Generation:
    """The listings as of one change of the database, ready to be asked; positions are the same in both parts."""

    counter: int
    made_at: datetime
    columns: Columns
    words: Words


@dataclass(frozen=True, slots=True)
class _State:
    """The database at one moment: the last change and all listings, from one transaction."""

    counter: int
    columns: Columns
    listings: dict[str, Listing]

    def documents(self) -> Iterator[tuple[str, dict[str, list[str]]]]:
        """What is indexed of each listing, in the order of the columns."""
        return ((key, analysis.document(self.listings[key])) for key in self.columns.ids)


@cache
def _schema() -> str:
    """Changes with everything that decides what an index holds, so that nobody has to remember to say so."""
    modules = (hours, resolve, analysis, postings, whoosh_index, words, matching_columns, gathering, grid, bits)
    texts = [Path(str(module.__file__)) for module in modules] + [Path(str(vocabulary.__file__)).with_suffix(".toml")]
    return hashlib.sha256("".join(map(disk.sha256, [*texts, analysis.SYNONYMS_FILE])).encode()).hexdigest()


class Index:
    """The generations in a folder. One is loaded; whoever holds an older one may go on using it."""

    def __init__(self, folder: Path, database: Database, locate: Locate) -> None:
        self._folder = folder
        self._database = database
        self._locate = locate
        self._reload = threading.Lock()
        self._loaded: tuple[Generation, str] | None = None

    def current(self) -> Generation:
        """The generation of the database's last change; built first where there is none, which takes a while.

        Where only facts, reports or vetting of a few listings changed, or a few were merged, they are mended in memory: the
        words that find them stay those of the last build until the next. Where somebody else builds for longer than a minute
        it is the generation before, as its `made_at` says.
        """
        unchanged = self._unchanged()
        if unchanged:
            return unchanged
        if not self._reload.acquire(timeout=_WAIT_SECONDS if self._loaded else -1):
            assert self._loaded
            return self._loaded[0]
        try:
            return self._unchanged() or self._mend() or self._open() or self._make(anew=False)
        finally:
            self._reload.release()

    def rebuild(self) -> Generation:
        """Build a new generation from the database, whatever there is."""
        with self._reload:
            return self._make(anew=True)

    def catch_up(self) -> Generation:
        """The generation of the database's last change, built where anything waits for that: its words are up to date too."""
        generation = self.current()
        with self._database.reading() as connection:
            waits = bool(store.unindexed(connection))
        return self.rebuild() if waits else generation

    def check(self) -> list[Problem]:
        """What is wrong with the index on disk; nothing where it and the database agree."""
        try:
            folder, manifest = disk.verified(self._folder, disk.read_current(self._folder))
            generation = _load(folder, manifest)
            keys, by_field = whoosh_index.read(folder / "whoosh")
        except (Unusable, Damaged, OSError, ValueError) as error:
            return [self._problem(str(error))]
        wrong = [] if generation.words == Words.from_postings(by_field) else ["the words and the Whoosh index differ"]
        wrong += [] if keys == tuple(generation.columns.ids) else ["the columns and the Whoosh index hold other listings"]
        with self._database.reading() as connection:
            wrong += _unfit(connection, folder, manifest)
            if sorted({*store.stands_for(connection, keys).values()}) != store.ids(connection):
                wrong.append("the database and the Whoosh index hold other listings")
        return [self._problem(what) for what in wrong]

    def _problem(self, what: str) -> Problem:
        return Problem(Loudness.FILE, str(self._folder), what, fix="Build it anew: flask --app app index --rebuild")

    # --- opening -----------------------------------------------------------------------------------------------------

    def _unchanged(self) -> Generation | None:
        """The loaded generation, where neither the database nor `CURRENT` has moved on since."""
        if self._loaded is None:
            return None
        generation, seen = self._loaded
        if disk.read_current(self._folder) != seen:
            return None
        with self._database.reading() as connection:
            return generation if store.counter(connection) == generation.counter else None

    def _open(self) -> Generation | None:
        """The generation on disk, mended to the database's last change; None where that can't be."""
        seen = disk.read_current(self._folder)
        try:
            folder, manifest = disk.verified(self._folder, seen)
            with self._database.reading() as connection:
                unfit = _unfit(connection, folder, manifest)
            if unfit:
                raise Unusable("; ".join(unfit))
            generation = self._mended(_load(folder, manifest))
        except (Unusable, OSError, ValueError) as error:
            _LOG.info("The index has to be built: %s", error)
            return None
        return self._keep(generation, seen) if generation else None

    def _mend(self) -> Generation | None:
        """The loaded generation, mended; None where there is none, or one on disk is newer, or mending is not enough."""
        if self._loaded is None or disk.read_current(self._folder) != self._loaded[1]:
            return None
        generation, seen = self._loaded
        mended_one = self._mended(generation)
        return self._keep(mended_one, seen) if mended_one else None

    def _mended(self, generation: Generation) -> Generation | None:
        """A generation as of the database's last change; None where more changed than facts, reports and vetting of a few."""
        with self._database.reading() as connection:
            counter, held = store.counter(connection), store.count(connection)
            changed, known = store.changed_since(connection, generation.counter), store.sameness(connection)
            gone = np.array([at for at, key in enumerate(generation.columns.ids) if key in known.merged], np.intp)
            if counter < generation.counter or held != len(generation.columns) - len(gone) or len(changed) > _MOST_MENDED:
                return None
            listings = list(store.listings(connection, self._locate, changed))
        columns = without(generation.columns, gone) if len(gone) else generation.columns
        words = Words(postings.closed_up(generation.words.arrays, gone)) if len(gone) else generation.words
        mended_ones = mended(columns, listings, known.families) if listings else columns
        return replace(generation, counter=counter, columns=mended_ones, words=words) if mended_ones else None

    def _keep(self, generation: Generation, seen: str) -> Generation:
        self._loaded = generation, seen
        return generation

    # --- building ----------------------------------------------------------------------------------------------------

    def _make(self, anew: bool) -> Generation:
        """Build, or take what somebody else built meanwhile; where nothing can be written, answer from memory."""
        try:
            with disk.only_builder(self._folder, _WAIT_SECONDS):
                return (None if anew else self._open()) or self._build()
        except Busy as error:
            _LOG.warning("The index is not brought up to date: %s", error)
            return self._older() or self._in_memory()
        except (OSError, Damaged, Unusable) as error:
            _LOG.warning("The index can't be written, so answers come from memory: %s", error)
            return self._in_memory()

    def _build(self) -> Generation:
        """The queue is cleared only when the index is on disk: killed before that, it is simply built once more."""
        state = self._read_database()
        disk.discard_except(self._folder, disk.read_current(self._folder))
        folder = self._folder / f"gen-{state.counter}-{secrets.token_hex(4)}"
        try:
            manifest = _write(folder, state)
            current = disk.publish(folder, manifest)
        except (OSError, Damaged):
            shutil.rmtree(folder, ignore_errors=True)
            raise
        self._remember(folder.name, state.counter)
        return self._keep(_load(folder, manifest), current)

    def _read_database(self) -> _State:
        with self._database.reading() as connection:
            counter = store.counter(connection)
            listings = list(store.listings(connection, self._locate))
        return _State(counter, matching_columns.build(listings), {listing.id: listing for listing in listings})

    def _remember(self, name: str, counter: int) -> None:
        """Let the database know what was built from it, and strike from the queue what that holds."""
        try:
            with self._database.writing() as connection:
                store.remember_built(connection, name, counter)
                store.clear_unindexed(connection, counter)
        except OperationalError as error:
            _LOG.warning("The index is written, but the database can't be told now: %s", error.orig)

    def _older(self) -> Generation | None:
        """The generation before, for want of a newer one."""
        if self._loaded:
            return self._loaded[0]
        try:
            return _load(*disk.verified(self._folder, disk.read_current(self._folder)))
        except (Unusable, OSError, ValueError):
            return None

    def _in_memory(self) -> Generation:
        """The same answers without a file."""
        state = self._read_database()
        found = Words.from_documents([document for _, document in state.documents()])
        generation = Generation(state.counter, datetime.now(UTC), state.columns, found)
        return self._keep(generation, disk.read_current(self._folder))


def _unfit(connection: Connection, folder: Path, manifest: Manifest) -> Sequence[str]:
    """Why a generation can't stand for the database, mended or not; nothing where it can.

    The number of a change may come again in a database that was put back to an earlier day. Hence the database knows by
    name what was built from it.
    """
    reasons = {
        "the database knows nothing of it": not store.was_built(connection, folder.name, manifest.counter),
        "it was made by another version of this program": (manifest.schema, manifest.program) != (_schema(), _PROGRAM),
    }
    return [reason for reason, holds in reasons.items() if holds]


def _write(folder: Path, state: _State) -> Manifest:
    """Write a generation's files; what the words hold is what Whoosh gives back."""
    folder.mkdir(mode=0o700)
    whoosh_index.write(folder / "whoosh", state.documents())
    keys, by_field = whoosh_index.read(folder / "whoosh")
    if keys != tuple(state.columns.ids):
        raise Damaged(f"{folder.name}: its documents are not in the order of the columns")
    state.columns.save(folder / "columns")
    Words.from_postings(by_field).save(folder / "words")
    made_at = datetime.now(UTC).isoformat(timespec="seconds")
    return Manifest(state.counter, made_at, _schema(), _PROGRAM, len(keys), disk.described(folder))


def _load(folder: Path, manifest: Manifest) -> Generation:
    columns, found = Columns.load(folder / "columns"), Words.load(folder / "words")
    if not len(columns) == len(found) == manifest.documents:
        raise Unusable(f"{folder.name}: its parts hold different numbers of listings")
    return Generation(manifest.counter, datetime.fromisoformat(manifest.made_at), columns, found)
