"""From a directory file to searchable: how long it takes, beside the sum of what it can't do without."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, Final

from python_calamine import CalamineWorkbook

from benchmarks.directories import listings_of
from directory.referral import Directory
from directory.search import analysis, whoosh_index
from directory.settings import Settings
from importers.pipeline import Order, import_file
from importers.samhsa_national_directory import importer

GOAL: Final = 2.0
"""At most so many times the sum of the floors."""
_SHEET: Final = "Facilities List"


def measure_import(workbook: Path, tell: Callable[[str], None]) -> dict[str, Any]:
    """Seconds of each floor, of our import in a fresh folder, and the ratio; made in this order, in one run.

    Our import is read, normalize, store and index; the empty database with its ZIP codes is there before, and so are
    Whoosh's documents, which our own import has to make.
    """
    with TemporaryDirectory() as folder:
        tell(f"importing {workbook.name}: the floors")
        reading, rows = timed(lambda: CalamineWorkbook.from_path(workbook).get_sheet_by_name(_SHEET).to_python())
        storing, _ = timed(lambda: _store(Path(folder) / "floor.sqlite3", rows))
        documents = [(listing.id, analysis.document(listing)) for listing in listings_of(workbook)]
        indexing, _ = timed(lambda: whoosh_index.write(Path(folder) / "whoosh", documents, plainly=True))
        tell("importing with everything")
        directory = new_directory(Path(folder) / "instance")
        ours, count = timed(lambda: _import(directory, workbook))
        directory.database.close()
    floors = {"calamine": reading, "sqlite3": storing, "whoosh": indexing}
    floor = sum(floors.values())
    return {"file": workbook.name, "listings": count, "floors": floors, "floor": floor, "ours": ours, "ratio": ours / floor}


def filled(instance: Path, workbook: Path) -> int:
    """A folder of the program's own with a workbook's listings, ready to be asked; how many they are."""
    directory = new_directory(instance)
    try:
        return _import(directory, workbook)
    finally:
        directory.database.close()


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """The seconds that some work took, and what it made."""
    start = perf_counter()
    made = work()
    return perf_counter() - start, made


def _store(file: Path, rows: list[list[Any]]) -> None:
    width = max(map(len, rows))
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute(f"CREATE TABLE facility ({', '.join(f'c{number}' for number in range(width))})")
        connection.executemany(f"INSERT INTO facility VALUES ({', '.join('?' * width)})", rows)


def new_directory(instance: Path) -> Directory:
    """An empty directory in a folder of its own, with its ZIP codes."""
    directory = Directory(Settings.from_environment({"INSTANCE": str(instance)}))
    assert directory.gazetteer
    return directory


def _import(directory: Directory, workbook: Path) -> int:
    order = Order("benchmark", datetime.now(UTC), force_because="a benchmark takes files of any size")
    import_file(directory.database, importer, workbook, order)
    return len(directory.index.current().columns)
