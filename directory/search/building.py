"""One generation: all listings out of the database, into a folder's files, and out of these again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from directory import store
from directory.database import Database
from directory.listing import Listing
from directory.matching.assembling import PORTION, joined, placed
from directory.matching.columns import Columns, as_given, degrees
from directory.matching.excerpt import excerpt
from directory.portions import read_whole
from directory.resolve import Locate
from directory.search import analysis, disk, whoosh_index
from directory.search.disk import Manifest, Unusable
from directory.search.postings import FIELDS
from directory.search.whoosh_index import Damaged
from directory.search.words import Words


@dataclass(frozen=True, slots=True)
class Generation:
    """The listings as of one change of the database, ready to be asked; positions are the same in both parts.

    One that is `behind` is as of that moment: of what came since it lacks more than could be mended. It has no listing that
    is gone, and those that were `checked` stand in it as the database has them.
    """

    counter: int
    made_at: datetime
    columns: Columns
    words: Words
    behind: datetime | None = None
    checked: frozenset[str] = frozenset()


class State:
    """The database at one moment: the last change, the columns of all listings, and what is indexed of each.

    The listings themselves are let go a portion at a time, since they take ten times as much memory.
    """

    def __init__(self, database: Database, locate: Locate) -> None:
        self._portions: list[Columns] = []
        self._waiting: list[Listing] = []
        self._held: dict[str, tuple[int, tuple[float, float], tuple[str, ...]]] = {}
        self._known: dict[str, str] = {}
        self.counter, ids = read_whole(database, lambda connection, some: store.listings(connection, locate, some), self._take)
        self.columns = self._assembled([key for key in ids if key in self._held])

    def documents(self) -> Iterator[tuple[str, dict[str, list[str]]]]:
        """What is indexed of each listing, in the order of the columns; none of it is held any longer once it was had."""
        for key in self.columns.ids:
            yield key, {name: tokens.split() for name, tokens in zip(FIELDS, self._held.pop(key)[2], strict=True)}

    def in_memory(self) -> Generation:
        """A generation without a file."""
        found = Words.from_documents([document for _, document in self.documents()])
        return Generation(self.counter, datetime.now(UTC), self.columns, found)

    def _take(self, listing: Listing) -> None:
        """Take up a listing, in place of what it was before where it is read again."""
        document = analysis.document(listing)
        # As one text a field they take a sixth of the memory, and many centers offer the same.
        tokens = tuple(self._known.setdefault(text, text) for text in (" ".join(document[name]) for name in FIELDS))
        self._held[listing.id] = len(self._portions) * PORTION + len(self._waiting), degrees(listing), tokens
        self._waiting.append(listing)
        if len(self._waiting) == PORTION:
            self._portions.append(as_given(self._waiting))
            self._waiting.clear()

    def _assembled(self, ids: Sequence[str]) -> Columns:
        whole = joined([*self._portions, as_given(self._waiting)])
        self._portions.clear()
        self._waiting.clear()
        held = [self._held[key] for key in ids]
        return placed(excerpt(whole, np.array([row for row, _, _ in held], np.intp)), [point for _, point, _ in held])


def write(folder: Path, state: State, made_by: tuple[str, str]) -> Manifest:
    """Write a generation's files; what the words hold is what Whoosh gives back. `made_by` is the schema and the program."""
    folder.mkdir(mode=0o700)
    state.columns.save(folder / "columns")
    whoosh_index.write(folder / "whoosh", state.documents())
    keys, by_field = whoosh_index.read(folder / "whoosh")
    if keys != tuple(state.columns.ids):
        raise Damaged(f"{folder.name}: its documents are not in the order of the columns")
    Words.from_postings(by_field).save(folder / "words")
    made_at = datetime.now(UTC).isoformat(timespec="seconds")
    return Manifest(state.counter, made_at, *made_by, len(keys), disk.described(folder))


def load(folder: Path, manifest: Manifest) -> Generation:
    """The generation in a folder, its arrays mapped; raises Unusable, OSError or ValueError where it is none."""
    columns, found = Columns.load(folder / "columns"), Words.load(folder / "words")
    if not len(columns) == len(found) == manifest.documents:
        raise Unusable(f"{folder.name}: its parts hold different numbers of listings")
    return Generation(manifest.counter, datetime.fromisoformat(manifest.made_at), columns, found)
