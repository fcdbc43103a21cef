"""What is exported and imported is the same again, whole or not at all, on both engines and through the commands."""

import json
import stat
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from directory import portions, store
from directory.availability import Bucket, Report
from directory.database import Database
from directory.listing import Located, Statement, Vetting
from directory.merging import merge
from directory.problems import CannotUnderstand, Loudness
from directory.referral import Directory
from directory.sameness import Decided, Decision
from directory.settings import Settings
from directory.store import Recorded
from directory.vocabulary import BedState, Channel, SourceKind, VettingState
from directory.web import create_app
from importers import commands, demo
from importers.export import export_listings
from importers.listing_line import Context, header, read_line, written_line
from importers.listings import import_listings
from importers.pipeline import import_file
from tests import builders, databases
from tests.builders import a_statement
from tests.listing_files import (
    EXAMPLES,
    HEADER,
    NOW,
    ORDER,
    Bring,
    a_line,
    bringing,
    carry,
    changes,
    counts,
    held,
    text_of,
)

DEMO_FILE = Path(__file__).parent.parent / "seed_data" / "demo-directory.xlsx"
CONTEXT = Context("by-hand.jsonl", "a test", NOW)


@pytest.fixture
def other(database: Database, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Database]:
    """A second, empty database on the same engine as the first."""
    if database.is_sqlite:
        url = databases.sqlite_url(tmp_path / "other.db")
        databases.fill(url)
        opened = Database(url)
        yield opened
        opened.close()
        return
    with request.getfixturevalue("cluster").fresh("other", "filled") as url:
        opened = Database(url)
        yield opened
        opened.close()


@pytest.fixture
def bring(database: Database, tmp_path: Path) -> Bring:
    """Imports a file with these lines below the header."""
    return bringing(database, tmp_path)


# --- there and back ------------------------------------------------------------------------------------------------


def fill(database: Database) -> None:
    """Listings with all that can be recorded of one, said in several turns."""
    survey = a_statement(yes=frozenset(("payer.medicaid", "sex.male")), no=frozenset(("sex.female",)))
    caller = replace(
        survey.provenance, source="staff", kind=SourceKind.STAFF_CALL, reference="Anruf „früh“", recorded_by="B. Example"
    )
    call = Statement("staff", "call-1", caller, {"intake_hours": "24/7"}, restates=False, about=survey.listing_id)
    again = replace(survey, provenance=replace(survey.provenance, observed_at=date(2026, 3, 2)))
    gone = Statement("other", "2", replace(survey.provenance, source="other"), withdrawn=True)
    hidden = a_statement(
        {name: value for name, value in builders.VALUES.items() if name != "address_1"} | {"confidential": True}, "3"
    )
    with database.writing() as connection:
        store.append(connection, [survey, a_statement(source="other", local_id="2"), hidden], None)
        store.append(connection, [call, again, survey, gone], None)
        report = Report(BedState.HELD, NOW, Channel.CALL, "B. Example", Bucket("male", "adult", "3_5", True), 2)
        held_until = replace(report, observed_at=NOW - timedelta(hours=2), hold_until=NOW, expires_at=NOW, wait_hours=3)
        tried = Report(BedState.NO_ANSWER, NOW - timedelta(microseconds=7), Channel.SMS, "", Bucket(funded=False))
        store.append_reports(connection, [(survey.listing_id, one) for one in (report, held_until, tried)])
        step = Vetting(VettingState.VETTED, NOW, "B. Example", date(2027, 3, 13), "all of it")
        store.append_vettings(connection, [(survey.listing_id, step), ("other:2", Vetting(VettingState.NEW, NOW, ""))])


def test_export_import_export_is_the_same_file(database: Database, other: Database, tmp_path: Path) -> None:
    fill(database)
    first = text_of(database)
    assert counts(carry(first, other, tmp_path / "first.jsonl")) == (3, 0, 0, 0)
    assert text_of(other) == first
    assert held(other) == held(database)


