"""After a large import the index is built by a process of its own, on both engines; what becomes of that is said in words."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from subprocess import Popen

import pytest
from click.testing import Result
from flask import Flask

from directory import builder, review_commands, store
from directory.referral import Directory
from directory.settings import Settings
from directory.web import create_app
from importers import commands
from tests.test_hsds import EXAMPLE


@pytest.fixture
def directory(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Directory]:
    """An empty directory in which no import counts as small."""
    monkeypatch.setattr(builder, "_FEW", 0)
    opened = Directory(Settings.from_environment({"INSTANCE": str(tmp_path / "instance"), "DATABASE_URL": database_url}))
    yield opened
    opened.database.close()


@pytest.fixture
def app(directory: Directory) -> Iterator[Flask]:
    app = create_app(directory, {})
    commands.register(app)
    review_commands.register(app, directory)
    with app.app_context():
        yield app


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Popen[str]]:
    """The processes that are started from now on."""
    told: list[Popen[str]] = []

    class Seen(Popen[str]):
        def __init__(self, *args: object, **rest: object) -> None:
            super().__init__(*args, **rest)  # type: ignore[call-overload]
            told.append(self)

    monkeypatch.setattr(subprocess, "Popen", Seen)
    return told


def bring(app: Flask) -> Result:
    return app.test_cli_runner().invoke(args=["import", "hsds", str(EXAMPLE)])


def held(directory: Directory) -> tuple[int, int]:
    """How many listings there are, and how many wait for the index."""
    with directory.database.reading() as connection:
        return store.count(connection), len(store.unindexed(connection))


def test_what_was_imported_or_undone_can_be_searched_and_this_process_built_nothing(
    app: Flask, directory: Directory, started: list[Popen[str]]
) -> None:
    told = bring(app)
    assert (told.exit_code, told.stdout) == (0, "") and "3 listings can be searched, " in told.stderr
    assert [one.returncode for one in started] == [builder.DONE] and directory._index is None
    assert held(directory) == (3, 0) and directory.index.check() == []
    again = bring(app)
    assert again.exit_code == 0 and "3 listings can be searched" in again.stderr
    undone = app.test_cli_runner().invoke(args=["runs", "undo", "1"])
    assert undone.exit_code == 0 and "3 left the directory" in undone.stdout and undone.stderr == ""
    assert held(directory) == (0, 0)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no SIGKILL there")
def test_a_builder_that_is_killed_is_told_and_the_import_stands(
    app: Flask, directory: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(Popen[str]):
        def __init__(self, *args: object, **rest: object) -> None:
            super().__init__(*args, **rest)  # type: ignore[call-overload]
            os.kill(self.pid, signal.SIGKILL)

    with monkeypatch.context() as patched:
        patched.setattr(subprocess, "Popen", Killed)
        told = bring(app)
    assert told.exit_code == 0 and "3 new" in told.stderr and "can be searched" not in told.stderr
    assert "the index could not be built (found: its builder was ended by SIGKILL" in told.stderr
    assert "run `flask --app app index`" in told.stderr
    assert held(directory) == (3, 3)
    assert len(directory.index.current().columns) == 3, "who asks next has it built"


def test_an_index_that_cannot_be_written_is_told_and_answers_come_from_memory(app: Flask, directory: Directory) -> None:
    (directory.settings.instance / "index").write_text("a file where the folder should be")
    told = bring(app)
    assert (
        told.exit_code == 0 and "could not be built (found: it can't be written, or somebody else is building)" in told.stderr
    )
    assert len(directory.index.current().columns) == 3


def test_a_builder_that_fails_otherwise_is_told_by_its_number(
    app: Flask, directory: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    told = bring(app)
    assert told.exit_code == 0 and "its builder ended with 1" in told.stderr


class _Interrupted(threading.Event):
    def wait(self, timeout: float | None = None) -> bool:
        raise KeyboardInterrupt


def test_a_builder_ends_with_whoever_waits_for_it(directory: Directory, started: list[Popen[str]]) -> None:
    over = threading.Event()
    over.set()
    assert builder.build(directory, over, pairs=True) != builder.DONE
    with pytest.raises(KeyboardInterrupt):
        builder.build(directory, _Interrupted(), pairs=True)
    assert len(started) == 2 and all(one.wait(10) != builder.DONE for one in started)
