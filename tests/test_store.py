"""What is stored comes back as it was said, in order, whole or not at all, however many write at once. On both engines."""

import multiprocessing
import re
import sqlite3
import warnings
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from directory import database as database_module
from directory import places, store
from directory.availability import Bucket, Report
from directory.database import Database
from directory.listing import Listing, Statement, Vetting
from directory.normalize import FIELDS
from directory.places import Gazetteer
from directory.resolve import Said, Since, resolve
from directory.tables import ReportRow, VettingRow
from directory.vocabulary import TERMS, BedState, Channel, SourceKind, VettingState
from tests.builders import EASTERN, PLACES, VALUES, a_statement

LOCATE = Gazetteer(PLACES).locate
NOW = datetime(2026, 3, 13, 20, 0, tzinfo=UTC)
WRITERS, WRITES = 4, 25


class Undo(Exception):
    """Raised to leave a transaction without a trace."""


def held(database: Database, ids: Sequence[str] | None = None) -> list[Listing]:
    with database.reading() as connection:
        return list(store.listings(connection, LOCATE, ids))


def say(database: Database, *statements: Statement) -> int:
    with database.writing() as connection:
        return store.append(connection, statements, None)


# --- round trip ----------------------------------------------------------------------------------------------------

TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=20)
PHONES = st.sampled_from(("6145550101", "6145550102x12", "6145550103"))
TOLD: dict[str, st.SearchStrategy[Any]] = {
    name: PHONES if "phone" in name or name.startswith("intake_") else TEXTS for name in FIELDS
} | {
    "postal_code": st.sampled_from([place.postal_code for place in PLACES]),
    "state_province": st.sampled_from(("OH", "MI", "MA")),
    "confidential": st.booleans(),
    "intake_hours": st.sampled_from(("24/7", "Mo-Fr 08:00-22:00; Sa 10:00-02:00")),
    "latest_arrival": st.sampled_from(("21:00", "02:30")),
    "licence_expires": st.dates().map(str),
    "latitude": st.sampled_from(("39.9612", "41.5")),
    "longitude": st.sampled_from(("-82.9988", "-83")),
    "capacity": st.integers(1, 400),
}
CODES = st.frozensets(st.sampled_from(sorted(TERMS)), max_size=12)


@st.composite
def statements(draw: st.DrawFn, first: bool) -> Statement:
    yes, no = draw(CODES), draw(CODES)
    told = draw(st.fixed_dictionaries({}, optional=TOLD))
    return a_statement(
        values=VALUES | told if first else told,
        yes=yes,
        no=no - yes,
        kind=draw(st.sampled_from(SourceKind)),
        observed_at=draw(st.dates(date(2020, 1, 1), date(2026, 3, 1))),
        reference=draw(TEXTS),
        recorded_by=draw(TEXTS),
        restates=first,
        withdrawn=False if first else draw(st.booleans()),
    )


