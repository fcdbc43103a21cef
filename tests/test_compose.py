"""The list for the meeting: independent options, what it guarantees, second steps, bridges, and what is told beside them."""

from dataclasses import replace
from typing import Any

import pytest

from directory.listing import Listing, Phone, PhoneKind
from directory.matching.arrival import way
from directory.matching.assembling import columns_of
from directory.matching.compose import Composed, bridges, compose, no_bridge
from directory.matching.criteria import BY_NAME
from directory.matching.criterion import NEUTRAL, UNKNOWN
from directory.matching.facets import facets
from directory.matching.loosen import Loosening, loosenings
from directory.matching.rank import Ranking, rank
from directory.matching.suppose import first_if
from directory.need import Need
from directory.vocabulary import SourceKind
from tests.builders import AS_OF, POINTS, a_listing, a_need, a_provenance, a_ready_listing, a_report, held_for

OUTPATIENT = {f"setting.{one}" for one in ("residential", "residential_short", "residential_withdrawal")}
NEAR, FAR = POINTS["43215"], POINTS["45202"]
HELD = a_report("held", hours_ago=0.5, hold_until=AS_OF.replace(hour=23))
SILENT = {"moud.buprenorphine_start", "moud.buprenorphine_continue"}


def named(number: int, **fields: Any) -> dict[str, Any]:
    """What tells one listing from another: its id, organization and number."""
    phone = Phone(f"61455501{number:02}", "", PhoneKind.INTAKE)
    return {"id": f"invented_survey:{number}", "organization": f"Example {number}", "phones": (phone,)} | fields


def ready(number: int, **fields: Any) -> Listing:
    return a_ready_listing(**named(number, **fields))


def ranked(*listings: Listing, need: Need | None = None) -> Ranking:
    return rank(columns_of(listings), held_for(need or a_need(), *listings))


def ids(ranking: Ranking, rows: tuple[int, ...]) -> list[str]:
    return [ranking.columns.ids[int(ranking.block.positions[row])].partition(":")[2] for row in rows]


def listed(ranking: Ranking) -> list[str]:
    composed = compose(ranking)
    return ids(ranking, (*composed.presented, *composed.backups))


def sentences(composed: Composed) -> dict[str, str]:
    return {guarantee.name: guarantee.sentence for guarantee in composed.guarantees}


def test_three_are_presented_and_two_stand_behind_them() -> None:
    ranking = ranked(*(ready(number) for number in range(1, 9)))
    composed = compose(ranking)
    assert (len(composed.presented), len(composed.backups)) == (3, 2)
    assert listed(ranking) == ["1", "2", "3", "4", "5"]


def test_five_options_are_never_one_office() -> None:
    same_house = [ready(number, organization="Example House, Inc.") for number in range(1, 5)]
    same_number = [ready(number, phones=(Phone("6145550199", "", PhoneKind.INTAKE),)) for number in range(5, 8)]
    assert listed(ranked(*same_house, *same_number, ready(9))) == ["1", "5", "9"]
    assert listed(ranked(ready(1), ready(2, organization="example 1"))) == ["1"]


def test_nobody_is_presented_before_a_call() -> None:
    ranking = ranked(ready(1), a_listing(**named(2)), a_listing(**named(3)))
    assert listed(ranking) == ["1"]
    assert compose(ranked(a_listing(**named(2)))).guarantees == ()


def test_a_guarantee_brings_an_option_that_would_stand_too_low() -> None:
    better = [ready(number, unknown=SILENT, reports=(HELD,)) for number in range(1, 8)]
    starts = ready(9, point=FAR)
    ranking = ranked(*better, starts)
    assert listed(ranking) == ["1", "2", "3", "4", "9"]
    assert sentences(compose(ranking))["medication"] == ""


def test_a_guarantee_that_cannot_be_met_says_its_sentence() -> None:
    far = ready(1, unknown=SILENT, point=FAR)
    told = sentences(compose(ranked(far)))
    assert told["medication"].startswith("No option on this list is known to start or continue")
    assert told["near"] == "No option on this list is within 25 miles; the nearest of all is 100 miles away."
    assert told["payment"] == "Nobody has confirmed Medicaid for any option on this list, and none is free."
    assert told["withdrawal"] == "" and told["after_hours"] == ""


def test_what_was_left_out_is_not_said_to_be_nowhere() -> None:
    """An option that starts medication is there, near, and shares its office with a better one: the list alone lacks it."""
    better = ready(1, unknown=SILENT, point=FAR, organization="Example House", reports=(HELD,))
    told = sentences(compose(ranked(better, ready(2)), without=[1]))
    assert told["medication"] == "No option on this list is known to start or continue methadone or buprenorphine."
    assert told["near"].startswith("No option on this list is within 25 miles; the nearest of all is ")


