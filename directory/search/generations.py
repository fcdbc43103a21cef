"""The index, a generation at a time: written whole, checked when opened, built from the database whenever in doubt.

The database is the only truth. Whatever is wrong with the files is logged and costs time, never an answer.
"""

import hashlib
import logging
import secrets
import shutil
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Final

from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from directory import hours, resolve, store, vocabulary
from directory.database import Database
from directory.matching import assembling, bits, gathering, grid
from directory.matching import columns as matching_columns
from directory.matching.mending import mended
from directory.problems import Loudness, Problem
from directory.resolve import Locate
from directory.search import analysis, building, disk, lagging, postings, whoosh_index, words
from directory.search.building import Generation as Generation
from directory.search.building import State
from directory.search.disk import Manifest, Unusable
from directory.search.whoosh_index import Damaged
from directory.search.words import Words
from directory.turns import Taken

_LOG: Final = logging.getLogger(__name__)
_NEVER: Final = datetime.fromtimestamp(0, UTC)
_WAIT_SECONDS: Final = 60
_LONGEST_LAG: Final = timedelta(hours=1)
"""For so long it is believed that somebody builds; then, as where no file can be written, each makes its own in memory."""
_MOST_MENDED: Final = 500
"""So many changed listings are mended in memory; for more all is built anew."""
_PROGRAM: Final = f"1 with Whoosh {whoosh_index.VERSION}"
"""The version of what lies on disk; an index of any other is built again."""


@cache
def _schema() -> str:
    """Changes with everything that decides what an index holds, so that nobody has to remember to say so."""
    modules = (hours, resolve, analysis, postings, whoosh_index, words, matching_columns, assembling, gathering, grid, bits)
    texts = [Path(str(module.__file__)) for module in modules] + [Path(str(vocabulary.__file__)).with_suffix(".toml")]
    return hashlib.sha256("".join(map(disk.sha256, [*texts, analysis.SYNONYMS_FILE])).encode()).hexdigest()


