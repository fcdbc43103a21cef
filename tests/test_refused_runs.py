"""A file that is refused is recorded with who, when and why; nothing else knows of it."""

# ruff: noqa: F811 - a fixture that comes from another file has the name of the argument
import json
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask

from directory import review_commands, store, undoing
from directory.account import Who
from directory.database import CannotWrite, Database
from directory.problems import CannotUnderstand
from directory.referral import Directory
from directory.settings import Settings
from importers import attempts, commands
from importers.attempts import Attempt, bring
from importers.contents import digest_of
from importers.orders import Order
from importers.pipeline import import_file
from importers.samhsa_national_directory import importer as national
from tests.listing_files import HEADER as LISTINGS
from tests.listing_files import a_line
from tests.test_spreadsheet import COUNTY, MAPPING
from tests.test_staff_import import app, directory, send, somebody
from tests.test_staff_import import bring as sent
from tests.workbooks import HEADER, a_book, a_facility

__all__ = ["app", "directory"]
NOW = datetime(2026, 3, 13, 20, 0, tzinfo=UTC)
ORDER = Order("a test", NOW)
NATIONAL = "samhsa_national_directory"


def book(folder: Path, *rows: str) -> Path:
    return a_book(folder, [HEADER, *(a_facility(name1=f"Example House {name}") for name in rows)])


def lines(folder: Path, *told: dict[str, Any]) -> Path:
    text = "".join(f"{json.dumps(one)}\n" for one in (LISTINGS, *told))
    (folder / "list.jsonl").write_text(text, encoding="utf-8")
    return folder / "list.jsonl"


def no_book(folder: Path) -> Path:
    (folder / "scan.xlsx").write_bytes(b"%PDF-1.7 not a workbook")
    return folder / "scan.xlsx"


def recorded(database: Database) -> list[store.Run]:
    with database.reading() as connection:
        return [run for _, run in store.runs(connection, 100)]


def state(database: Database) -> tuple[int, int, tuple[str, ...]]:
    with database.reading() as connection:
        return store.counter(connection), store.count(connection), store.unindexed(connection)


def test_a_refused_file_is_recorded_and_nothing_else_changes(database: Database, tmp_path: Path) -> None:
    before = state(database)
    summary = bring(database, Attempt(NATIONAL, no_book(tmp_path), replace(ORDER, force_because="it is right")))
    assert not summary.imported
    (run,) = recorded(database)
    assert run.refused and not run.undone
    assert (run.source, run.file, run.recorded_by, run.recorded_at) == (NATIONAL, "scan.xlsx", "a test", NOW)
    assert (run.sha256, run.forced_because) == (digest_of(tmp_path / "scan.xlsx"), "it is right")
    assert [problem["where"] for problem in run.summary["problems"]] == ["scan.xlsx"]
    assert list(run.summary["kinds"].values()) == [1]
    assert state(database) == before


def test_it_is_no_import_to_anybody_who_asks_for_the_newest(database: Database, tmp_path: Path) -> None:
    file = book(tmp_path, "a", "b", "c")
    import_file(database, national, file, ORDER)
    bring(database, Attempt(NATIONAL, no_book(tmp_path), ORDER))
    with database.reading() as connection:
        assert store.newest_number(connection, NATIONAL) == 1
        newest, every = store.newest_run(connection, NATIONAL), store.newest_runs(connection)
    assert newest and newest.file == "book.xlsx" and every == {NATIONAL: newest}
    again = bring(database, Attempt(NATIONAL, file, ORDER))
    assert again.imported and "this very file was imported" in again.problems[0].what
    assert [run.refused for run in recorded(database)] == [True, False]


def test_a_file_that_was_refused_is_no_file_that_was_imported(database: Database, tmp_path: Path) -> None:
    sheet = book(tmp_path)
    assert not bring(database, Attempt(NATIONAL, sheet, ORDER)).imported
    assert not bring(database, Attempt(NATIONAL, sheet, ORDER)).imported
    assert [run.refused for run in recorded(database)] == [True, True]