def test_a_guarantee_looks_at_every_option_however_low_it_stands() -> None:
    """Nobody may read that no option starts medication while the last of 505 does."""
    better = [ready(number, unknown=SILENT, reports=(HELD,), phones=()) for number in range(504)]
    ranking = ranked(*better, ready(504, point=FAR))
    assert sentences(compose(ranking))["medication"] == ""
    assert len(listed(ranking)) == 5 and listed(ranking)[-1] == "504"


def test_a_list_is_whole_although_one_office_has_the_first_hundreds() -> None:
    one_office = [ready(number, organization="Example House", reports=(HELD,), phones=()) for number in range(504)]
    ranking = ranked(*one_office, *(ready(number, phones=(), point=FAR) for number in range(504, 509)))
    assert listed(ranking)[1:] == ["504", "505", "506", "507"]


def test_a_payer_counts_as_confirmed_when_a_person_said_so() -> None:
    called = ready(1, provenance=a_provenance(kind=SourceKind.STAFF_CALL))
    assert sentences(compose(ranked(called)))["payment"] == ""
    plan = ready(1, yes={"plan.example_health"})
    assert sentences(compose(ranked(plan, need=a_need(plan="Example Health"))))["payment"] == ""


def test_guarantees_that_nobody_asked_for_are_not_spoken_of() -> None:
    need = a_need(substances=(), dependent_on=(), payer=None, near=None, within_miles=None, meeting_ends=None)
    assert compose(ranked(ready(1), need=need)).guarantees == ()


def a_unit(number: int, **fields: Any) -> Listing:
    """A withdrawal unit of which no stay is known."""
    return ready(number, unknown={"setting.residential_short", "setting.residential"}, **fields)


def test_a_withdrawal_unit_is_a_first_step_with_a_named_second() -> None:
    after = a_listing(no={"withdrawal.opioid"}, unknown={"setting.residential_withdrawal"}, **named(2))
    ranking = ranked(a_unit(1), after)
    (row,) = ranking.first(5, calls=False)
    assert ranking.tier(int(row)) == "B"
    step = ranking.second_step(int(row))
    assert step is not None and ranking.columns.ids[step] == "invented_survey:2"
    assert ranking.counts() == {"withdrawal": 1}


def test_without_a_second_step_a_unit_is_no_plan() -> None:
    ranking = ranked(a_unit(1))
    (row,) = ranking.first(5, calls=False)
    assert ranking.tier(int(row)) == "C" and ranking.second_step(int(row)) is None


def clinic(number: int, **fields: Any) -> Listing:
    """An outpatient place that starts buprenorphine."""
    beds = {f"setting.{one}" for one in ("inpatient", "inpatient_treatment", "inpatient_withdrawal", "residential_long")}
    return a_listing(no=OUTPATIENT | beds, **named(number, **fields))


def bridged(ranking: Ranking, besides: tuple[int, ...] = ()) -> list[str]:
    return [ranking.columns.ids[at].partition(":")[2] for at, _, _ in bridges(ranking, 3, besides)]


def test_a_bridge_is_named_even_where_it_is_outpatient() -> None:
    far_but_today = clinic(1, yes={"moud.same_day"}, point=FAR)
    ranking = ranked(far_but_today, clinic(2), clinic(3, point=NEAR), ready(4, unknown=SILENT))
    assert ranking.counts() == {"setting": 3}
    assert bridged(ranking) == ["1", "3", "2"]


def test_two_bridges_with_one_number_stand_once_and_where_the_better_of_them_stands() -> None:
    one_number = (Phone("6145550188", "", PhoneKind.INTAKE),)
    today, later = clinic(1, yes={"moud.same_day"}, phones=one_number), clinic(3, point=FAR, phones=one_number)
    assert bridged(ranked(today, clinic(2), later)) == ["1", "2"]


def test_what_stands_on_the_list_is_not_its_own_bridge() -> None:
    ranking = ranked(ready(1), clinic(2))
    (row,) = ranking.first(5, calls=False)
    assert bridged(ranking, (int(row),)) == ["2"]


