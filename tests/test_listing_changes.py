"""A file of listings is told like every other: field by field, old and new; and what contradicts a person waits for one."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from directory import review, store
from directory.account import Who
from directory.conflicts import PLACE, Conflict, Decision, Settled
from directory.database import Database
from directory.problems import CannotUnderstand, Loudness
from directory.vocabulary import label
from importers import report
from importers.differences import NOT_SAID, ChangeKind, FieldChange
from importers.orders import SHOWN
from tests.listing_files import NAMED, NOW, ORDER, Bring, a_line, bringing, changes, counts, held, text_of

TRYING = replace(ORDER, dry_run=True)
CALL = {"source": "calls", "kind": "staff_call", "observed_at": "2026-03-05", "values": {"phone": "614-555-0150"}}


@pytest.fixture
def bring(database: Database, tmp_path: Path) -> Bring:
    """Imports a file with these lines below the header."""
    return bringing(database, tmp_path)


def survey(day: str = "2026-03-01", **said: Any) -> dict[str, Any]:
    """A survey's statement; its values are the least, and these."""
    values = NAMED | said.pop("values", {})
    return {"source": "survey", "local_id": "1", "kind": "national_survey", "observed_at": day, "values": values} | said


def of_a(*statements: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A line about one listing."""
    return {"id": "listings:a", "statements": list(statements)} | more


def waiting(database: Database) -> list[Conflict]:
    with database.reading() as connection:
        return [one.conflict for one in store.open_conflicts(connection, 100)]


# --- what would change -----------------------------------------------------------------------------------------------


def test_a_dry_run_tells_each_field_old_and_new(bring: Bring, database: Database) -> None:
    bring(of_a(survey(values={"phone": "614-555-0101"}, no=["sex.male"])), a_line(id="listings:gone"))
    before = changes(database)
    lines = (
        of_a(survey("2026-03-02", values={"phone": "614-555-0109"}, yes=["sex.male", "payer.medicaid"])),
        {"id": "listings:gone", "statements": [{"kind": "web", "observed_at": "2026-03-02", "withdrawn": True}]},
        a_line(id="listings:new"),
        "nonsense",
    )
    tried = bring(*lines, order=TRYING)
    assert changes(database) == before
    assert (*counts(tried), tried.gone) == (1, 1, 0, 1, 1)
    assert [(one.kind, one.listing_id, one.name, one.place) for one in tried.changes] == [
        (ChangeKind.CHANGED, "listings:a", "Example House", "Columbus, OH"),
        (ChangeKind.GONE, "listings:gone", "Example House", "Columbus, OH"),
        (ChangeKind.NEW, "listings:new", "Example House", "Columbus, OH"),
    ]
    assert tried.changes[0].fields == (
        FieldChange("main telephone", "614-555-0101", "614-555-0109"),
        FieldChange(label("payer.medicaid"), NOT_SAID, "yes"),
        FieldChange(label("sex.male"), "no", "yes"),
    )
    assert "    main telephone: 614-555-0101 → 614-555-0109" in report.changes(tried)
    assert tried.as_json()["changes"][0]["fields"][0] == {
        "field": "main telephone", "old": "614-555-0101", "new": "614-555-0109",
    }  # fmt: skip
    assert bring(*lines) == tried
    assert (*counts(again := bring(*lines)), again.gone, again.changes, again.fields) == (0, 0, 3, 1, 0, (), {})


def test_reports_vetting_and_merges_are_told_too(bring: Bring) -> None:
    full = {"state": "full", "observed_at": "2026-03-12T19:45Z"}
    bring(of_a(survey(), availability=[full]), a_line(id="listings:b"))
    beds = [{"state": "walk_in", "observed_at": "2026-03-13T10:00Z"}, {"state": "open", "observed_at": "2026-03-11T10:00Z"}]
    vetted = {"state": "vetted", "at": "2026-03-02T10:00Z", "until": "2027-03-02"}
    (told,) = bring(of_a(availability=beds[:1], vetting=[vetted])).changes
    assert told.fields == (
        FieldChange("beds", "full (2026-03-12 19:45 UTC)", "walk in (2026-03-13 10:00 UTC)"),
        FieldChange("vetting", NOT_SAID, "vetted (2026-03-02)"),
    )
    (earlier,) = bring(of_a(availability=beds[1:])).changes
    assert earlier.fields == (FieldChange("reports about beds", "2", "3"),)
    (merged,) = bring(of_a(merged=["listings:b"])).changes
    assert merged.fields == (FieldChange("merged into it", NOT_SAID, "listings:b"),)


def test_what_changes_nothing_that_stands_is_told_as_a_statement_more(bring: Bring) -> None:
    bring(of_a(survey(), CALL))
    (told,) = bring(of_a({"source": "site", "kind": "web", "observed_at": "2026-03-02", "values": {"city": "Dublin"}})).changes
    assert told.fields == (FieldChange("statements", "2", "3"),)


def test_of_many_changes_people_read_the_first_and_all_are_counted(bring: Bring) -> None:
    houses = [f"listings:{number:02}" for number in range(SHOWN + 5)]
    bring(*(a_line(id=house) for house in houses))
    call = {**CALL, "values": {"phone": "614-555-0109"}}
    told = bring(*({"id": house, "statements": [call]} for house in houses), order=TRYING)
    assert (told.changed, len(told.changes), told.fields) == (25, SHOWN, {"main telephone": 25})
    assert "and 5 more changed" in report.changes(told)


def test_a_withheld_street_is_not_in_the_report(bring: Bring) -> None:
    bring(of_a(survey(values={"address_1": "12 Example Street"})))
    theirs = {
        "source": "center",
        "kind": "provider_attestation",
        "observed_at": "2026-03-02",
        "values": {"confidential": "yes"},
    }
    told = bring(of_a(theirs))
    assert "Street" not in json.dumps(told.as_json()) and told.changes[0].fields == (
        FieldChange("address withheld", NOT_SAID, "yes"),
    )


@pytest.mark.parametrize("older", [survey("2025-03-01"), survey("2025-03-01", withdrawn=True, values={})], ids=["said", "gone"])
def test_an_older_word_does_not_undo_a_newer_one_of_the_same_source(
    bring: Bring, database: Database, older: dict[str, Any]
) -> None:
    newer = survey("2026-03-01", values={"phone": "614-555-0101"})
    bring(of_a(newer))
    (problem,) = bring(of_a(older), a_line(id="listings:b")).problems
    assert (problem.what, problem.found) == (
        "it is older than what its source said last; the line was left out", "survey: 2025-03-01, against 2026-03-01",
    )  # fmt: skip
    assert [str(phone) for phone in held(database)["listings:a"].phones] == ["614-555-0101"]
    assert counts(bring(of_a(older, survey("2026-03-02")))) == (0, 1, 0, 0)


AGAIN = survey("2026-04-01", restates=False) | {"values": {}}
OURS, THEIRS = (
    survey(day, values={"phone": phone}) for day, phone in (("2026-03-02", "614-555-0101"), ("2026-03-01", "614-555-0177"))
)
LATER = replace(ORDER, now=datetime(2026, 4, 2, tzinfo=UTC))


def dated(database: Database) -> tuple[str, date]:
    listing = held(database)["listings:a"]
    return str(listing.phone), listing.said_by["phone"].observed_at


@pytest.mark.parametrize("line", [of_a(THEIRS, AGAIN), of_a(AGAIN)], ids=["of another saying", "of nothing in the line"])
def test_what_was_said_again_elsewhere_does_not_date_what_was_said_otherwise_here(
    bring: Bring, database: Database, line: dict[str, Any]
) -> None:
    bring(of_a(survey("2026-02-01", values={"phone": "614-555-0177"})), order=LATER)
    bring(of_a(OURS), order=LATER)
    (problem,) = bring(line, a_line(id="listings:b"), order=LATER).problems
    assert problem.loudness is Loudness.ROW and dated(database) == ("614-555-0101", date(2026, 3, 2))


def test_a_repetition_of_what_stands_nowhere_in_its_line_is_told(bring: Bring, database: Database) -> None:
    bring(of_a(THEIRS), order=LATER)
    bring(of_a(OURS), order=LATER)
    (problem,) = bring(of_a(THEIRS, AGAIN), a_line(id="listings:b"), order=LATER).problems
    assert problem.what == (
        "a source says something again that it does not say in this line, and here it said otherwise; the line was left out"
    )
    assert (problem.found, problem.fix) == (
        "survey: 2026-04-01",
        "Put what it says again before it in the same line, or leave it out",
    )
    assert dated(database) == ("614-555-0101", date(2026, 3, 2))


def test_what_was_said_again_of_the_same_is_taken(bring: Bring, database: Database) -> None:
    bring(of_a(OURS), order=LATER)
    assert counts(bring(of_a(OURS, AGAIN), order=LATER)) == (0, 1, 0, 0)
    assert dated(database) == ("614-555-0101", date(2026, 4, 1))
    text = text_of(database)
    assert counts(bring(*map(json.loads, text.splitlines()[1:]), order=LATER)) == (0, 0, 1, 0)
    assert text_of(database) == text


def test_an_export_that_somebody_edited_carries_its_repetitions(bring: Bring, database: Database) -> None:
    bring(of_a(OURS, AGAIN), order=LATER)
    (line,) = map(json.loads, text_of(database).splitlines()[1:])
    line["statements"].insert(2, {**CALL, "observed_at": "2026-04-01"})
    assert counts(bring(line, order=LATER)) == (0, 1, 0, 0)
    again = survey("2026-04-02", restates=False) | {"values": {}}
    line["statements"].append(again)
    assert counts(bring(line, order=LATER)) == (0, 1, 0, 0)
    listing = held(database)["listings:a"]
    assert listing.said_by["city"].observed_at == date(2026, 4, 2)
    (written,) = text_of(database).splitlines()[1:]
    assert [one["observed_at"] for one in json.loads(written)["statements"]] == [
        "2026-03-02", "2026-04-01", "2026-04-01", "2026-04-02",
    ]  # fmt: skip


# --- what it contradicts ---------------------------------------------------------------------------------------------


def test_what_a_person_confirmed_stands_against_a_file_of_listings(bring: Bring, database: Database) -> None:
    bring(of_a(survey(values={"phone": "614-555-0101"}), CALL))
    other = of_a(survey("2026-03-10", values={"phone": "614-555-0177"}))
    tried = bring(other, order=TRYING)
    assert tried.conflicts == 1 and tried.as_json()["contradictions"][0]["about"] == "phone" and not waiting(database)
    summary = bring(other)
    assert (summary.changed, summary.conflicts) == (1, 1)
    assert [str(phone) for phone in held(database)["listings:a"].phones] == ["614-555-0150"]
    (conflict,) = waiting(database)
    assert (conflict.listing_id, conflict.about) == ("listings:a", "phone")
    assert (conflict.stands.value, conflict.stands.provenance.source) == ("6145550150", "calls")
    assert (conflict.said.value, conflict.said.provenance.observed_at) == ("6145550177", date(2026, 3, 10))
    stands, said = "614-555-0150 (calls, 2026-03-05)", "614-555-0177 (survey, 2026-03-10)"
    assert list(report.conflicts(summary)) == [f"in conflict: Example House (listings:a), main telephone: {stands}, but {said}"]


def test_a_settled_contradiction_is_opened_again_only_when_its_source_comes_back_to_it(
    bring: Bring, database: Database
) -> None:
    bring(of_a(survey(values={"phone": "614-555-0101"}), CALL))
    other = of_a(survey("2026-03-10", values={"phone": "614-555-0177"}))
    bring(other)
    with database.reading() as connection:
        (opened,) = store.open_conflicts(connection, 10)
    review.settle(database, opened.number, Settled(Decision.KEPT, NOW, "staff 7"), Who("staff 7", NOW))
    assert bring(other).conflicts == 0
    assert bring(of_a(survey("2026-03-11", values={"phone": "614-555-0177"}))).conflicts == 0
    assert bring(of_a(survey("2026-03-12", values={"phone": "614-555-0101"}))).conflicts == 1
    assert bring(of_a(survey("2026-03-13", values={"phone": "614-555-0177"}))).conflicts == 1


def again(day: str, kind: str = "staff_call") -> dict[str, Any]:
    """Another telephone, in somebody else's word."""
    return CALL | {"source": "somebody", "kind": kind, "observed_at": day, "values": {"phone": "614-555-0177"}}


@pytest.mark.parametrize(
    ("statement", "conflicts"),
    [
        (again("2026-03-04", "national_survey"), 0),
        (again("2026-03-10"), 0),
        (again("2026-03-04"), 0),
        (again("2026-03-10", "provider_attestation"), 1),
    ],
    ids=["of an earlier day", "a newer call", "an older call", "the center, against our call"],
)
def test_a_persons_newer_word_takes_the_place_of_an_older_one(
    bring: Bring, database: Database, statement: dict[str, Any], conflicts: int
) -> None:
    bring(of_a(survey(), CALL))
    assert bring(of_a(statement)).conflicts == len(waiting(database)) == conflicts


def test_what_a_file_says_against_itself_was_settled_where_it_comes_from(bring: Bring, database: Database) -> None:
    theirs = of_a(CALL, survey("2026-03-10", values={"phone": "614-555-0177"}))
    assert bring(theirs).conflicts == 0 and not waiting(database)


def test_a_file_that_brings_what_settles_it_too_opens_nothing(bring: Bring, database: Database) -> None:
    bring(of_a(survey(), CALL))
    newer_call = {**CALL, "source": "line", "observed_at": "2026-03-11", "values": {"phone": "614-555-0177"}}
    assert bring(of_a(survey("2026-03-10", values={"phone": "614-555-0177"}), newer_call)).conflicts == 0


def test_invented_listings_that_make_way_leave_no_contradiction_behind(bring: Bring, database: Database) -> None:
    invented = {**survey(), "source": "demo", "local_id": "a"}
    bring({"id": "demo:a", "statements": [invented, CALL]})
    again = {**invented, "observed_at": "2026-03-10", "values": NAMED | {"phone": "614-555-0177"}}
    assert bring({"id": "demo:a", "statements": [again]}, order=TRYING).conflicts == 1
    told = bring({"id": "demo:a", "statements": [again]}, a_line(id="listings:real"))
    assert (told.conflicts, told.changed, told.new, told.refused) == (0, 0, 1, 1) and not waiting(database)


# --- places ----------------------------------------------------------------------------------------------------------

FAR = {"latitude": "41.4816", "longitude": "-81.7018"}
"""In Cleveland, 120 miles from Columbus."""


def test_coordinates_far_from_the_zip_code_are_a_conflict_and_said_with_their_line(bring: Bring, database: Database) -> None:
    summary = bring(a_line(id="listings:b"), of_a(survey(values=FAR)))
    (notice,) = summary.problems
    assert (
        notice.where == "by-hand.jsonl, line 3, columns “latitude” and “longitude” and “postal_code”"
        and notice.what.startswith("the coordinates are far from the ZIP code")
    )
    (conflict,) = waiting(database)
    assert (summary.conflicts, conflict.about, conflict.said.value) == (1, PLACE, "41.4816, -81.7018")
    assert not bring(of_a(survey(values=FAR))).problems


def test_coordinates_are_held_against_the_zip_code_that_others_gave(bring: Bring) -> None:
    bring(of_a(survey()))
    only_a_point = {"source": "map", "kind": "web", "observed_at": "2026-03-02", "values": FAR}
    assert bring(of_a(only_a_point)).conflicts == 1


@pytest.mark.parametrize(
    "fields", [{"kind": "staff_call"}, {"values": NAMED | {"confidential": "yes"}}], ids=["a person was there", "withheld"]
)
def test_what_a_person_says_of_a_place_is_right_and_what_is_withheld_is_nowhere(bring: Bring, fields: dict[str, Any]) -> None:
    summary = bring(of_a(survey(values=FAR) | fields))
    assert (summary.new, summary.conflicts, summary.problems) == (1, 0, ())


def test_many_odd_places_fill_no_report(bring: Bring, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importers.listings._MOST_PROBLEMS", 3)
    odd = [a_line(id=f"listings:{number}") for number in range(6)]
    for one in odd:
        one["statements"][0]["values"] = NAMED | {"state_province": "MI"}
    told = bring(*odd, "nonsense")
    assert [one.loudness for one in told.problems] == [Loudness.ROW, *[Loudness.NOTICE] * 4]
    assert told.problems[-1].found == "3" and told.refused == 1


@pytest.mark.parametrize("gone, forced", [(10, ""), (11, ""), (11, "the county closed them")])
def test_a_file_takes_out_no_more_than_a_third_of_a_source_without_a_reason(
    sqlite_database: Database, tmp_path: Path, gone: int, forced: str
) -> None:
    bring = bringing(sqlite_database, tmp_path)
    bring(*(a_line(id=f"listings:{number}") for number in range(30)))
    ending = [{"kind": "web", "observed_at": "2026-03-02", "withdrawn": True}]
    lines = [{"id": f"listings:{number}", "statements": ending} for number in range(gone)]
    if gone == 11 and not forced:
        with pytest.raises(CannotUnderstand, match=r"withdraws more than a third .* of “listings”.*found: 11 of 30.*--force"):
            bring(*lines)
        assert not any(one.withdrawn for one in held(sqlite_database).values())
        return
    summary = bring(*lines, order=replace(ORDER, force_because=forced))
    assert summary.gone == gone and [one.found for one in summary.problems] == ["11 of 30"] * (gone == 11)
    with sqlite_database.reading() as connection:
        run = store.newest_run(connection, "listings")
    assert run is not None and run.forced_because == forced