def test_it_can_not_be_undone_and_the_import_before_it_can(database: Database, tmp_path: Path) -> None:
    import_file(database, national, book(tmp_path, "a"), ORDER)
    bring(database, Attempt(NATIONAL, no_book(tmp_path), ORDER))
    with pytest.raises(CannotUnderstand, match="import 2: the file was refused, so that nothing of it is here"):
        undoing.undo(database, 2, "ann", Who("ann", NOW))
    assert undoing.undo(database, 1, "ann", Who("ann", NOW)).leave == 1
    assert state(database)[1] == 0 and len(recorded(database)) == 2


def test_a_dry_run_and_a_file_that_is_not_there_are_not_recorded(database: Database, tmp_path: Path) -> None:
    bring(database, Attempt(NATIONAL, no_book(tmp_path), replace(ORDER, dry_run=True), recorded=False))
    with pytest.raises(OSError, match="No such file"):
        bring(database, Attempt(NATIONAL, tmp_path / "none.xlsx", ORDER))
    assert recorded(database) == []


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no such things")
def test_what_is_neither_file_nor_folder_is_not_waited_for(database: Database, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="neither a file nor a folder"):
        bring(database, Attempt(NATIONAL, tmp_path / "pipe", ORDER))


def test_files_of_listings_and_tables_are_recorded_too(database: Database, tmp_path: Path) -> None:
    (tmp_path / "list.jsonl").write_text('{"need": 1}\n', encoding="utf-8")
    (tmp_path / "county.csv").write_text(COUNTY.replace("Men", "Everybody"), encoding="utf-8")
    (tmp_path / "county.toml").write_text(MAPPING, encoding="utf-8")
    (tmp_path / "wrong.toml").write_text("title = ?", encoding="utf-8")
    bring(database, Attempt("listings", tmp_path / "list.jsonl", ORDER))
    bring(database, Attempt("spreadsheet", tmp_path / "county.csv", ORDER, tmp_path / "county.toml"))
    bring(database, Attempt("spreadsheet", tmp_path / "county.csv", ORDER, tmp_path / "wrong.toml"))
    bring(database, Attempt("spreadsheet", tmp_path / "county.csv", ORDER))
    told = [(run.source, run.file, run.summary["problems"][0]["what"]) for run in reversed(recorded(database))]
    assert told == [
        ("listings", "list.jsonl", "the first line is not the header of a file of listings"),
        ("franklin_county", "county.csv", "the column “gender” holds unknown phrases"),
        ("spreadsheet", "county.csv", "the mapping is not TOML"),
        ("spreadsheet", "county.csv", "a table can't be read without its mapping"),
    ]


def test_a_refused_file_of_listings_leaves_one_record_and_no_line(database: Database, tmp_path: Path) -> None:
    bring(database, Attempt("listings", lines(tmp_path, *(a_line(id=f"listings:{n}") for n in range(30))), ORDER))
    gone = [a_line(id=f"listings:{n}") for n in range(30)]
    for line in gone:
        line["statements"][0] |= {"withdrawn": True, "observed_at": "2026-03-12"}
    before = state(database)
    summary = bring(database, Attempt("listings", lines(tmp_path, *gone), ORDER))
    assert not summary.imported and "withdraws more than a third" in summary.problems[0].what
    assert state(database) == before and [run.refused for run in recorded(database)] == [True, False]


