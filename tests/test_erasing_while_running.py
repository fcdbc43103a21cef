"""What was promised to be gone is gone in a running site, though nobody asks for anything; on both engines."""

import io
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from directory import asking, store
from directory.erasing import erasing
from directory.referral import Directory
from directory.settings import Settings
from directory.tables import AskedRow
from directory.uploads import KEPT, Uploads
from tests import evening

NOW = datetime(2026, 3, 13, 22, 30, tzinfo=UTC)
UNTIL = NOW + timedelta(hours=24)
OFTEN = 0.02


@pytest.fixture
def directory(database_url: str, tmp_path: Path) -> Iterator[Directory]:
    opened = Directory(Settings(tmp_path / "instance", 8000, database_url, ()))
    need = asking.written_need(asking.read_need(evening.NEED, opened.gazetteer, NOW))
    with opened.database.writing() as connection:
        store.keep_need(connection, "t" * 22, need, NOW, UNTIL)
    yield opened
    opened.database.close()


def kept(directory: Directory) -> int:
    with directory.database.reading() as connection:
        return connection.scalar(select(func.count()).select_from(AskedRow)) or 0


def within_seconds(happens: Callable[[], bool], seconds: float = 20) -> bool:
    ends = time.monotonic() + seconds
    while not happens() and time.monotonic() < ends:
        time.sleep(OFTEN)
    return happens()


def test_a_need_is_erased_when_its_day_is_over_and_not_a_second_sooner(directory: Directory) -> None:
    looks: list[datetime] = []
    clock = [UNTIL - timedelta(seconds=1)]

    def pinned() -> datetime:
        looks.append(clock[0])
        return clock[0]

    with erasing(directory, pinned, OFTEN):
        assert within_seconds(lambda: len(looks) > 3) and kept(directory) == 1
        clock[0] = UNTIL
        assert within_seconds(lambda: kept(directory) == 0)
    seen = len(looks)
    time.sleep(5 * OFTEN)
    assert len(looks) == seen, "it ends with the site"


def test_a_file_that_was_sent_is_erased_when_its_day_is_over_though_nobody_sends_another(directory: Directory) -> None:
    uploads, clock = Uploads.of(directory.settings), [NOW + KEPT - timedelta(seconds=1)]
    sent = uploads.put(io.BytesIO(b"a,b"), "list.csv", 1, NOW)
    uploads.put_beside(sent, io.BytesIO(b"x"), "mapping.toml")
    looks: list[datetime] = []

    def pinned() -> datetime:
        looks.append(clock[0])
        return clock[0]

    with erasing(directory, pinned, OFTEN):
        assert within_seconds(lambda: len(looks) > 4) and sent.path.exists()
        clock[0] = NOW + KEPT
        assert within_seconds(lambda: not sent.path.exists())
    assert list(sent.path.parent.parent.iterdir()) == []


def test_a_file_is_erased_though_the_database_fails(directory: Directory) -> None:
    uploads = Uploads.of(directory.settings)
    sent = uploads.put(io.BytesIO(b"a,b"), "list.csv", 1, NOW)
    with directory.database.writing() as connection:
        connection.exec_driver_sql("ALTER TABLE asked RENAME TO elsewhere")
    with erasing(directory, lambda: NOW + KEPT, OFTEN):
        assert within_seconds(lambda: not sent.path.exists())


def test_a_database_that_fails_once_is_tried_again(directory: Directory) -> None:
    with directory.database.writing() as connection:
        connection.exec_driver_sql("ALTER TABLE asked RENAME TO elsewhere")
    looks: list[datetime] = []

    def pinned() -> datetime:
        looks.append(UNTIL)
        return UNTIL

    with erasing(directory, pinned, OFTEN):
        assert within_seconds(lambda: len(looks) > 2)
        with directory.database.writing() as connection:
            connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO asked")
        assert within_seconds(lambda: kept(directory) == 0)
