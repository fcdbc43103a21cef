"""A file goes into the directory whole or not at all, once, and says of each bad row where it is and what to do."""

import csv
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError

from directory import store
from directory.database import Database
from directory.normalize import ParsedRecord
from directory.problems import CannotUnderstand, Loudness
from directory.vocabulary import SourceKind
from importers import demo
from importers.base import Batch, Meaning, Row, Source
from importers.fingerprint import mapping_digest
from importers.pipeline import import_file
from tests.invented_list import (
    ASH,
    COLUMNS,
    DAY,
    ELM,
    IMPORTER,
    LOCATE,
    NOW,
    OAK,
    ORDER,
    SOURCE,
    Bring,
    Rows,
    changed,
    counts,
    held,
    loud,
    read,
    state,
)

DEMO_FILE = Path(__file__).parent.parent / "seed_data" / "demo-directory.xlsx"

# --- what an import does -------------------------------------------------------------------------------------------


def test_a_file_becomes_listings_with_who_said_so(bring: Bring, database: Database) -> None:
    summary = bring(OAK, ELM, ASH)
    assert (summary.imported, summary.rows, *counts(summary)) == (True, 3, 3, 0, 0, 0, 0)
    elm = held(database)["Elm House"]
    assert [str(phone) for phone in elm.phones] == ["216-555-0102"]
    assert elm.says("setting.residential") and elm.says("payer.self_pay")
    said = elm.said_by["organization"]
    assert (said.source, said.kind, said.observed_at, said.recorded_by) == ("invented_list", SourceKind.SURVEY, DAY, "a test")
    assert said.reference == "list.csv, row 3"
    assert [str(phone) for phone in held(database)["Ash House"].phones] == ["313-555-0103 ext. 12"]


def test_the_summary_has_exactly_the_promised_keys(bring: Bring) -> None:
    told = bring(OAK, changed(ELM, zip="nowhere")).as_json()
    assert list(told) == [
        "source", "file", "sha256", "rows", "new", "changed", "unchanged", "gone", "refused", "problems", "fields", "changes",
        "conflicts", "contradictions",
    ]  # fmt: skip
    assert [set(problem) for problem in told["problems"]] == [{"where", "what", "found", "fix"}]
    assert len(told["sha256"]) == 64


def test_the_same_file_again_is_nothing_and_says_so(bring: Bring, database: Database) -> None:
    bring(OAK, ELM)
    before = state(database)
    again = bring(OAK, ELM)
    assert (again.imported, again.rows, *counts(again)) == (True, 2, 0, 0, 2, 0, 0)
    assert "imported on 2026-03-13" in again.problems[0].what
    assert state(database) == before


def test_other_bytes_that_say_the_same_change_no_listing(bring: Bring, database: Database) -> None:
    bring(OAK, ELM)
    before = state(database)
    assert counts(bring(ELM, OAK)) == (0, 0, 2, 0, 0)
    assert state(database)[:3] == before[:3]
    assert state(database)[3] == before[3] + 1


def test_a_file_read_in_another_way_is_read_again(bring: Bring) -> None:
    bring(OAK, ELM)
    cash = Meaning(frozenset(("payer.self_pay", "payer.sliding_scale")))
    otherwise = replace(IMPORTER, source=replace(SOURCE, phrases={**SOURCE.phrases, "cash": cash}))
    assert mapping_digest(otherwise) != mapping_digest(IMPORTER)
    assert counts(bring(OAK, ELM, importer=otherwise)) == (0, 1, 1, 0, 0)


def test_a_changed_row_changes_its_listing_alone(bring: Bring, database: Database) -> None:
    bring(OAK, ELM)
    assert counts(bring(changed(OAK, phone="614-555-0109"), ELM)) == (0, 1, 1, 0, 0)
    assert [str(phone) for phone in held(database)["Oak House"].phones] == ["614-555-0109"]


def test_what_the_newest_file_no_longer_has_is_gone_but_not_forgotten(bring: Bring, database: Database) -> None:
    bring(OAK, ELM)
    assert counts(bring(OAK)) == (0, 0, 1, 1, 0)
    elm = held(database)["Elm House"]
    assert elm.withdrawn is not None and elm.withdrawn.reference == "list.csv"
    assert counts(bring(OAK, ASH)) == (1, 0, 1, 0, 0)


