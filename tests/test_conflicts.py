"""What a person confirmed stands against a newer file; the contradiction is opened once, and a person settles it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from directory import review, store, undoing
from directory.account import Who
from directory.conflicts import PLACE, Decision, Opened, Settled
from directory.database import Database
from directory.listing import Provenance, Statement
from directory.normalize import ParsedRecord
from directory.review import AlreadySettled
from directory.vocabulary import Answer, SourceKind
from importers import report
from importers.base import Batch, Importer, Row, Source
from tests.invented_list import ASH, ELM, IMPORTER, OAK, ORDER, Bring, changed, held, loud, parse, read

LATER = datetime(2026, 3, 20, 9, 0, tzinfo=UTC)
STAFF = Who("example staff", LATER)
OTHER_PHONE, THIRD_PHONE = changed(OAK, phone="614-555-0177"), changed(OAK, phone="614-555-0188")


def on(day: date) -> Importer:
    """The invented list of another day."""
    return replace(IMPORTER, read=lambda path, source: replace(read(path, source), observed_at=day))


NEWER, NEWEST = on(date(2026, 3, 10)), on(date(2026, 3, 12))


def confirm(database: Database, name: str = "Oak House", kind: SourceKind = SourceKind.STAFF_CALL, **told: Any) -> str:
    """A person says something of a listing, after the first file and before the newer one."""
    listing_id = held(database)[name].id
    by = Provenance("calls", kind, "a call", date(2026, 3, 5), "staff 7")
    with database.writing() as connection:
        said = Statement("calls", listing_id, by, about=listing_id, restates=False, **told)
        store.append(connection, [said], None)
    return listing_id


def waiting(database: Database) -> list[Opened]:
    with database.reading() as connection:
        return store.open_conflicts(connection, 100)


def decide(database: Database, decision: Decision) -> Opened:
    (opened,) = waiting(database)
    review.settle(database, opened.number, Settled(decision, LATER, "staff 7", "asked them"), STAFF)
    return opened


@pytest.mark.parametrize("kind", [SourceKind.STAFF_CALL, SourceKind.ATTESTATION])
def test_what_a_person_confirmed_stands_and_the_contradiction_shows_both(
    bring: Bring, database: Database, kind: SourceKind
) -> None:
    bring(OAK, ELM)
    listing_id = confirm(database, kind=kind, values={"phone": "6145550150"})
    summary = bring(OTHER_PHONE, ELM, importer=NEWER)
    assert (summary.changed, summary.conflicts) == (1, 1)
    assert [str(phone) for phone in held(database)["Oak House"].phones] == ["614-555-0150"]
    (opened,) = waiting(database)
    conflict = opened.conflict
    assert (conflict.listing_id, conflict.about, conflict.called) == (listing_id, "phone", "main telephone")
    assert (conflict.stands.value, conflict.stands.provenance.kind, conflict.stands.provenance.observed_at) == (
        "6145550150", kind, date(2026, 3, 5),
    )  # fmt: skip
    assert (conflict.said.value, conflict.said.provenance.source, conflict.said.provenance.observed_at) == (
        "6145550177", "invented_list", date(2026, 3, 10),
    )  # fmt: skip
    stands, said = "614-555-0150 (calls, 2026-03-05)", "614-555-0177 (invented_list, 2026-03-10)"
    assert list(report.conflicts(summary)) == [f"in conflict: Oak House ({listing_id}), main telephone: {stands}, but {said}"]


def test_a_dry_run_counts_the_conflicts_and_opens_none(bring: Bring, database: Database) -> None:
    bring(OAK)
    confirm(database, values={"phone": "6145550150"})
    tried = bring(OTHER_PHONE, importer=NEWER, order=replace(ORDER, dry_run=True))
    assert tried.conflicts == 1 and tried.as_json()["contradictions"][0]["about"] == "phone"
    assert not waiting(database)


def test_an_answer_may_be_contradicted_too(bring: Bring, database: Database) -> None:
    bring(OAK)
    confirm(database, no=frozenset(("payer.self_pay",)))
    bring(changed(OAK, services="bed cash"), importer=NEWER)
    assert not held(database)["Oak House"].says("payer.self_pay")
    decide(database, Decision.TAKEN)
    assert held(database)["Oak House"].says("payer.self_pay")


@pytest.mark.parametrize(
    ("confirmed", "row", "importer"),
    [
        ({"phone": "6145550150"}, changed(OAK, services="bed cash"), IMPORTER),
        ({"phone": "6145550177"}, OTHER_PHONE, NEWER),
        ({"organization": "OAK  house"}, changed(OAK, services="bed cash"), NEWER),
        ({"website": "https://example.org"}, OTHER_PHONE, NEWER),
    ],
    ids=["the file is of an earlier day", "both say the same", "but for capitals", "of another field"],
)
def test_what_is_no_contradiction_opens_nothing(
    bring: Bring, database: Database, confirmed: dict[str, str], row: tuple[str, ...], importer: Importer
) -> None:
    bring(OAK)
    confirm(database, values=confirmed)
    assert bring(row, importer=importer).conflicts == 0
    assert not waiting(database)


def test_what_a_later_file_says_again_contradicts_as_what_it_says_anew(bring: Bring, database: Database) -> None:
    bring(OAK, ELM)
    confirm(database, values={"phone": "6145550150"})
    tried = bring(OAK, ELM, importer=NEWER, order=replace(ORDER, dry_run=True))
    summary = bring(OAK, ELM, importer=NEWER)
    assert (summary.unchanged, summary.conflicts, tried.conflicts) == (2, 1, 1)
    (opened,) = waiting(database)
    assert (opened.conflict.said.value, opened.conflict.said.provenance.observed_at) == ("6145550101", date(2026, 3, 10))
    assert [str(phone) for phone in held(database)["Oak House"].phones] == ["614-555-0150"]
    undoing.undo(database, 2, "staff 7", STAFF)
    assert not waiting(database) and bring(OAK, ELM, importer=NEWER).conflicts == 1
    decide(database, Decision.KEPT)
    assert bring(OAK, ELM, importer=NEWEST).conflicts == 0 and not waiting(database)


def test_the_same_pair_is_opened_once(bring: Bring, database: Database) -> None:
    bring(OAK)
    confirm(database, values={"phone": "6145550150"})
    bring(OTHER_PHONE, importer=NEWER)
    assert bring(changed(OTHER_PHONE, services="bed cash"), importer=NEWEST).conflicts == 0
    assert len(waiting(database)) == 1
    decide(database, Decision.KEPT)
    assert bring(OTHER_PHONE, importer=NEWEST).conflicts == 0
    assert not waiting(database)


def test_it_is_opened_again_when_the_source_comes_back_to_it(bring: Bring, database: Database) -> None:
    bring(OAK)
    confirm(database, values={"phone": "6145550150"})
    bring(OTHER_PHONE, importer=NEWER)
    decide(database, Decision.KEPT)
    agrees = changed(OAK, phone="614-555-0150")
    bring(agrees, importer=NEWEST)
    assert not waiting(database)
    assert bring(OTHER_PHONE, importer=NEWEST).conflicts == 1
    assert len(waiting(database)) == 1


@pytest.mark.parametrize("row", [THIRD_PHONE, changed(OAK, phone="614-555-0150")], ids=["something else", "the same as they"])
def test_a_conflict_is_over_when_its_source_says_otherwise(bring: Bring, database: Database, row: tuple[str, ...]) -> None:
    bring(OAK)
    confirm(database, values={"phone": "6145550150"})
    bring(OTHER_PHONE, importer=NEWER)
    summary = bring(row, importer=NEWEST)
    assert [one.conflict.said.value for one in waiting(database)] == (["6145550188"] if summary.conflicts else [])
    with database.reading() as connection:
        (over,) = store.settled_conflicts(connection, 10)
    assert over.settled and over.settled.decision is Decision.OVERTAKEN


@pytest.mark.parametrize(
    ("decision", "phone"), [(Decision.KEPT, "614-555-0150"), (Decision.TAKEN, "614-555-0177")], ids=["keep", "take the new"]
)
def test_staff_settle_it_and_can_think_better_of_it(bring: Bring, database: Database, decision: Decision, phone: str) -> None:
    bring(OAK)
    confirm(database, values={"phone": "6145550150"})
    bring(OTHER_PHONE, importer=NEWER)
    number = decide(database, decision).number
    oak = held(database)["Oak House"]
    assert [str(one) for one in oak.phones] == [phone]
    if decision is Decision.TAKEN:
        said = oak.said_by["phone"]
        assert (said.kind, said.observed_at, said.recorded_by) == (SourceKind.STAFF_CALL, LATER.date(), "staff 7")
    with pytest.raises(AlreadySettled):
        review.settle(database, number, Settled(decision, LATER, STAFF.name), STAFF)
    review.open_again(database, number, "staff 7", STAFF)
    assert [one.number for one in waiting(database)] == [number]
    assert [str(one) for one in held(database)["Oak House"].phones] == ["614-555-0150"]
    with pytest.raises(AlreadySettled):
        review.open_again(database, number, "staff 7", STAFF)


def test_a_register_of_licenses_is_right_about_licenses(bring: Bring, database: Database) -> None:
    bring(OAK)
    confirm(database, no=frozenset(("status.licensed",)))

    def licensed(row: Row, batch: Batch, source: Source) -> ParsedRecord:
        return replace(parse(row, batch, source), yes=frozenset(("status.licensed",)))

    register = replace(NEWER, source=replace(NEWER.source, kind=SourceKind.LICENSING), parse=licensed)
    assert bring(OAK, importer=register).conflicts == 0
    assert held(database)["Oak House"].says("status.licensed")


@pytest.mark.parametrize(
    ("edition", "answer"),
    [(NEWER, Answer.NO), (on(date(2026, 3, 4)), Answer.UNKNOWN)],
    ids=["confirmed before", "confirmed since"],
)
def test_what_the_latest_file_lacks_stays_only_where_a_person_confirmed_it_since(
    bring: Bring, database: Database, edition: Importer, answer: Answer
) -> None:
    bring(OAK, ELM)
    confirm(database, "Elm House", values={"phone": "2165550150"})
    assert bring(OAK, importer=edition).gone == 1
    elm = held(database)["Elm House"]
    assert elm.withdrawn and elm.answer("status.operating") is answer


# --- places ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def bring_placed(bring: Bring) -> Callable[..., Any]:
    """Imports rows with these coordinates for each."""

    def imported(latitude: str, longitude: str, *rows: tuple[str, ...], **values: str) -> Any:
        def placed(row: Row, batch: Batch, source: Source) -> ParsedRecord:
            record = parse(row, batch, source)
            return replace(record, values=record.values | {"latitude": latitude, "longitude": longitude} | values)

        return bring(*rows, importer=replace(IMPORTER, parse=placed))

    return imported


def test_coordinates_that_can_be_true_are_the_door(bring_placed: Callable[..., Any], database: Database) -> None:
    summary = bring_placed("39.9612", "-82.9988", OAK)
    point = held(database)["Oak House"].point
    assert point and (point.latitude, point.longitude, point.approximate) == (39.9612, -82.9988, False)
    assert not summary.problems and not summary.conflicts


def test_coordinates_far_from_the_zip_code_are_a_conflict_and_not_used(
    bring_placed: Callable[..., Any], database: Database
) -> None:
    summary = bring_placed("41.4816", "-81.7018", OAK)
    (notice,) = summary.problems
    assert notice.what.startswith("the coordinates are far from the ZIP code") and notice.found == "123 miles from 43201"
    point = held(database)["Oak House"].point
    assert point and point.approximate and point.latitude == 39.9952
    (opened,) = waiting(database)
    assert (opened.conflict.about, opened.conflict.stands.value, opened.conflict.said.value) == (
        PLACE, "43201 (Columbus, OH)", "41.4816, -81.7018",
    )  # fmt: skip
    decide(database, Decision.TAKEN)
    point = held(database)["Oak House"].point
    assert point and (point.latitude, point.longitude, point.approximate) == (41.4816, -81.7018, False)


def test_swapped_coordinates_are_a_problem_and_not_used(bring_placed: Callable[..., Any], database: Database) -> None:
    summary = bring_placed("-82.9988", "39.9612", ASH)
    assert [one.what for one in loud(summary, summary.problems[0].loudness)] == [
        "latitude and longitude seem to be swapped; neither was used"
    ]
    point = held(database)["Ash House"].point
    assert point and point.approximate


def test_a_withheld_address_is_nowhere_whatever_the_file_says(bring_placed: Callable[..., Any], database: Database) -> None:
    summary = bring_placed("41.4816", "-81.7018", OAK, confidential="yes")
    oak = held(database)["Oak House"]
    assert (oak.point, oak.address.address_1, summary.conflicts, summary.problems) == (None, "", 0, ())
    with database.reading() as connection:
        (recorded,) = store.recorded(connection, [oak.id])
    assert not recorded.said[0].statement.values.keys() & {"latitude", "longitude", "address_1"}
