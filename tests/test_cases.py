"""Cases in the database: whose they are, who is on a call, and that nothing of them is left; on both engines."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import select

from directory import store
from directory.case import KEPT, Call, Case, Handout, Outcome, Reached, Seen, Step, StepKind
from directory.database import Database
from directory.tables import Table
from tests.builders import a_statement

NOW = datetime(2026, 3, 13, 22, 30, tzinfo=UTC)
OWNER, COLLEAGUE, STRANGER = 1, 2, 3
LISTING = "invented_survey:1"
CASE = Case("a" * 22, "Blue Heron", OWNER, NOW, NOW + KEPT, {"near": "43215"})


@pytest.fixture
def opened(database: Database) -> Database:
    with database.writing() as connection:
        store.append(connection, [a_statement()], None)
        store.open_case(connection, CASE)
    return database


def a_call(account: int = OWNER, now: datetime = NOW) -> Call:
    return Call(0, CASE.id, LISTING, account, now, now + timedelta(minutes=20))


def test_a_case_is_there_for_its_owner_and_those_let_in_and_for_nobody_else(opened: Database) -> None:
    with opened.writing() as connection:
        assert store.case_for(connection, CASE.id, OWNER) == CASE
        assert store.case_for(connection, CASE.id, COLLEAGUE) is None
        store.let_in(connection, CASE.id, COLLEAGUE)
        store.let_in(connection, CASE.id, COLLEAGUE)
        assert store.case_for(connection, CASE.id, COLLEAGUE) == replace(CASE, members=frozenset((COLLEAGUE,)))
        assert store.case_for(connection, CASE.id, STRANGER) is None and store.cases_of(connection, STRANGER) == []
        store.put_out(connection, CASE.id, COLLEAGUE)
        assert store.case_for(connection, CASE.id, COLLEAGUE) is None


def test_of_two_who_claim_a_call_one_wins_until_the_claim_runs_out(opened: Database) -> None:
    with opened.writing() as connection:
        mine = store.claim_call(connection, a_call(), NOW)
        assert mine.open_at(NOW) and not mine.open_at(NOW + timedelta(minutes=20))
        with pytest.raises(store.Taken):
            store.claim_call(connection, a_call(COLLEAGUE), NOW + timedelta(minutes=19))
        later = NOW + timedelta(minutes=20)
        assert store.claim_call(connection, a_call(COLLEAGUE, later), later).account == COLLEAGUE
        assert len(store.calls(connection, CASE.id)) == 1


def test_a_closed_call_makes_room_for_the_next(opened: Database) -> None:
    with opened.writing() as connection:
        call = store.claim_call(connection, a_call(), NOW)
        closed = replace(
            call, closed_at=NOW, reached=Reached.PERSON, outcome=Outcome.CALL_BACK, call_back_at=NOW + timedelta(hours=1),
            spoke_with="intake desk", answers={"bed": "open"},
        )  # fmt: skip
        store.change_call(connection, closed)
        assert store.calls(connection, CASE.id, LISTING) == [closed]
        store.claim_call(connection, a_call(COLLEAGUE), NOW)
        assert [one.closed_at is None for one in store.calls(connection, CASE.id)] == [False, True]


def test_steps_and_looks_come_back_as_they_were_told(opened: Database) -> None:
    dropped = Step(LISTING, StepKind.DROPPED, "too near", OWNER, NOW)
    placed = Step(LISTING, StepKind.PLACED, "the family knows it", OWNER, NOW, place=2)
    with opened.writing() as connection:
        for step in (dropped, placed):
            store.add_step(connection, CASE.id, step)
        assert store.steps(connection, CASE.id) == [dropped, placed]
        for stood in ({LISTING: "D"}, {LISTING: "A"}):
            store.remember_seen(connection, CASE.id, OWNER, Seen(NOW, stood))
        assert store.seen(connection, CASE.id, OWNER) == Seen(NOW, {LISTING: "A"})
        assert store.seen(connection, CASE.id, COLLEAGUE) is None


def test_a_link_leads_to_its_list_until_its_time_or_until_revoked(opened: Database) -> None:
    with opened.writing() as connection:
        kept = store.add_handout(connection, Handout(0, CASE.id, OWNER, NOW, {"number": 1}))
        elsewhere = (NOW + timedelta(hours=72)).astimezone(timezone(timedelta(hours=-5)))
        store.share_handout(connection, kept.id, "digest", elsewhere)
        found = store.shared_handout(connection, "digest", NOW + timedelta(hours=71))
        assert found and found.snapshot == {"number": 1} and found.id == kept.id
        assert store.shared_handout(connection, "digest", NOW + timedelta(hours=72)) is None
        assert store.shared_handout(connection, "other", NOW) is None
        store.share_handout(connection, kept.id, None, None)
        assert store.shared_handout(connection, "digest", NOW) is None


def test_a_purged_case_leaves_no_row_and_a_program_keeps_its_history(opened: Database) -> None:
    with opened.writing() as connection:
        store.let_in(connection, CASE.id, COLLEAGUE)
        store.claim_call(connection, a_call(), NOW)
        store.add_step(connection, CASE.id, Step(LISTING, StepKind.DROPPED, "far", OWNER, NOW))
        store.remember_seen(connection, CASE.id, OWNER, Seen(NOW, {}))
        store.add_handout(connection, Handout(0, CASE.id, OWNER, NOW, {}))
        store.add_event(connection, LISTING, "2026-03-13", "declined", "no_id")
        for _ in range(2):
            store.open_correction(connection, LISTING, ("wrong_number", "6145550101"), NOW)
    with opened.writing() as connection:
        assert store.cases_due(connection, NOW + KEPT - timedelta(seconds=1)) == ()
        assert store.cases_due(connection, NOW + KEPT) == (CASE.id,)
        store.purge_case(connection, CASE.id)
    with opened.reading() as connection:
        cases = [table for table in Table.metadata.sorted_tables if table.name.startswith(("case", "meeting_case", "handout"))]
        assert len(cases) == 6 and not [table.name for table in cases if connection.execute(select(table)).first()]
        assert store.events(connection, LISTING) == [{"day": "2026-03-13", "kind": "declined", "reason": "no_id"}]
        assert [one["kind"] for one in store.corrections(connection)] == ["wrong_number"]
