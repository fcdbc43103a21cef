"""The directory out into a file of listings (docs/listings.md): whole or not at all, and readable by its owner alone."""

import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from directory import store
from directory.database import Database
from directory.portions import read_whole
from directory.store import Recorded
from importers.base import refuse
from importers.listing_line import header, written_line


def exported(database: Database) -> Iterator[str]:
    """Everything that is known of every listing, line by line: the header, then the listings in the order of their ids.

    All is of one moment, and nobody who writes waits for it; the lines lie in a file without a name until that is sure.
    """
    yield header()
    lines: dict[str, tuple[int, int]] = {}
    with tempfile.TemporaryFile() as spool:

        def take(one: Recorded) -> None:
            line = written_line(one).encode()
            lines[one.listing_id] = spool.tell(), len(line)
            spool.write(line)

        _, ids = read_whole(database, store.recorded, take)
        for start, length in (lines[key] for key in ids if key in lines):
            spool.seek(start)
            yield spool.read(length).decode()


def export_listings(database: Database, path: Path) -> int:
    """Write all listings, as of one moment, into a file that takes the place of an older one only when it is complete.

    Returns how many. Raises CannotUnderstand where the path is something else than a file, OSError where it can't be written.
    """
    return replace_file(path, exported(database)) - 1


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