def test_what_comes_back_is_listed_again(bring: Bring, database: Database) -> None:
    bring(OAK, ELM)
    bring(OAK)
    assert counts(bring(OAK, ELM)) == (1, 0, 1, 0, 0)
    assert held(database)["Elm House"].withdrawn is None


def test_the_changed_listings_alone_are_queued_for_the_index(bring: Bring, database: Database) -> None:
    bring(OAK, ELM, ASH)
    with database.writing() as connection:
        store.clear_unindexed(connection, store.counter(connection))
    bring(OAK, changed(ELM, city="Columbus", zip="43215"))
    with database.reading() as connection:
        assert set(store.unindexed(connection)) == {held(database)[name].id for name in ("Elm House", "Ash House")}


def test_a_dry_run_says_the_same_and_writes_nothing(bring: Bring, database: Database) -> None:
    bring(OAK, ELM)
    before = state(database)
    rows = (changed(OAK, phone="614-555-0109"), ASH, changed(ASH, name="Nowhere", state="Atlantis"))
    tried = bring(*rows, order=replace(ORDER, dry_run=True))
    assert state(database) == before
    assert tried == bring(*rows)
    assert counts(tried) == (1, 1, 0, 1, 1)


# --- rows ----------------------------------------------------------------------------------------------------------


def test_a_bad_row_costs_itself_and_says_where_what_and_what_to_do(bring: Bring, database: Database) -> None:
    summary = bring(OAK, changed(ELM, zip="4411E"), changed(ASH, services="?"))
    assert counts(summary) == (1, 0, 0, 0, 2)
    assert set(held(database)) == {"Oak House"}
    parsed, read_badly = loud(summary, Loudness.ROW)
    assert (read_badly.where, read_badly.found, read_badly.fix) == (
        "list.csv, row 3, column “zip”", "4411E", "Enter a five-digit ZIP code, such as 43215",
    )  # fmt: skip
    assert (parsed.where, parsed.found) == ("list.csv, row 4, column “services”", "the services are a question")
    assert "importers/invented_list.toml" in parsed.fix


def test_a_bad_value_costs_only_itself(bring: Bring, database: Database) -> None:
    summary = bring(changed(OAK, phone="call us"))
    assert counts(summary) == (1, 0, 0, 0, 0)
    assert [problem.found for problem in loud(summary, Loudness.VALUE)] == ["call us"]
    assert held(database)["Oak House"].phones == ()


def test_a_listing_whose_row_became_unreadable_is_not_gone(bring: Bring, database: Database) -> None:
    bring(OAK, ELM, ASH)
    assert counts(bring(OAK, changed(ELM, zip=""), ASH)) == (0, 0, 2, 0, 1)
    nameless = bring(OAK, changed(ELM, services="?"), ASH)
    assert counts(nameless) == (0, 0, 2, 0, 1)
    assert [problem.found for problem in loud(nameless, Loudness.NOTICE)] == ["1 listing"]
    assert all(listing.withdrawn is None for listing in held(database).values())


@pytest.mark.parametrize("spoiled", [{"zip": "4411E"}, {"zip": "", "city": ""}, {"name": ""}], ids=["ZIP", "place", "name"])
def test_a_listing_without_an_id_of_its_own_is_not_gone_where_its_row_became_unreadable(
    bring: Bring, database: Database, spoiled: dict[str, str]
) -> None:
    by_name_and_place = replace(IMPORTER, parse=parsed_by_name_and_place)
    bring(OAK, ELM, ASH, importer=by_name_and_place)
    unread = bring(OAK, changed(ELM, **spoiled), importer=by_name_and_place)
    assert counts(unread) == (0, 0, 1, 1, 1), "Ash House is gone, and Elm House is not"
    assert [problem.found for problem in loud(unread, Loudness.NOTICE) if "stay as they were" in problem.what] == ["1 listing"]
    assert {name for name, listing in held(database).items() if listing.withdrawn} == {"Ash House"}
    assert counts(bring(OAK, ASH, importer=by_name_and_place)) == (1, 0, 1, 1, 0), "and then it is"


def parsed_by_name_and_place(row: Row, batch: Batch, source: Source) -> ParsedRecord:
    named = row.digest("name", "city", "zip")
    return replace(IMPORTER.parse(row, batch, source), local_id=named)


