"""The index on disk: whatever happens to it, and whoever is killed while writing it, the answers are the database's."""

import gc
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np
import pytest

from directory import store
from directory.database import Database
from directory.listing import Address, Located, Point
from directory.search import analysis, disk, generations
from directory.search.generations import Generation, Index
from directory.search.words import Words
from tests.builders import POINTS, VALUES, a_statement

ROOT = Path(__file__).parent.parent
FEW = 40

NEIGHBOUR = """
import sys, tests.test_generations as t
from pathlib import Path
from directory.database import Database
database = Database(sys.argv[1])
index = t.an_index(Path(sys.argv[2]), database)
"""
BUILDS_WITHOUT_END = NEIGHBOUR + "print('ready', flush=True)\nwhile True: index.rebuild()\n"
ASKS_ONCE = NEIGHBOUR + "t.assert_right(index, database)\nprint(index.current().counter)\n"


def locate(address: Address, _given: Point | None) -> Located:
    return Located(POINTS.get(address.postal_code))


def an_index(folder: Path, database: Database) -> Index:
    return Index(folder, database, locate)


def add(database: Database, *numbers: int) -> int:
    """Listings told apart by their number; said again, they have another name."""
    zips = sorted(POINTS)
    change = time.monotonic_ns()
    statements = [
        a_statement(
            VALUES | {"organization": f"Example House {number} {change}", "postal_code": zips[number % len(zips)]},
            local_id=str(number),
            yes=frozenset(("setting.residential", "withdrawal.opioid") if number % 2 else ("setting.inpatient",)),
        )
        for number in numbers
    ]
    with database.writing() as connection:
        return store.append(connection, statements, None)


def queue(database: Database) -> tuple[str, ...]:
    with database.reading() as connection:
        return store.unindexed(connection)


def assert_answers_are_the_databases(generation: Generation, database: Database) -> None:
    with database.reading() as connection:
        counter = store.counter(connection)
        held = {listing.id: listing for listing in store.listings(connection, locate)}
    assert generation.counter == counter
    assert sorted(generation.columns.ids) == sorted(held)
    assert generation.words == Words.from_documents([analysis.document(held[key]) for key in generation.columns.ids])
    assert np.array_equal(np.isnan(generation.columns.centred[0]), [held[key].point is None for key in generation.columns.ids])


def assert_right(index: Index, database: Database) -> None:
    assert_answers_are_the_databases(index.current(), database)
    assert index.check() == []
    assert queue(database) == ()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "instance" / "index"


@pytest.fixture
def filled(sqlite_database: Database) -> Database:
    add(sqlite_database, *range(FEW))
    return sqlite_database


def current_folder(folder: Path) -> Path:
    return folder / disk.read_current(folder).partition(" ")[0]


def files_of(folder: Path) -> list[Path]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    assert len(files) >= 15
    return files


# --- the usual course --------------------------------------------------------------------------------------------------


def test_the_index_follows_the_database_on_every_engine(database: Database, folder: Path) -> None:
    index = an_index(folder, database)
    assert len(index.current().columns) == 0
    for numbers in (range(10), range(5, 15), (3,)):
        change = add(database, *numbers)
        assert index.current().counter == change
        assert_right(index, database)
    with database.writing() as connection:
        store.remove_source(connection, "invented_survey")
    assert len(index.current().columns) == 0
    assert_right(index, database)


def test_nothing_is_built_twice(filled: Database, folder: Path) -> None:
    index = an_index(folder, filled)
    generation = index.current()
    assert index.current() is generation
    assert an_index(folder, filled).current().made_at <= generation.made_at
    assert len(list(folder.glob("gen-*"))) == 1


def test_two_generations_are_kept_and_readers_keep_theirs(filled: Database, folder: Path) -> None:
    index = an_index(folder, filled)
    held = index.current()
    before = held.words.relevance("example house residential")
    for number in range(4):
        add(filled, FEW + number)
        index.current()
        assert len(list(folder.glob("gen-*"))) == 2
    assert np.array_equal(held.words.relevance("example house residential"), before)
    assert len(held.columns) == FEW


def test_a_running_index_takes_up_what_another_process_built(filled: Database, folder: Path) -> None:
    index = an_index(folder, filled)
    index.current()
    other = an_index(folder, filled)
    add(filled, FEW)
    other.current()
    index.current()
    assert len(list(folder.glob("gen-*"))) == 2
    assert_right(index, filled)


def test_rebuilding_makes_a_new_generation_of_the_same_change(filled: Database, folder: Path) -> None:
    index = an_index(folder, filled)
    index.current()
    before = current_folder(folder)
    assert index.rebuild().counter == index.current().counter
    assert current_folder(folder) != before
    assert_right(index, filled)


