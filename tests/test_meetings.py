"""A case from its opening to its end: whose it is, what is arranged by hand, what moved, and that nothing of it is left."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from click.testing import CliRunner

from directory import asking, call_queue, learned, meetings, store
from directory.account import Account, Role
from directory.accounts.names import key_of
from directory.board import Board, Doing
from directory.case import KEPT, Call, Case, Ending, EndKind, Outcome, Reached, Step, StepKind
from directory.commands import purge_command
from directory.free_text import Written, screened_words
from directory.handing_out import HandingOut
from directory.listing import Phone, Statement, Vetting
from directory.meetings import Desk, NoSuchCase
from directory.problems import CannotUnderstand
from directory.referral import Directory
from directory.settings import Settings
from directory.vocabulary import SourceKind, VettingState
from directory.web import board_words
from tests import builders, evening

NOW: Final = datetime.now(UTC).replace(microsecond=0)
HERON: Final = Written("Blue Heron")


@pytest.fixture
def directory(database_url: str, tmp_path: Path) -> Iterator[Directory]:
    opened = Directory(Settings(tmp_path / "instance", 8000, database_url, ()))
    with opened.database.writing() as connection:
        store.append(connection, [*evening.statements(), evening.clinic()], None)
    evening.report(opened)
    yield opened
    opened.database.close()


def an_account(directory: Directory, name: str = "Sam Counselor", role: Role = Role.COUNSELOR) -> Account:
    with directory.database.writing() as connection:
        return Account(store.add_account(connection, key_of(name), (name, role), NOW), name, role)


@pytest.fixture
def desk(directory: Directory) -> Desk:
    return Desk(directory, an_account(directory), NOW)


def a_case(desk: Desk, **fields: Any) -> Case:
    need = asking.read_need(evening.NEED | fields, desk.directory.gazetteer, desk.now)
    return desk.open_case(HERON, need)


def other(desk: Desk, name: str) -> Desk:
    return replace(desk, account=an_account(desk.directory, name))


def by_hand(desk: Desk, case: Case, what: str | int, local_id: str, because: str = "the family knows it") -> None:
    kind = StepKind.PLACED if isinstance(what, int) else StepKind(what)
    place = what if isinstance(what, int) else None
    desk.add_step(case, Step(f"invented_survey:{local_id}", kind, because, desk.account.id, desk.now, place))


def listed(board: Board) -> list[str]:
    return [entry.listing.id.partition(":")[2] for entry in board.answered.presented()]


def sentences(board: Board) -> dict[str, tuple[str, ...]]:
    return {one.listing_id.partition(":")[2]: one.sentences for one in board.moved}


def test_a_case_holds_the_need_and_is_there_for_its_owner_alone(desk: Desk) -> None:
    case = a_case(desk)
    assert desk.cases() == [case] and desk.case(case.id) == case
    assert desk.need_of(case).near and case.purge_after == NOW + KEPT
    stranger = other(desk, "Nobody Else")
    assert stranger.cases() == []
    with pytest.raises(NoSuchCase):
        stranger.case(case.id)


def test_a_case_is_kept_for_30_days_after_the_meeting_and_not_after_its_opening(desk: Desk) -> None:
    ends = NOW + timedelta(days=3)
    assert a_case(desk, meeting_ends=ends.isoformat()).purge_after == ends + KEPT


def test_a_need_that_was_asked_moves_into_the_case(desk: Desk) -> None:
    need = asking.read_need(evening.NEED, desk.directory.gazetteer, NOW)
    with desk.directory.database.writing() as connection:
        store.keep_need(connection, "t" * 22, asking.written_need(need), NOW, NOW + timedelta(hours=24))
    case = desk.open_case(HERON, need, "t" * 22)
    with desk.directory.database.reading() as connection:
        assert store.kept_need(connection, "t" * 22, NOW) is None
    assert replace(desk.need_of(case), as_of=need.as_of) == need


@pytest.mark.parametrize("name", ["", "  ", "x" * 41, "Jessica", "614-555-0101"])
def test_a_code_name_that_is_none_or_tells_who_it_is_is_refused(desk: Desk, name: str) -> None:
    case = a_case(desk)
    with pytest.raises(CannotUnderstand) as refused:
        desk.rename(case, Written(name))
    assert refused.value.problems[0].where == "code_name"
    assert desk.case(case.id).code_name == "Blue Heron"


def test_a_code_name_that_only_looks_like_a_person_may_be_kept(desk: Desk) -> None:
    case = a_case(desk)
    desk.rename(case, Written("Old Barn", sure=True))
    assert desk.case(case.id).code_name == "Old Barn"
    assert desk.suggested_name() != "Old Barn"


def test_words_and_plan_of_a_need_are_looked_at_too(desk: Desk) -> None:
    for field, text in (("words", "near Jessica"), ("plan", "member XYZ123456789")):
        need = asking.read_need(evening.NEED | {field: text}, desk.directory.gazetteer, NOW)
        with pytest.raises(CannotUnderstand) as refused:
            screened_words(need, sure=False)
        assert refused.value.problems[0].where == field
        screened_words(need, sure=True)
    screened_words(asking.read_need(evening.NEED | {"plan": "Buckeye Health"}, desk.directory.gazetteer, NOW), sure=False)


def test_a_colleague_is_let_in_by_name_and_sees_the_case_until_put_out(desk: Desk) -> None:
    case, colleague = a_case(desk), other(desk, "Kim Colleague")
    desk.let_in(case, "  kim COLLEAGUE ")
    assert colleague.cases() == [desk.case(case.id)]
    assert desk.colleagues(desk.case(case.id)) == {colleague.account.id: "Kim Colleague"}
    shared = colleague.case(case.id)
    with pytest.raises(NoSuchCase):
        colleague.let_in(shared, "Sam Counselor")
    with pytest.raises(NoSuchCase):
        colleague.purge(shared)
    colleague.put_out(shared, colleague.account.id)
    assert colleague.cases() == []


def test_only_counselors_are_let_in(desk: Desk) -> None:
    case = a_case(desk)
    an_account(desk.directory, "Pat Staff", Role.STAFF)
    for name in ("Pat Staff", "Unheard Of", ""):
        with pytest.raises(CannotUnderstand, match="signs in"):
            desk.let_in(case, name)


def test_what_is_dropped_comes_back_when_it_is_restored_and_its_reason_is_kept(desk: Desk) -> None:
    case = a_case(desk)
    before = listed(desk.board(case))
    by_hand(desk, case, "dropped", before[0], "too near for the family")
    board = desk.board(case)
    assert before[0] not in listed(board)
    assert [board.reasons[entry.listing.id].because for entry in board.dropped] == ["too near for the family"]
    by_hand(desk, case, "restored", before[0], "")
    assert listed(desk.board(case)) == before and desk.board(case).dropped == ()


def test_a_place_given_by_hand_holds(desk: Desk) -> None:
    case = a_case(desk)
    last = listed(desk.board(case))[-1]
    by_hand(desk, case, 1, last)
    assert listed(desk.board(case))[0] == last


def test_a_center_that_is_set_aside_can_be_added_and_is_shown_with_what_stands_in_the_way(desk: Desk) -> None:
    case = a_case(desk)
    by_hand(desk, case, "added", "women")
    assert [entry.listing.id for entry in desk.board(case).against] == ["invented_survey:women"]


@pytest.mark.parametrize("because", ["", "ask Jessica", "x" * 201, "call 614-555-0101"])
def test_a_reason_that_is_none_or_tells_who_it_is_is_refused(desk: Desk, because: str) -> None:
    case = a_case(desk)
    with pytest.raises(CannotUnderstand):
        by_hand(desk, case, "dropped", "ready", because)
    assert desk.board(case).steps == ()


def test_the_name_of_the_center_may_stand_in_the_reason(desk: Desk) -> None:
    case = a_case(desk)
    by_hand(desk, case, "dropped", "ready", "the family knows Example Ready House in Columbus")
    assert len(desk.board(case).steps) == 1


def test_centers_are_found_by_name(desk: Desk) -> None:
    assert [one.organization for one in desk.found_by_name("example held hous")][:1] == ["Example Held House"]


def test_what_moved_since_the_last_look_is_said_exactly(desk: Desk) -> None:
    case = a_case(desk)
    first = desk.board(case)
    assert first.moved == () and desk.board(case).moved == ()
    with desk.directory.database.writing() as connection:
        beds_now, full_now = builders.a_report("open", observed_at=NOW, beds=4), builders.a_report("full", observed_at=NOW)
        said_now = [("third", beds_now), ("ready", full_now)]
        store.append_reports(connection, [(f"invented_survey:{local_id}", report) for local_id, report in said_now])
        suspended = Vetting(VettingState.SUSPENDED, NOW, "staff-1", because="a complaint")
        store.append_vettings(connection, [("invented_survey:held", suspended)])
        about, no = "invented_survey:silent", frozenset(("sex.male",))
        said = builders.a_statement({}, "silent", source="calls", about=about, no=no, restates=False)
        store.append(connection, [said], None)
    moved = sentences(desk.board(case))
    beds, points = moved["third"]
    assert beds.startswith("beds: 4 beds are open, said at") and "points, now" in points
    assert moved["ready"][0].startswith("now set aside: full, said at")
    assert moved["held"] == ("now set aside: suspended here: nobody may be sent there",)
    assert moved["silent"] == ("now set aside: does not take men",)
    again = desk.board(case)
    assert sentences(again) == moved, "a look alone forgets nothing"
    desk.look(again)
    assert desk.board(case).moved == ()


def stops_medication(desk: Desk, local_id: str) -> None:
    told = builders.a_statement({}, f"{local_id}-stops", yes=frozenset({"moud.must_stop"}), no=frozenset())
    with desk.directory.database.writing() as connection:
        store.append(connection, [replace(told, about=f"invented_survey:{local_id}", restates=False)], None)


def test_a_center_that_makes_people_stop_medication_is_allowed_only_by_a_reason_that_is_kept(desk: Desk) -> None:
    stops_medication(desk, "ready")
    case = a_case(desk)
    board = desk.board(case)
    assert "ready" not in listed(board) and [one.listing.id for one in board.stopping] == ["invented_survey:ready"]
    with pytest.raises(CannotUnderstand) as refused:
        by_hand(desk, case, "allowed", "ready", because="")
    assert refused.value.problems[0].where == "because"
    by_hand(desk, case, "allowed", "ready", because="the family wants it and knows")
    allowed = desk.board(case)
    assert "ready" in listed(allowed) and allowed.stopping == ()
    (entry,) = [one for one in allowed.answered.presented() if one.listing.id == "invented_survey:ready"]
    medication = next(one for one in entry.findings if one.criterion == "medication")
    assert (str(medication.answer), medication.points) == ("no", 0), "it is allowed, and still earns nothing for this"
    assert board_words.by_hand(allowed, {})["invented_survey:ready"].startswith(
        "Allowed by hand, though it requires stopping medication: the family wants it and knows"
    )
    by_hand(desk, case, "dropped", "ready")
    by_hand(desk, case, "restored", "ready")
    assert "ready" not in listed(desk.board(case)), "what was dropped has to be allowed again"


def test_stopping_what_the_person_takes_now_can_not_be_allowed(desk: Desk) -> None:
    stops_medication(desk, "ready")
    case = a_case(desk, taking=["methadone"])
    by_hand(desk, case, "allowed", "ready")
    board = desk.board(case)
    assert "ready" not in listed(board) and board.stopping == ()


def test_a_number_that_a_call_found_wrong_is_not_told_where_the_center_has_another(desk: Desk) -> None:
    case, ready = a_case(desk), "invented_survey:ready"
    another = builders.a_statement({"intake_1": "6145550199"}, "ready-line", yes=frozenset(), no=frozenset())
    with desk.directory.database.writing() as connection:
        store.append(connection, [replace(another, about=ready, restates=False)], None)
    line = desk.directory.listings([ready])[ready].phone
    assert line and told_of(desk, case, ready) == [line, line]
    with desk.directory.database.writing() as connection:
        call = store.claim_call(connection, a_call(case, "ready"), NOW)
        store.change_call(connection, replace(call, closed_at=NOW, reached=Reached.WRONG_NUMBER))
        store.open_correction(connection, ready, (str(Reached.WRONG_NUMBER), line.number), NOW)
    told = told_of(desk, case, ready)
    assert told[0] == told[1] != line and told[0] is not None


def told_of(desk: Desk, case: Case, listing_id: str) -> list[Phone | None]:
    """The number of a center that its board tells, and the one that its calls tell."""
    (entry,) = [one for one in desk.board(case).answered.presented() if one.listing.id == listing_id]
    caller = learned.Desk(desk.directory, desk.account.id, "counselor-1", desk.now)
    called = call_queue.standing(caller, case.id).entry(listing_id)
    return [entry.listing.phone, called.listing.phone if called else None]


def test_what_planning_alone_moves_is_not_pointed_out(desk: Desk) -> None:
    case = a_case(desk)
    desk.board(case)
    for when in (NOW + timedelta(days=1), None):
        desk.plan(case, when)
        case = desk.case(case.id)
        assert desk.board(case).moved == ()
    with desk.directory.database.writing() as connection:
        held = [("invented_survey:held", Vetting(VettingState.SUSPENDED, NOW, "staff 1"))]
        store.append_vettings(connection, held)
    assert [*sentences(desk.board(case))] == ["held"], "what moves afterwards is"


def test_each_of_two_colleagues_is_told_what_moved_since_their_own_look(desk: Desk) -> None:
    case, colleague = a_case(desk), other(desk, "Kim Colleague")
    desk.let_in(case, "Kim Colleague")
    desk.board(case)
    with desk.directory.database.writing() as connection:
        store.append_reports(connection, [("invented_survey:third", builders.a_report("full", observed_at=NOW))])
    assert "third" in sentences(desk.board(case))
    assert colleague.board(colleague.case(case.id)).moved == ()


def test_what_is_to_be_paid_or_brought_is_said_when_it_moves(desk: Desk) -> None:
    case = a_case(desk)
    desk.board(case)
    call = builders.a_provenance(source="calls", kind=SourceKind.STAFF_CALL, observed_at=NOW.date())
    said = Statement("calls", "third/cost", call, {"upfront_cost": "$300 at the door"}, about="invented_survey:third")
    with desk.directory.database.writing() as connection:
        store.append(connection, [said], None)
    assert "what is to be paid up front: $300 at the door" in sentences(desk.board(case))["third"]


def test_another_address_another_number_and_what_is_taken_back_are_said(desk: Desk) -> None:
    case = a_case(desk)
    call = builders.a_provenance(source="calls", kind=SourceKind.STAFF_CALL, observed_at=NOW.date())
    cost = Statement("calls", "third/cost", call, {"upfront_cost": "$300 at the door"}, about="invented_survey:third")
    with desk.directory.database.writing() as connection:
        store.append(connection, [cost], None)
    desk.board(case)
    where = {"address_1": "9 Elm Row", "phone": "6145550181", "intake_1": "6145550182"}
    moved = Statement("calls", "third/place", call, where, about="invented_survey:third")
    with desk.directory.database.writing() as connection:
        store.append(connection, [moved, replace(cost, values={}, restates=True)], None)
    told = sentences(desk.board(case))["third"]
    assert next(one for one in told if "address" in one).endswith(", now 9 Elm Row, Columbus, OH 43201")
    assert next(one for one in told if "number to call" in one).endswith(", now 614-555-0182")
    assert next(one for one in told if "other numbers" in one).endswith(", now 614-555-0181")
    assert "what is to be paid up front: not known any more, was: $300 at the door" in told


def a_call(case: Case, local_id: str, **fields: Any) -> Call:
    usual = Call(0, case.id, f"invented_survey:{local_id}", case.owner, NOW, NOW + timedelta(minutes=20))
    return replace(usual, **fields)


def test_the_next_thing_is_a_call_then_a_second_asking_then_the_hand_out_then_the_end(desk: Desk) -> None:
    case = a_case(desk)
    board = desk.board(case)
    assert len(board.answered.meeting.presented) == 3 and board.waiting == ()
    told = board_words.next_thing(board)
    assert board.doing is Doing.CONFIRM and told.entry == board.answered.presented()[0], (
        "what others were told is no answer yet"
    )
    assert told.words.startswith("Call now: nobody has called for this person yet")
    with desk.directory.database.writing() as connection:
        call = store.claim_call(connection, a_call(case, "ready"), NOW)
        store.change_call(connection, replace(call, closed_at=NOW, reached=Reached.PERSON, outcome=Outcome.ACCEPTED))
    assert desk.board(case).doing is Doing.HAND_OUT
    later = replace(desk, now=NOW + timedelta(hours=3))
    due = later.board(case)
    assert due.doing is Doing.CONFIRM and due.clock and due.clock.by and due.clock.by <= later.now
    HandingOut(desk).make(case)
    assert desk.board(case).doing is Doing.END
    for local_id in evening.REPORTED:
        by_hand(desk, case, "dropped", local_id)
    calling = desk.board(case)
    assert calling.doing is Doing.CALL and calling.waiting
    first, second = (entry.listing.id.partition(":")[2] for entry in calling.answered.call_first[:2])
    with desk.directory.database.writing() as connection:
        call = store.claim_call(connection, a_call(case, first), NOW)
        store.change_call(connection, replace(call, closed_at=NOW, reached=Reached.NO_ANSWER, outcome=Outcome.CALL_BACK))
    assert desk.board(case).waiting[0].listing.id == f"invented_survey:{second}"
    with desk.directory.database.writing() as connection:
        store.claim_call(connection, a_call(case, second), NOW)
    board = desk.board(case)
    assert f"invented_survey:{second}" not in [entry.listing.id for entry in board.waiting]
    assert board.doing is Doing.FINISH and board.unfinished and board.unfinished.listing.id == f"invented_survey:{second}"


def test_while_one_s_own_call_is_open_that_is_the_next_thing_and_not_the_hand_out(desk: Desk) -> None:
    case, colleague = a_case(desk), other(desk, "Kim Colleague")
    desk.let_in(case, "Kim Colleague")
    with desk.directory.database.writing() as connection:
        call = store.claim_call(connection, a_call(case, "women"), NOW)
    board = desk.board(case)
    told = board_words.next_thing(board)
    assert board.doing is Doing.FINISH and told.entry and told.entry.listing.id == "invented_survey:women", "set aside, and yet"
    assert told.words.startswith("Finish your call") and colleague.board(colleague.case(case.id)).doing is Doing.CONFIRM
    with desk.directory.database.writing() as connection:
        store.change_call(connection, replace(call, closed_at=NOW, reached=Reached.PERSON, outcome=Outcome.DECLINED))
    assert desk.board(case).doing is Doing.HAND_OUT


def test_an_ending_is_told_to_the_programs_history_without_the_case(desk: Desk) -> None:
    case = a_case(desk)
    ending = Ending(EndKind.PLAN_B, NOW.date(), "invented_survey:third", ("invented_survey:ready",))
    desk.end(case, ending)
    desk.end(desk.case(case.id), ending)
    with desk.directory.database.reading() as connection:
        day = NOW.date().isoformat()
        assert store.events(connection, "invented_survey:third") == [{"day": day, "kind": "admitted", "reason": "plan_b"}]
        assert store.events(connection, "invented_survey:ready") == [{"day": day, "kind": "turned_away", "reason": None}]
    ended = desk.case(case.id)
    assert ended.ended.startswith("Plan B was used: admitted by Example Third House on ")
    assert desk.board(ended).doing is Doing.NOTHING


def test_cases_that_ended_stand_after_those_that_go_on(desk: Desk) -> None:
    first = a_case(desk)
    second = a_case(replace(desk, now=NOW + timedelta(minutes=1)))
    assert [case.id for case in desk.cases()] == [second.id, first.id]
    desk.end(second, Ending(EndKind.DID_NOT_GO, NOW.date()))
    assert [case.id for case in desk.cases()] == [first.id, second.id]


@pytest.mark.parametrize("ending", [Ending(EndKind.ADMITTED, NOW.date()), Ending(EndKind.DID_NOT_GO, date(2999, 1, 1))])
def test_an_ending_without_a_center_or_on_a_day_to_come_is_refused(desk: Desk, ending: Ending) -> None:
    case = a_case(desk)
    with pytest.raises(CannotUnderstand):
        desk.end(case, ending)
    assert desk.case(case.id).ended == ""


def test_a_case_is_gone_when_its_time_is_over_before_anybody_purges_it(desk: Desk) -> None:
    case = a_case(desk)
    late = replace(desk, now=case.purge_after)
    with pytest.raises(NoSuchCase):
        late.case(case.id)
    assert meetings.purge_due(desk.directory, case.purge_after - timedelta(seconds=1)) == (0, ())
    assert late.cases() == [] and meetings.purge_due(desk.directory, case.purge_after) == (0, ())


def test_the_purge_command_erases_the_cases_whose_time_is_over(desk: Desk) -> None:
    long_ago = replace(desk, now=NOW - KEPT - timedelta(days=1))
    a_case(long_ago)
    kept = a_case(desk)
    told = CliRunner().invoke(purge_command(desk.directory))
    assert told.exit_code == 0 and "1 case erased." in told.output
    assert [case.id for case in desk.cases()] == [kept.id]


def test_who_did_what_to_a_case_is_written_down_and_nothing_of_its_contents(desk: Desk) -> None:
    case = a_case(desk)
    by_hand(desk, case, "dropped", "ready", "too near")
    desk.change_need(case, replace(desk.need_of(case), age=28))
    desk.purge(case)
    with desk.directory.database.reading() as connection:
        told = store.audited(connection)
    assert [action for _, _, action, _ in told] == [
        "case opened",
        "board arranged",
        "case need changed",
        "case purged",
    ]
    assert {who for _, who, _, _ in told} == {"Sam Counselor"} and {what for _, _, _, what in told} == {case.id}