def test_more_missing_than_unreadable_rows_could_explain_is_gone(bring: Bring) -> None:
    bring(OAK, ELM, ASH)
    closed = replace(ORDER, force_because="two of them closed")
    assert counts(bring(OAK, changed(ELM, services="?"), order=closed)) == (0, 0, 1, 2, 1)


def test_a_twin_is_one_listing_and_reported(bring: Bring) -> None:
    summary = bring(OAK, ELM, OAK)
    assert (summary.rows, *counts(summary)) == (3, 2, 0, 0, 0, 0)
    (notice,) = loud(summary, Loudness.NOTICE)
    assert (notice.where, notice.found) == ("list.csv, row 4, column “name”", "list.csv, row 2")


def test_rows_that_share_a_name_are_told_apart_whatever_their_order(bring: Bring, database: Database) -> None:
    other = changed(OAK, phone="614-555-0108")
    assert counts(bring(OAK, other)) == (2, 0, 0, 0, 0)
    with database.reading() as connection:
        first, second = sorted(listing.id for listing in store.listings(connection, LOCATE))
    assert second.startswith(first + "-")
    assert counts(bring(other, OAK)) == (0, 0, 2, 0, 0)


def test_rows_that_nothing_tells_apart_are_refused(bring: Bring) -> None:
    summary = bring(OAK, changed(OAK, services="cash"), changed(OAK, services=""))
    assert (summary.new, summary.refused) == (2, 1)
    (problem,) = loud(summary, Loudness.ROW)
    assert "differs in the rest" in problem.what and problem.where.startswith("list.csv, row ")


@pytest.mark.parametrize(
    ("cells", "what", "found"),
    [
        ({"zip": "01089"}, "the ZIP code lies in another State; its distance stays unknown", "01089 is in MA, not OH"),
        ({"zip": "43299", "city": "Nowhere"}, "the ZIP code is not assigned; its distance stays unknown", "43299"),
        ({"zip": "43299"}, "the ZIP code is not assigned; the middle of its city is used", "43299"),
        ({"zip": "96898", "state": "HI"}, "nobody knows where the ZIP code is; its distance stays unknown", "96898"),
    ],
)
def test_a_zip_code_that_gives_no_distance_is_a_notice(
    bring: Bring, database: Database, cells: dict[str, str], what: str, found: str
) -> None:
    (notice,) = bring(changed(OAK, **cells)).problems
    where = "list.csv, row 2, columns “state” and “zip”"
    assert (notice.loudness, notice.where, notice.what, notice.found) == (Loudness.NOTICE, where, what, found)
    assert (held(database)["Oak House"].point is None) == ("unknown" in what)


# --- whole files ---------------------------------------------------------------------------------------------------

MANY = tuple(changed(OAK, name=f"House {number}") for number in range(7))


@pytest.mark.parametrize("rows", [MANY, ()], ids=["too many", "none"])
def test_an_unexpected_count_stops_before_anything_is_written(bring: Bring, database: Database, rows: Rows) -> None:
    bring(OAK)
    before = state(database)
    with pytest.raises(CannotUnderstand) as refused:
        bring(*rows)
    assert refused.value.problems[0].loudness is Loudness.FILE
    assert state(database) == before


def test_rows_that_cannot_be_read_do_not_count_as_listings(bring: Bring) -> None:
    strict = replace(IMPORTER, source=replace(SOURCE, at_least=2))
    bring(OAK, ELM, importer=strict)
    with pytest.raises(CannotUnderstand, match="should hold 2 to 6 listings"):
        bring(OAK, changed(ELM, zip="?"), importer=strict)


def test_a_small_file_is_taken_where_there_is_nothing_to_lose_and_told(bring: Bring) -> None:
    strict = replace(IMPORTER, source=replace(SOURCE, at_least=2))
    summary = bring(OAK, changed(ELM, zip="?"), importer=strict)
    assert (summary.new, summary.refused) == (1, 1)
    assert any("should hold 2 to 6 listings" in problem.what for problem in summary.problems)


def test_force_imports_an_unexpected_count_and_keeps_the_reason(bring: Bring, database: Database) -> None:
    assert bring(*MANY, order=replace(ORDER, force_because="the publisher added a State")).new == 7
    with database.reading() as connection:
        run = store.newest_run(connection, "invented_list")
    assert run is not None
    assert (run.forced_because, run.recorded_by, run.recorded_at) == ("the publisher added a State", "a test", NOW)
    assert run.summary["new"] == 7