@given(
    first=statements(first=True),
    later=st.lists(statements(first=False), max_size=3),
    restated=st.lists(statements(first=True), max_size=1),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_what_is_stored_is_what_was_said(
    database: Database, first: Statement, later: list[Statement], restated: list[Statement]
) -> None:
    told = [first, *later, *restated]
    expected = resolve(first.listing_id, [Said(number, one) for number, one in enumerate(told)], LOCATE)
    with suppress(Undo), database.writing() as connection:
        for one in told:
            store.append(connection, [one], None)
        assert list(store.listings(connection, LOCATE)) == [expected]
        assert list(store.listings(connection, LOCATE, [first.listing_id])) == [expected]
        raise Undo
    assert held(database) == []


def test_listings_come_ordered_by_id_and_only_those_asked_for(database: Database) -> None:
    say(database, *(a_statement(local_id=key) for key in ("c", "a", "b")))
    assert [listing.id for listing in held(database)] == [f"invented_survey:{key}" for key in "abc"]
    asked = ["invented_survey:c", "invented_survey:a", "invented_survey:nobody"]
    assert [listing.id for listing in held(database, asked)] == ["invented_survey:a", "invented_survey:c"]
    assert held(database, []) == []


def test_more_listings_than_fit_in_one_question_come_whole(database: Database) -> None:
    ids = [f"{number:04}" for number in range(1203)]
    say(database, *(a_statement(local_id=key) for key in ids))
    assert [listing.id for listing in held(database, [f"invented_survey:{key}" for key in reversed(ids)])] == [
        f"invented_survey:{key}" for key in ids
    ]
    assert len(held(database)) == 1203


def test_text_of_every_alphabet_and_quotes_come_back(database: Database) -> None:
    name = "Centro “Niños” 'n Söhne \\ 医院 💊 %s :x ?" + '"'
    say(database, a_statement(values=VALUES | {"organization": name}))
    assert held(database)[0].organization == name


def test_the_same_words_have_the_same_digest_in_any_order() -> None:
    one = a_statement(yes=frozenset(("payer.medicaid", "sex.male")))
    other = replace(
        one,
        values={name: one.values[name] for name in sorted(one.values, reverse=True)},
        provenance=replace(one.provenance, reference="row 9"),
    )
    assert store.worded(one).digest == store.worded(other).digest
    assert store.worded(one).digest != store.worded(replace(one, no=frozenset(("sex.female",)))).digest


# --- the counter and the queue -------------------------------------------------------------------------------------


def test_the_counter_grows_with_every_writing(database: Database) -> None:
    with database.reading() as connection:
        assert store.counter(connection) == 0
    assert [say(database, a_statement(local_id=str(number % 2))) for number in range(4)] == [1, 2, 3, 4]
    with database.reading() as connection:
        assert store.counter(connection) == 4
        assert store.count(connection) == 2


def test_the_queue_is_written_with_the_row_and_struck_up_to_a_change(database: Database) -> None:
    say(database, a_statement(local_id="1"), a_statement(local_id="2"))
    indexed = say(database, a_statement(local_id="3"))
    say(database, a_statement(local_id="1"))
    with database.writing() as connection:
        assert store.unindexed(connection) == ("invented_survey:1", "invented_survey:2", "invented_survey:3")
        store.clear_unindexed(connection, indexed)
    with database.reading() as connection:
        assert store.unindexed(connection) == ("invented_survey:1",)


def test_a_rollback_leaves_neither_row_nor_queue_nor_counter(database: Database) -> None:
    say(database, a_statement(local_id="1"))
    with suppress(Undo), database.writing() as connection:
        store.append(connection, [a_statement(local_id="2")], None)
        store.clear_unindexed(connection, 99)
        raise Undo
    with database.reading() as connection:
        assert (store.counter(connection), store.count(connection)) == (1, 1)
        assert store.unindexed(connection) == ("invented_survey:1",)


def write_many(url: str, writer: int) -> int:
    """Say something in many transactions; run in processes of its own."""
    warnings.simplefilter("error")
    database = Database(url)
    try:
        return max(say(database, a_statement(local_id=f"{writer}-{number}")) for number in range(WRITES))
    finally:
        database.close()


def test_processes_that_write_at_once_lose_nothing_and_never_find_it_locked(database_url: str, database: Database) -> None:
    with ProcessPoolExecutor(WRITERS, mp_context=multiprocessing.get_context("spawn")) as pool:
        last = list(pool.map(write_many, [database_url] * WRITERS, range(WRITERS)))
    assert max(last) == WRITERS * WRITES
    with database.reading() as connection:
        assert store.counter(connection) == WRITERS * WRITES
        assert store.count(connection) == WRITERS * WRITES
        assert len(store.unindexed(connection)) == WRITERS * WRITES


def test_a_reader_sees_one_state_while_another_writes(database: Database) -> None:
    say(database, a_statement(local_id="1"))
    with ThreadPoolExecutor(1) as other:
        with database.reading() as connection:
            assert store.count(connection) == 1
            writing = other.submit(say, database, a_statement(local_id="2"))
            wait([writing], timeout=0.3)
            assert store.count(connection) == 1
        assert writing.result(timeout=20) == 2
    assert len(held(database)) == 2


# --- what a source last said ---------------------------------------------------------------------------------------


def test_the_latest_digests_are_of_the_newest_statements_and_empty_for_what_is_withdrawn(database: Database) -> None:
    old, new = a_statement(local_id="1"), a_statement(local_id="1", yes=frozenset(("payer.medicaid",)))
    say(database, old, a_statement(local_id="2"), a_statement(local_id="3", source="other"))
    say(database, new, a_statement(local_id="2", values={}, withdrawn=True))
    with database.reading() as connection:
        assert store.latest_digests(connection, "invented_survey") == {"1": store.worded(new).digest, "2": ""}


def test_removing_a_source_takes_out_all_that_it_said_and_queues_it(database: Database) -> None:
    say(database, a_statement(local_id="1"), a_statement(local_id="1", source="other"))
    with database.writing() as connection:
        store.clear_unindexed(connection, 1)
        assert store.remove_source(connection, "invented_survey") == 1
    assert [listing.id for listing in held(database)] == ["other:1"]
    with database.reading() as connection:
        assert store.unindexed(connection) == ("invented_survey:1",)
        assert store.counter(connection) == 2


def test_a_run_is_written_down_as_it_was(database: Database) -> None:
    run = store.Run("invented_survey", "invented.xlsx", "aa", "bb", date(2026, 3, 1), NOW, "a test", "it is right", {"rows": 1})
    with database.writing() as connection:
        first = store.record_run(connection, run)
        second = store.record_run(connection, replace(run, sha256="cc"))
    assert second > first
    with database.reading() as connection:
        assert store.newest_run(connection, "invented_survey") == replace(run, sha256="cc")
        assert store.newest_run(connection, "other") is None


# --- reports about beds, and vetting -------------------------------------------------------------------------------

MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2026, 3, 1), timezones=st.just(UTC))
REPORTS = st.builds(
    Report,
    state=st.sampled_from(BedState),
    observed_at=MOMENTS,
    channel=st.sampled_from(Channel),
    recorded_by=TEXTS,
    bucket=st.builds(
        Bucket,
        sex=st.sampled_from((None, "female", "male")),
        age=st.sampled_from((None, "adult")),
        level=st.sampled_from((None, "3_5")),
        funded=st.sampled_from((None, True, False)),
    ),
    beds=st.none() | st.integers(0, 99),
    wait_hours=st.none() | st.integers(0, 999),
    hold_until=st.none() | MOMENTS,
    expires_at=st.none() | MOMENTS,
)
VETTINGS = st.builds(
    Vetting,
    state=st.sampled_from(VettingState),
    at=MOMENTS,
    by=TEXTS,
    until=st.none() | st.dates(),
    because=TEXTS | st.just(""),
)
FULL = Report(BedState.FULL, NOW, Channel.CALL, "a test")
VETTED = Vetting(VettingState.VETTED, NOW, "a test", date(2027, 3, 13), "all of it checked")
ID = "invented_survey:1"