@pytest.mark.parametrize(
    "fields",
    [
        {"no": {"sex.male"}},
        {"yes": {"moud.must_stop"}},
        {"no": {"status.operating"}},
        {"unknown": {"moud.buprenorphine_start"}},
    ],
    ids=["women only", "makes him stop", "closed", "starts nothing"],
)
def test_nobody_is_sent_to_a_bridge_that_would_not_take_him(fields: dict[str, Any]) -> None:
    assert bridged(ranked(ready(1, **fields))) == []


def test_who_uses_no_opioids_needs_no_such_bridge() -> None:
    need = a_need(substances=("alcohol",), dependent_on=())
    assert bridged(ranked(clinic(1), need=need)) == []


def test_facets_say_what_a_further_must_would_leave() -> None:
    rides, none = ready(1, yes={"amenity.transportation"}), ready(2, no={"amenity.transportation"})
    told = {facet.code: facet for facet in facets(ranked(rides, none, ready(3)))}
    transport = told["amenity.transportation"]
    assert (transport.leaves, transport.known) == (2, 1)
    asked = ranked(rides, none, ready(3), need=a_need(must=("amenity.transportation",)))
    assert len(asked.block) == transport.leaves
    assert "amenity.transportation" not in {facet.code for facet in facets(asked)}


def loosened(listings: list[Listing], need: Need) -> tuple[Loosening, ...]:
    built = columns_of(listings)
    return loosenings(need, lambda changed: len(rank(built, changed).block))


def test_too_little_found_says_what_each_change_would_leave_truly_counted() -> None:
    hmong = {"language.hmong"}
    listings = [ready(number, no=hmong) for number in (1, 2, 3)] + [ready(4, yes=hmong, point=FAR)]
    need = a_need(must=("language.hmong",), within_miles=10.0)
    told = {one.words: one.fits for one in loosened(listings, need)}
    assert told == {"without Hmong": 3, "within 100 miles instead of 10": 1}


def test_where_one_change_is_not_enough_two_are_tried_together() -> None:
    hmong = {"language.hmong"}
    listings = [ready(number, no=hmong, point=FAR) for number in (1, 2, 3)]
    told = loosened(listings, a_need(must=("language.hmong",), within_miles=10.0))
    assert [one.fits for one in told] == [3]
    assert told[0].words == "without Hmong and anywhere instead of within 10 miles"
    assert told[0].need.must == () and told[0].need.within_miles is None


def test_nothing_that_could_do_harm_is_ever_loosened() -> None:
    women_only = [ready(number, no={"sex.male"}) for number in (1, 2, 3)]
    refusing = [ready(number, yes={"excludes.insulin"}) for number in (4, 5, 6)]
    assert loosened(women_only + refusing, a_need(applies=("excludes.insulin",))) == ()


def test_what_was_allowed_by_hand_is_counted_after_a_loosening_too() -> None:
    stops, hmong = ready(1, yes={"moud.must_stop"}), a_need(must=("language.hmong",))
    assert loosened([stops], hmong) == ()
    allowed = loosened([stops], replace(hmong, allowed=frozenset({stops.id})))
    assert [(one.words, one.fits) for one in allowed] == [(one.words, one.fits) for one in loosened([ready(1)], hmong)] != []


def test_what_was_allowed_by_hand_follows_no_withdrawal_unit_unasked() -> None:
    stops = ready(2, yes={"moud.must_stop"})
    ranking = ranked(a_unit(1), stops, need=a_need(allowed=frozenset({stops.id})))
    assert len(ranking.block) == 2 and ranking._after_withdrawal == []


def test_what_was_allowed_by_hand_is_no_bridge() -> None:
    stops = clinic(1, yes={"moud.must_stop"})
    assert bridged(ranked(stops, need=a_need(allowed=frozenset({stops.id})))) == []


def in_order(ranking: Ranking, listings: list[Listing]) -> list[tuple[int, Listing]]:
    """All rows, options before calls, each with its listing."""
    by_id = {listing.id: listing for listing in listings}
    rows = (*ranking.first(99, calls=False), *ranking.first(99, calls=True))
    return [(int(row), by_id[ranking.columns.ids[int(ranking.block.positions[row])]]) for row in rows]


def first_when_confirmed(ranking: Ranking, shown: list[tuple[int, Listing]], row: int, name: str) -> bool:
    """Whether a row's listing is the first of the whole world once this one thing is confirmed of it."""
    need, listing = ranking.need, dict(shown)[row]
    there = way(listing, need, float(ranking.block.miles[row]), ranking.block.pace)
    better = BY_NAME[name].confirmed(listing, need, there)
    world = [better if at == row else one for at, one in shown]
    again = rank(columns_of(world), held_for(need, *world))
    return in_order(again, world)[0][1].id == listing.id


