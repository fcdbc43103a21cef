"""Before anything is written, staff read what a newer file would change: listing by listing, old and new, in their words."""

from dataclasses import replace

import pytest

from directory.database import Database
from directory.normalize import ParsedRecord
from directory.problems import CannotUnderstand
from directory.vocabulary import label
from importers import bounds, report
from importers.base import Batch, Importer, Row, Source
from importers.differences import NOT_SAID, ChangeKind, FieldChange, between
from importers.orders import SHOWN
from tests.builders import VALUES, a_statement
from tests.invented_list import ASH, ELM, IMPORTER, OAK, ORDER, SOURCE, Bring, changed, counts, held, read, state

TRYING = replace(ORDER, dry_run=True)


def test_a_difference_names_the_field_the_old_and_the_new_in_peoples_words() -> None:
    before = a_statement(yes=frozenset(("payer.medicaid",)), no=frozenset(("sex.male",)))
    values = {name: value for name, value in VALUES.items() if name != "phone"} | {"city": "Dublin", "confidential": True}
    after = a_statement(values, yes=frozenset(("sex.male",)))
    assert between(before, before) == ()
    assert between(before, after) == (
        FieldChange("city", "Columbus", "Dublin"),
        FieldChange("address withheld", NOT_SAID, "yes"),
        FieldChange("main telephone", "614-555-0101 ext. 12", NOT_SAID),
        FieldChange(label("payer.medicaid"), "yes", NOT_SAID),
        FieldChange(label("sex.male"), "no", "yes"),
    )


def test_a_dry_run_says_what_would_change_and_what_would_come_and_go(bring: Bring, database: Database) -> None:
    bring(OAK, ELM)
    before = state(database)
    tried = bring(changed(OAK, phone="614-555-0109", services="bed cash"), ASH, order=TRYING)
    assert state(database) == before
    assert counts(tried) == (1, 1, 0, 1, 0)
    assert [(one.kind, one.name, one.place) for one in tried.changes] == [
        (ChangeKind.CHANGED, "Oak House", "Columbus, OH"),
        (ChangeKind.GONE, "Elm House", "Cleveland, OH"),
        (ChangeKind.NEW, "Ash House", "Detroit, MI"),
    ]
    assert tried.changes[0].fields == (
        FieldChange("main telephone", "614-555-0101", "614-555-0109"),
        FieldChange(label("payer.self_pay"), NOT_SAID, "yes"),
    )
    assert tried.fields == {label("payer.self_pay"): 1, "main telephone": 1}
    assert list(report.changes(tried)) == [
        "changed: Oak House (Columbus, OH)",
        "    main telephone: 614-555-0101 → 614-555-0109",
        f"    {label('payer.self_pay')}: not said → yes",
        "gone: Elm House (Cleveland, OH)",
        "new: Ash House (Detroit, MI)",
        f"Changed fields: {', '.join(f'{name} 1' for name in tried.fields)}",
    ]


def test_another_center_under_an_old_id_is_pointed_out(bring: Bring) -> None:
    def by_row(row: Row, batch: Batch, source: Source) -> ParsedRecord:
        return replace(IMPORTER.parse(row, batch, source), local_id=str(row.number))

    numbered = replace(IMPORTER, parse=by_row)
    bring(OAK, ELM, ASH, importer=numbered)
    moved = bring(changed(OAK, name="New House"), changed(ELM, street="9 Example Street"), ASH, importer=numbered)
    assert not [one for one in moved.problems if "under the same id" in one.what], "a name alone changes, and so does a street"
    other = bring(changed(OAK, name="Beech House", street="7 Example Road", phone="614-555-0177"), ELM, ASH, importer=numbered)
    (notice,) = [one for one in other.problems if "under the same id" in one.what]
    assert (notice.where, notice.found) == ("list.csv", "1 listing, first Beech House")


def test_a_program_is_told_of_every_change_and_people_of_the_first_twenty(bring: Bring) -> None:
    wide = replace(IMPORTER, source=replace(SOURCE, at_most=100))
    rows = [changed(OAK, name=f"House {number}") for number in range(SHOWN + 5)]
    bring(*rows, importer=wide)
    later = [changed(row, phone="614-555-0109") for row in rows]
    tried = bring(*later, importer=wide, order=TRYING)
    assert (tried.changed, len(tried.changes), tried.fields) == (25, SHOWN, {"main telephone": 25})
    assert "and 5 more changed" in report.changes(tried)
    everything = bring(*later, importer=wide, order=replace(TRYING, most=1_000)).as_json()
    assert len(everything["changes"]) == 25
    assert everything["changes"][0]["fields"] == [{"field": "main telephone", "old": "614-555-0101", "new": "614-555-0109"}]


