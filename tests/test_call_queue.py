"""The queue across cases, the clock before the meeting, and reports about beds outside a case; on both engines."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from directory import bed_reports, call_queue, call_sheet, calling, store
from directory.availability import Bucket, Report
from directory.bed_reports import Told
from directory.board import Board
from directory.call_queue import Why
from directory.calling import Closing, Desk, Line
from directory.case import KEPT, Case, Outcome, Reached
from directory.confirming import clock
from directory.referral import Directory
from directory.settings import Settings
from directory.vocabulary import BedState, Channel
from directory.web import board_words, call_words
from tests import evening
from tests.test_calling import COLLEAGUE, ME, NEED, NOW

FIRST, SECOND = "c" * 22, "d" * 22
HOUR = timedelta(hours=1)


def key(local_id: str) -> str:
    return f"invented_survey:{local_id}"


@pytest.fixture
def directory(database_url: str, tmp_path: Path) -> Iterator[Directory]:
    """Five centers in Columbus of which nobody knows the beds, and two cases of one counselor, one shared with another."""
    opened = Directory(Settings(tmp_path / "instance", 8000, database_url, ()))
    with opened.database.writing() as connection:
        store.append(connection, evening.statements("ready", "held", "third", "asked", "silent"), None)
        for number, case_id in enumerate((FIRST, SECOND)):
            opening = NOW + timedelta(seconds=number)
            store.open_case(connection, Case(case_id, f"Blue {number}", ME, opening, NOW + KEPT, NEED))
        store.let_in(connection, FIRST, COLLEAGUE)
    yield opened
    opened.database.close()


def desk(directory: Directory, account: int = ME, hours: float = 0) -> Desk:
    return Desk(directory, account, f"counselor-{account}", NOW + hours * HOUR)


def say(directory: Directory, local_id: str, state: str, hours_ago: float = 0, **rest: Any) -> None:
    report = Report(BedState(state), NOW - hours_ago * HOUR, Channel.CALL, "counselor-9", **rest)
    with directory.database.writing() as connection:
        store.append_reports(connection, [(key(local_id), report)])


def hold(directory: Directory, local_id: str, until: str) -> None:
    """One of two beds held for the first case, as its own call learned it."""
    for item, answer in (("bed.state", "two"), ("bed.hold", f"{call_sheet.TYPED}{until}")):
        calling.answer(desk(directory), Line(FIRST, key(local_id)), calling.Said(item, answer))


def queued(at: Desk, case_id: str = FIRST) -> list[tuple[str, Why]]:
    due, _ = call_queue.queue(at)
    return [(one.entry.listing.id.partition(":")[2], one.why) for one in due if one.case.id == case_id]


def test_whom_to_call_first_stands_in_the_order_of_each_board(directory: Directory) -> None:
    board = call_queue.standing(desk(directory), FIRST)
    order = [(entry.listing.id.partition(":")[2], Why.FIRST) for entry in board.answered.call_first]
    assert queued(desk(directory)) == queued(desk(directory), SECOND) == order and len(order) == 5
    assert queued(desk(directory, COLLEAGUE), SECOND) == [] and queued(desk(directory, 99)) == []


def test_call_backs_that_are_due_come_first_then_holds_that_end_then_the_board(directory: Directory) -> None:
    hold(directory, "held", "8:30 pm")
    calling.close(desk(directory), Line(FIRST, key("held")), Closing(Reached.PERSON, Outcome.ACCEPTED))
    back = Closing(Reached.PERSON, Outcome.CALL_BACK, call_back_at=NOW + HOUR)
    calling.close(desk(directory), Line(FIRST, key("third")), back)
    calling.close(desk(directory), Line(FIRST, key("asked")), replace(back, call_back_at=NOW + 3 * HOUR))
    calling.close(desk(directory), Line(FIRST, key("ready")), Closing(Reached.PERSON, Outcome.DECLINED, because="no_bed"))
    calling.close(desk(directory, hours=1.4), Line(FIRST, key("silent")), Closing(Reached.NO_ANSWER))
    assert queued(desk(directory, hours=1.4)) == [
        ("third", Why.CALL_BACK), ("held", Why.HOLD), ("silent", Why.TRIED), ("asked", Why.LATER),
    ]  # fmt: skip
    assert queued(desk(directory, hours=2))[2] == ("silent", Why.FIRST)


def test_whoever_just_promised_a_short_hold_is_not_called_again_at_once(directory: Directory) -> None:
    hold(directory, "held", "7:30 pm")
    calling.close(desk(directory), Line(FIRST, key("held")), Closing(Reached.PERSON, Outcome.ACCEPTED))
    assert ("held", Why.HOLD) not in queued(desk(directory)), "they hold it for an hour and said so a moment ago"
    assert queued(desk(directory, hours=0.5))[0] == ("held", Why.HOLD)
    hold(directory, "third", "6:50 pm")
    calling.close(desk(directory), Line(FIRST, key("third")), Closing(Reached.PERSON, Outcome.ACCEPTED))
    assert queued(desk(directory))[0] == ("third", Why.HOLD), "that is over before others were called"


def test_a_number_that_was_wrong_is_not_dialed_again_until_somebody_corrected_it(directory: Directory) -> None:
    (number,) = directory.listings([key("silent")])[key("silent")].phones
    calling.close(desk(directory), Line(FIRST, key("silent")), Closing(Reached.WRONG_NUMBER, number=number.number))
    due, _ = call_queue.queue(desk(directory))
    assert queued(desk(directory))[-1] == queued(desk(directory, hours=1))[-1] == ("silent", Why.WRONG)
    shown = call_words.due(next(one for one in due if one.why is Why.WRONG), NOW)
    assert shown.phone is None and shown.why.startswith("Wrong number.")
    with directory.database.writing() as connection:
        (task,) = store.corrections(connection, [key("silent")])
        store.close_correction(connection, task["id"], NOW)
    assert ("silent", Why.FIRST) in queued(desk(directory))


def test_a_hold_counts_for_its_own_case_and_is_no_bed_for_another(directory: Directory) -> None:
    hold(directory, "held", "9 pm")
    calling.close(desk(directory), Line(FIRST, key("held")), Closing(Reached.PERSON, Outcome.ACCEPTED))
    mine, other = (call_queue.standing(desk(directory), case_id, key("held")).entry(key("held")) for case_id in (FIRST, SECOND))
    assert mine and mine.bed.startswith("a bed is held until 9:00 pm, said at")
    assert other and other.bed.startswith("2 beds are open for men, adults, 26 to 64, one of them held, said at")
    say(directory, "held", "full")
    mine, other = (
        call_queue.standing(desk(directory, hours=1), case_id, key("held")).entry(key("held")) for case_id in (FIRST, SECOND)
    )
    assert mine and mine.bed.startswith("a bed is held"), "it is kept for this case, whatever others are told"
    assert other is None or other.reason


def test_where_nobody_answered_the_queue_says_when(directory: Directory) -> None:
    calling.close(desk(directory), Line(FIRST, key("silent")), Closing(Reached.VOICEMAIL))
    due, _ = call_queue.queue(desk(directory))
    (shown,) = (call_words.due(one, NOW) for one in due if one.why is Why.TRIED)
    assert shown.why == "Tried at 6:30 pm: call the others first" and shown.phone


def test_a_call_that_somebody_is_on_is_the_first_for_them_and_the_last_for_others(directory: Directory) -> None:
    calling.claim(desk(directory), Line(FIRST, key("third")))
    assert queued(desk(directory))[0] == ("third", Why.MINE)
    assert queued(desk(directory, COLLEAGUE))[-1] == ("third", Why.TAKEN)
    assert ("third", Why.FIRST) in queued(desk(directory, COLLEAGUE, 0.5))
    assert ("third", Why.FIRST) in queued(desk(directory, hours=0.5)), "nothing was said in it: there is nothing to finish"


def test_a_call_in_which_something_was_said_is_to_be_finished_also_when_the_claim_ran_out(directory: Directory) -> None:
    calling.answer(desk(directory), Line(FIRST, key("third")), calling.Said("bed.state", "two"))
    assert queued(desk(directory, hours=0.5))[0] == ("third", Why.MINE)
    assert ("third", Why.MINE) not in queued(desk(directory, COLLEAGUE, 0.5))
    calling.claim(desk(directory, COLLEAGUE, 0.5), Line(FIRST, key("third")))
    assert ("third", Why.TAKEN) in queued(desk(directory, hours=0.5)), "a colleague went on with it"


def test_the_clock_says_who_needs_a_call_again_before_the_meeting_ends(directory: Directory) -> None:
    for local_id, hours_ago in (("ready", 3), ("held", 2.4), ("third", 6)):
        say(directory, local_id, "open", hours_ago)
    say(directory, "asked", "open", 1)
    told = clock(call_queue.standing(desk(directory), FIRST).answered)
    assert told is not None
    again = [(entry.listing.id.partition(":")[2], (at - NOW) / HOUR) for entry, at in told.again]
    assert (told.of, again) == (4, [("ready", 1), ("third", -2)]), (
        "in the order of the list; 2.4 hours and 1.5 until the end are 3.9"
    )
    assert told.by == NOW - 2 * HOUR
    assert clock(call_queue.standing(desk(directory, hours=1.5), FIRST).answered) is None, "the meeting is over"


def test_a_report_that_would_grow_old_twice_is_asked_for_only_once_it_counts(directory: Directory) -> None:
    say(directory, "ready", "open", 1)
    with directory.database.writing() as connection:
        late = {**NEED, "meeting_ends": "2026-03-14T04:30-04:00"}
        store.change_case(connection, Case(FIRST, "Blue 0", ME, NOW, NOW + KEPT, late))
    told = clock(call_queue.standing(desk(directory), FIRST).answered)
    assert told is not None and told.by == NOW + 6 * HOUR, "ten hours to go: a call is fresh at the end from then on"


def test_the_board_and_the_queue_go_by_one_clock(directory: Directory) -> None:
    for local_id, hours_ago in (("ready", 3), ("held", 2.4), ("third", 6)):
        say(directory, local_id, "open", hours_ago)
    case = Case(FIRST, "Blue 0", ME, NOW, NOW + KEPT, NEED)
    board = Board(case, call_queue.standing(desk(directory), FIRST).answered, NOW)
    _, clocks = call_queue.queue(desk(directory))
    assert board.clock is not None and board.clock.again
    assert [board.clock] == [told for one, told in clocks if one.id == FIRST]
    assert board_words.again(board.clock, board.need.as_of) == "2 of 3 need a call again now"


def test_a_report_from_a_file_is_no_confirmation_however_fresh_it_is(directory: Directory) -> None:
    filed = Report(BedState.OPEN, NOW - 0.1 * HOUR, Channel.IMPORT, "an import")
    with directory.database.writing() as connection:
        store.append_reports(connection, [(key("ready"), filed)])
    told = clock(call_queue.standing(desk(directory), FIRST).answered)
    assert told is not None and [entry.listing.id for entry in told.due(NOW)] == [key("ready")]
    say(directory, "ready", "open", beds=1)
    told = clock(call_queue.standing(desk(directory, hours=0.1), FIRST).answered)
    assert told is not None and not told.again


def test_an_ended_case_is_not_called_for(directory: Directory) -> None:
    with directory.database.writing() as connection:
        store.change_case(connection, Case(FIRST, "Blue 0", ME, NOW, NOW + KEPT, NEED, ended="admitted"))
    assert queued(desk(directory)) == [] and queued(desk(directory), SECOND)


def test_still_two_beds_is_one_report_more(directory: Directory) -> None:
    bucket = Bucket(sex="male")
    say(directory, "ready", "open", 3, beds=2, bucket=bucket)
    told = bed_reports.again(directory.listings([key("ready")])[key("ready")], NOW)
    assert told == Told(BedState.OPEN, beds=2, bucket=bucket)
    for _ in range(2):
        bed_reports.report(desk(directory), key("ready"), told)
    reports = directory.listings([key("ready")])[key("ready")].reports
    assert [(one.state, one.beds, one.observed_at, one.recorded_by) for one in reports] == [
        (BedState.OPEN, 2, NOW - 3 * HOUR, "counselor-9"), (BedState.OPEN, 2, NOW, "counselor-1"),
    ]  # fmt: skip


def test_one_s_own_report_can_be_taken_back_for_twenty_minutes_and_said_again(directory: Directory) -> None:
    bed_reports.report(desk(directory), key("ready"), Told(BedState.FULL))
    assert bed_reports.take_back(desk(directory, COLLEAGUE), key("ready")) is None
    assert bed_reports.take_back(desk(directory), key("ready")) is not None
    assert directory.listings([key("ready")])[key("ready")].reports == ()
    bed_reports.report(desk(directory), key("ready"), Told(BedState.FULL))
    (report,) = directory.listings([key("ready")])[key("ready")].reports
    assert report.state is BedState.FULL and NOW - report.observed_at < timedelta(seconds=1)
    assert bed_reports.take_back(desk(directory, hours=0.4), key("ready")) is None
    with pytest.raises(calling.NotYours):
        bed_reports.report(desk(directory), key("nobody"), Told(BedState.FULL))
