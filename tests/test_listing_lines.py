"""A file of listings written by hand: it says what it seems to say, and costs no more than its bad lines."""

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from directory import store
from directory.availability import Bucket
from directory.database import Database
from directory.problems import CannotUnderstand, Loudness
from directory.tables import RunRow
from directory.vocabulary import Answer, BedState, Channel, SourceKind, VettingState
from importers import bounds, listings
from importers.listing_fields import LINE, REPORT, STATEMENT, VALUES, VETTING, BadLine
from importers.listing_file import LARGEST_FILE, LONGEST_LINE, portions
from importers.listing_line import Context, read_line
from importers.listings import import_listings
from tests.listing_files import (
    DOC,
    EXAMPLES,
    HEADER,
    NAMED,
    NOW,
    ORDER,
    Bring,
    a_line,
    bringing,
    carry,
    changes,
    counts,
    held,
)

CONTEXT = Context("by-hand.jsonl", "a test", NOW)


@pytest.fixture
def bring(database: Database, tmp_path: Path) -> Bring:
    """Imports a file with these lines below the header."""
    return bringing(database, tmp_path)


# --- by hand -------------------------------------------------------------------------------------------------------


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
    assert run is not None and run.summary == json.loads(json.dumps(summary.as_recorded()))
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
    ("cut in half", '{"id": ', "(found: the line ends too early)", "Write one object on one line"),
    ("not JSON", '{"id": no}', "(found: no})", "Write one object on one line"),
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
    ("a street in words", told(address_1="Confidential"), "the street says that the address is withheld", "in its place"),
    ("a withheld street", told(confidential="yes", address_1="1 A"), "has a street", "Leave address_1"),
    ("said twice", '{"id": "listings:a", "id": "listings:b"}', "“id” is said twice", "Leave one"),
    ("a bad id", a_line(id="../etc"), "found: ../etc", "letters, digits"),
    ("a fraction", seen(beds=1.5), "fraction", "whole"),
    ("not a number", '{"id": NaN}', "fraction", "whole numbers"),
    ("a huge number", '{"id": ' + "9" * 5000 + "}", "not JSON", "Write one object"),
    ("no offset", seen(observed_at="2026-03-13T18:00"), "report 1, observed_at", "offset"),
    ("a time to come", seen(observed_at="2026-03-13T21:00Z"), "still to come", "clock"),
    ("before time", step(at="0001-01-01T00:00+14:00"), "vetting 1, at", "from 2000 to 2099"),
    ("a list as text", seen(state=["open"]), "found: a list", "Enter one"),
    ("a text as a list", {"statements": "web"}, "statements: can't be read", "square brackets"),
    ("half a character", step(by="\ud800"), "vetting 1, by", "one line of text"),
    ("half a character as a field", '{"\\ud800": 1}', "has a field that nobody knows", "Possible are"),
    ("a hold that was over", seen(state="held", hold_until=AT), "report 1, hold_until: a bed is held", "after observed_at"),
    ("an end before", seen(expires_at="2026-03-13T17:59Z"), "report 1, expires_at: it ends before", "not before observed_at"),
    ("full, and beds", seen(state="full", beds=2), "report 1: there are beds, and the state is full", "Leave beds out"),
    ("nobody answered, and beds", seen(state="no_answer", beds=1), "the state is no_answer", "Leave beds out"),
    ("a mail address as a web address", told(website="mailto:help@example.org"), "statement 1, values", "web address"),
    ("somebody before the host", told(website="https://example.org@example.net"), "website: can't be read", "web address"),
    ("a name that turns round", told(organization="Example \u202eesuoH"), "organization: can't be read", "typing it anew"),
    ("a checker that turns round", step(by="counselor \u2066x"), "vetting 1, by", "turn its direction"),
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
        ("", "the file is empty"),
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


def accepting(number: int, *plans: str) -> dict[str, Any]:
    """A line of a listing that takes these insurance plans."""
    (said,) = a_line()["statements"]
    return a_line(id=f"listings:house-{number}", statements=[said | {"yes": list(plans)}])


def test_a_file_of_more_lines_plans_or_words_than_can_be_is_refused_at_its_line(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "long.jsonl"
    lines = [accepting(number, f"plan.Example {number}") for number in range(4)]
    path.write_text("\n".join(map(json.dumps, [HEADER, *lines])), encoding="utf-8")
    with monkeypatch.context() as patched:
        patched.setattr(bounds, "MOST_IMPORTED", 3)
        with pytest.raises(CannotUnderstand, match="long.jsonl, line 5: at most 3 lines are imported at once.*Split the file"):
            import_listings(database, path, ORDER)
    with monkeypatch.context() as patched:
        patched.setattr(listings, "MOST_PLANS", 2)
        with pytest.raises(CannotUnderstand, match="long.jsonl, line 4: the file names more insurance plans than there are"):
            import_listings(database, path, ORDER)
    with monkeypatch.context() as patched:
        patched.setattr(bounds, "MOST_WORDS", 2)
        with pytest.raises(CannotUnderstand, match="long.jsonl, line 2: .* 2 different words of names and cities"):
            import_listings(database, path, ORDER)
    assert changes(database) == (0, 0)
    assert import_listings(database, path, ORDER).refused == 0


def test_long_lines_are_taken_up_a_few_at_once() -> None:
    lines = [(number, b"x" * (1 << 20)) for number in range(12)]
    assert [len(some) for some in portions(lines, "long.jsonl")] == [5, 5, 2]
    assert [len(some) for some in portions([(1, None)] * 1_200, "bad.jsonl")] == [500, 500, 200]


def test_a_statement_of_more_terms_than_there_are_costs_its_line() -> None:
    plans = [f"plan.Example {number}" for number in range(1_001)]
    with pytest.raises(BadLine, match="more terms than a listing can have"):
        read_line(json.dumps(accepting(1, *plans)).encode(), CONTEXT)


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
