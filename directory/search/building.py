"""One generation: all listings out of the database, into a folder's files, and out of these again."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from directory import store
from directory.database import Database
from directory.listing import Listing
from directory.matching import columns as matching_columns
from directory.matching.columns import Columns
from directory.portions import read_whole
from directory.resolve import Locate
from directory.search import analysis, disk, whoosh_index
from directory.search.disk import Manifest, Unusable
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


@dataclass(frozen=True, slots=True)
class State:
    """The database at one moment: the last change and all listings."""

    counter: int
    listings: dict[str, Listing]

    @classmethod
    def of(cls, database: Database, locate: Locate) -> "State":
        """Everything, a portion at a time."""
        held: dict[str, Listing] = {}

        def take(one: Listing) -> None:
            held[one.id] = one

        now, ids = read_whole(database, lambda connection, some: store.listings(connection, locate, some), take)
        return cls(now, {key: held[key] for key in ids if key in held})

    def documents(self, columns: Columns) -> Iterator[tuple[str, dict[str, list[str]]]]:
        """What is indexed of each listing, in the order of the columns."""
        return ((key, analysis.document(self.listings[key])) for key in columns.ids)

    def in_memory(self) -> Generation:
        """A generation without a file."""
        columns = matching_columns.build(list(self.listings.values()))
        found = Words.from_documents([document for _, document in self.documents(columns)])
        return Generation(self.counter, datetime.now(UTC), columns, found)


def write(folder: Path, state: State, made_by: tuple[str, str]) -> Manifest:
    """Write a generation's files; what the words hold is what Whoosh gives back. `made_by` is the schema and the program.

    The listings are let go as soon as they are written, since the words take as much memory again.
    """
    folder.mkdir(mode=0o700)
    columns = matching_columns.build(list(state.listings.values()))
    whoosh_index.write(folder / "whoosh", state.documents(columns))
    state.listings.clear()
    keys, by_field = whoosh_index.read(folder / "whoosh")
    if keys != tuple(columns.ids):
        raise Damaged(f"{folder.name}: its documents are not in the order of the columns")
    columns.save(folder / "columns")
    Words.from_postings(by_field).save(folder / "words")
    made_at = datetime.now(UTC).isoformat(timespec="seconds")
    return Manifest(state.counter, made_at, *made_by, len(keys), disk.described(folder))


def load(folder: Path, manifest: Manifest) -> Generation:
    """The generation in a folder, its arrays mapped; raises Unusable, OSError or ValueError where it is none."""
    columns, found = Columns.load(folder / "columns"), Words.load(folder / "words")
    if not len(columns) == len(found) == manifest.documents:
        raise Unusable(f"{folder.name}: its parts hold different numbers of listings")
    return Generation(manifest.counter, datetime.fromisoformat(manifest.made_at), columns, found)