def test_what_is_listed_again_is_new(bring: Bring) -> None:
    bring(OAK, ELM)
    bring(OAK)
    assert [one.kind for one in bring(OAK, ELM, order=TRYING).changes] == [ChangeKind.NEW]


# --- files of some States --------------------------------------------------------------------------------------------

FIR = ("Fir House", "4 Example Street", "Cincinnati", "OH", "45202", "513-555-0104", "bed")
YEW = ("Yew House", "5 Example Street", "Columbus", "OH", "43215", "614-555-0105", "bed")
ALL = (OAK, ELM, FIR, YEW, ASH)
OHIO = frozenset(("OH",))
IN_OHIO = replace(IMPORTER, read=lambda path, source: replace(read(path, source), covers=OHIO))
ONLY_SOME = replace(IMPORTER, read=lambda path, source: replace(read(path, source), covers=frozenset()))


def test_a_file_of_one_state_withdraws_nothing_elsewhere(bring: Bring, database: Database) -> None:
    bring(*ALL)
    assert counts(bring(OAK, ELM, FIR, importer=IN_OHIO)) == (0, 0, 3, 1, 0)
    withdrawn = {name for name, listing in held(database).items() if listing.withdrawn}
    assert withdrawn == {"Yew House"}


def test_a_file_of_only_some_withdraws_nothing(bring: Bring, database: Database) -> None:
    bring(*ALL)
    assert counts(bring(changed(OAK, phone="614-555-0109"), importer=ONLY_SOME)) == (0, 1, 0, 0, 0)
    assert not any(listing.withdrawn for listing in held(database).values())


def test_who_imports_says_what_a_file_covers_that_does_not_say_it(bring: Bring, database: Database) -> None:
    bring(*ALL)
    covering = replace(ORDER, covers=OHIO)
    assert counts(bring(OAK, ELM, FIR, order=covering, importer=ONLY_SOME)) == (0, 0, 3, 1, 0)
    assert held(database)["Ash House"].withdrawn is None
    with pytest.raises(CannotUnderstand, match=r"itself says of which States.*OH.*Leave --covers out"):
        bring(OAK, order=replace(covering, covers=frozenset(("MI",))), importer=IN_OHIO)


def test_a_file_of_a_state_that_would_withdraw_more_than_a_third_is_refused(bring: Bring, database: Database) -> None:
    bring(*ALL)
    before = state(database)
    with pytest.raises(CannotUnderstand, match=r"more than a third of the listings .* \(found: 2 of 4\)"):
        bring(OAK, ELM, importer=IN_OHIO)
    assert state(database) == before
    forced = bring(OAK, ELM, importer=IN_OHIO, order=replace(ORDER, force_because="two counties left"))
    assert (forced.gone, [one.found for one in forced.problems]) == (2, ["2 of 4"])


@pytest.mark.parametrize(("before", "others"), [(30, 30), (30, 15), (4, 4), (2, 2)])
def test_a_whole_table_of_other_listings_is_taken_for_another_sender_s(
    bring: Bring, database: Database, before: int, others: int
) -> None:
    whole = replace(IMPORTER, source=OF_ANY_SIZE)
    bring(*LONG[:before], importer=whole)
    there = state(database)
    said = f"more than a third of the listings that the directory has of this source.*found: {before:,} of {before:,}.*--force"
    with pytest.raises(CannotUnderstand, match=said):
        bring(*OTHERS_TOO[:others], importer=whole)
    assert state(database) == there
    forced = bring(*OTHERS_TOO[:others], importer=whole, order=replace(ORDER, force_because="the register has new ids"))
    assert (forced.new, forced.gone) == (others, before) and f"{before} of {before}" in [one.found for one in forced.problems]


def test_what_a_file_of_some_does_not_name_stays_and_is_told_until_somebody_says_what_it_covers(bring: Bring) -> None:
    bring(*ALL, importer=ONLY_SOME)
    again = bring(*ALL[1:], importer=ONLY_SOME)
    (told,) = (one for one in again.problems if one.what.startswith("listings of the same States are not in this file"))
    assert again.gone == 0 and told.found == "1 listing" and "--covers MA" in told.fix
    assert bring(*ALL[1:], importer=ONLY_SOME, order=replace(ORDER, covers=OHIO, dry_run=True)).gone == 1
    assert bring(*ALL[1:], importer=ONLY_SOME, order=replace(ORDER, covers=OHIO)).gone == 1


def test_a_file_of_a_state_need_not_be_as_long_as_the_whole(bring: Bring) -> None:
    strict = replace(SOURCE, at_least=5)
    bring(*ALL, importer=replace(IMPORTER, source=strict))
    assert counts(bring(ASH, importer=replace(ONLY_SOME, source=strict))) == (0, 0, 1, 0, 0)
    with pytest.raises(CannotUnderstand, match="should hold 5 to 6"):
        bring(OAK, ELM, importer=replace(IMPORTER, source=strict))


