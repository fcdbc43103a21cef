"""What is exported and imported is the same again, and a file by hand costs no more than its bad lines. On both engines."""

import json
import re
import stat
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from directory import places, store
from directory.availability import Bucket, Report
from directory.database import Database
from directory.listing import Listing, Statement, Vetting
from directory.places import Gazetteer
from directory.problems import CannotUnderstand, Loudness
from directory.referral import Directory
from directory.settings import Settings
from directory.tables import RunRow
from directory.vocabulary import Answer, BedState, Channel, SourceKind, VettingState
from directory.web import create_app
from importers import commands, demo, samhsa_national_directory
from importers.export import export_listings, exported
from importers.listing_fields import LINE, REPORT, STATEMENT, VALUES, VETTING, BadLine
from importers.listing_line import Context, header, read_line, written_line
from importers.listings import LARGEST_FILE, LONGEST_LINE, import_listings
from importers.pipeline import Order, Summary, import_file
from tests import builders, databases
from tests.builders import PLACES, a_statement

ROOT = Path(__file__).parent.parent
DOC = ROOT / "docs" / "listings.md"
DEMO_FILE = ROOT / "seed_data" / "demo-directory.xlsx"
REAL = "national-directory-su-facilities-2023.xlsx"
NOW = datetime(2026, 3, 13, 20, 0, tzinfo=UTC)
ORDER = Order("a test", NOW)
CONTEXT = Context("by-hand.jsonl", "a test", NOW)
LOCATE = Gazetteer(PLACES).locate
HEADER = {"format": "referral-directory-listings", "version": 1}
NAMED = {"organization": "Example House", "city": "Columbus", "state_province": "OH", "postal_code": "43215"}

Bring = Callable[..., Summary]


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

    def imported(*lines: Any, order: Order = ORDER) -> Summary:
        texts = [json.dumps(HEADER), *(line if isinstance(line, str) else json.dumps(line) for line in lines)]
        path = tmp_path / "by-hand.jsonl"
        path.write_text("\n".join(texts) + "\n", encoding="utf-8")
        return import_listings(database, path, order)

    return imported


def a_line(**fields: Any) -> dict[str, Any]:
    """The least that makes a listing."""
    return {"statements": [{"kind": "web", "observed_at": "2026-03-01", "values": NAMED}]} | fields


def held(database: Database) -> dict[str, Listing]:
    with database.reading() as connection:
        return {listing.id: listing for listing in store.listings(connection, LOCATE)}


def text_of(database: Database) -> str:
    with database.reading() as connection:
        return "".join(exported(connection))


def carry(text: str, into: Database, path: Path) -> Summary:
    path.write_text(text, encoding="utf-8", newline="\n")
    return import_listings(into, path, ORDER)


def counts(summary: Summary) -> tuple[int, int, int, int]:
    return summary.new, summary.changed, summary.unchanged, summary.refused


def changes(database: Database) -> tuple[int, int]:
    with database.reading() as connection:
        return store.counter(connection), store.count(connection)


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


def test_the_real_directory_goes_there_and_back(real_files: Path, tmp_path: Path) -> None:
    opened = []
    for name in ("from", "to"):
        opened.append(Database(databases.sqlite_url(tmp_path / f"{name}.db")))
        opened[-1].upgrade()
        with opened[-1].writing() as connection:
            store.save_places(connection, places.bundled_places())
    one, two = opened
    import_file(one, samhsa_national_directory.importer, real_files / REAL, ORDER)
    assert export_listings(one, tmp_path / "one.jsonl") == 12_744
    assert counts(import_listings(two, tmp_path / "one.jsonl", ORDER)) == (12_744, 0, 0, 0)
    assert export_listings(two, tmp_path / "two.jsonl") == 12_744
    assert (tmp_path / "one.jsonl").read_bytes() == (tmp_path / "two.jsonl").read_bytes()
    one.close()
    two.close()


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


# --- by hand -------------------------------------------------------------------------------------------------------

EXAMPLES = re.findall(r"```json\n(.*?)```", DOC.read_text(encoding="utf-8"), re.DOTALL)


