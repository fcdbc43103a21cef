"""What is said otherwise since a hand-out was printed: named where it is printed, silent where it is not or time went by."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

import pytest

from directory import handout
from directory.availability import Report
from directory.handout import Change, HandoutFacts, Snapshot
from directory.listing import Listing, Phone, PhoneKind
from directory.matching.arrival import STRAIGHT, Pace
from directory.need import Need
from directory.vocabulary import Channel
from tests.builders import AS_OF, a_need, a_report
from tests.handout import scene

NEED: Final = a_need(meeting_ends=AS_OF + timedelta(hours=1))
FIRST: Final = "invented_survey:1"


def frozen(
    change: Callable[[Listing], Listing] = lambda one: one, need: Need = NEED, told: dict[str, HandoutFacts] | None = None
) -> Snapshot:
    """The evening's hand-out, with one center otherwise, for a need, after what was told."""
    known = [change(one) if one.id == FIRST else one for one in scene.listings()]
    answered = scene.answered(*known, need=need)
    return handout.freeze(answered, scene.TOLD | (told or {}), 4, need.as_of + timedelta(minutes=4))


def since(now: Snapshot, printed: Snapshot | None = None) -> tuple[Change, ...]:
    return handout.changes(printed or frozen(), now)


def later(hours: float, need: Need = NEED) -> Need:
    return replace(need, as_of=need.as_of + timedelta(hours=hours))


def with_reports(*reports: Report) -> Callable[[Listing], Listing]:
    return lambda one: replace(one, reports=reports)


def told(**fields: Any) -> dict[str, HandoutFacts]:
    return {FIRST: replace(scene.TOLD[FIRST], **fields)}


def moved_to(street: str) -> Callable[[Listing], Listing]:
    return lambda one: replace(one, address=replace(one.address, address_1=street))


LATER: Final = replace(NEED, meeting_ends=AS_OF + timedelta(hours=1, minutes=10))
HELD: Final = a_report("held", 0.5, hold_until=AS_OF.replace(hour=22))
SILENT: Final = {
    "nothing moved": frozen(),
    "a quarter of an hour went by": frozen(need=later(0.25)),
    "an attempt at a call": frozen(with_reports(HELD, a_report("no_answer", 0.1))),
    "a number that is not the one to call": frozen(
        lambda one: replace(one, phones=(*one.phones, Phone("6145550199", "", PhoneKind.MAIN)))
    ),
    "a website": frozen(lambda one: replace(one, website="https://new.example.org")),
    "who told it": frozen(with_reports(replace(HELD, recorded_by="another", channel=Channel.PORTAL))),
}
NAMED: Final = {
    "the bed": (
        frozen(with_reports(a_report("open", 0.1, beds=3))),
        "Beds: 3 beds are open (said 6:24 pm Friday) (printed: a bed is held until 10:30 pm Friday (said 6:00 pm Friday))",
    ),
    "the cost": (frozen(told=told(cost="$900")), "Cost up front: $900 (printed: $150 deposit, paid back if he"),
    "whom to ask for": (frozen(told=told(ask_for="Kim")), "ask for Kim (printed: 614-555-0171 ext. 4, direct"),
    "a rule": (frozen(told=told(rules=())), "What they said of their rules: nothing (printed: Telephones:"),
    "the door": (frozen(moved_to("9 New Street")), "Address: 9 New Street"),
    "the hour of arrival": (frozen(need=LATER), "Arrival: You can be there about"),
}  # fmt: skip


@pytest.mark.parametrize("now", SILENT.values(), ids=SILENT)
def test_what_is_not_printed_or_only_time_moved_is_no_change(now: Snapshot) -> None:
    assert since(now) == ()


@pytest.mark.parametrize(("now", "said"), NAMED.values(), ids=NAMED)
def test_what_is_printed_otherwise_is_named_with_what_stands_on_the_paper(now: Snapshot, said: str) -> None:
    named = {one.name: one.sentences for one in since(now)}
    assert said in "; ".join(named["Example House 1"]).replace("\u00a0", " ")
    others = named.keys() - {"Example House 1"}
    assert not others or said.startswith("Arrival"), "the others said nothing new"