class Index:
    """The generations in a folder. One is loaded; whoever holds an older one may go on using it.

    Where it `may_lag`, somebody else builds, and nobody waits for that who asks: see `directory.following`.
    """

    def __init__(self, folder: Path, database: Database, locate: Locate) -> None:
        self.may_lag = False
        self._folder = folder
        self._database = database
        self._locate = locate
        self._reload = threading.Lock()
        self._loaded: tuple[Generation, str] | None = None
        self._up_to_date = _NEVER

    def current(self) -> Generation:
        """The generation of the database's last change; built first where there is none, which takes a while.

        Where only facts, reports or vetting of a few listings changed, or a few were merged, they are mended in memory: the
        words that find them stay those of the last build until the next. Where more changed, and it may lag, it is the
        generation before, and says so by its `behind`. Where it may not, and somebody else builds for longer than a minute, it
        is that too, as its `made_at` says.
        """
        found = self._unchanged()
        if not found and not self._reload.acquire(timeout=_WAIT_SECONDS if self._loaded else -1):
            assert self._loaded
            return self._loaded[0]
        if not found:
            try:
                found = self._unchanged() or self._next()
            finally:
                self._reload.release()
        if not found.behind:
            self._up_to_date = datetime.now(UTC)
        return found

    def corrected(self, generation: Generation, shown: Iterable[str]) -> Generation:
        """The same generation where all that is shown of it stands so in the database; else one in which it does."""
        unchecked = [key for key in shown if key not in generation.checked] if generation.behind else []
        if not unchecked:
            return generation
        with self._database.reading() as connection:
            now = list(store.listings(connection, self._locate, unchecked))
        found = lagging.corrected(generation, unchecked, now)
        with self._reload:
            if self._loaded and self._loaded[0] is generation:
                self._keep(found, self._loaded[1])
        return found

    def waits(self) -> bool:
        """Whether a build would bring anything that has not been taken up."""
        return self._queued() or self.current().behind is not None

    def rebuild(self) -> Generation:
        """Build a new generation from the database, whatever there is."""
        return self._make(lambda: None)

    def catch_up(self) -> Generation:
        """The generation of the database's last change, built where anything waits for that: its words are up to date too."""
        return self._make(lambda: None if self._queued() else self._open())

    def _queued(self) -> bool:
        with self._database.reading() as connection:
            return bool(store.unindexed(connection))

    def check(self) -> list[Problem]:
        """What is wrong with the index on disk; nothing where it and the database agree."""
        try:
            folder, manifest = disk.verified(self._folder, disk.read_current(self._folder))
            generation = building.load(folder, manifest)
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
        if disk.read_current(self._folder) != seen or (generation.behind and not self._lags(generation.behind)):
            return None
        with self._database.reading() as connection:
            return generation if store.counter(connection) == generation.counter else None

    def _next(self) -> Generation:
        """What follows the loaded generation: mended, opened, lagging, or built."""
        seen = disk.read_current(self._folder)
        since = self._loaded and self._loaded[0].behind
        found = None if since and self._loaded and seen == self._loaded[1] else self._mend() or self._open()
        return found or (self._lagging(seen) if self._lags(since) else None) or self._make(self._open)

    def _lags(self, since: datetime | None) -> bool:
        """Whether a generation may answer that lags since then, or will from now on."""
        return self.may_lag and (since is None or datetime.now(UTC) - since < _LONGEST_LAG)

    def _fit(self) -> tuple[Generation, str] | None:
        """The generation on disk, as of when it was built; None where it can't be used."""
        seen = disk.read_current(self._folder)
        try:
            folder, manifest = disk.verified(self._folder, seen)
            with self._database.reading() as connection:
                unfit = _unfit(connection, folder, manifest)
            if unfit:
                raise Unusable("; ".join(unfit))
            return building.load(folder, manifest), seen
        except (Unusable, OSError, ValueError) as error:
            _LOG.info("The index has to be built: %s", error)
            return None

    def _open(self) -> Generation | None:
        """The generation on disk, mended to the database's last change; None where that can't be."""
        found = self._fit()
        generation = self._mended(found[0]) if found else None
        return self._keep(generation, found[1]) if found and generation else None

    def _mend(self) -> Generation | None:
        """The loaded generation, mended; None where there is none, or one on disk is newer, or mending is not enough."""
        if self._loaded is None or disk.read_current(self._folder) != self._loaded[1]:
            return None
        generation, seen = self._loaded
        mended_one = self._mended(generation)
        return self._keep(mended_one, seen) if mended_one else None

    def _lagging(self, seen: str) -> Generation | None:
        """The generation before, without what is gone, and with the newest changes where they are few; None for want of one.

        What else changed is not looked at here: see `corrected`. A generation on disk that can't be used, perhaps since its
        builder has not told the database yet, is looked at again the next time.
        """
        newer = self._fit() if self._loaded is None or seen != self._loaded[1] else None
        found = newer or self._loaded
        if not found:
            return None
        before, seen = found
        with self._database.reading() as connection:
            counter, ids = store.counter(connection), set(store.ids(connection))
            changed = store.changed_since(connection, before.counter)
            few = changed if len(changed) <= _MOST_MENDED else ()
            now = list(store.listings(connection, self._locate, few))
        since = before.behind or (before.made_at if newer else self._up_to_date)
        checked = before.checked.difference(changed) if counter >= before.counter else frozenset[str]()
        behind = replace(before, counter=counter, behind=since, checked=checked)
        there = lagging.left(behind, set(before.columns.ids) - ids)
        return self._keep(lagging.corrected(there, few, now), seen)

    def _mended(self, generation: Generation) -> Generation | None:
        """A generation as of the database's last change; None where more changed than facts, reports and vetting of a few."""
        with self._database.reading() as connection:
            counter, held = store.counter(connection), store.count(connection)
            changed, known = store.changed_since(connection, generation.counter), store.sameness(connection)
            gone = known.merged.keys() & set(generation.columns.ids)
            if counter < generation.counter or held != len(generation.columns) - len(gone) or len(changed) > _MOST_MENDED:
                return None
            listings = list(store.listings(connection, self._locate, changed))
        rest = lagging.left(generation, gone)
        columns = mended(rest.columns, listings, known.families) if listings else rest.columns
        return replace(rest, counter=counter, columns=columns) if columns is not None else None

    def _keep(self, generation: Generation, seen: str) -> Generation:
        self._loaded = generation, seen
        return generation

    # --- building ----------------------------------------------------------------------------------------------------

    def _make(self, there: Callable[[], Generation | None]) -> Generation:
        """Build, unless what is needed is `there` by then; where nothing can be written, answer from memory."""
        try:
            with disk.only_builder(self._folder, _WAIT_SECONDS):
                return there() or self._build()
        except Taken as error:
            _LOG.warning("The index is not brought up to date: %s", error)
            return self._older() or self._in_memory()
        except (OSError, Damaged, Unusable) as error:
            _LOG.warning("The index can't be written, so answers come from memory: %s", error)
            return self._in_memory()

    def _build(self) -> Generation:
        """The queue is cleared only when the index is on disk: killed before that, it is simply built once more."""
        state = State(self._database, self._locate)
        disk.discard_except(self._folder, disk.read_current(self._folder))
        folder = self._folder / f"gen-{state.counter}-{secrets.token_hex(4)}"
        try:
            manifest = building.write(folder, state, (_schema(), _PROGRAM))
            current = disk.publish(folder, manifest)
        except (OSError, Damaged):
            shutil.rmtree(folder, ignore_errors=True)
            raise
        self._remember(folder.name, state.counter)
        return self._keep(building.load(folder, manifest), current)

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
            return building.load(*disk.verified(self._folder, disk.read_current(self._folder)))
        except (Unusable, OSError, ValueError):
            return None

    def _in_memory(self) -> Generation:
        """The same answers without a file."""
        return self._keep(State(self._database, self._locate).in_memory(), disk.read_current(self._folder))


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