def merge_some(database: Database) -> str:
    """Three of one place, in a chain, each with something recorded since; returns the id that stays."""
    fill(database)
    survey, third = builders.a_statement().listing_id, a_statement(source="third", local_id="x")
    caller = replace(third.provenance, source="calls", kind=SourceKind.STAFF_CALL)
    call = Statement("calls", "other:2/beds", caller, yes=frozenset(("sex.male",)), restates=False, about="other:2")
    with database.writing() as connection:
        store.append(connection, [third, call], None)
        report = Report(BedState.FULL, NOW, Channel.CALL, "B. Example")
        store.append_reports(connection, [(key, report) for key in ("other:2", "third:x", survey)])
        suspended = Vetting(VettingState.SUSPENDED, NOW - timedelta(days=9), "B. Example", None, "a complaint")
        store.append_vettings(connection, [("third:x", suspended)])
        for goes, stays in (("third:x", "other:2"), ("other:2", survey)):
            one, other = (next(store.listings(connection, lambda _code, _state: Located(), [key])) for key in (goes, stays))
            merge(connection, Decided(Decision.MERGED, goes, stays, NOW, "staff 1"), (one, other))
    return survey


def test_a_merged_listing_is_one_line_and_comes_back_merged(database: Database, other: Database, tmp_path: Path) -> None:
    survey = merge_some(database)
    first = text_of(database)
    (line,) = (one for one in map(json.loads, first.splitlines()[1:]) if "merged" in one)
    assert (line["id"], line["merged"]) == (survey, ["other:2", "third:x"])
    assert {one.get("about") for one in line["availability"]} == {None, "other:2", "third:x"}
    assert counts(carry(first, other, tmp_path / "merged.jsonl")) == (2, 0, 0, 0)
    assert text_of(other) == first and held(other) == held(database)
    assert counts(carry(first, other, tmp_path / "again.jsonl")) == (0, 0, 2, 0)
    with other.writing() as connection:
        store.decide(connection, Decided(Decision.TAKEN_APART, "other:2", survey, NOW, "staff 1"))
        (apart,) = store.recorded(connection, ["other:2"])
    assert {one.statement.local_id for one in apart.said} == {"2", "other:2/beds"} and len(apart.since.reports) == 1


def test_a_line_can_merge_what_is_there_but_not_what_a_person_kept_apart(bring: Bring, database: Database) -> None:
    fill(database)
    survey = builders.a_statement().listing_id
    assert counts(bring({"id": survey, "merged": ["other:2"]})) == (0, 1, 0, 0)
    assert counts(bring({"id": survey, "merged": ["other:2"]})) == (0, 0, 1, 0)
    assert set(held(database)) == {survey, a_statement(local_id="3").listing_id}
    more = {"source": "other", "local_id": "2", "kind": "web", "observed_at": "2026-03-02", "yes": ["sex.male"]}
    assert counts(bring({"id": "other:2", "statements": [more]})) == (0, 1, 0, 0)
    with database.writing() as connection:
        store.decide(connection, Decided(Decision.TAKEN_APART, "other:2", survey, NOW, "staff 1"))
        store.decide(connection, Decided(Decision.DIFFERENT, "other:2", survey, NOW, "staff 1"))
    refused = bring({"id": survey, "merged": ["other:2"]})
    assert counts(refused) == (0, 0, 0, 1) and "different places" in refused.problems[0].what


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ({"merged": ["survey:none"]}, "nothing was ever said"),
        ({"merged": ["listings:a"]}, "into itself"),
        (
            {"availability": [{"state": "open", "observed_at": "2026-03-12T10:00Z", "about": "other:2"}]},
            "not merged into this one",
        ),
        ({"merged": "other:2"}, "list in square brackets"),
    ],
)
def test_a_merge_that_can_not_be_is_refused_in_words(bring: Bring, line: dict[str, Any], words: str) -> None:
    told = bring(a_line(id="listings:a") | line)
    assert counts(told) == (0, 0, 0, 1) and words in str(told.problems[0])


def test_what_was_exported_adds_nothing_where_it_came_from(database: Database, tmp_path: Path) -> None:
    fill(database)
    before = changes(database)
    assert counts(carry(text_of(database), database, tmp_path / "again.jsonl")) == (0, 0, 3, 0)
    assert changes(database) == before


def test_both_engines_write_the_same_file(sqlite_database: Database, database: Database) -> None:
    fill(sqlite_database)
    if not database.is_sqlite:
        fill(database)
        assert text_of(database) == text_of(sqlite_database)


def test_the_demo_directory_goes_there_and_back(database: Database, other: Database, tmp_path: Path) -> None:
    new = import_file(database, demo.importer, DEMO_FILE, ORDER).new
    first = text_of(database)
    assert carry(first, other, tmp_path / "demo.jsonl").new == new
    assert text_of(other) == first


