"""Two imports that start together: one waits for the other, both end right, and nothing is there twice."""

import csv
import multiprocessing
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.exc import DBAPIError

from directory import store, undoing
from directory.account import Who
from directory.database import Database
from directory.problems import CannotUnderstand
from directory.tables import StatementRow
from importers.export import exported
from importers.listings import import_listings
from importers.orders import Summary
from importers.pipeline import import_file
from tests.invented_list import COLUMNS, IMPORTER, OAK, ORDER, SOURCE, changed, counts, state

MANY = 800
THERE, TOGETHER = 3.0, 0.3
"""Seconds from now in which two processes that were just started are surely there, and in which they have heard of work."""


def bring(url: str, path: Path, source: str, at: float) -> Summary:
    """Import a file at a moment; run in a process of its own."""
    warnings.simplefilter("error")
    importer = replace(IMPORTER, source=replace(SOURCE, name=source, at_most=10 * MANY))
    database = Database(url)
    try:
        wait_until(at)
        return import_file(database, importer, path, ORDER)
    finally:
        database.close()


def wait_until(at: float) -> None:
    time.sleep(max(0.0, at - time.time()))


@pytest.fixture(scope="module")
def two() -> Iterator[ProcessPoolExecutor]:
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        list(pool.map(wait_until, [time.time() + THERE] * 2))
        yield pool


def a_file(path: Path, telephone: str) -> Path:
    with path.open("w", newline="", encoding="utf-8") as out:
        rows = [changed(OAK, name=f"House {number}", phone=telephone) for number in range(MANY)]
        csv.writer(out).writerows([COLUMNS, *rows])
    return path


def together(two: ProcessPoolExecutor, url: str, *orders: tuple[Path, str]) -> list[Summary]:
    at = time.time() + TOGETHER
    return [task.result() for task in [two.submit(bring, url, path, source, at) for path, source in orders]]


def test_the_same_file_twice_at_once_is_there_once(
    two: ProcessPoolExecutor, database: Database, database_url: str, tmp_path: Path
) -> None:
    path = a_file(tmp_path / "list.csv", "614-555-0101")
    told = together(two, database_url, (path, "one"), (path, "one"))
    assert sorted(map(counts, told)) == [(0, 0, MANY, 0, 0), (MANY, 0, 0, 0, 0)]
    assert state(database)[1::2] == (MANY, 1)


def test_two_files_of_one_source_at_once_leave_one_of_them_whole(
    two: ProcessPoolExecutor, database: Database, database_url: str, tmp_path: Path
) -> None:
    first, second = a_file(tmp_path / "first.csv", "614-555-0101"), a_file(tmp_path / "second.csv", "614-555-0102")
    told = together(two, database_url, (first, "one"), (second, "one"))
    assert sorted(map(counts, told)) == [(0, MANY, 0, 0, 0), (MANY, 0, 0, 0, 0)]
    with database.reading() as connection:
        newest = store.newest_run(connection, "one")
        said = store.latest_said(connection, "one", list(store.latest_digests(connection, "one")))
    assert newest and {one.values["phone"] for one in said.values()} == {
        {"first.csv": "6145550101", "second.csv": "6145550102"}[newest.file]
    }


def test_two_sources_at_once_are_both_there(
    two: ProcessPoolExecutor, database: Database, database_url: str, tmp_path: Path
) -> None:
    path = a_file(tmp_path / "list.csv", "614-555-0101")
    told = together(two, database_url, (path, "one"), (path, "other"))
    assert list(map(counts, told)) == [(MANY, 0, 0, 0, 0)] * 2
    with database.reading() as connection:
        per_source = select(StatementRow.source, func.count()).group_by(StatementRow.source)
        assert sorted(map(tuple, connection.execute(per_source))) == [("one", MANY), ("other", MANY)]
        assert len(store.unindexed(connection)) == 2 * MANY


@pytest.mark.parametrize("way", ["a publisher's file", "a file of listings", "an undoing"])
def test_who_waits_too_long_is_told_and_nothing_is_half_done(
    database: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    monkeypatch.setattr("directory.database._BUSY_SECONDS", 1)
    import_file(database, IMPORTER, a_list(tmp_path / "first.csv", "614-555-0101"), ORDER)
    (tmp_path / "all.jsonl").write_text("".join(exported(database)), encoding="utf-8")
    before = state(database)
    late = Database(database_url)
    work: dict[str, Callable[[], object]] = {
        "a publisher's file": lambda: import_file(late, IMPORTER, a_list(tmp_path / "b.csv", "614-555-0102"), ORDER),
        "a file of listings": lambda: import_listings(late, tmp_path / "all.jsonl", ORDER),
        "an undoing": lambda: undoing.undo(late, 1, "staff 1", Who("ann", ORDER.now)),
    }
    with database.writing(), pytest.raises(CannotUnderstand, match="somebody else is importing.*Try again in a minute"):
        work[way]()
    assert state(database) == before
    work[way]()
    assert state(database) != before
    late.close()


def a_list(path: Path, telephone: str) -> Path:
    with path.open("w", newline="", encoding="utf-8") as out:
        csv.writer(out).writerows([COLUMNS, changed(OAK, phone=telephone)])
    return path


@pytest.mark.parametrize("way", ["a publisher's file", "a file of listings"])
def test_without_room_on_the_disk_it_is_said_and_nothing_is_half_done(
    sqlite_database: Database, tmp_path: Path, way: str
) -> None:
    of_many = replace(IMPORTER, source=replace(SOURCE, at_most=2 * MANY))
    import_file(sqlite_database, of_many, a_file(tmp_path / "first.csv", "614-555-0101"), ORDER)
    lines = "".join(exported(sqlite_database))
    (tmp_path / "all.jsonl").write_text(lines.replace("invented_list", "other_list"), encoding="utf-8")
    before, full = state(sqlite_database), Database(str(sqlite_database.engine.url))
    event.listen(full.engine, "connect", lambda connection, _: connection.execute("PRAGMA max_page_count = 1"))
    work: dict[str, Callable[[], object]] = {
        "a publisher's file": lambda: import_file(full, of_many, a_file(tmp_path / "b.csv", "614-555-0102"), ORDER),
        "a file of listings": lambda: import_listings(full, tmp_path / "all.jsonl", ORDER),
    }
    with pytest.raises(CannotUnderstand, match=r"can't be written; nothing was changed \(found: .*full\)\. Make room"):
        work[way]()
    assert state(sqlite_database) == before
    full.close()


def test_another_fault_of_the_database_is_no_question_of_turns(database: Database) -> None:
    with pytest.raises(DBAPIError, match="there_is_none"), database.long_writing("a file") as connection:
        connection.exec_driver_sql("SELECT * FROM there_is_none")
