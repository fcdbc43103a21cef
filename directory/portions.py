"""All listings as of one moment, read a portion at a time: nobody who writes waits for somebody who reads for long."""

from collections.abc import Callable, Iterable, Sequence
from typing import Final, TypeVar

from sqlalchemy import Connection

from directory import store
from directory.database import Database
from directory.listing import Listing
from directory.resolve import Locate

_AT_ONCE: Final = 500
"""So many listings are read in one transaction: who reads for seconds keeps SQLite's writers waiting, and these all others."""
One = TypeVar("One")


def read_whole(
    database: Database, read: Callable[[Connection, Sequence[str]], Iterable[One]], take: Callable[[One], None]
) -> tuple[int, list[str]]:
    """Hand everything over that is read of all listings, and then again of those that changed meanwhile.

    Once all is of one change, returns its number and the ids of the listings that there are then; of a listing what was
    handed over last is as of it. What was handed over of others is of none that there still is.
    """
    since = -1
    while True:
        with database.reading() as connection:
            now, changed = store.counter(connection), store.changed_since(connection, since)
            if len(changed) <= _AT_ONCE and now >= since:
                for one in read(connection, changed):
                    take(one)
                return now, store.ids(connection)
        if now < since:
            now, changed = -1, ()
        for start in range(0, len(changed), _AT_ONCE):
            with database.reading() as connection:
                for one in read(connection, changed[start : start + _AT_ONCE]):
                    take(one)
        since = now


def of_each(database: Database, locate: Locate, make: Callable[[Listing], One]) -> tuple[int, dict[str, One]]:
    """The number of the last change, and what is made of each listing as of it, by ids in order; the listings are let go."""
    held: dict[str, One] = {}

    def take(listing: Listing) -> None:
        held[listing.id] = make(listing)

    now, ids = read_whole(database, lambda connection, some: store.listings(connection, locate, some), take)
    return now, {key: held[key] for key in ids if key in held}