UNSURE = [
    ready(1, provenance=a_provenance(kind=SourceKind.STAFF_CALL)),
    ready(2, unknown={"payer.medicaid"}, reports=(HELD,)),
    ready(3, unknown=SILENT | {"setting.residential_withdrawal"}, reports=(HELD,)),
    ready(4, intake_hours=None),
    ready(5, unknown={"sex.male", "sex.female"}, reports=()),
    ready(6, reports=(), point=FAR),
    a_listing(**named(7)),
    ready(8, yes={"moud.must_stop"}, unknown={"payer.medicaid"}, reports=(HELD,)),
]
ALLOWED = frozenset({"invented_survey:8"})


@pytest.mark.parametrize(
    "need",
    [a_need(), a_need(plan="Example Health"), a_need(travel="farther"), a_need(allowed=ALLOWED)],
    ids=["usual", "plan", "far", "allowed"],
)
def test_what_is_said_to_put_it_first_does_and_nothing_else_would(need: Need) -> None:
    ranking = ranked(*UNSURE, need=need)
    shown = in_order(ranking, UNSURE)
    told = first_if(ranking, shown, shown[0][0])
    seen = set()
    for row, _ in shown[1:]:
        for criterion, answer in zip(ranking.marks.criteria, ranking.marks.answers[:, row], strict=True):
            if answer == UNKNOWN and criterion.on_unknown != NEUTRAL:
                truly = first_when_confirmed(ranking, shown, row, criterion.name)
                assert (criterion.wish(need) in told.get(row, ())) == truly, (row, criterion.name)
                seen.add(truly)
    assert seen == {True, False}


def test_a_bed_confirmed_would_put_a_call_first_listing_on_top() -> None:
    asked = a_listing(**named(2), intake_hours=None)
    likely = ready(1, reports=(a_report(hours_ago=13),))
    ranking = ranked(likely, asked)
    rows = [int(row) for row in (*ranking.first(5, calls=False), *ranking.first(5, calls=True))]
    by_id = {likely.id: likely, asked.id: asked}
    shown = [(row, by_id[ranking.columns.ids[int(ranking.block.positions[row])]]) for row in rows]
    assert first_if(ranking, shown, rows[0]) == {rows[1]: ("a bed were held for the person",)}


def test_an_empty_directory_composes_to_nothing() -> None:
    ranking = ranked()
    assert compose(ranking) == Composed((), (), ()) and bridges(ranking, 3) == [] and not ranking.counts()
    assert all((facet.leaves, facet.known) == (0, 0) for facet in facets(ranking))


def test_the_points_of_a_case_can_be_weighed_anew() -> None:
    near, sure = ready(1, unknown={"payer.medicaid"}, point=NEAR), ready(2, point=FAR)
    usual, weighed = ranked(near, sure), ranked(near, sure, need=a_need(weights=(("payment", 0), ("travel", 22))))
    assert [one.marks.of[one.marks.row("travel")] for one in (usual, weighed)] == [8, 22]
    assert listed(usual) == ["1", "2"] == listed(weighed)
    away = (("payment", 22), ("travel", 0))
    assert listed(ranked(near, sure, need=a_need(weights=away))) == ["2", "1"]


def test_who_takes_methadone_is_bridged_by_who_continues_it() -> None:
    continuing = clinic(1, yes={"moud.methadone_continue"}, unknown=SILENT, point=FAR)
    ranking = ranked(continuing, clinic(2), need=a_need(taking=("methadone",)))
    assert bridged(ranking) == ["1"]
    assert bridged(ranked(clinic(2), need=a_need(taking=("methadone",)))) == []
    assert no_bridge(a_need(taking=("methadone",))) == "No place within reach is known to continue methadone."
    assert (
        no_bridge(a_need(wants=("buprenorphine_xr",)))
        == "No place within reach is known to start extended-release buprenorphine."
    )
    assert no_bridge(a_need()) == "No place within reach is known to start methadone or buprenorphine."


def test_what_is_not_known_of_a_bridge_is_asked_before_anybody_goes() -> None:
    silent = clinic(1, unknown={"sex.male", "payer.medicaid"})
    ranking = ranked(silent, need=a_need(taking=("buprenorphine",)))
    ((_, _, asked),) = bridges(ranking, 3)
    assert asked[0] == "Can the medication begin today?"
    assert "Do you take men?" in asked and any("Medicaid" in question for question in asked)
    known = clinic(2, yes={"moud.same_day"})
    sure = ranked(known)
    assert bridges(sure, 3)[0].questions == ()