@pytest.mark.skipif(sys.platform == "win32", reason="folders have no such modes there")
def test_only_the_owner_can_look_into_the_index(filled: Database, folder: Path) -> None:
    an_index(folder, filled).current()
    folders = [folder, *(path for path in folder.rglob("*") if path.is_dir() and "columns" not in path.parts)]
    assert {path.stat().st_mode & 0o777 for path in folders} == {0o700}


# --- damage ------------------------------------------------------------------------------------------------------------


def flip_a_byte(path: Path) -> None:
    content = bytearray(path.read_bytes())
    at = random.Random(path.name).randrange(len(content))
    content[at] ^= 1 << (at % 8)
    path.write_bytes(content)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


HARMS: list[Callable[[Path], None]] = [Path.unlink, flip_a_byte, cut]


@pytest.mark.parametrize("harm", HARMS, ids=["deleted", "a bit flipped", "cut"])
def test_any_damaged_file_is_noticed_and_built_again(filled: Database, folder: Path, harm: Callable[[Path], None]) -> None:
    an_index(folder, filled).current()
    for number in range(len(files_of(current_folder(folder)))):
        harm(files_of(current_folder(folder))[number])
        assert an_index(folder, filled).check()
        assert_right(an_index(folder, filled), filled)


@pytest.mark.parametrize("harm", HARMS, ids=["deleted", "a bit flipped", "cut"])
def test_a_damaged_current_is_noticed_even_by_a_running_index(
    filled: Database, folder: Path, harm: Callable[[Path], None]
) -> None:
    index = an_index(folder, filled)
    index.current()
    harm(folder / "CURRENT")
    assert_right(index, filled)
    assert_right(an_index(folder, filled), filled)


def test_deleting_the_whole_index_costs_nothing_but_time(filled: Database, folder: Path) -> None:
    index = an_index(folder, filled)
    index.current()
    shutil.rmtree(folder)
    assert_right(index, filled)
    shutil.rmtree(folder)
    assert_right(an_index(folder, filled), filled)


def test_an_older_current_is_not_believed(filled: Database, folder: Path) -> None:
    index = an_index(folder, filled)
    index.current()
    older = (folder / "CURRENT").read_bytes()
    add(filled, 1, FEW)
    index.current()
    (folder / "CURRENT").write_bytes(older)
    assert_right(an_index(folder, filled), filled)
    (folder / "CURRENT").write_bytes(older)
    assert_right(index, filled)


@pytest.mark.parametrize("current", ["", "gen-1-00000000 00", "../../gen-1 00", "gen-\x00 1", "/etc gen", "gen-1-0000"])
def test_a_current_that_names_nothing_of_ours_is_not_followed(filled: Database, folder: Path, current: str) -> None:
    folder.mkdir(parents=True)
    (folder / "CURRENT").write_text(current)
    assert_right(an_index(folder, filled), filled)


