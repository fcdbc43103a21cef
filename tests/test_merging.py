"""Two listings made one by a person, and two again: what is said, reported, checked and called follows; on both engines."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DatabaseError

from directory import duplicates, merging, proposing, review, store
from directory.account import Account, Role
from directory.accounts.names import key_of
from directory.availability import Report
from directory.case import KEPT, Call, Case, Handout, Seen, Step, StepKind
from directory.listing import Listing, Statement, Vetting
from directory.merging import MergingDesk
from directory.problems import CannotUnderstand
from directory.proposing import proposals
from directory.referral import Directory
from directory.sameness import NOTHING_DECIDED, Decided, Decision, Sameness
from directory.search.generations import Index
from directory.settings import Settings
from directory.tables import CaseCallRow, SamenessRow
from directory.vocabulary import BedState, Channel, SourceKind, VettingState
from tests.builders import VALUES, a_provenance, a_statement

NOW = datetime(2026, 3, 13, 22, 30, tzinfo=UTC)
SURVEY, REGISTER, THIRD = "survey:1", "register:9", "web:3"


def said(listing_id: str, **values: str) -> Statement:
    source, _, local_id = listing_id.partition(":")
    by = a_provenance(source=source)
    return replace(a_statement(VALUES | values, local_id), source=source, provenance=by)


@pytest.fixture
def directory(database_url: str, tmp_path: Path) -> Iterator[Directory]:
    opened = Directory(Settings(tmp_path / "instance", 8000, database_url, ()))
    register = replace(
        said(REGISTER, licence_number="A-1", organization="Example Hause"),
        provenance=a_provenance(source="register", kind=SourceKind.LICENSING, observed_at=date(2026, 3, 1)),
    )
    other = said(THIRD, organization="Another Place", address_1="1 Other Road", phone="6145550177")
    with opened.database.writing() as connection:
        store.append(connection, [said(SURVEY), register, other], None)
    yield opened
    opened.database.close()


@pytest.fixture
def desk(directory: Directory) -> MergingDesk:
    with directory.database.writing() as connection:
        number = store.add_account(connection, key_of("Anna"), ("Anna", Role.STAFF), NOW)
    return MergingDesk(directory, Account(number, "Anna", Role.STAFF), NOW)


def later(desk: MergingDesk, minutes: int = 10) -> MergingDesk:
    return replace(desk, now=desk.now + timedelta(minutes=minutes))


def everything(directory: Directory) -> list[Listing]:
    with directory.database.reading() as connection:
        return sorted(store.listings(connection, directory.gazetteer.locate), key=lambda one: one.id)


def ids(directory: Directory) -> list[str]:
    found = [one.id for one in everything(directory)]
    with directory.database.reading() as connection:
        assert store.ids(connection) == found and store.count(connection) == len(found)
    return found


# --- decisions ---------------------------------------------------------------------------------------------------------


def decided(decision: Decision, one: str, other: str) -> Decided:
    return Decided(decision, one, other, NOW, "staff 1")


def test_a_chain_leads_to_the_one_that_stays() -> None:
    known = Sameness.of([decided(Decision.MERGED, "a", "b"), decided(Decision.MERGED, "b", "c")])
    assert [known.stands_for(one) for one in "abcd"] == ["c", "c", "c", "d"]
    assert known.family("a") == ("c", "a", "b") and known.family("d") == ("d",)
    apart = Sameness.of([*known.merged.values(), decided(Decision.TAKEN_APART, "b", "c")])
    assert apart.stands_for("a") == "b" and apart.family("c") == ("c",)


@pytest.mark.parametrize(
    ("new", "words"),
    [
        (decided(Decision.MERGED, "c", "c"), "one listing, not two"),
        (decided(Decision.MERGED, "a", "d"), "is part of b already"),
        (decided(Decision.MERGED, "b", "a"), "is part of b already"),
        (decided(Decision.DIFFERENT, "a", "d"), "is part of b already"),
        (decided(Decision.TAKEN_APART, "c", "d"), "is not merged"),
        (decided(Decision.TAKEN_APART, "a", "d"), "is not merged"),
        (decided(Decision.RECONSIDERED, "c", "d"), "was not said"),
    ],
)
def test_a_decision_that_makes_no_sense_is_refused(new: Decided, words: str) -> None:
    known = Sameness.of([decided(Decision.MERGED, "a", "b")])
    with pytest.raises(CannotUnderstand, match=words):
        known.check(new)


def test_what_is_different_is_so_until_somebody_takes_it_back() -> None:
    told = [decided(Decision.DIFFERENT, "b", "a")]
    assert set(Sameness.of(told).different) == {("a", "b")}
    assert Sameness.of([*told, decided(Decision.RECONSIDERED, "a", "b")]) == NOTHING_DECIDED
    assert not Sameness.of([*told, decided(Decision.MERGED, "a", "b")]).different


# --- one listing -------------------------------------------------------------------------------------------------------


def test_a_merged_listing_is_part_of_the_one_that_stays_and_is_back_when_taken_apart(desk: MergingDesk) -> None:
    directory, before = desk.directory, everything(desk.directory)
    desk.merge(REGISTER, SURVEY)
    assert ids(directory) == [SURVEY, THIRD]
    (one, _) = everything(directory)
    assert (one.licence_number, one.organization) == ("A-1", "Example Hause")
    assert {fact.provenance.source for fact in one.facts.values()} == {"register"}
    assert directory.listings([REGISTER])[REGISTER] == one
    with directory.database.reading() as connection:
        (recorded,) = store.recorded(connection, [REGISTER, SURVEY])
        assert [said.statement.listing_id for said in recorded.said] == [SURVEY, REGISTER]
        assert store.stands_for(connection, [REGISTER, THIRD]) == {REGISTER: SURVEY, THIRD: THIRD}
    later(desk).take_apart(REGISTER)
    assert everything(directory) == before


def test_an_import_goes_on_speaking_of_its_own_listing(desk: MergingDesk) -> None:
    desk.merge(REGISTER, SURVEY)
    newer = replace(said(REGISTER, licence_number="A-2"), provenance=a_provenance(source="register", kind=SourceKind.LICENSING))
    with desk.directory.database.writing() as connection:
        assert set(store.latest_digests(connection, "register")) == {"9"}
        store.append(connection, [newer], None)
    assert [one.licence_number for one in everything(desk.directory)] == ["A-2", ""]
    later(desk).take_apart(REGISTER)
    assert [(one.id, one.licence_number) for one in everything(desk.directory)][:2] == [(REGISTER, "A-2"), (SURVEY, "")]


def test_what_a_person_confirmed_of_one_part_stands_against_the_imports_of_every_part(desk: MergingDesk) -> None:
    by = a_provenance(source="calls", kind=SourceKind.STAFF_CALL, observed_at=date(2026, 3, 2))
    call = Statement("calls", "said", by, {"city": "Columbus"}, frozenset(("payer.medicaid",)), about=SURVEY)
    newer = replace(said(REGISTER), no=frozenset(("payer.medicaid",)))
    newer = replace(newer, provenance=replace(newer.provenance, observed_at=date(2026, 3, 12)))
    with desk.directory.database.writing() as connection:
        store.append(connection, [call], None)
        assert not review.review(connection, [newer], [], lambda *_: None).to_open
    desk.merge(REGISTER, SURVEY)
    with desk.directory.database.reading() as connection:
        (found,) = review.review(connection, [newer], [], lambda *_: None).to_open
    assert (found.listing_id, found.about) == (REGISTER, "payer.medicaid")


def test_it_is_gone_only_where_no_source_lists_it_any_more(desk: MergingDesk) -> None:
    desk.merge(REGISTER, SURVEY)
    for listing_id, gone in ((REGISTER, False), (SURVEY, True)):
        with desk.directory.database.writing() as connection:
            store.append(connection, [replace(said(listing_id), values={}, yes=frozenset(), withdrawn=True)], None)
        assert bool(everything(desk.directory)[0].withdrawn) is gone


def test_the_index_and_the_columns_follow(desk: MergingDesk) -> None:
    directory = desk.directory
    assert set(directory.index.current().columns.ids) == {SURVEY, REGISTER, THIRD}
    desk.merge(REGISTER, SURVEY)
    with directory.database.reading() as connection:
        assert store.unindexed(connection) == (SURVEY,)
    built = [path.name for path in (directory.settings.instance / "index").glob("gen-*")]
    found = directory.index.current()
    assert set(found.columns.ids) == {SURVEY, THIRD} and directory.index.check() == []
    assert [path.name for path in (directory.settings.instance / "index").glob("gen-*")] == built
    assert [found.columns.ids[at] for at in found.words.named("another place", 1)] == [THIRD]
    opened = Index(directory.settings.instance / "index", directory.database, directory.gazetteer.locate).current()
    assert opened.columns.ids == found.columns.ids
    assert set(directory.index.catch_up().columns.ids) == {SURVEY, THIRD} and directory.index.check() == []
    later(desk).take_apart(REGISTER)
    later(desk, 20).merge(SURVEY, REGISTER)
    assert set(directory.index.current().columns.ids) == {REGISTER, THIRD} and directory.index.check() == []


def test_reports_and_vetting_of_both_are_its_own(desk: MergingDesk) -> None:
    with desk.directory.database.writing() as connection:
        report = Report(BedState.OPEN, NOW, Channel.CALL, "a test")
        store.append_reports(connection, [(SURVEY, report), (REGISTER, replace(report, state=BedState.FULL, beds=0))])
    desk.merge(REGISTER, SURVEY)
    assert [one.state for one in everything(desk.directory)[0].reports] == [BedState.OPEN, BedState.FULL]
    later(desk).take_apart(REGISTER)
    assert [[one.state for one in listing.reports] for listing in everything(desk.directory)][:2] == [["full"], ["open"]]


@pytest.mark.parametrize(
    ("stays", "goes", "together"),
    [
        ("vetted", None, "vetted"),
        (None, "vetted", "vetted"),
        (None, None, "new"),
        ("vetted", "suspended", "suspended"),
        ("suspended", "vetted", "suspended"),
        ("in_review", "vetted", "in_review"),
        ("vetted", "vetted_with_conditions", "vetted_with_conditions"),
        ("lapsed", "rejected", "rejected"),
    ],
)
def test_of_two_states_of_vetting_the_more_careful_stands(
    desk: MergingDesk, stays: str | None, goes: str | None, together: str
) -> None:
    directory = desk.directory
    with directory.database.writing() as connection:
        for hours, (listing_id, state) in enumerate(((SURVEY, stays), (REGISTER, goes))):
            if state:
                step = Vetting(VettingState(state), NOW - timedelta(hours=5 - hours), "staff 2", date(2027, 1, 1 + hours))
                store.append_vettings(connection, [(listing_id, step)])
    before = {one.id: one.vetting(NOW) for one in everything(directory)}
    desk.merge(REGISTER, SURVEY)
    (one, _) = everything(directory)
    assert one.vetting(NOW) == together
    later(desk).take_apart(REGISTER)
    assert {one.id: one.vetting(NOW + timedelta(minutes=10)) for one in everything(directory)} == before


def test_the_shorter_of_two_vettings_counts(desk: MergingDesk) -> None:
    with desk.directory.database.writing() as connection:
        for listing_id, until in ((SURVEY, date(2026, 5, 1)), (REGISTER, date(2027, 1, 1))):
            store.append_vettings(
                connection, [(listing_id, Vetting(VettingState.VETTED, NOW - timedelta(hours=1), "staff 2", until))]
            )
    desk.merge(REGISTER, SURVEY)
    (one, _) = everything(desk.directory)
    assert max(one.vettings, key=lambda step: step.order).until == date(2026, 5, 1)


def test_what_was_vetted_since_the_merge_stays_when_it_is_taken_back(desk: MergingDesk) -> None:
    with desk.directory.database.writing() as connection:
        store.append_vettings(connection, [(REGISTER, Vetting(VettingState.SUSPENDED, NOW - timedelta(days=1), "staff 2"))])
    desk.merge(REGISTER, SURVEY)
    with desk.directory.database.writing() as connection:
        step = Vetting(VettingState.VETTED, NOW + timedelta(minutes=1), "staff 2")
        store.append_vettings(connection, [(SURVEY, step)])
    later(desk).take_apart(REGISTER)
    told = {one.id: one.vetting(NOW + timedelta(minutes=10)) for one in everything(desk.directory)}
    assert (told[SURVEY], told[REGISTER]) == (VettingState.VETTED, VettingState.SUSPENDED)


# --- what hangs on it --------------------------------------------------------------------------------------------------


def test_a_case_that_names_the_merged_one_goes_on_with_the_one_that_stays(desk: MergingDesk) -> None:
    database = desk.directory.database
    case = Case("a" * 22, "Blue Heron", desk.account.id, NOW, NOW + KEPT, {"near": "43215"})
    with database.writing() as connection:
        store.open_case(connection, case)
        store.add_step(connection, case.id, Step(REGISTER, StepKind.DROPPED, "too far", desk.account.id, NOW))
        call = store.claim_call(connection, Call(0, case.id, REGISTER, 1, NOW, NOW + timedelta(minutes=20)), NOW)
        store.remember_seen(connection, case.id, 1, Seen(NOW, {REGISTER: {"name": "old"}, SURVEY: {"name": "kept"}}))
        store.add_handout(connection, Handout(0, case.id, 1, NOW, {"options": [{"id": REGISTER, "name": "x"}], "number": 1}))
        store.open_correction(connection, REGISTER, ("wrong_number", "614-555-0101"), NOW)
        store.add_event(connection, REGISTER, "2026-03-13", "admitted", None)
    desk.merge(REGISTER, SURVEY)
    with database.writing() as connection:
        assert [step.listing_id for step in store.steps(connection, case.id)] == [SURVEY]
        (known,) = store.calls(connection, case.id, SURVEY)
        assert known.listing_id == SURVEY and store.calls(connection, case.id, REGISTER) == [known]
        again = store.claim_call(connection, replace(known, claim_until=NOW + timedelta(minutes=30)), NOW)
        assert again.id == call.id
        store.change_call(connection, replace(again, closed_at=NOW))
        seen = store.seen(connection, case.id, 1)
        assert seen and seen.stood == {SURVEY: {"name": "kept"}}
        assert store.handouts(connection, case.id)[0].snapshot["options"] == [{"id": SURVEY, "name": "x"}]
        assert [task["listing_id"] for task in store.corrections(connection, [SURVEY])] == [SURVEY]
        assert len(store.events(connection, SURVEY)) == 1 and store.on_cases(connection) == {SURVEY: 1}
        (holding,) = store.cases_holding(connection, SURVEY)
        assert holding.where == ("called", "placed by hand", "on the board", "handed out")
        assert connection.scalar(select(CaseCallRow.listing_id)) == REGISTER
    later(desk).take_apart(REGISTER)
    with database.reading() as connection:
        assert [step.listing_id for step in store.steps(connection, case.id)] == [REGISTER]
        assert store.calls(connection, case.id)[0].listing_id == REGISTER
        assert store.handouts(connection, case.id)[0].snapshot["options"][0]["id"] == REGISTER
        assert store.events(connection, SURVEY) == []
        assert [one.where for one in store.cases_holding(connection, SURVEY)] == [("on the board",)]


def test_the_history_of_decisions_can_not_be_edited(desk: MergingDesk) -> None:
    desk.merge(REGISTER, SURVEY)
    for change in (update(SamenessRow).values(by="nobody"), delete(SamenessRow)):
        with pytest.raises(DatabaseError, match="only grows"), desk.directory.database.writing() as connection:
            connection.execute(change)
    assert ids(desk.directory) == [SURVEY, THIRD]


def test_a_source_that_is_taken_out_leaves_those_that_were_merged_into_it(desk: MergingDesk) -> None:
    desk.directory.index.current()
    desk.merge(REGISTER, SURVEY)
    desk.directory.index.current()
    with desk.directory.database.writing() as connection:
        store.remove_source(connection, "survey")
    assert ids(desk.directory) == [REGISTER, THIRD]
    assert set(desk.directory.index.current().columns.ids) == {REGISTER, THIRD}


# --- at the desk -------------------------------------------------------------------------------------------------------


def test_proposals_go_once_somebody_has_decided_and_come_back_when_taken_back(desk: MergingDesk) -> None:
    def pairs() -> list[tuple[str, str]]:
        return [one.ids for one in proposals(desk.directory)]

    assert pairs() == [(REGISTER, SURVEY)]
    desk.differ(SURVEY, REGISTER)
    assert pairs() == []
    (known,) = merging.settled(desk.directory)
    assert (known.decided.decision, known.listing.id, known.into.id) == (Decision.DIFFERENT, SURVEY, REGISTER)
    later(desk).reconsider(SURVEY, REGISTER)
    assert pairs() == [(REGISTER, SURVEY)] and merging.settled(desk.directory) == []
    later(desk, 20).merge(SURVEY, REGISTER)
    assert pairs() == []
    later(desk, 30).take_apart(SURVEY)
    assert pairs() == [(REGISTER, SURVEY)]
    with desk.directory.database.reading() as connection:
        assert [one.decision for one in store.decisions(connection)] == ["different", "reconsidered", "merged", "taken_apart"]


def test_two_who_decide_at_once_do_not_undo_each_other(desk: MergingDesk) -> None:
    desk.merge(REGISTER, SURVEY)
    with pytest.raises(CannotUnderstand, match=f"is part of {SURVEY} already"):
        desk.merge(REGISTER, THIRD)
    with pytest.raises(CannotUnderstand, match="is part of"):
        desk.differ(REGISTER, SURVEY)
    desk.take_apart(REGISTER)
    with pytest.raises(CannotUnderstand, match="is not merged"):
        desk.take_apart(REGISTER)


def test_a_listing_that_is_not_there_or_the_same_is_refused_in_words(desk: MergingDesk) -> None:
    with pytest.raises(CannotUnderstand, match="is not in the directory"):
        desk.merge("survey:none", SURVEY)
    with pytest.raises(CannotUnderstand, match="one listing, not two"):
        desk.merge(SURVEY, SURVEY)


@pytest.mark.parametrize(
    "told", ["", "{", "[]", '{"counter": 1}', '{"counter": 999, "pairs": [["survey:1", "web:7"]]}', "no file"]
)
def test_what_is_kept_of_proposals_is_no_truth(desk: MergingDesk, told: str) -> None:
    kept = desk.directory.settings.instance / "proposals.json"
    assert proposing.known_proposals(desk.directory) is None
    kept.write_text(told) if told != "no file" else kept.mkdir()
    assert proposing.known_proposals(desk.directory) is None
    assert [one.ids for one in proposals(desk.directory)] == [(REGISTER, SURVEY)]


def test_a_kept_pair_that_is_none_any_more_is_not_proposed(desk: MergingDesk) -> None:
    assert [one.ids for one in proposals(desk.directory)] == [(REGISTER, SURVEY)]
    desk.directory.index.may_lag = True
    with desk.directory.database.writing() as connection:
        moved = said(
            SURVEY, organization="Another Place Entirely", address_1="99 Moved Road", phone="2165550188", city="Toledo"
        )
        store.append(connection, [moved], None)
    assert proposals(desk.directory) == [] and proposing.behind(desk.directory)


def test_proposals_are_the_same_whether_kept_or_worked_out_anew(desk: MergingDesk) -> None:
    directory = desk.directory
    with directory.database.writing() as connection:
        store.append(connection, [said("web:4"), said("web:5", organization="Example House 5", address_1="5 Fifth Road")], None)

    def same() -> list[tuple[str, str]]:
        kept = proposals(directory)
        with directory.database.reading() as connection:
            fresh = duplicates.proposals(store.listings(connection, directory.gazetteer.locate))
        assert [(one.ids, one.score) for one in kept] == [(one.ids, one.score) for one in fresh]
        return [one.ids for one in kept]

    assert len(same()) == 3
    with directory.database.writing() as connection:
        store.append_reports(connection, [(SURVEY, Report(BedState.OPEN, NOW, Channel.CALL, "a test"))])
    assert len(same()) == 3
    desk.merge(REGISTER, SURVEY)
    assert same() == [(SURVEY, "web:4")]
    later(desk).take_apart(REGISTER)
    assert len(same()) == 3
    with directory.database.writing() as connection:
        store.append(connection, [said("web:4", address_1="99 Moved Road", phone="6145550188")], None)
    assert same() == [(REGISTER, SURVEY)]