def test_who_found_the_turn_taken_was_not_judged(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = CannotWrite()

    def busy(*_: object) -> None:
        raise taken

    with monkeypatch.context() as patched:
        patched.setattr(attempts, "import_file", busy)
        assert not bring(database, Attempt(NATIONAL, book(tmp_path, "a"), ORDER)).imported
    monkeypatch.setattr(database, "long_writing", busy)
    summary = bring(database, Attempt(NATIONAL, no_book(tmp_path), ORDER))
    assert "could not be recorded" in summary.problems[-1].what
    assert recorded(database) == []


# --- where it is shown ---------------------------------------------------------------------------------------------------


@pytest.fixture
def terminal(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The commands over a fresh database."""
    opened = Directory(Settings(tmp_path / "instance", 8000, database_url, ()))
    app = Flask("only commands")
    app.extensions["directory"] = opened
    commands.register(app)
    review_commands.register(app, opened)
    with app.app_context():
        yield app
    opened.database.close()


def told(terminal: Flask, *arguments: str | Path) -> Result:
    return terminal.test_cli_runner().invoke(args=[*map(str, arguments)])


def test_the_terminal_lists_it_with_its_reason(terminal: Flask, tmp_path: Path) -> None:
    scan = no_book(tmp_path)
    assert told(terminal, "import", NATIONAL, scan, "--dry-run").exit_code == 1
    assert told(terminal, "runs").stdout == "Nothing was imported yet.\n"
    assert told(terminal, "import", NATIONAL, scan).exit_code == 1
    head, why = told(terminal, "runs").stdout.splitlines()
    assert re.fullmatch(r"1  \S+ \S+ UTC  samhsa_national_directory: scan.xlsx, by command line", head)
    assert why == "  Refused, nothing was imported: the file holds no table that can be read"
    whole = told(terminal, "runs", "1").stdout
    assert "As of" not in whole and re.search(r"SHA-256 [0-9a-f]{64}\n", whole)
    assert "scan.xlsx: the file holds no table that can be read (found: this is a PDF). Ask the sender" in whole
    (one,) = json.loads(told(terminal, "runs", "--json").stdout)
    assert one["summary"]["imported"] is False and one["summary"]["problems"]
    assert "was refused" in told(terminal, "runs", "undo", "1").stderr
    assert "Last imported: never" in told(terminal, "sources").stdout


def test_sources_name_each_table_that_was_imported(terminal: Flask, tmp_path: Path) -> None:
    for name, text in (("county.csv", COUNTY), ("county.toml", MAPPING)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    done = told(terminal, "import", "spreadsheet", tmp_path / "county.csv", "--mapping", tmp_path / "county.toml")
    assert done.exit_code == 0, done.stderr
    paragraphs = told(terminal, "sources").stdout.split("\n\n")
    (tables,) = [one for one in paragraphs if one.startswith("spreadsheet\n")]
    assert "  franklin_county\n  Last imported: " in tables and "county.csv (as of 2026-03-01)" in tables
    assert paragraphs[-1].startswith("listings\n") and "Last imported: never" in paragraphs[-1]


def test_staff_see_it_with_its_reason_and_can_not_undo_it(app: Flask, directory: Directory, tmp_path: Path) -> None:
    client = somebody(app)
    address = sent(client, no_book(tmp_path)).location
    assert "can’t be imported as it is" in client.get(address).text
    shown = client.get("/staff/runs").text
    assert "scan.xlsx" in shown and "refused" in shown and "Nothing was imported: the file holds no table" in shown
    page = client.get("/staff/runs/1").text
    assert "Nothing was imported, and nothing has changed." in page and "this is a PDF" in page and "staff 1" in page
    assert "Ask the sender for the data itself" in page and "Speaks of" not in page and "Undo this import" not in page
    assert "was refused" in client.get("/staff/runs/1/undo").text
    assert send(client, "/staff/runs/1/undo").status_code == 409


def test_a_table_that_waits_for_a_better_mapping_is_not_refused_yet(app: Flask, directory: Directory, tmp_path: Path) -> None:
    client, table = somebody(app), tmp_path / "county.csv"
    table.write_text(COUNTY, encoding="utf-8")
    address = sent(client, table, source="spreadsheet").location
    assert send(client, address, mapping="title = ?").status_code == 422
    assert recorded(directory.database) == []
    sent(client, no_book(tmp_path), source="spreadsheet")
    assert [(run.source, run.refused) for run in recorded(directory.database)] == [("spreadsheet", True)]
