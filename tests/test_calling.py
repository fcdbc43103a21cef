"""Calls for a case, on both engines: each answer is a fact or a report at once, and what was wrong is taken back."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from directory import call_sheet, calling, meetings, referral, store
from directory.account import Account, Role
from directory.availability import Report
from directory.calling import Closing, Desk, Line, Said
from directory.case import KEPT, WRONG, Call, Case, Ending, EndKind, Outcome, Reached
from directory.listing import Listing
from directory.referral import Directory
from directory.settings import Settings
from directory.vocabulary import Answer, BedState, Channel
from tests.builders import DEFAULT_YES, VALUES, a_statement

NOW: Final = datetime(2026, 3, 13, 22, 30, tzinfo=UTC)
ME, COLLEAGUE, STRANGER = 1, 2, 3
LISTING: Final = "invented_survey:1"
LINE: Final = Line("c" * 22, LISTING)
NEED: Final[dict[str, Any]] = {
    "near": "43215", "within_miles": "100", "age": "27", "sex": "male", "substances": ["heroin"],
    "dependent_on": ["opioid"], "payer": "medicaid", "plan": "Invented Gold", "applies": ["dialysis"],
    "as_of": "2026-03-13T18:30-04:00", "meeting_ends": "2026-03-13T20:00-04:00",
}  # fmt: skip
SILENT: Final = ("moud.buprenorphine_start", "moud.buprenorphine_continue", "payer.medicaid")


@pytest.fixture
def directory(database_url: str, tmp_path: Path) -> Iterator[Directory]:
    """A directory on each engine that holds one center, and a case that needs it."""
    opened = Directory(Settings(tmp_path / "instance", 8000, database_url, ()))
    said = a_statement(VALUES | {"intake_1": "6145550102"}, yes=DEFAULT_YES - {*SILENT})
    with opened.database.writing() as connection:
        store.append(connection, [said], None)
        store.open_case(connection, Case(LINE.case_id, "Blue Heron", ME, NOW, NOW + KEPT, NEED))
        store.let_in(connection, LINE.case_id, COLLEAGUE)
    yield opened
    opened.database.close()


def desk(directory: Directory, account: int = ME, minutes: float = 0) -> Desk:
    return Desk(directory, account, f"counselor-{account}", NOW + timedelta(minutes=minutes))


def tap(at: Desk, item: str, answer: str) -> Call:
    return calling.answer(at, LINE, Said(item, answer))


def held(directory: Directory) -> Listing:
    return directory.listings([LISTING])[LISTING]


def tier(directory: Directory, at: datetime = NOW) -> str:
    with directory.database.reading() as connection:
        case = calling.case_of(connection, desk(directory), LINE.case_id)
    answered = referral.options(directory, calling.need_of(directory, case, at))
    return next(entry.tier for entry in (*answered.options, *answered.call_first))


def the_calls(directory: Directory) -> list[Call]:
    with directory.database.reading() as connection:
        return store.calls(connection, LINE.case_id)


def test_answers_move_a_center_from_call_first_to_ready_and_its_age_moves_it_back(directory: Directory) -> None:
    assert tier(directory) == "D"
    tap(desk(directory), "bed.state", "two")
    assert tier(directory) == "D", "the intake hours are not known yet"
    tap(desk(directory), "intake_hours", "always")
    assert tier(directory) == "A"
    assert tier(directory, NOW + timedelta(hours=13)) == "C"
    assert tier(directory, NOW + timedelta(hours=25)) == "D"


def test_taps_taken_back_leave_the_center_as_it_was_and_every_row_there(directory: Directory) -> None:
    states = [held(directory)]
    for item, answer in (
        ("bed.state", "full"),
        ("moud.buprenorphine_start", "yes"),
        ("bed.state", "one"),
        ("payer.medicaid", "no"),
    ):
        tap(desk(directory), item, answer)
        states.append(held(directory))
    assert [len(one.reports) for one in states] == [0, 1, 1, 1, 1]
    for before in reversed(states[:-1]):
        calling.undo(desk(directory), LINE)
        now = held(directory)
        assert [(one.state, one.beds) for one in now.reports] == [(one.state, one.beds) for one in before.reports]
        assert (now.facts, now.confirmed_at) == (before.facts, before.confirmed_at)
    assert calling.undo(desk(directory), LINE).answers["given"] == {}
    with directory.database.reading() as connection:
        (recorded,) = store.recorded(connection, [LISTING])
    assert len(recorded.said) == 5 and len(recorded.since.reports) == 6


def test_what_stood_before_the_call_stands_again_when_they_did_not_say(directory: Directory) -> None:
    tap(desk(directory), "upfront_cost", "typed:$200 at the door")
    calling.close(desk(directory), LINE, Closing(Reached.PERSON, Outcome.NEEDS_INFORMATION))
    tap(desk(directory, COLLEAGUE, 60), "upfront_cost", "nothing")
    assert held(directory).practical["upfront_cost"] == "Nothing up front"
    tap(desk(directory, COLLEAGUE, 61), "upfront_cost", call_sheet.DID_NOT_SAY)
    found = held(directory)
    assert found.practical["upfront_cost"] == "$200 at the door"
    assert found.said_by["upfront_cost"].recorded_by == "counselor-1"


@pytest.mark.parametrize(("how", "said", "left"), [("ended", "one", None), ("ended", "two", 1), ("erased", "one", 1)])
def test_a_hold_goes_with_the_case_that_it_was_made_for_and_what_was_heard_of_the_beds_stays(
    directory: Directory, how: str, said: str, left: int | None
) -> None:
    with directory.database.writing() as connection:
        of_others = Report(BedState.HELD, NOW, Channel.CALL, "counselor-9", hold_until=NOW + timedelta(hours=3))
        store.append_reports(connection, [(LISTING, of_others)])
    tap(desk(directory, minutes=1), "bed.state", said)
    tap(desk(directory, minutes=1), "bed.hold", "two_hours")
    assert len(held(directory).reports) == 2
    mine = meetings.Desk(directory, Account(ME, "counselor-1", Role.COUNSELOR), NOW + timedelta(hours=1))
    if how == "ended":
        mine.end(mine.case(LINE.case_id), Ending(EndKind.ADMITTED, NOW.date(), LISTING))
    else:
        mine.purge(mine.case(LINE.case_id))
    reports = held(directory).reports
    assert [one.recorded_by for one in reports if one.state is BedState.HELD] == ["counselor-9"]
    stays = [one for one in reports if one.state is not BedState.HELD]
    assert [(one.state, one.beds) for one in stays] == ([(BedState.OPEN, left)] if left else [])
    assert all(timedelta(0) <= NOW + timedelta(minutes=1) - one.observed_at < timedelta(seconds=1) for one in stays)


def test_a_hold_is_by_the_clock_of_the_center_and_means_what_it_meant(directory: Directory) -> None:
    tap(desk(directory), "bed.state", "one")
    tap(desk(directory), "bed.hold", "two_hours")
    tap(desk(directory, minutes=30), "bed.whom", "everybody")
    (report,) = held(directory).reports
    assert (report.state, report.beds, report.hold_until) == (BedState.HELD, 1, NOW + timedelta(hours=2))
    assert report.bucket.sex is None
    tap(desk(directory), "bed.hold", "typed:8 pm")
    (report,) = held(directory).reports
    assert report.hold_until == datetime(2026, 3, 14, 0, 0, tzinfo=UTC), "8 pm in Columbus"


def test_a_bed_is_asked_for_the_person_s_sex_and_age(directory: Directory) -> None:
    tap(desk(directory), "bed.state", "full")
    (report,) = held(directory).reports
    assert (report.bucket.sex, report.bucket.age) == ("male", "adult")


def test_of_two_who_claim_at_once_one_wins(directory: Directory) -> None:
    ready, won, lost = threading.Barrier(2), [], []

    def claim(account: int) -> None:
        ready.wait(10)
        try:
            won.append(calling.claim(desk(directory, account), LINE).account)
        except store.Taken:
            lost.append(account)

    both = [threading.Thread(target=claim, args=(account,)) for account in (ME, COLLEAGUE)]
    for one in both:
        one.start()
    for one in both:
        one.join(30)
    assert sorted(won + lost) == [ME, COLLEAGUE] and len(won) == 1
    assert [call.account for call in the_calls(directory)] == won


def test_a_claim_that_ran_out_is_taken_over_by_the_first_who_asks(directory: Directory) -> None:
    calling.claim(desk(directory), LINE)
    with directory.database.writing() as connection:
        for account in (STRANGER, 4):
            store.let_in(connection, LINE.case_id, account)
    taken = []
    for account in (STRANGER, 4):
        try:
            taken.append(calling.claim(desk(directory, account, 20), LINE).account)
        except store.Taken:
            continue
    assert taken == [STRANGER]


def test_a_claim_is_prolonged_by_every_answer_and_then_runs_out(directory: Directory) -> None:
    for minutes in (0, 19, 38):
        tap(desk(directory, minutes=minutes), "walk_in", "yes")
    with pytest.raises(store.Taken):
        calling.claim(desk(directory, COLLEAGUE, 57), LINE)
    assert calling.claim(desk(directory, COLLEAGUE, 58), LINE).account == COLLEAGUE
    with pytest.raises(store.Taken):
        tap(desk(directory, minutes=59), "walk_in", "no")
    assert len(the_calls(directory)) == 1 and the_calls(directory)[0].answers["given"] == {"walk_in": "yes"}


def test_nobody_else_s_case_can_be_called_for(directory: Directory) -> None:
    for line in (LINE, replace(LINE, case_id="d" * 22)):
        with pytest.raises(calling.NotYours):
            calling.claim(desk(directory, STRANGER), line)
    with pytest.raises(calling.NotYours):
        calling.claim(desk(directory), replace(LINE, listing_id="invented_survey:nobody"))


def test_a_decline_is_kept_on_the_program_as_a_day_and_a_reason_alone(directory: Directory) -> None:
    tap(desk(directory), "bed.state", "one")
    with pytest.raises(ValueError, match="why they declined"):
        calling.close(desk(directory), LINE, Closing(Reached.PERSON, Outcome.DECLINED))
    call = calling.close(desk(directory), LINE, Closing(Reached.PERSON, Outcome.DECLINED, because="exclusion"))
    assert "exclusion" not in str(call)
    with directory.database.writing() as connection:
        store.purge_case(connection, LINE.case_id)
        assert store.events(connection, LISTING) == [{"day": "2026-03-13", "kind": "declined", "reason": "exclusion"}]
        (recorded,) = store.recorded(connection, [LISTING])
    assert not [word for word in (LINE.case_id, "Blue Heron", "43215") if word in str(recorded)]


@pytest.mark.parametrize("reached", calling.ATTEMPTS)
def test_an_attempt_is_reported_and_changes_no_state(directory: Directory, reached: Reached) -> None:
    with directory.database.writing() as connection:
        report = Report(BedState.OPEN, NOW - timedelta(hours=1), Channel.CALL, "counselor-9")
        store.append_reports(connection, [(LISTING, report)])
    calling.close(desk(directory), LINE, Closing(reached))
    assert [one.state for one in held(directory).reports] == [BedState.OPEN, BedState.NO_ANSWER]
    assert tier(directory) == "D" and "1 bed" not in str(the_calls(directory))


@pytest.mark.parametrize("reached", WRONG)
def test_a_wrong_number_opens_one_task_however_often_it_is_met(directory: Directory, reached: Reached) -> None:
    for _ in range(2):
        calling.close(desk(directory), LINE, Closing(reached, number="6145550102"))
    with directory.database.reading() as connection:
        (task,) = store.corrections(connection)
    assert (task["kind"], task["found"], task["listing_id"]) == (str(reached), "6145550102", LISTING)
    assert held(directory).reports == ()


@pytest.mark.parametrize(
    "closing, words",
    [
        (Closing(Reached.PERSON), "Choose what the call came to"),
        (Closing(Reached.NO_ANSWER, Outcome.ACCEPTED), "Nobody answered"),
        (Closing(Reached.PERSON, Outcome.CALL_BACK), "when to call back"),
        (Closing(Reached.PERSON, Outcome.CALL_BACK, call_back_at=NOW), "still to come"),
    ],
)
def test_a_call_that_is_told_by_half_is_not_closed(directory: Directory, closing: Closing, words: str) -> None:
    calling.claim(desk(directory), LINE)
    with pytest.raises(ValueError, match=words):
        calling.close(desk(directory), LINE, closing)
    assert [call.closed_at for call in the_calls(directory)] == [None]


def test_a_call_that_came_to_nothing_is_given_back_and_one_with_answers_waits(directory: Directory) -> None:
    calling.claim(desk(directory), LINE)
    calling.release(desk(directory), LINE)
    assert the_calls(directory) == []
    with pytest.raises(calling.NoCall):
        calling.release(desk(directory), LINE)
    tap(desk(directory), "walk_in", "yes")
    calling.release(desk(directory), LINE)
    assert calling.claim(desk(directory, COLLEAGUE), LINE).answers["given"] == {"walk_in": "yes"}


def test_words_that_may_tell_who_somebody_is_are_not_kept_unless_one_is_sure(directory: Directory) -> None:
    at = replace(desk(directory), doubts=lambda text: [word for word in text.split() if word == "Canary"])
    with pytest.raises(calling.Doubtful, match="Canary"):
        tap(at, "bring", "typed:a letter for Canary")
    assert the_calls(directory) == []
    calling.answer(at, LINE, Said("bring", "typed:a letter for Canary", sure=True))
    tap(at, "ask_for", "typed:Canary")
    assert held(directory).practical == {"bring": "a letter for Canary", "ask_for": "Canary"}


def test_a_direct_line_is_dialed_first(directory: Directory) -> None:
    tap(desk(directory), "direct_line", "typed:614-555-0177 ext. 3")
    assert str(held(directory).phone) == "614-555-0177 ext. 3"


def test_every_answer_of_the_sheet_becomes_what_it_says(directory: Directory) -> None:
    with directory.database.reading() as connection:
        case = calling.case_of(connection, desk(directory), LINE.case_id)
    items = call_sheet.items(calling.need_of(directory, case, NOW))
    for item in items.values():
        for choice in item.choices:
            tap(desk(directory), item.code, choice.code)
            found = held(directory)
            assert {code: found.answer(code) for code in (*choice.yes, *choice.no)} == {
                **dict.fromkeys(choice.yes, Answer.YES), **dict.fromkeys(choice.no, Answer.NO),
            }, item.code  # fmt: skip
            for name, value in choice.values.items():
                shown = found.practical.get(name) or str(getattr(found, name))
                assert shown == value, item.code
            if "state" in choice.report:
                (report,) = found.reports
                assert (report.state, report.beds) == (choice.report["state"], choice.report.get("beds"))
                assert report.wait_hours == choice.report.get("wait_hours")
            calling.undo(desk(directory), LINE)
        assert not held(directory).reports and held(directory).confirmed_at is None, item.code
