"""A new source by the README's own steps, in a copy of the project; and the names under which none is begun."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from directory.problems import CannotUnderstand
from importers.new_source import write_source

ROOT = Path(__file__).parent.parent
SKELETON = ("importers", "tests/sources")
PARTS = ("app.py", "pyproject.toml", "directory", "importers", "migrations", "seed_data", "tests")
BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def copied(folder: Path, parts: Sequence[str] = PARTS) -> Path:
    """The project as a newcomer has it, or some of it, without what running it left behind."""
    for part in parts:
        here, there = ROOT / part, folder / part
        if here.is_dir():
            shutil.copytree(here, there, ignore=shutil.ignore_patterns("__pycache__", ".*"))
        else:
            shutil.copy(here, there)
    return folder


def steps() -> Iterator[tuple[str, str, str]]:
    """The walk-through's blocks in their order: language, file or nothing, text."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    walk = text[text.index("## Adding a source") :].partition("\n## ")[0]
    for found in BLOCK.finditer(walk):
        yield found[1], found[2] or "", found[3]


def run(line: str, project: Path) -> subprocess.CompletedProcess[str]:
    """One line of the walk-through in the copy, with this Python's own commands."""
    program, *arguments = line.split()
    command = {"flask": [sys.executable, "-m", "flask"], "python": [sys.executable]}[program]
    surroundings = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "PYTHONPATH", "CI")}
    surroundings |= {"INSTANCE": str(project / "instance"), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [*command, *arguments], cwd=project, env=surroundings, capture_output=True, text=True, check=False, timeout=300
    )


def put(file: Path, language: str, text: str) -> None:
    """A whole file; of Python, the lines that give a name another value."""
    if language != "python":
        file.write_text(text, encoding="utf-8")
        return
    code = file.read_text(encoding="utf-8")
    for line in text.splitlines():
        name = line.partition(" =")[0]
        code, count = re.subn(rf"^{re.escape(name)} = .*$", line.replace("\\", r"\\"), code, flags=re.MULTILINE)
        assert count == 1, f"{file.name} has no line for {name}"
    file.write_text(code, encoding="utf-8")


def test_the_walk_through_is_true(tmp_path: Path) -> None:
    project = copied(tmp_path)
    done: list[subprocess.CompletedProcess[str]] = []
    for language, file, text in steps():
        if language == "sh":
            done += [run(line, project) for line in text.strip().splitlines()]
        else:
            put(project / file, language, text)
    begun, first, second, dry = done
    assert begun.returncode == 0, begun.stderr
    assert [line for line in begun.stdout.splitlines() if line.startswith("written")] == [
        "written: importers/jefferson_licenses.py",
        "written: importers/jefferson_licenses.toml",
        "written: tests/sources/jefferson_licenses/example.csv",
        "written: importers/sources.py",
    ]
    assert first.returncode == 1
    assert "was missing and has been written: read it before you commit it" in first.stdout
    assert second.returncode == 0, second.stdout
    assert dry.returncode == 0, dry.stderr
    assert "3 rows would be imported (dry run; nothing was written): 3 new" in dry.stderr
    read = (project / "tests/sources/jefferson_licenses/example.expected").read_text(encoding="utf-8")
    assert "licence_expires: 2026-06-30\n  capacity: 6" in read
    assert "no: sex.female" in read
    assert "refused" not in read


def test_what_is_begun_is_green_before_anything_is_said(tmp_path: Path) -> None:
    project = copied(tmp_path)
    write_source("green_source", project)
    first, second = (run("python -m pytest -q tests/test_sources.py -k green_source", project) for _ in range(2))
    assert (first.returncode, second.returncode) == (1, 0), second.stdout
    style = run("python -m ruff check importers/green_source.py importers/sources.py", project)
    layout = run("python -m ruff format --check importers/green_source.py importers/sources.py", project)
    assert (style.returncode, layout.returncode) == (0, 0), style.stdout + layout.stderr


BAD = ("", "ab", "Jefferson", "2nd_state", "a-b-c", "../../etc", "class", "x" * 41)
TAKEN = ("hsds", "base", "readers", "listings", "demo")


@pytest.mark.parametrize("name", [*BAD, *TAKEN])
def test_a_bad_or_taken_name_writes_nothing(tmp_path: Path, name: str) -> None:
    project = copied(tmp_path, SKELETON)
    before = {file: file.read_bytes() for file in project.rglob("*") if file.is_file()}
    with pytest.raises(CannotUnderstand, match="no name for a source|this name is taken"):
        write_source(name, project)
    assert {file: file.read_bytes() for file in project.rglob("*") if file.is_file()} == before


def test_a_second_time_nothing_is_written_over(tmp_path: Path) -> None:
    project = copied(tmp_path, SKELETON)
    write_source("jefferson", project)
    (project / "importers" / "jefferson.toml").write_text("mine", encoding="utf-8")
    (project / "importers" / "jefferson.py").unlink()
    with pytest.raises(CannotUnderstand, match="nothing is written over"):
        write_source("jefferson", project)
    assert (project / "importers" / "jefferson.toml").read_text(encoding="utf-8") == "mine"
    assert not (project / "importers" / "jefferson.py").exists()


def test_a_list_that_looks_otherwise_is_left_to_hands(tmp_path: Path) -> None:
    project = copied(tmp_path, SKELETON)
    (project / "importers" / "sources.py").write_text("SOURCES = everything()\n", encoding="utf-8")
    with pytest.raises(CannotUnderstand, match="the list of sources was not found"):
        write_source("jefferson", project)
    assert not (project / "importers" / "jefferson.py").exists()