def report(database: Database, *reports: Report, listing_id: str = ID) -> int:
    with database.writing() as connection:
        return store.append_reports(connection, [(listing_id, one) for one in reports])


def change(database: Database) -> tuple[int, tuple[str, ...]]:
    with database.reading() as connection:
        return store.counter(connection), store.unindexed(connection)


@given(reports=st.lists(REPORTS, max_size=4), vettings=st.lists(VETTINGS, max_size=3))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
def test_reports_and_vetting_come_back_with_their_listing(
    database: Database, reports: list[Report], vettings: list[Vetting]
) -> None:
    unique = Since(tuple(dict.fromkeys(reports)), tuple(dict.fromkeys(vettings)))
    expected = resolve(ID, [Said(1, a_statement())], LOCATE, unique)
    with suppress(Undo), database.writing() as connection:
        store.append(connection, [a_statement(), a_statement(local_id="2")], None)
        assert store.append_reports(connection, [(ID, one) for one in reports]) == len(unique.reports)
        assert store.append_vettings(connection, [(ID, one) for one in vettings]) == len(unique.vettings)
        assert list(store.listings(connection, LOCATE))[0] == expected
        assert list(store.listings(connection, LOCATE, [ID])) == [expected]
        assert list(store.listings(connection, LOCATE))[1].reports == ()
        raise Undo


def test_a_report_is_kept_once_in_whatever_time_zone_it_was_written(database: Database) -> None:
    say(database, a_statement())
    in_ohio = replace(FULL, observed_at=NOW.astimezone(EASTERN))
    assert [report(database, FULL), report(database, in_ohio), report(database, FULL, in_ohio)] == [1, 0, 0]
    assert held(database)[0].reports == (FULL,)


