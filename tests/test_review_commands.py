"""`flask --app app conflicts` and `runs`: what imports contradicted and what came of each, for people and for programs."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from directory import review_commands
from directory.referral import Directory
from directory.settings import Settings
from tests import databases
from tests.invented_list import ELM, OAK, brought, changed
from tests.test_conflicts import NEWER, OTHER_PHONE, confirm


@pytest.fixture
def directory(tmp_path: Path, filled_file: Path) -> Iterator[Directory]:
    (tmp_path / "site.db").write_bytes(filled_file.read_bytes())
    opened = Directory(Settings(tmp_path / "instance", 8123, databases.sqlite_url(tmp_path / "site.db"), ()))
    yield opened
    opened.database.close()


def run(directory: Directory, *arguments: str) -> Result:
    app = Flask("only commands")
    review_commands.register(app, directory)
    return app.test_cli_runner().invoke(args=arguments)


def test_an_empty_directory_says_so(directory: Directory) -> None:
    assert run(directory, "conflicts").stdout == "No conflict is open.\n"
    assert run(directory, "runs").stdout == "Nothing was imported yet.\n"
    assert json.loads(run(directory, "runs", "--json").stdout) == []


def test_conflicts_are_listed_with_both_sides(directory: Directory, tmp_path: Path) -> None:
    brought(directory.database, tmp_path, (OAK,))
    listing_id = confirm(directory.database, values={"phone": "6145550150"})
    brought(directory.database, tmp_path, (OTHER_PHONE,), importer=NEWER)
    told = run(directory, "conflicts").stdout.splitlines()
    assert told == [
        f"1  Oak House ({listing_id}), main telephone, open since 2026-03-13",
        "  stands: 614-555-0150 (calls, staff_call, 2026-03-05)",
        "  said:   614-555-0177 (invented_list, national_survey, 2026-03-10)",
    ]
    (one,) = json.loads(run(directory, "conflicts", "--json").stdout)
    assert (one["number"], one["name"], one["about"], one["stands"]["value"], one["said"]["observed_at"]) == (
        1, "Oak House", "phone", "6145550150", "2026-03-10",
    )  # fmt: skip


def test_runs_tell_who_when_what_and_with_a_number_everything(directory: Directory, tmp_path: Path) -> None:
    brought(directory.database, tmp_path, (OAK, changed(ELM, zip="nowhere")))
    first = "1  2026-03-13 20:00 UTC  invented_list: list.csv, by a test"
    counts = "  2 rows, 1 new, 0 changed, 0 unchanged, 0 gone, 1 refused, 0 conflicts"
    assert run(directory, "runs").stdout.splitlines() == [first, counts]
    whole = run(directory, "runs", "1").stdout.splitlines()
    assert whole[:2] == [first, counts]
    assert whole[2].startswith("  As of 2026-03-01; SHA-256 ") and len(whole[2].split()[-1]) == 64
    assert whole[3] == "  1 × the ZIP code could not be read; the row was left out"
    assert whole[4] == "  list.csv, row 3, column “zip”: the ZIP code could not be read; the row was left out (found: nowhere)"
    (told,) = json.loads(run(directory, "runs", "--json").stdout)
    assert (told["number"], told["summary"]["new"], date.fromisoformat(told["observed_at"])) == (1, 1, date(2026, 3, 1))


def test_a_run_that_there_is_not_is_said(directory: Directory) -> None:
    told = run(directory, "runs", "7")
    assert told.exit_code == 1 and "there is no import 7" in told.stderr