def test_a_withheld_address_is_exported_without_its_street_whoever_gave_it(database: Database, tmp_path: Path) -> None:
    survey = a_statement()
    theirs = replace(survey.provenance, source="attestations", kind=SourceKind.ATTESTATION)
    withheld = Statement("attestations", "1", theirs, {"confidential": True}, about=survey.listing_id)
    with database.writing() as connection:
        store.append(connection, [survey, withheld], None)
    text = text_of(database)
    assert "12 Example Street" not in text and "Columbus" in text
    assert counts(carry(text, database, tmp_path / "again.jsonl")) == (0, 0, 1, 0)


def test_an_export_is_its_owners_alone_and_takes_the_place_of_the_older_one(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "listings.jsonl"
    path.write_text("older")
    path.chmod(0o644)
    fill(database)
    assert export_listings(database, path) == 3
    assert path.read_text(encoding="utf-8") == text_of(database)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in tmp_path.glob(".*jsonl*")] == []


def test_who_writes_does_not_wait_until_everything_is_read(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without WAL a writer of SQLite waits for whoever reads; what is read in portions is of one moment all the same."""
    fill(database)
    monkeypatch.setattr(portions, "_AT_ONCE", 1)
    read, wrote = dict[str, Recorded](), list[bool]()

    def write() -> None:
        with database.writing() as connection:
            first = store.ids(connection)[0]
            store.append_vettings(connection, [(first, Vetting(VettingState.SUSPENDED, NOW, "staff 1"))])

    writer = threading.Thread(target=write)

    def take(one: Recorded) -> None:
        if not wrote:
            writer.start()
        wrote.append(not writer.is_alive())
        time.sleep(0.2)
        read[one.listing_id] = one

    _, ids = portions.read_whole(database, store.recorded, take)
    writer.join()
    assert not wrote[0] and wrote[-1], "it wrote between two portions"
    text = "".join([header(), *(written_line(read[key]) for key in ids)])
    assert text == text_of(database) and text.count('"suspended"') == 1


def test_an_export_that_fails_leaves_the_older_file_and_nothing_beside_it(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "listings.jsonl"
    path.write_text("older")
    fill(database)
    with database.writing() as connection:
        table = "availability_report"
        connection.exec_driver_sql(f"UPDATE {table} SET state = 'nonsense'")
    with pytest.raises(ValueError, match="nonsense"):
        export_listings(database, path)
    assert path.read_text() == "older"
    assert [file.name for file in tmp_path.glob(".*jsonl*")] == []


def test_a_line_reads_back_to_what_was_written(database: Database) -> None:
    fill(database)
    with database.reading() as connection:
        everything = list(store.recorded(connection))
    for one in everything:
        line = read_line(written_line(one).encode(), CONTEXT)
        assert list(line.statements) == [said.statement for said in one.said]
        assert set(line.since.reports) == set(one.since.reports) and set(line.since.vettings) == set(one.since.vettings)
    assert json.loads(header()) == HEADER


def test_a_failure_in_the_middle_leaves_nothing(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "many.jsonl"
    lines = [json.dumps(HEADER), *(json.dumps(a_line(id=f"listings:{number}")) for number in range(1200))]
    path.write_text("\n".join(lines), encoding="utf-8")

    def pulled(_stage: str, done: int, of: int) -> None:
        if done > of // 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_listings(database, path, ORDER, pulled)
    assert changes(database) == (0, 0)
    with database.reading() as connection:
        assert store.newest_run(connection, "listings") is None
    assert import_listings(database, path, ORDER).new == 1200


# --- the demo directory --------------------------------------------------------------------------------------------


def test_real_listings_take_the_invented_ones_out(bring: Bring, database: Database) -> None:
    invented = import_file(database, demo.importer, DEMO_FILE, ORDER).new
    tried = bring(a_line(id="listings:a"), order=replace(ORDER, dry_run=True))
    assert changes(database)[1] == invented
    summary = bring(a_line(id="listings:a"))
    assert summary == tried and set(held(database)) == {"listings:a"}
    assert (summary.problems[0].loudness, summary.problems[0].found) == (Loudness.NOTICE, f"{invented} listings")


def test_invented_listings_are_not_put_among_real_ones(bring: Bring, database: Database) -> None:
    invented = a_line(id="demo:a")
    invented["statements"][0]["source"] = "demo"
    assert counts(bring(invented)) == (1, 0, 0, 0)
    assert counts(bring(a_line(id="listings:a"), invented)) == (1, 0, 0, 1)
    assert counts(bring(invented)) == (0, 0, 0, 1)
    assert set(held(database)) == {"listings:a"}


def test_a_call_about_an_invented_listing_is_as_invented(bring: Bring, database: Database) -> None:
    new = import_file(database, demo.importer, DEMO_FILE, ORDER).new
    first = min(held(database))
    call = {"source": "calls", "kind": "staff_call", "observed_at": "2026-03-12", "yes": ["sex.male"]}
    assert counts(bring({"id": first, "statements": [call]})) == (0, 1, 0, 0)
    assert changes(database)[1] == new


def test_an_invented_directory_that_came_as_a_file_of_listings_makes_way_too(bring: Bring, database: Database) -> None:
    invented = a_line(id="demo:a")
    invented["statements"][0]["source"] = "demo"
    bring(invented)
    with pytest.raises(CannotUnderstand, match="no row could be read"):
        import_file(database, replace(demo.importer, parse=_unreadable), DEMO_FILE, ORDER)
    bring(a_line(id="listings:a"))
    with pytest.raises(CannotUnderstand, match="not put among them"):
        import_file(database, demo.importer, DEMO_FILE, ORDER)


def _unreadable(*_: object) -> Any:
    raise ValueError("nothing can be read")


# --- the commands --------------------------------------------------------------------------------------------------


@pytest.fixture
def app(tmp_path: Path, database_url: str) -> Iterator[Flask]:
    """The program with its commands over a fresh database."""
    directory = Directory(Settings(tmp_path / "instance", 8000, database_url, ()))
    app = create_app(directory, {})
    commands.register(app)
    with app.app_context():
        yield app
    directory.database.close()


def test_the_commands_carry_a_directory_over(app: Flask, tmp_path: Path) -> None:
    runner = app.test_cli_runner()
    path, out = tmp_path / "by-hand.jsonl", tmp_path / "out.jsonl"
    path.write_text(EXAMPLES[1], encoding="utf-8")
    tried = runner.invoke(args=["import", "listings", str(path), "--dry-run", "--json"])
    assert (tried.exit_code, json.loads(tried.stdout)["new"]) == (0, 1)
    assert "listings: 2 rows would be imported" in tried.stderr
    told = runner.invoke(args=["import", "listings", str(path)])
    assert (told.exit_code, told.stdout) == (0, "")
    assert "listings: 2 rows imported: 1 new, 1 changed, 0 unchanged, 0 gone, 0 refused" in told.stderr
    assert "1 listings can be searched" in told.stderr
    written = runner.invoke(args=["export", "listings", str(out)])
    assert (written.exit_code, written.stdout) == (0, "") and "1 listings written" in written.stderr
    assert runner.invoke(args=["export", "listings", "-"]).stdout_bytes == out.read_bytes()


def test_a_file_that_cannot_be_used_is_a_sentence_and_an_exit_status(app: Flask, tmp_path: Path) -> None:
    runner = app.test_cli_runner()
    none = runner.invoke(args=["import", "listings", str(tmp_path / "none.jsonl")])
    assert none.exit_code == 1 and "the file can't be read: No such file" in none.stderr
    (tmp_path / "other.jsonl").write_text('{"need": 1}\n')
    other = runner.invoke(args=["import", "listings", str(tmp_path / "other.jsonl"), "--json"])
    assert other.exit_code == 1 and "other.jsonl, line 1: the first line is not the header" in other.stderr
    assert json.loads(other.stdout)["problems"][0]["fix"].startswith("The first line is {")
    nowhere = runner.invoke(args=["export", "listings", str(tmp_path / "no" / "where.jsonl")])
    assert nowhere.exit_code == 1 and "can't be written: No such file" in nowhere.stderr
    folder = runner.invoke(args=["export", "listings", str(tmp_path)])
    assert folder.exit_code == 1 and "this is not a file" in folder.stderr


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "the file is empty (found: 0 bytes). Download it again, or ask the sender for it again."),
        (b"%PDF-1.7\n", "(found: this is a PDF). Ask the sender for the data itself"),
        (b"<!doctype html><p>Sign in", "(found: this is a web page)."),
    ],
)
def test_a_file_of_another_kind_is_told_in_the_words_of_every_import(
    database: Database, tmp_path: Path, content: bytes, words: str
) -> None:
    (tmp_path / "list.jsonl").write_bytes(content)
    with pytest.raises(CannotUnderstand) as told:
        import_listings(database, tmp_path / "list.jsonl", ORDER)
    assert words in str(told.value) and str(told.value).startswith("list.jsonl: the file ")