def test_what_is_appended_changes_its_listing_and_what_is_there_already_changes_nothing(database: Database) -> None:
    say(database, a_statement(local_id="1"), a_statement(local_id="2"))
    with database.writing() as connection:
        store.clear_unindexed(connection, 1)
    assert report(database, FULL) == 1
    assert change(database) == (2, (ID,))
    assert report(database, FULL) == report(database) == 0
    assert change(database) == (2, (ID,))
    with database.writing() as connection:
        assert store.append_vettings(connection, [(ID, VETTED), (ID, VETTED)]) == 1
    assert change(database) == (3, (ID,))


def test_a_later_report_stands_beside_the_earlier_one_and_takes_nothing_away(database: Database) -> None:
    say(database, a_statement())
    later = replace(FULL, state=BedState.OPEN, observed_at=NOW + timedelta(hours=1), beds=2)
    report(database, later)
    report(database, FULL)
    assert held(database)[0].reports == (FULL, later)


def test_a_report_about_nobody_we_know_names_the_listing_and_leaves_nothing(database: Database) -> None:
    say(database, a_statement())
    with (
        pytest.raises(store.UnknownListing, match="there is no listing invented_survey:nobody"),
        database.writing() as connection,
    ):
        store.append_reports(connection, [(ID, FULL), ("invented_survey:nobody", FULL)])
    assert held(database)[0].reports == ()
    assert change(database) == (1, (ID,))


def test_a_time_without_its_offset_is_never_stored(database: Database) -> None:
    say(database, a_statement())
    with pytest.raises(ValueError, match="no offset from UTC"):
        report(database, replace(FULL, observed_at=datetime(2026, 3, 13, 20, 0)))


def test_removing_a_source_takes_the_reports_and_the_vetting_along(database: Database) -> None:
    say(database, a_statement(), a_statement(source="other"))
    for key in (ID, "other:1"):
        report(database, FULL, listing_id=key)
        with database.writing() as connection:
            store.append_vettings(connection, [(key, VETTED)])
    with database.writing() as connection:
        store.remove_source(connection, "invented_survey")
        rows = [connection.scalars(select(table.listing_id)).all() for table in (ReportRow, VettingRow)]
    assert rows == [["other:1"], ["other:1"]]


def test_reports_of_more_listings_than_fit_in_one_question_reach_each_its_own(database: Database) -> None:
    ids = [f"{number:04}" for number in range(1203)]
    say(database, *(a_statement(local_id=key) for key in ids))
    with database.writing() as connection:
        store.append_reports(
            connection, [(f"invented_survey:{key}", replace(FULL, beds=number)) for number, key in enumerate(ids)]
        )
    assert [listing.reports[0].beds for listing in held(database)] == list(range(1203))


def test_nothing_in_the_program_changes_or_erases_a_report_or_a_step_of_vetting() -> None:
    said = "".join(path.read_text(encoding="utf-8") for path in Path(store.__file__).parent.glob("*.py"))
    for table in ("StatementRow", "ReportRow", "VettingRow"):
        assert f"update({table})" not in said
    by_whom = ["StatementRow", "StatementRow"]  # by `remove_source`, and by the undoing of an import
    assert re.findall(r"delete\((StatementRow|ReportRow|VettingRow)\)", said) == by_whom


# --- who speaks ----------------------------------------------------------------------------------------------------


def test_a_listing_of_which_a_source_says_nothing_is_found(database: Database) -> None:
    def others() -> bool:
        with database.reading() as connection:
            return store.unspoken_by(connection, "invented_survey")

    assert not others()
    survey = a_statement()
    say(database, survey, Statement("calls", "1", survey.provenance, restates=False, about=survey.listing_id))
    assert not others()
    say(database, a_statement(source="other"))
    assert others()


def test_the_ids_of_all_listings_come_in_one_order_whatever_the_database_thinks_of_letters(database: Database) -> None:
    say(database, *(a_statement(local_id=key) for key in ("b", "B", "_", "a", "ä", "10", "9")))
    with database.reading() as connection:
        assert [key.partition(":")[2] for key in store.ids(connection)] == ["10", "9", "B", "_", "a", "b", "ä"]


# --- needs and places ----------------------------------------------------------------------------------------------


def test_a_kept_need_is_there_until_its_time_is_over(database: Database) -> None:
    need = {"near": "43215", "age": 27}
    tomorrow = NOW + timedelta(days=1)
    with database.writing() as connection:
        store.keep_need(connection, "first", need, NOW, tomorrow)
    with database.reading() as connection:
        assert store.kept_need(connection, "first", tomorrow - timedelta(seconds=1)) == need
        assert store.kept_need(connection, "first", tomorrow) is None
        assert store.kept_need(connection, "second", NOW) is None


