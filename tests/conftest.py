"""The world that tests stand in: real databases on both engines, the real files where they are, a real browser's path."""

import gc
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from argon2 import PasswordHasher
from hypothesis import settings
from playwright.sync_api import Browser

from directory.accounts import passwords
from directory.database import Database
from directory.places import Gazetteer, bundled_places
from tests import browsers, databases
from tests.databases import Cluster
from tests.invented_list import Bring, brought

ROOT = Path(__file__).parent.parent
IN_LIFE = passwords._HASHER
TEMPLATE = "filled"
settings.register_profile("suite", settings(), deadline=None)  # how fast a machine is, is nothing that a test may fail for
settings.load_profile("suite")
ENGINES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


LONG: Final = (
    "every_page", "browser_families", "hostile_costs", "whole_evening", "calls_pages", "geocoding", "real_directory", "quality",
    "generations", "new_source", "handout_browser", "bench", "bench_server", "staff_import", "matching", "bootstrap", "store",
    "browser_cases", "browser_evening", "browser", "spreadsheet", "sign_in", "calling", "exchange",
)  # fmt: skip
"""The files of tests that take longest. Begun last, one of them would keep a worker busy when the others have nothing left."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long files first, in the order above; the tests of a file stay as they stand in it."""
    place = {f"test_{name}": number for number, name in enumerate(LONG)}
    items.sort(key=lambda item: place.get(item.path.stem, len(LONG)))


@pytest.fixture(scope="module", autouse=True)
def _what_stays_is_not_searched() -> None:
    """What is there before a file's tests stays, millions of things: no search for garbage need go through them again.

    Imports search for it twice each, since they give their memory back.
    """
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def _quick_passwords() -> Iterator[None]:
    """The same argon2id with less effort, which is what it is for: hundreds of sign-ins would otherwise take minutes."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
        yield


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL server for the whole run."""
    with databases.cluster() as server:
        server.tell(f"CREATE DATABASE {TEMPLATE}")
        databases.fill(server.url(TEMPLATE))
        yield server


@pytest.fixture(scope="session")
def filled_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the tables and the small world's ZIP codes, to be copied."""
    file = tmp_path_factory.mktemp("sqlite") / "filled.db"
    databases.fill(databases.sqlite_url(file))
    return file


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the tables and all ZIP codes, to be copied."""
    file = tmp_path_factory.mktemp("template") / "places.db"
    databases.fill(databases.sqlite_url(file), bundled_places())
    return file


@pytest.fixture(params=ENGINES)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without any table, on each engine."""
    if request.param == "sqlite":
        yield databases.sqlite_url(tmp_path / "empty.db")
        return
    server: Cluster = request.getfixturevalue("cluster")
    with server.fresh("empty", "template1") as url:
        yield url


@pytest.fixture(params=ENGINES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a fresh database with the tables and the small world's ZIP codes, on each engine."""
    if request.param == "sqlite":
        file = tmp_path / "directory.db"
        shutil.copy(request.getfixturevalue("filled_file"), file)
        yield databases.sqlite_url(file)
        return
    server: Cluster = request.getfixturevalue("cluster")
    with server.fresh("fresh", TEMPLATE) as url:
        yield url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A fresh database, open, on each engine."""
    opened = Database(database_url)
    yield opened
    opened.close()


@pytest.fixture
def sqlite_database(tmp_path: Path, filled_file: Path) -> Iterator[Database]:
    """A fresh SQLite database, for tests that are not about storage."""
    file = tmp_path / "only.db"
    shutil.copy(filled_file, file)
    opened = Database(databases.sqlite_url(file))
    yield opened
    opened.close()


@pytest.fixture
def bring(database: Database, tmp_path: Path) -> Bring:
    """Imports a file of the invented list with these rows, with what is said otherwise of the order."""
    return lambda *rows, **rest: brought(database, tmp_path, rows, **rest)


@pytest.fixture(scope="session")
def gazetteer() -> Gazetteer:
    """All the ZIP codes and cities that the program knows."""
    return Gazetteer(bundled_places())


@pytest.fixture(scope="session")
def browser_path() -> Path:
    """A Chromium or Chrome of this machine."""
    for name in ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"):
        found = shutil.which(name)
        if found:
            return Path(found)
    databases.leave_out("a browser (no chromium or google-chrome found)")
    raise AssertionError


@pytest.fixture(scope="session")
def opened_browser(browser_path: Path) -> Iterator[Browser]:
    """It, opened once."""
    with browsers.opened(browser_path) as opened:
        yield opened


@pytest.fixture(scope="module")
def browser(opened_browser: Browser) -> Iterator[Browser]:
    """It, without a window that another file's tests left open."""
    yield opened_browser
    for context in opened_browser.contexts:
        context.close()


@pytest.fixture(scope="session")
def real_files() -> Path:
    """The folder of publishers' real files, which are not part of the program: REAL_FILES, or beside the checkout."""
    folder = Path(os.environ.get("REAL_FILES") or ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(f"{databases.NEEDS}the publishers' real files (name their folder in REAL_FILES)")
    return folder


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> Iterator[None]:
    """Say in the last lines, below all else, which tests were left out and for want of what."""
    yield
    for line in databases.left_out(terminalreporter.stats.get("skipped", [])):
        terminalreporter.write_line(line, yellow=True)