def test_the_least_that_the_document_shows_makes_a_listing(database: Database, tmp_path: Path) -> None:
    assert counts(carry(EXAMPLES[0], database, tmp_path / "least.jsonl")) == (1, 0, 0, 0)
    (listing,) = held(database).values()
    assert (listing.organization, listing.address.place, listing.timezone) == (
        "Example House",
        "Columbus, OH",
        "America/New_York",
    )
    assert re.fullmatch(r"listings:[0-9a-f]{12}", listing.id)
    assert listing.said_by["city"].reference == "least.jsonl"
    assert counts(carry(EXAMPLES[0], database, tmp_path / "least.jsonl")) == (0, 0, 1, 0)


def test_the_documents_example_says_what_it_seems_to_say(database: Database, tmp_path: Path) -> None:
    assert counts(carry(EXAMPLES[1], database, tmp_path / "example.jsonl")) == (1, 1, 0, 0)
    listing = held(database)["listings:sample-house"]
    assert [str(phone) for phone in listing.phones] == ["614-555-0102", "614-555-0101 ext. 12"]
    assert (str(listing.intake_hours), listing.latest_arrival) == ("Mo-Fr 08:00-22:00; Sa 10:00-18:00", "21:00")
    assert listing.licence_expires == date(2026, 12, 31)
    assert listing.says("moud.buprenorphine_start") and listing.says("plan.example_health_plan")
    assert listing.answer("excludes.insulin") is listing.answer("moud.must_stop") is Answer.NO
    assert listing.facts["plan.example_health_plan"].provenance.kind is SourceKind.STAFF_CALL
    assert [report.state for report in listing.reports] == [BedState.HELD, BedState.NO_ANSWER, BedState.FULL]
    assert listing.reports[0].hold_until == datetime(2026, 3, 13, 0, 0, tzinfo=UTC)
    assert listing.vetting(NOW) is VettingState.VETTED
    assert counts(carry(EXAMPLES[1], database, tmp_path / "example.jsonl")) == (0, 0, 2, 0)


def test_the_document_names_every_field_and_every_word_of_the_closed_lists() -> None:
    words = {*LINE, *REPORT, *STATEMENT, *VALUES, *VETTING, *SourceKind, *BedState, *Channel, *VettingState}
    text = DOC.read_text(encoding="utf-8")
    assert sorted(word for word in words if f"`{word}" not in text) == []


def test_a_listing_without_an_id_gets_the_same_one_whatever_else_is_said_of_it(bring: Bring, database: Database) -> None:
    bring(a_line())
    more = a_line()
    more["statements"][0] |= {
        "values": NAMED | {"organization": " EXAMPLE  house", "phone": "614 555 0101"},
        "yes": ["sex.male"],
    }
    assert counts(bring(more)) == (0, 1, 0, 0)
    (listing,) = held(database).values()
    assert listing.organization == "EXAMPLE house" and listing.says("sex.male")


def test_a_report_reaches_a_listing_that_is_there_and_is_known_again_in_another_time_zone(
    bring: Bring, database: Database
) -> None:
    bring(a_line(id="listings:a"))
    in_ohio = {"state": "open", "observed_at": "2026-03-13T14:00-04:00", "level": "3.5", "funded": "yes"}
    in_utc = in_ohio | {"observed_at": "2026-03-13T18:00Z"}
    assert counts(bring({"id": "listings:a", "availability": [in_ohio, in_utc]})) == (0, 1, 0, 0)
    assert counts(bring({"id": "listings:a", "availability": [in_utc]}, a_line(id="listings:a"))) == (0, 0, 2, 0)
    (report,) = held(database)["listings:a"].reports
    assert (report.bucket, report.channel, report.recorded_by) == (Bucket(level="3_5", funded=True), Channel.IMPORT, "a test")


def test_an_import_is_recorded_as_a_run_with_what_came_of_it(bring: Bring, database: Database) -> None:
    summary = bring(a_line(), "nonsense")
    with database.reading() as connection:
        run = store.newest_run(connection, "listings")
    assert run is not None and run.summary == json.loads(json.dumps(summary.as_json()))
    assert (run.file, run.sha256, run.recorded_at, run.recorded_by) == ("by-hand.jsonl", summary.sha256, NOW, "a test")