def test_force_does_not_import_a_file_without_any_listing(bring: Bring) -> None:
    with pytest.raises(CannotUnderstand, match="no row could be read"):
        bring(changed(OAK, zip="?"), order=replace(ORDER, force_because="it is so"))


def test_a_file_that_does_not_say_its_day_asks_for_it(bring: Bring, database: Database) -> None:
    undated = replace(IMPORTER, read=lambda path, source: replace(read(path, source), observed_at=None))
    with pytest.raises(CannotUnderstand, match="--observed 2023-06-29"):
        bring(OAK, importer=undated)
    bring(OAK, importer=undated, order=replace(ORDER, observed_at=date(2026, 2, 1)))
    assert held(database)["Oak House"].said_by["city"].observed_at == date(2026, 2, 1)


def test_a_day_still_to_come_is_refused(bring: Bring, database: Database) -> None:
    with pytest.raises(CannotUnderstand, match="still to come"):
        bring(OAK, order=replace(ORDER, observed_at=date(2026, 3, 14)))
    assert state(database) == (0, 0, (), 0)
    assert bring(OAK, order=replace(ORDER, observed_at=date(2026, 3, 13))).new == 1


def test_a_failure_in_the_middle_leaves_nothing(bring: Bring, database: Database) -> None:
    bring(OAK)
    before = state(database)
    with database.writing() as connection:
        for sentence in BREAK["sqlite" if database.is_sqlite else "postgresql"]:
            connection.exec_driver_sql(sentence)
    with pytest.raises(DBAPIError, match="disk_is_full"):
        bring(ELM, ASH)
    assert state(database) == before
    assert held(database)["Oak House"].withdrawn is None


BREAK = {
    "sqlite": [
        "CREATE TRIGGER disk_is_full BEFORE INSERT ON statement WHEN NEW.reference = 'list.csv, row 3' "
        "BEGIN SELECT RAISE(ABORT, 'disk_is_full'); END"
    ],
    "postgresql": ["ALTER TABLE statement ADD CONSTRAINT disk_is_full CHECK (reference <> 'list.csv, row 3')"],
}


def test_progress_is_told_stage_by_stage_to_its_end(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    with path.open("w", newline="", encoding="utf-8") as out:
        csv.writer(out).writerows([COLUMNS, OAK, ELM])
    told: list[tuple[str, int, int]] = []
    import_file(database, IMPORTER, path, ORDER, lambda *step: told.append(step))
    assert list(dict.fromkeys(stage for stage, _, _ in told)) == ["reading", "understanding", "checking", "storing"]
    assert [done for stage, done, of in told if stage == "understanding"] == [0, 2]
    assert {stage for stage, done, of in told if done == of} == {"reading", "understanding", "checking", "storing"}


# --- the demo directory --------------------------------------------------------------------------------------------


def test_a_real_source_takes_the_invented_listings_out_in_the_same_transaction(bring: Bring, database: Database) -> None:
    invented = import_file(database, demo.importer, DEMO_FILE, ORDER).new
    assert invented > 20
    tried = bring(OAK, order=replace(ORDER, dry_run=True))
    assert state(database)[1] == invented
    summary = bring(OAK)
    assert summary == tried
    assert set(held(database)) == {"Oak House"}
    assert (summary.problems[0].loudness, summary.problems[0].found) == (Loudness.NOTICE, f"{invented} listings")
    with database.reading() as connection:
        assert not store.latest_digests(connection, demo.importer.source.name)
        assert len(store.unindexed(connection)) == invented + 1


def test_a_refused_file_leaves_the_invented_listings(bring: Bring, database: Database) -> None:
    invented = import_file(database, demo.importer, DEMO_FILE, ORDER).new
    with pytest.raises(CannotUnderstand):
        bring(changed(OAK, zip="?"))
    assert state(database)[1] == invented


def test_invented_listings_are_not_put_among_real_ones(bring: Bring, database: Database) -> None:
    bring(OAK)
    with pytest.raises(CannotUnderstand, match="invented"):
        import_file(database, demo.importer, DEMO_FILE, ORDER)
    assert set(held(database)) == {"Oak House"}
