"""Two imports that start together: one waits for the other, both end right, and nothing is there twice."""

import csv
import multiprocessing
import time
import warnings
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select

from directory import store
from directory.database import Database
from directory.tables import StatementRow
from importers.orders import Summary
from importers.pipeline import import_file
from tests.invented_list import COLUMNS, IMPORTER, OAK, ORDER, SOURCE, changed, counts, state

MANY = 800
TOGETHER = 3.0
"""Seconds from now in which two processes that were just started are surely there."""


def bring(url: str, path: Path, source: str, at: float) -> Summary:
    """Import a file at a moment; run in a process of its own."""
    warnings.simplefilter("error")
    importer = replace(IMPORTER, source=replace(SOURCE, name=source, at_most=10 * MANY))
    database = Database(url)
    try:
        time.sleep(max(0.0, at - time.time()))
        return import_file(database, importer, path, ORDER)
    finally:
        database.close()


@pytest.fixture
def two() -> Iterator[ProcessPoolExecutor]:
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
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