def test_a_dry_run_says_the_same_and_writes_nothing(bring: Bring, database: Database) -> None:
    bring(a_line(id="listings:a"))
    before = changes(database)
    lines = (a_line(id="listings:b"), a_line(id="listings:b", vetting=[{"state": "new", "at": "2026-03-01T00:00Z"}]), "?")
    tried = bring(*lines, order=replace(ORDER, dry_run=True))
    assert changes(database) == before
    with database.reading() as connection:
        assert len(connection.execute(select(RunRow.id)).all()) == 1
    assert tried == bring(*lines)
    assert counts(tried) == (1, 1, 0, 1)


# --- what can't be taken -------------------------------------------------------------------------------------------

AT = "2026-03-13T18:00Z"


def said(**fields: Any) -> dict[str, Any]:
    """A line whose one statement differs in this."""
    return {"statements": [a_line()["statements"][0] | fields]}


def told(**values: Any) -> dict[str, Any]:
    """A line whose one statement's values differ in this."""
    return said(values=NAMED | values)


def seen(**fields: Any) -> dict[str, Any]:
    """A line with a report that differs in this."""
    return a_line(availability=[{"state": "open", "observed_at": AT} | fields])


def step(**fields: Any) -> dict[str, Any]:
    """A line with a step of vetting that differs in this."""
    return a_line(vetting=[{"state": "new", "at": AT} | fields])


BAD: list[tuple[str, Any, str, str]] = [
    ("not JSON", '{"id": ', "the line is not JSON", "Write one object on one line"),
    ("not an object", "[1, 2]", "is not an object", "Write one object"),
    ("a misspelt field", {"statments": []}, "found: statments", "Did you mean statements?"),
    ("a misspelt field of a statement", said(kimd="web"), "statement 1 has a field", "Did you mean kind?"),
    ("a value that nobody knows", told(fone="1"), "found: fone", "phone"),
    ("a misspelt term", said(yes=["payer.medicade"]), "not a term", "payer.medicaid"),
    ("a plan without a name", said(yes=["plan. "]), "not a term", "plan.<its name>"),
    ("a number as a term", said(no=[7]), "statement 1, no: it is not a term", "terms"),
    ("yes and no at once", said(yes=["sex.male"], no=["sex.male"]), "affirms and denies", "Leave it out"),
    ("no kind", {"statements": [{"observed_at": "2026-03-01", "values": NAMED}]}, "lacks “kind”", "Say kind"),
    ("a kind that nobody knows", said(kind="rumor"), "found: rumor", "staff_call"),
    ("no day", {"statements": [{"kind": "web", "values": NAMED}]}, "lacks “observed_at”", "Say observed_at"),
    ("a day in another form", said(observed_at="3/1/2026"), "found: 3/1/2026", "2026-03-13"),
    ("a day to come", said(observed_at="2026-03-16"), "still to come", "Enter the day"),
    ("a bad telephone", told(phone="call us"), "found: call us", "614-555-0101"),
    ("bad hours", told(intake_hours="mornings"), "intake_hours", "Mo-Fr 08:00"),
    ("no name", said(values={"city": "Columbus"}), "no id", "organization, state_province"),
    ("nobody we know", {"id": "listings:who", "availability": []}, "name and place", "give the id of a listing that is there"),
    ("two unnamed voices", {"statements": a_line()["statements"] * 2}, "several statements", '"source": "calls"'),
    ("a withheld street", told(confidential="yes", address_1="1 A"), "has a street", "Leave address_1"),
    ("said twice", '{"id": "listings:a", "id": "listings:b"}', "“id” is said twice", "Leave one"),
    ("a bad id", a_line(id="../etc"), "found: ../etc", "letters, digits"),
    ("a fraction", seen(beds=1.5), "fraction", "whole"),
    ("not a number", '{"id": NaN}', "fraction", "whole numbers"),
    ("a huge number", '{"id": ' + "9" * 5000 + "}", "not JSON", "Write one object"),
    ("no offset", seen(observed_at="2026-03-13T18:00"), "report 1, observed_at", "offset"),
    ("a time to come", seen(observed_at="2026-03-13T21:00Z"), "still to come", "clock"),
    ("before time", step(at="0001-01-01T00:00+14:00"), "vetting 1, at", "between the years"),
    ("a list as text", seen(state=["open"]), "found: a list", "Enter one"),
    ("a text as a list", {"statements": "web"}, "statements: can't be read", "square brackets"),
    ("half a character", step(by="\ud800"), "vetting 1, by", "one line of text"),
    ("half a character as a field", '{"\\ud800": 1}', "has a field that nobody knows", "Possible are"),
    ("no end", "[" * 200_000, "without end", "Write one object"),
    ("too long", '{"id": "' + "a" * LONGEST_LINE + '"}', "longer than 1 MB", "one listing on each line"),
]


