"""Who may publish a listing: what is checked, two different people, a year at most, and a complaint that suspends at once."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import DatabaseError

from directory import asking, referral, store, vetting
from directory.account import Account, Role
from directory.accounts.names import key_of
from directory.case import Call
from directory.free_text import Written
from directory.listing import Listing, Vetting
from directory.meetings import Desk
from directory.problems import CannotUnderstand
from directory.referral import Directory
from directory.settings import Settings
from directory.tables import VettingStepRow
from directory.vetting_desk import CheckingDesk, NoSuchListing
from directory.vetting_file import File, Outcome, Step, StepKind, Who
from directory.vetting_items import BY_CODE, INTEREST, ITEMS, Ask, Item
from directory.vocabulary import VettingState
from tests import evening
from tests.builders import a_listing

NOW: Final = datetime.now(UTC).replace(microsecond=0)
TODAY: Final = NOW.date()
ANNA, BEN = Who(1, "staff 1", NOW), Who(2, "staff 2", NOW)
REVIEW: Final = Vetting(VettingState.IN_REVIEW, NOW - timedelta(days=1), "staff 1")


def a_file(*steps: Step, state: VettingState | None = VettingState.IN_REVIEW, **fields: Any) -> File:
    taken = () if state is None else (replace(REVIEW, state=state),)
    return File(a_listing(vettings=taken, **fields), steps, NOW)


def met(code: str, **fields: Any) -> Step:
    return replace(Step(StepKind.CHECKED, ANNA, code, Outcome.MET, "seen in the register, no. 101"), **fields)


def everything(**fields: Any) -> list[Step]:
    return [
        step
        for item in ITEMS
        if not item.personal
        for step in ([met(item.code, **fields.get(item.code, {}))] if not item.asks else answers(item))
    ] + [*free(ANNA), *free(BEN)]


def answers(item: Item, who: Who = ANNA, /, **otherwise: Outcome | None) -> list[Step]:
    """Its questions answered no, but for those that are named; None leaves one open."""
    told = {ask: otherwise.get(ask.code, Outcome.NO) for ask in item.asks}
    return [Step(StepKind.CHECKED, who, item.named(ask), one, "intake desk, by telephone") for ask, one in told.items() if one]


def free(who: Who, /, **otherwise: Outcome | None) -> list[Step]:
    """What somebody says of their own ties to the program."""
    return answers(INTEREST, who, **otherwise)


def refused(why: str, call: Any, *given: Any) -> None:
    with pytest.raises(CannotUnderstand, match=why):
        call(*given)


# --- what is checked -------------------------------------------------------------------------------------------------


def test_every_item_of_the_domain_is_checked_and_told_to_families() -> None:
    codes = [item.code for item in ITEMS]
    assert codes == [
        "licence", "address", "admissions", "ownership", "accreditation", "otp", "medication", "naloxone", "fees", "brokering",
        "interest",
    ]  # fmt: skip
    assert all(item.look and item.families and item.title for item in ITEMS)
    assert [ask.code for ask in BY_CODE["brokering"].asks] == ["travel", "unseen", "up_front", "leads"]
    assert [ask.code for ask in INTEREST.asks] == ["own", "work", "paid", "family"]


def test_what_a_center_does_not_claim_need_not_be_checked() -> None:
    plain, claims = a_file(), a_file(*everything())
    assert "accreditation" not in {item.code for item in plain.needed}
    with_methadone = replace(claims, listing=a_listing(yes=["moud.methadone_start", "licence.carf"], vettings=(REVIEW,)))
    assert {"otp", "accreditation"} <= {item.code for item in with_methadone.needed}
    refused("applies", vetting.checked, with_methadone, ANNA, met("otp", outcome=Outcome.NOT_APPLICABLE))


def test_a_check_needs_its_evidence_and_a_day_to_come() -> None:
    refused("missing", vetting.checked, a_file(), ANNA, met("fees", words="  "))
    refused("too long", vetting.checked, a_file(), ANNA, met("fees", words="x" * 301))
    refused("is over", vetting.checked, a_file(), ANNA, met("fees", until=TODAY - timedelta(days=1)))
    refused("nothing that is checked", vetting.checked, a_file(), ANNA, met("hearsay"))
    refused("applies", vetting.checked, a_file(), ANNA, met("licence", outcome=Outcome.NOT_APPLICABLE))


def test_the_newest_check_stands_until_its_day_is_over() -> None:
    old = met("fees", words="of 2024", until=TODAY - timedelta(days=1))
    assert a_file(old).standing(BY_CODE["fees"]) is None
    assert a_file(met("fees"), met("fees", outcome=Outcome.NOT_MET)).open_items[-2] is BY_CODE["fees"]


def days_ago(steps: list[Step], days: int) -> list[Step]:
    return [replace(one, who=replace(one.who, at=NOW - timedelta(days=days))) for one in steps]


def test_what_was_given_no_day_holds_a_year_and_is_then_checked_again() -> None:
    begun = (replace(REVIEW, at=NOW - timedelta(days=900)),)
    held, over = (replace(a_file(*days_ago(everything(), n)), listing=a_listing(vettings=begun)) for n in (360, 370))
    assert not held.open_items and held.holds_until - TODAY in (timedelta(days=5), timedelta(days=6))
    assert over.open_items == over.needed and over.answer(BROKERING, BROKERING.asks[0]) is None
    refused("items are open", vetting.approved, over, ANNA, "if good")
    assert replace(over, steps=days_ago([met("fees", until=TODAY)], 500)).standing(BY_CODE["fees"]), "its own day"


def test_what_people_say_of_themselves_is_said_anew_each_time_it_is_checked() -> None:
    file = a_file(*but("interest"), *days_ago([*free(ANNA), *free(BEN)], 2))
    assert file.outcome(INTEREST, ANNA.account) is None
    refused("are not all answered", vetting.approved, file, ANNA, "")
    again = replace(file, steps=[*file.steps, *free(ANNA)])
    first, _ = vetting.approved(again, ANNA, "")
    refused("are not all answered", vetting.approved, replace(again, steps=[*again.steps, first]), BEN, "")
    _, becomes = vetting.approved(replace(again, steps=[*again.steps, first, *free(BEN)]), BEN, "")
    assert becomes and becomes.state is VettingState.VETTED


def test_checking_a_new_or_lapsed_listing_begins_its_review() -> None:
    for state in (None, VettingState.LAPSED):
        _, becomes = vetting.checked(a_file(state=state), ANNA, met("fees"))
        assert becomes and becomes.state is VettingState.IN_REVIEW
    assert vetting.checked(a_file(), ANNA, met("fees"))[1] is None


def test_an_essential_item_that_fails_suspends_what_was_vetted() -> None:
    failed = met("licence", outcome=Outcome.NOT_MET)
    _, becomes = vetting.checked(a_file(state=VettingState.VETTED), ANNA, failed)
    assert becomes and becomes.state is VettingState.SUSPENDED
    assert vetting.checked(a_file(state=VettingState.VETTED), ANNA, met("fees", outcome=Outcome.NOT_MET))[1] is None


# --- two different people ----------------------------------------------------------------------------------------------


def test_two_different_people_publish_for_a_year() -> None:
    file = a_file(*everything())
    first, nothing_yet = vetting.approved(file, ANNA, "")
    assert nothing_yet is None
    waiting = replace(file, steps=[*file.steps, first])
    refused("approved it already", vetting.approved, waiting, ANNA, "")
    _, becomes = vetting.approved(waiting, BEN, "")
    assert becomes == Vetting(VettingState.VETTED, NOW, "staff 2", TODAY.replace(year=TODAY.year + 1), "")


@pytest.mark.parametrize("ends", ["approval", "license"])
def test_what_ends_soon_is_approved_anew_by_two_before_families_lose_it(ends: str) -> None:
    at = NOW - timedelta(days=340)
    soon, later = TODAY + timedelta(days=60), TODAY + timedelta(days=61)
    before = [replace(Step(StepKind.APPROVED, who), who=replace(who, at=at)) for who in (ANNA, BEN)]

    def published(until: date) -> File:
        held = (Vetting(VettingState.VETTED, at, "staff 2", until if ends == "approval" else None),)
        licence = None if ends == "approval" else until
        return File(a_listing(vettings=held, licence_expires=licence), [*everything(), *before], NOW)

    refused("Only what is being checked can be approved", vetting.approved, published(later), ANNA, "")
    file = published(soon)
    assert file.approval is None, "what was approved before is no first approval"
    first, nothing_yet = vetting.approved(file, ANNA, "")
    assert nothing_yet is None
    waiting = replace(file, steps=[*file.steps, first])
    refused("approved it already", vetting.approved, waiting, ANNA, "")
    becomes = vetting.approved(waiting, BEN, "")[1]
    assert becomes and (becomes.state, becomes.until) == (VettingState.VETTED, file.holds_until)


def test_what_is_written_after_the_first_approval_voids_it() -> None:
    file = a_file(*everything())
    first, _ = vetting.approved(file, ANNA, "")
    changed = replace(file, steps=[*file.steps, first, met("fees", words="new fees")])
    assert vetting.approved(changed, BEN, "")[1] is None


def test_nothing_is_approved_with_an_open_item_or_a_tie_to_the_program() -> None:
    refused("items are open", vetting.approved, a_file(), ANNA, "")
    refused("Only what is being checked", vetting.approved, a_file(*everything(), state=None), ANNA, "")
    without_fees = [one for one in everything() if one.item != "fees"]
    refused("1 item is open", vetting.approved, a_file(*without_fees), ANNA, "")


def but(*left_out: str) -> list[Step]:
    return [one for one in everything() if one.item.partition(".")[0] not in left_out]


BROKERING: Final = BY_CODE["brokering"]


@pytest.mark.parametrize("ask", BROKERING.asks, ids=lambda ask: ask.code)
def test_brokering_bars_whatever_the_conditions_and_says_why(ask: Ask) -> None:
    file = a_file(*but("brokering"), *answers(BROKERING, **{ask.code: Outcome.YES}))
    assert file.outcome(BROKERING) is Outcome.NOT_MET and BROKERING in file.open_items
    with pytest.raises(CannotUnderstand, match="Brokering screen: it can't be approved") as error:
        vetting.approved(file, ANNA, "if good")
    assert f"{ask.yes} (intake desk, by telephone)" in str(error.value)


@pytest.mark.parametrize("answered", [Outcome.UNKNOWN, None], ids=["nobody knew", "not asked"])
def test_what_is_not_known_of_brokering_is_no_no(answered: Outcome | None) -> None:
    file = a_file(*but("brokering"), *answers(BROKERING, leads=answered))
    assert file.outcome(BROKERING) is None
    refused("1 item is open", vetting.approved, file, ANNA, "if good")
    settled = replace(file, steps=[*file.steps, *answers(BROKERING, travel=None, unseen=None, up_front=None)])
    assert vetting.approved(settled, ANNA, "")[0].kind is StepKind.APPROVED


def test_an_answer_needs_its_evidence_and_one_that_lapsed_is_open_again() -> None:
    (travel, *_) = answers(BROKERING)
    refused("evidence: is missing", vetting.answered, a_file(), ANNA, BROKERING, [replace(travel, words=" ")])
    refused("at least one", vetting.answered, a_file(), ANNA, BROKERING, [])
    refused("none to this item", vetting.answered, a_file(), ANNA, BROKERING, [met("fees")])
    refused("nothing that is checked", vetting.checked, a_file(), ANNA, met("brokering"))
    refused("nothing that is checked", vetting.checked, a_file(), ANNA, met("fees", outcome=Outcome.NO))
    unknown = replace(travel, outcome=Outcome.UNKNOWN, words="")
    assert vetting.answered(a_file(), ANNA, BROKERING, [unknown])[0][0].outcome is Outcome.UNKNOWN
    over = replace(travel, until=TODAY - timedelta(days=1))
    assert a_file(*but("brokering"), over, *answers(BROKERING, travel=None)).outcome(BROKERING) is None


def test_brokering_suspends_what_was_vetted() -> None:
    given = answers(BROKERING, leads=Outcome.YES)
    steps, becomes = vetting.answered(a_file(state=VettingState.VETTED), ANNA, BROKERING, given)
    assert len(steps) == 4 and becomes and becomes.state is VettingState.SUSPENDED
    assert vetting.answered(a_file(state=VettingState.VETTED), ANNA, BROKERING, answers(BROKERING))[1] is None


@pytest.mark.parametrize("ask", INTEREST.asks, ids=lambda ask: ask.code)
@pytest.mark.parametrize("answered", [Outcome.YES, Outcome.UNKNOWN, None], ids=["yes", "not known", "not asked"])
def test_who_has_a_tie_to_the_program_or_may_have_is_none_of_the_two(ask: Ask, answered: Outcome | None) -> None:
    tied = a_file(*but("interest"), *free(ANNA, **{ask.code: answered}), *free(BEN))
    why = "you have a tie to the program" if answered is Outcome.YES else "are not all answered"
    refused(why, vetting.approved, tied, ANNA, "")
    first, _ = vetting.approved(tied, BEN, "")
    refused(why, vetting.approved, replace(tied, steps=[*tied.steps, first]), ANNA, "")


def test_the_first_approval_is_void_once_who_gave_it_tells_of_a_tie_and_not_by_what_the_second_says() -> None:
    file = a_file(*but("interest"), *free(ANNA))
    first, _ = vetting.approved(file, ANNA, "")
    waiting = replace(file, steps=[*file.steps, first, *free(BEN)])
    _, becomes = vetting.approved(waiting, BEN, "")
    assert becomes and becomes.state is VettingState.VETTED
    told = replace(waiting, steps=[*waiting.steps, *free(ANNA, family=Outcome.YES)])
    assert told.approval is None and vetting.approved(told, BEN, "")[1] is None


def test_conditions_stand_for_what_is_not_essential_and_both_must_give_the_same() -> None:
    file = a_file(*[one for one in everything() if one.item != "fees"])
    first, _ = vetting.approved(file, ANNA, "asks for fees by telephone")
    waiting = replace(file, steps=[*file.steps, first])
    refused("other conditions", vetting.approved, waiting, BEN, "another")
    _, becomes = vetting.approved(waiting, BEN, "asks for  fees by telephone")
    assert becomes and (becomes.state, becomes.because) == (
        VettingState.VETTED_WITH_CONDITIONS,
        "asks for fees by telephone",
    )


@pytest.mark.parametrize("days", [10, 200])
def test_an_approval_holds_no_longer_than_license_or_evidence(days: int) -> None:
    soon, later = TODAY + timedelta(days=days), TODAY + timedelta(days=300)
    assert a_file(*everything(naloxone={"until": soon}), licence_expires=later).holds_until == soon
    assert a_file(*everything(), licence_expires=soon).holds_until == soon


def test_a_license_that_ended_is_told_with_its_day_before_all_else() -> None:
    ended = date(TODAY.year - 1, 10, 29)
    file = a_file(licence_expires=ended)
    refused(f"ended on October 29, {ended.year}, and a new date is needed", vetting.approved, file, ANNA, "if good")
    assert vetting.approved(a_file(*everything(), licence_expires=TODAY), ANNA, "")[0].kind is StepKind.APPROVED


def test_a_leap_day_has_a_year_too() -> None:
    leap = datetime(2028, 2, 29, 12, tzinfo=UTC)
    assert replace(a_file(*everything()), now=leap).holds_until == date(2029, 2, 28)


# --- lapsing, complaints ----------------------------------------------------------------------------------------------


def a_vetted(until: date = TODAY + timedelta(days=9), **fields: Any) -> Listing:
    return a_listing(vettings=(Vetting(VettingState.VETTED, NOW - timedelta(days=30), "staff 2", until),), **fields)


def test_it_lapses_by_itself_at_the_end_or_with_its_license() -> None:
    yesterday = TODAY - timedelta(days=1)
    assert a_vetted().published(NOW)
    assert a_vetted(until=yesterday).vetting(NOW) is VettingState.LAPSED
    assert a_vetted(licence_expires=yesterday).vetting(NOW) is VettingState.LAPSED
    assert a_vetted(licence_expires=TODAY).published(NOW)
    assert a_vetted(no=["status.licensed"]).vetting(NOW) is VettingState.LAPSED
    suspended = replace(REVIEW, state=VettingState.SUSPENDED)
    assert a_listing(vettings=(suspended,), licence_expires=yesterday).vetting(NOW) is VettingState.SUSPENDED


def test_after_a_complaint_something_is_checked_before_anybody_approves() -> None:
    complaint, becomes = vetting.complained(
        a_file(*everything(), state=VettingState.VETTED), BEN, "asked for money at the door"
    )
    assert becomes and becomes.state is VettingState.SUSPENDED
    suspended = a_file(*everything(), complaint, state=VettingState.SUSPENDED)
    refused("nothing was checked since", vetting.approved, suspended, ANNA, "")
    again = replace(suspended, steps=[*suspended.steps, met("fees", words="fees in writing of today")])
    assert vetting.approved(again, ANNA, "")[0].kind is StepKind.APPROVED
    refused("suspended already", vetting.opened, suspended, ANNA)
    refused("missing", vetting.complained, suspended, ANNA, " ")


def test_a_complaint_does_not_lift_a_rejection() -> None:
    assert vetting.complained(a_file(state=VettingState.REJECTED), BEN, "still there")[1] is None


# --- in the database ---------------------------------------------------------------------------------------------------


@pytest.fixture
def directory(database_url: str, tmp_path: Path) -> Iterator[Directory]:
    opened = Directory(Settings(tmp_path / "instance", 8000, database_url, ()))
    with opened.database.writing() as connection:
        store.append(connection, [*evening.statements(), evening.clinic()], None)
    evening.report(opened)
    yield opened
    opened.database.close()


def a_checker(directory: Directory, name: str, role: Role = Role.STAFF) -> CheckingDesk:
    with directory.database.writing() as connection:
        number = store.add_account(connection, key_of(name), (name, role), NOW)
    return CheckingDesk(directory, Account(number, name, role), NOW)


@pytest.fixture
def listing_id(directory: Directory) -> str:
    with directory.database.reading() as connection:
        return store.ids(connection)[0]


def checked_wholly(desk: CheckingDesk, listing_id: str) -> None:
    for item in desk.file(listing_id).needed:
        if item.asks:
            desk.answer(listing_id, item, answers(item))
        else:
            desk.check(listing_id, met(item.code))


def test_a_listing_is_published_by_two_and_found_by_the_matcher_at_once(directory: Directory, listing_id: str) -> None:
    anna, ben = a_checker(directory, "Anna"), a_checker(directory, "Ben", Role.ADMIN)
    checked_wholly(anna, listing_id)
    for desk in (anna, ben):
        desk.answer(listing_id, INTEREST, free(ANNA))
    anna.approve(listing_id, "")
    assert not anna.file(listing_id).listing.published(NOW)
    ben.approve(listing_id, "")
    file = ben.file(listing_id)
    assert file.listing.published(NOW)
    assert [step.who.by for step in file.steps[-2:]] == [f"staff {anna.account.id}", f"admin {ben.account.id}"]


def test_a_complaint_takes_a_listing_off_every_list_at_once_and_names_the_cases(directory: Directory) -> None:
    counselor = a_checker(directory, "Cara", Role.COUNSELOR)
    need = asking.read_need(evening.NEED, directory.gazetteer, NOW)
    first = referral.options(directory, need).options[0].listing.id
    case = Desk(directory, counselor.account, NOW).open_case(Written("Blue Heron"), need)
    with directory.database.writing() as connection:
        store.claim_call(connection, a_call(case.id, first, counselor.account.id), NOW)
    holding = counselor.complain(first, "answered by a call center that sells beds")
    assert [(one.code_name, one.owner, one.where) for one in holding] == [("Blue Heron", "Cara", ("called",))]
    answered = referral.options(directory, need)
    assert first not in {entry.listing.id for entry in (*answered.options, *answered.call_first)}


def a_call(case_id: str, listing_id: str, account: int) -> Call:
    return Call(
        id=0, case_id=case_id, listing_id=listing_id, account=account, claimed_at=NOW, claim_until=NOW + timedelta(minutes=15)
    )


def test_the_history_can_not_be_edited(directory: Directory, listing_id: str) -> None:
    a_checker(directory, "Anna").complain(listing_id, "closed")
    for change in (update(VettingStepRow).values(words="nothing"), delete(VettingStepRow)):
        with pytest.raises(DatabaseError, match="only grows"), directory.database.writing() as connection:
            connection.execute(change)
    with directory.database.reading() as connection:
        assert [one.words for one in store.vetting_steps(connection, [listing_id])[listing_id]] == ["closed"]


def test_nobody_checks_a_listing_that_is_none(directory: Directory) -> None:
    with pytest.raises(NoSuchListing):
        a_checker(directory, "Anna").open("nowhere:1")