def test_keeping_a_need_sweeps_out_those_whose_time_is_over(database: Database) -> None:
    with database.writing() as connection:
        store.keep_need(connection, "old", {}, NOW, NOW + timedelta(hours=1))
        store.keep_need(connection, "new", {}, NOW + timedelta(hours=2), NOW + timedelta(hours=3))
    with database.reading() as connection:
        assert store.kept_need(connection, "old", NOW) is None
        assert store.kept_need(connection, "new", NOW) == {}


def test_places_come_back_as_they_were_copied_in(database: Database) -> None:
    with database.reading() as connection:
        assert store.has_places(connection)
        kept = store.gazetteer(connection)
        states = store.postal_states(connection)
    assert [kept.postal(place.postal_code) for place in PLACES] == list(PLACES)
    assert states["43215"] == ("OH", True)
    assert states["96898"] == ("HI", False)


def test_all_the_bundled_places_fit_the_table(empty_url: str) -> None:
    database = Database(empty_url)
    try:
        database.upgrade()
        with database.writing() as connection:
            assert not store.has_places(connection)
            store.save_places(connection, places.bundled_places())
        with database.reading() as connection:
            assert len(store.postal_states(connection)) == 42_789
    finally:
        database.close()


def test_a_call_about_a_surveyed_listing_speaks_of_that_listing_and_outlives_the_next_edition(database: Database) -> None:
    survey = a_statement(local_id="7")
    caller = replace(survey.provenance, source="staff", kind=SourceKind.STAFF_CALL)
    call = Statement("staff", "call-1", caller, yes=frozenset(("moud.must_stop",)), restates=False, about=survey.listing_id)
    say(database, survey)
    say(database, call)
    say(database, replace(survey, yes=frozenset(("payer.medicaid",))))
    (listing,) = held(database)
    assert listing.id == survey.listing_id
    assert listing.says("moud.must_stop") and listing.says("payer.medicaid")
    assert listing.facts["moud.must_stop"].provenance.source == "staff"


def a_long_list() -> list[Statement]:
    """More than fits into SQLite's cache of 2 MB."""
    return [a_statement(VALUES | {"organization": f"House {number} " + "x" * 150}, str(number)) for number in range(5000)]


def test_who_reads_does_not_wait_for_a_long_transaction_that_writes(sqlite_database: Database) -> None:
    """SQLite would write what does not fit into its cache of 2 MB, and lock everybody out from then on."""
    reader = sqlite3.connect(str(sqlite_database.engine.url.database), timeout=0)
    with sqlite_database.writing() as connection:
        store.append(connection, a_long_list(), None)
        assert reader.execute("SELECT count(*) FROM statement").fetchone() == (0,)
    assert reader.execute("SELECT count(*) FROM statement").fetchone() == (5000,)
    reader.close()


def on_disk(database: Database) -> int:
    """The bytes of a SQLite database and of what is written ahead of it."""
    file = Path(str(database.engine.url.database))
    return sum(path.stat().st_size for path in (file, file.with_name(f"{file.name}-wal")) if path.exists())


@pytest.mark.parametrize(("held_kib", "spills"), [(2 << 10, True), (database_module._HELD_KIB, False)])
def test_a_transaction_takes_no_more_memory_than_it_may(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch, held_kib: int, spills: bool
) -> None:
    monkeypatch.setattr(database_module, "_HELD_KIB", held_kib)
    sqlite_database.close()
    before = on_disk(sqlite_database)
    with sqlite_database.writing() as connection:
        store.append(connection, a_long_list(), None)
        assert (on_disk(sqlite_database) > before) == spills
    with sqlite_database.reading() as connection:
        assert store.count(connection) == 5000


def test_a_connection_that_comes_back_after_the_close_is_closed(database: Database) -> None:
    with database.reading() as connection:
        driver = connection.connection.driver_connection
        database.close()
    assert driver is not None
    with pytest.raises((sqlite3.ProgrammingError, psycopg.OperationalError), match="closed"):
        driver.execute("SELECT 1")


def test_a_database_that_was_closed_opens_again(database: Database) -> None:
    database.close()
    for _ in range(2):
        with database.reading() as connection:
            assert connection.exec_driver_sql("SELECT 1").scalar() == 1
