"""Where the tests of a run write: in memory where that is possible, since waiting for a disk is most of their time.

And in which order they are begun."""

import os
from pathlib import Path

import pytest

from directory import checks
from tests.conftest import LONG, pytest_collection_modifyitems


@pytest.fixture(autouse=True)
def _nobody_chose(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TMPDIR", raising=False)


def test_what_has_room_is_used_and_what_has_not_is_not(tmp_path: Path) -> None:
    assert checks.scratch(tmp_path, 1) == tmp_path
    assert checks.scratch(tmp_path, 1 << 60) is None


def test_a_machine_without_such_a_folder_uses_the_usual_one(tmp_path: Path) -> None:
    assert checks.scratch(tmp_path / "shm", 1) is None


def test_whoever_names_a_folder_gets_that_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    assert checks.scratch(tmp_path, 1) is None


def test_where_no_program_may_run_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = list(os.statvfs(tmp_path))
    told[8] |= os.ST_NOEXEC
    monkeypatch.setattr(os, "statvfs", lambda _folder: os.statvfs_result(told))
    assert checks.scratch(tmp_path, 1) is None


def test_the_files_that_are_begun_first_are_there() -> None:
    assert [name for name in LONG if not Path(__file__).with_name(f"test_{name}.py").exists()] == []


def test_the_long_files_are_begun_first_and_the_others_stay_as_they_are(request: pytest.FixtureRequest) -> None:
    items = sorted(request.session.items, key=lambda item: item.name)
    names = [item.path.stem.removeprefix("test_") for item in items]
    pytest_collection_modifyitems(items)
    begun = [item.path.stem.removeprefix("test_") for item in items]
    assert begun == sorted((name for name in names if name in LONG), key=LONG.index) + [n for n in names if n not in LONG]