@pytest.mark.parametrize("line, found, fix", [case[1:] for case in BAD], ids=[case[0] for case in BAD])
def test_a_bad_line_costs_itself_and_says_where_what_and_what_to_enter(
    sqlite_database: Database, tmp_path: Path, line: Any, found: str, fix: str
) -> None:
    texts = [json.dumps(one) if isinstance(one, dict) else one for one in (HEADER, line, a_line(id="listings:good"))]
    path = tmp_path / "by-hand.jsonl"
    path.write_text("\n".join(texts), encoding="utf-8")
    summary = import_listings(sqlite_database, path, ORDER)
    assert (summary.rows, *counts(summary)) == (2, 1, 0, 0, 1)
    (problem,) = summary.problems
    assert (problem.loudness, problem.where) == (Loudness.ROW, "by-hand.jsonl, line 2")
    assert found in str(problem) and fix in problem.fix
    assert set(held(sqlite_database)) == {"listings:good"}


def test_bytes_that_are_no_text_cost_their_line(sqlite_database: Database, tmp_path: Path) -> None:
    path = tmp_path / "by-hand.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(HEADER).encode() + b"\r\n\r\n\xff\xfe\r\n" + json.dumps(a_line()).encode())
    summary = import_listings(sqlite_database, path, ORDER)
    assert counts(summary) == (1, 0, 0, 1)
    assert (summary.problems[0].where, summary.problems[0].fix) == ("by-hand.jsonl, line 3", "Save the file as UTF-8")


@pytest.mark.parametrize(
    "first, match",
    [
        ("", "not JSON"),
        (json.dumps(a_line()), "not the header"),
        ('{"format":"referral-directory-listings","version":2}', "another version"),
        ('{"format":"referral-directory-listings","version":true}', "another version"),
        ('{"format":"referral-directory-listings","version":1,"by":"me"}', "something beside it"),
    ],
)
def test_a_file_without_the_header_is_refused_whole(database: Database, tmp_path: Path, first: str, match: str) -> None:
    path = tmp_path / "by-hand.jsonl"
    path.write_text(first + "\n" + json.dumps(a_line()) + "\n", encoding="utf-8") if first else path.write_text("")
    with pytest.raises(CannotUnderstand, match=match):
        import_listings(database, path, ORDER)
    assert changes(database) == (0, 0)


def test_a_file_that_is_far_too_large_is_not_even_read(sqlite_database: Database, tmp_path: Path) -> None:
    path = tmp_path / "large.jsonl"
    with path.open("wb") as file:
        file.truncate(LARGEST_FILE + 1)
    with pytest.raises(CannotUnderstand, match="too large"):
        import_listings(sqlite_database, path, ORDER)


def test_more_bad_lines_than_anybody_reads_are_counted(sqlite_database: Database, tmp_path: Path) -> None:
    path = tmp_path / "by-hand.jsonl"
    path.write_text("\n".join([json.dumps(HEADER), *["?"] * 1500]), encoding="utf-8")
    summary = import_listings(sqlite_database, path, ORDER)
    assert (summary.refused, len(summary.problems), summary.problems[-1].found) == (1500, 1001, "500")


KEYS = st.sampled_from(("id", "statements", "availability", "vetting", "state", "at", "kind", "observed_at", "values", "yes"))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
)


@given(JSON.map(lambda told: json.dumps(told).encode()) | st.binary(max_size=60))
def test_no_line_whatever_is_more_than_a_bad_line(raw: bytes) -> None:
    try:
        read_line(raw, CONTEXT)
    except BadLine as error:
        assert error.what


def test_a_line_reads_back_to_what_was_written(database: Database) -> None:
    fill(database)
    with database.reading() as connection:
        everything = list(store.recorded(connection))
    for one in everything:
        line = read_line(written_line(one).encode(), CONTEXT)
        assert list(line.statements) == [said.statement for said in one.said]
        assert set(line.since.reports) == set(one.since.reports) and set(line.since.vettings) == set(one.since.vettings)
    assert json.loads(header()) == HEADER


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