# --- half a download -------------------------------------------------------------------------------------------------

LONG = tuple(changed(OAK, name=f"House {number}") for number in range(30))
OTHERS = tuple(changed(ASH, name=f"Other house {number}") for number in range(15))
OTHERS_TOO = tuple(changed(OAK, name=f"Third house {number}", street="9 Other Street") for number in range(30))
OF_ANY_SIZE = replace(SOURCE, at_most=100)


@pytest.mark.parametrize("like", [IMPORTER, ONLY_SOME], ids=["of the whole source", "of some of it"])
def test_a_file_cut_short_stops_before_anything_is_written(bring: Bring, database: Database, like: Importer) -> None:
    cut = replace(like, source=OF_ANY_SIZE)
    bring(*LONG, importer=cut)
    before = state(database)
    with pytest.raises(CannotUnderstand, match=r"far shorter than the newest of its source.*found: 19 of 30.*--force") as told:
        bring(*LONG[:19], importer=cut)
    assert state(database) == before and ("--covers MA" in str(told.value)) == (like is ONLY_SOME)
    assert bring(*LONG[:20], importer=cut).unchanged == 20


def test_a_shorter_file_is_taken_with_its_states_or_a_reason_or_where_it_is_another(bring: Bring) -> None:
    cut = replace(ONLY_SOME, source=OF_ANY_SIZE)
    bring(*LONG, importer=cut)
    assert bring(*OTHERS, importer=cut).new == 15
    bring(*LONG, importer=cut)
    whole = replace(ORDER, covers=OHIO, force_because="half of them closed")
    forced = bring(*LONG[:12], importer=cut, order=replace(whole, covers=None))
    assert (forced.unchanged, forced.gone) == (12, 0) and "far shorter" in str(forced.problems[0])
    bring(*LONG, importer=cut)
    assert bring(*LONG[:12], importer=cut, order=whole).gone == 18


@pytest.mark.parametrize(("before", "after"), [(4, 2), (5, 2), (19, 9), (3, 1)])
def test_a_short_list_that_loses_half_is_cut_short_too(bring: Bring, database: Database, before: int, after: int) -> None:
    cut = replace(IMPORTER, source=OF_ANY_SIZE)
    bring(*LONG[:before], importer=cut)
    held_before = state(database)
    with pytest.raises(CannotUnderstand, match=f"far shorter than the newest of its source.*found: {after} of {before}"):
        bring(*LONG[:after], importer=cut)
    assert state(database) == held_before
    forced = bring(*LONG[:after], importer=cut, order=replace(ORDER, force_because="the others closed"))
    assert (forced.unchanged, forced.gone) == (after, before - after)


@pytest.mark.parametrize(("before", "after"), [(2, 1), (3, 2), (4, 3), (19, 10)])
def test_what_a_short_list_loses_otherwise_is_gone(bring: Bring, before: int, after: int) -> None:
    cut = replace(IMPORTER, source=OF_ANY_SIZE)
    bring(*LONG[:before], importer=cut)
    assert bring(*LONG[:after], importer=cut).gone == before - after


@pytest.mark.parametrize(
    ("most", "bound", "row"), [("MOST_TEXT", 1_000, 3), ("MOST_SAID", 1_000, 4), ("MOST_IMPORTED", 3, 5), ("MOST_WORDS", 5, 5)]
)
def test_more_text_or_facts_or_rows_or_words_than_can_be_imported_are_refused_at_their_row(
    bring: Bring, database: Database, monkeypatch: pytest.MonkeyPatch, most: str, bound: int, row: int
) -> None:
    bring(*LONG[:2])
    before = state(database)
    monkeypatch.setattr(bounds, most, bound)
    with pytest.raises(CannotUnderstand, match=f"list.csv, row {row}: the file is larger than a directory can be"):
        bring(*LONG[:4])
    assert state(database) == before


@pytest.mark.parametrize("wrong", [{"phone": "?"}, {"services": "?"}])
def test_more_problems_than_anybody_reads_refuse_the_file_at_their_row(
    bring: Bring, database: Database, monkeypatch: pytest.MonkeyPatch, wrong: dict[str, str]
) -> None:
    monkeypatch.setattr(bounds, "MOST_PROBLEMS", 2)
    bad = [changed(one, **wrong) for one in LONG[:4]]
    with pytest.raises(CannotUnderstand, match="list.csv, row 4(, .*)?: more is wrong with the file than can be told"):
        bring(*bad)
    assert state(database)[0] == 0
