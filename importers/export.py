"""The directory out into a file of listings (docs/listings.md): whole or not at all, and readable by its owner alone."""

import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from sqlalchemy import Connection

from directory import store
from directory.database import Database
from importers.base import refuse
from importers.listing_line import header, written_line


def exported(connection: Connection) -> Iterator[str]:
    """Everything that is known of every listing, line by line: the header, then the listings in the order of their ids."""
    yield header()
    yield from map(written_line, store.recorded(connection, store.ids(connection)))


def export_listings(database: Database, path: Path) -> int:
    """Write all listings, as of one moment, into a file that takes the place of an older one only when it is complete.

    Returns how many. Raises CannotUnderstand where the path is something else than a file, OSError where it can't be written.
    """
    with database.reading() as connection:
        return replace_file(path, exported(connection)) - 1


def replace_file(path: Path, lines: Iterable[str]) -> int:
    """Write a file whole or not at all, in place of an older one; returns how many lines.

    Raises CannotUnderstand where the path is something else than a file, OSError where it can't be written.
    """
    if path.exists() and not path.is_file():
        raise refuse(str(path), "this is not a file", fix="Give the path of a file to write")
    descriptor, written = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    count = 0
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
            for count, line in enumerate(lines, start=1):  # noqa: B007 - how many there were is the answer
                file.write(line)
            file.flush()
            os.fsync(file.fileno())
        os.replace(written, path)
    except BaseException:
        Path(written).unlink(missing_ok=True)
        raise
    _fsync_folder(path.parent)
    return count


def _fsync_folder(folder: Path) -> None:
    """Make the new name outlive a power failure too, where the system can say that of a folder."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