@pytest.mark.parametrize("pace", [STRAIGHT, Pace(ready=30.0)], ids=["leaving now", "getting ready"])
@pytest.mark.parametrize(("ends", "hours"), [(None, 0.4), (NEED.meeting_ends, 1.2)], ids=["at once", "later than planned"])
def test_whoever_has_not_left_yet_is_not_told_of_each_minute(ends: datetime | None, hours: float, pace: Pace) -> None:
    need, some = replace(NEED, meeting_ends=ends), scene.listings()[:3]
    lists = [scene.answered(*some, need=one, pace=pace) for one in (need, later(hours, need))]
    printed, now = (handout.freeze(one, {}, 4, one.need.as_of) for one in lists)
    assert now["options"][0]["arrives_at"] != printed["options"][0]["arrives_at"]
    assert since(now, printed) == ()


def test_a_number_that_was_found_wrong_is_not_the_one_that_is_printed() -> None:
    numbers = Phone("6145550198", "", PhoneKind.INTAKE), Phone("6145550199", "", PhoneKind.MAIN)
    known = [replace(one, phones=numbers) if one.id == FIRST else one for one in scene.listings()]
    answered = scene.answered(*known, need=NEED)
    told = [
        next(one["phone"]["number"] for one in handout.freeze(told, {}, 4, AS_OF)["options"] if one["id"] == FIRST)
        for told in (answered, answered.dialling({"6145550198"}), answered.dialling({"6145550198", "6145550199"}))
    ]
    assert told == ["614-555-0198", "614-555-0199", "614-555-0198"]


def test_nobody_is_to_call_again_after_the_hold_is_over() -> None:
    held = a_report("held", 0.5, hold_until=AS_OF + timedelta(hours=1))
    now = frozen(with_reports(held), told=told(call_again_by=None))
    (option,) = (one for one in (*now["options"], *now["backups"]) if one["id"] == FIRST)
    assert option["call_again_by"] == (AS_OF + timedelta(hours=1)).isoformat(timespec="minutes")


def test_a_center_that_went_and_one_that_came_are_named_and_the_others_only_where_their_order_is_another() -> None:
    full = frozen(with_reports(a_report("full", 0.1)))
    told = {one.name: one.sentences for one in since(full)}
    assert told["Example House 1"][0] == "no longer on the list, was option 1"
    moved = [name for name, sentences in told.items() if any(" was backup" in one for one in sentences)]
    assert len(moved) == 1, "one backup is an option now; who only went up by one is not told of"
    back = {one.name: one.sentences for one in since(frozen(), full)}
    assert back["Example House 1"][0] == "new: option 1"


def test_a_clinic_that_is_gone_from_page_two_is_named() -> None:
    known = [one for one in scene.listings() if one.id != "invented_survey:8"]
    now = handout.freeze(scene.answered(*known, need=NEED), scene.TOLD, 4, scene.MADE)
    assert Change("Example Day Clinic", ("no longer under “If the answer is no today”",)) in since(now)
    assert Change("Example Day Clinic", ("new under “If the answer is no today”",)) in since(frozen(), now)


def test_what_a_list_promises_no_more_is_named() -> None:
    now = frozen() | {"not_promised": ["near"]}
    (change,) = since(now, frozen() | {"not_promised": ["payment"]})
    assert change.sentences == (
        "No option on this list is within 25 miles.",
        "no longer: Insurance is not confirmed for any option on this list, and none is free.",
    )


def test_what_was_checked_since_it_was_printed_is_told_under_a_label_of_its_own() -> None:
    new = frozen(lambda one: replace(one, vettings=()))
    words = "This center is not on our list of checked centers: ask for its license."
    name = next(one["name"] for one in (*new["options"], *new["backups"]) if one["id"] == FIRST)
    (since_then,) = (one for one in since(frozen(), new) if one.name == name)
    assert f"Our check: checked by us (printed: {words})" in since_then.sentences
    assert not any(sentence.startswith("Beside it") for sentence in since_then.sentences)
    (the_other_way,) = (one for one in since(new) if one.name == name)
    assert f"Our check: {words} (printed: checked by us)" in the_other_way.sentences
    for center in new["options"] + new["backups"] + new["bridges"]:
        del center["checked"]
    assert not any("Our check" in words for one in since(frozen(), new) for words in one.sentences), "it was not written down"