def test_an_index_of_another_version_is_built_again(filled: Database, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as older:
        older.setattr(generations, "_PROGRAM", "0")
        an_index(folder, filled).current()
    before = current_folder(folder)
    assert an_index(folder, filled).check()
    assert_right(an_index(folder, filled), filled)
    assert current_folder(folder) != before


def test_a_database_put_back_to_an_earlier_day_is_followed(filled: Database, folder: Path, tmp_path: Path) -> None:
    index = an_index(folder, filled)
    index.current()
    file = Path(str(filled.engine.url.database))
    shutil.copy(file, tmp_path / "backup")
    add(filled, 1, 2, FEW)
    index.current()
    filled.close()
    shutil.copy(tmp_path / "backup", file)
    assert_right(an_index(folder, filled), filled)
    add(filled, 3, 4)
    assert_right(an_index(folder, filled), filled)


def test_the_same_change_number_with_other_content_is_noticed(filled: Database, folder: Path, tmp_path: Path) -> None:
    file = Path(str(filled.engine.url.database))
    shutil.copy(file, tmp_path / "backup")
    add(filled, 1, FEW)
    an_index(folder, filled).current()
    filled.close()
    shutil.copy(tmp_path / "backup", file)
    add(filled, 2, FEW)
    assert_right(an_index(folder, filled), filled)


# --- where nothing can be written --------------------------------------------------------------------------------------


def test_without_a_place_to_write_answers_come_from_memory(filled: Database, folder: Path) -> None:
    folder.parent.write_text("a file where the folder should be")
    index = an_index(folder, filled)
    assert_answers_are_the_databases(index.current(), filled)
    assert index.current() is index.current()
    assert len(queue(filled)) == FEW
    add(filled, FEW)
    assert_answers_are_the_databases(index.current(), filled)
    folder.parent.unlink()
    assert_right(an_index(folder, filled), filled)


@contextmanager
def no_file_longer_than(size: int) -> Iterator[None]:
    import resource

    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, usual[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)


@pytest.mark.skipif(sys.platform == "win32", reason="files have no such limit there")
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")  # Whoosh's own files
@pytest.mark.parametrize("size", [0, 10, 200, 1000, 3000, 10_000, 40_000])
def test_a_full_disk_changes_no_answer_and_is_forgotten_when_it_has_room(filled: Database, folder: Path, size: int) -> None:
    index = an_index(folder, filled)
    with no_file_longer_than(size):
        generation = index.current()
        assert len(queue(filled)) == FEW
    gc.collect()
    assert_answers_are_the_databases(generation, filled)
    assert not list(folder.glob("gen-*"))
    add(filled, FEW)
    assert_right(index, filled)


def test_who_waits_too_long_for_another_builder_answers_with_the_generation_before(
    filled: Database, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = an_index(folder, filled)
    before = running.current()
    add(filled, FEW)
    monkeypatch.setattr(generations, "_WAIT_SECONDS", 0.1)
    with disk.only_builder(folder, 1):
        assert running.current() is before
        assert an_index(folder, filled).current().counter == before.counter
        (folder / "CURRENT").unlink()
        assert_answers_are_the_databases(an_index(folder, filled).current(), filled)
        assert queue(filled) != ()
    assert_right(running, filled)


# --- at the same time --------------------------------------------------------------------------------------------------


def test_threads_ask_while_the_database_changes(filled: Database, folder: Path) -> None:
    index = an_index(folder, filled)

    def ask(_: int) -> None:
        for _ in range(50):
            generation = index.current()
            assert generation.words.relevance("example house").shape == (len(generation.columns),)

    with ThreadPoolExecutor(8) as threads:
        asking = threads.map(ask, range(8))
        for number in range(5):
            add(filled, FEW + number)
        list(asking)
    assert len(index.current().columns) == FEW + 5
    assert_right(index, filled)


@contextmanager
def another_process(code: str, database: Database, folder: Path) -> Iterator[subprocess.Popen[str]]:
    url = database.engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", code, url, str(folder)]
    started = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    with started as process:
        try:
            yield process
        finally:
            process.kill()


def test_two_processes_that_build_at_once_both_end_right(filled: Database, folder: Path) -> None:
    with another_process(ASKS_ONCE, filled, folder) as one, another_process(ASKS_ONCE, filled, folder) as other:
        said = [process.communicate(timeout=120) for process in (one, other)]
    assert [answer for answer, _ in said] == ["1\n", "1\n"], said
    assert len(list(folder.glob("gen-*"))) == 1
    assert_right(an_index(folder, filled), filled)


def test_of_two_who_catch_up_at_once_one_builds(filled: Database, folder: Path) -> None:
    an_index(folder, filled).current()
    add(filled, FEW)
    with ThreadPoolExecutor(2) as threads:
        told = list(threads.map(lambda one: one.catch_up().counter, [an_index(folder, filled) for _ in range(2)]))
    with filled.reading() as connection:
        assert told == [store.counter(connection)] * 2
        assert connection.exec_driver_sql("SELECT count(*) FROM built_index").scalar() == 2
    assert_right(an_index(folder, filled), filled)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no SIGKILL there")
def test_a_process_killed_while_it_builds_harms_nothing(filled: Database, folder: Path) -> None:
    moments = random.Random(7)
    add(filled, *range(200))
    for number in range(8):
        add(filled, number, 1000 + number)
        with another_process(BUILDS_WITHOUT_END, filled, folder) as process:
            assert process.stdout is not None and process.stdout.readline() == "ready\n"
            time.sleep(moments.uniform(0, 0.12))
            process.kill()
        assert_what_is_on_disk_is_not_ahead(filled, folder)
        assert_right(an_index(folder, filled), filled)
        assert len(list(folder.glob("gen-*"))) <= 2 + 1


def assert_what_is_on_disk_is_not_ahead(database: Database, folder: Path) -> None:
    """The queue is empty only where the index holds what was in it."""
    with closing(database), database.reading() as connection:
        counter, waiting = store.counter(connection), store.unindexed(connection)
    current = disk.read_current(folder)
    if current:
        assert disk.verified(folder, current)[1].counter <= counter
    if not waiting:
        assert disk.verified(folder, current)[1].counter == counter
