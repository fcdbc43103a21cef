"""Where only vetted centers are asked for, no other is named anywhere in the answer, and what was left out is counted."""

from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

import numpy as np
import pytest

from directory import paper
from directory.answered import Answered
from directory.listing import Listing, Vetting
from directory.matching import sifting, standing
from directory.matching.assembling import columns_of
from directory.matching.block import Block
from directory.matching.standing import published
from directory.vocabulary import HELPLINES, VettingState
from tests import worlds
from tests.builders import AS_OF, POINTS, a_listing, a_need
from tests.handout import scene


def a_vetted(**fields: Any) -> Listing:
    """A usual listing that somebody here has checked."""
    return a_listing(vettings=(Vetting(VettingState.VETTED, AS_OF - timedelta(days=9), "a test"),), **fields)


def answered(listings: list[Listing], **fields: Any) -> Answered:
    """The answer for somebody who is not signed in, unless told otherwise."""
    return scene.answered(*listings, need=a_need(**({"vetted_only": True} | fields)))


def named(answer: Answered) -> set[str]:
    """The ids of everything that an answer names."""
    entries = (*answer.options, *answer.call_first, *answer.set_aside, *answer.bridges, *answer.named)
    return {one.id for entry in entries for one in (entry.listing, entry.then) if one}


@pytest.mark.parametrize("seed", range(12))
def test_what_is_named_is_what_browsing_shows(seed: int) -> None:
    random = Random(seed)
    as_of = worlds.a_moment(random)
    listings = worlds.listings(random, as_of, 80)
    shown = {one.id for one in listings if one.published(as_of)}
    need = replace(worlds.a_need(random, as_of), vetted_only=True)
    block = Block(columns_of(listings), np.arange(len(listings)), np.full(len(listings), np.nan))
    ids = [block.columns.ids[at] for at in block.positions]
    assert {key for key, here in zip(ids, published(block, need), strict=True) if here} == shown
    fields = {name: getattr(need, name) for name in need.__slots__}
    told, everybody = (answered(listings, **(fields | {"vetted_only": only})) for only in (True, False))
    assert named(told) <= shown and not named(everybody) <= shown
    assert told.option_count + told.call_first_count + sum(told.aside_counts.values()) == len(listings)


def test_what_nobody_checked_is_counted_and_never_named() -> None:
    new = a_listing(id="new", organization="Canary Meadow")
    far = a_listing(id="far", organization="Example Far House", point=POINTS["44113"])
    full = a_listing(id="women", organization="Example House for Women", no=["sex.male"])
    told = answered([a_vetted(id="vetted"), new, far, full], within_miles=50.0, words="Canary Meadow")
    assert [entry.listing.id for entry in told.call_first] == ["vetted"] and named(told) == {"vetted"}
    assert told.aside_counts == {"trust": 1, "sex": 1, "travel": 1}
    assert told.unchecked.startswith("1 more center may fit, but it is not on our list of checked centers.")
    assert "There is a center of the name that you asked for, but it is not on our list of checked centers." in told.unchecked
    assert "counselor" in told.unchecked and HELPLINES[2][1] in told.unchecked
    text = paper.in_words(told)
    assert "Canary Meadow," not in text and "Not on our list" in text


@pytest.mark.parametrize("state", [VettingState.SUSPENDED, VettingState.LAPSED, VettingState.REJECTED])
def test_what_was_checked_and_is_not_shown_is_never_said_to_be_unchecked(state: VettingState) -> None:
    was = Vetting(VettingState.VETTED, AS_OF - timedelta(days=9), "a test")
    off = replace(was, state=state, at=AS_OF - timedelta(days=1))
    if state is VettingState.LAPSED:
        off = replace(was, until=(AS_OF - timedelta(days=2)).date())
    told = answered(
        [a_vetted(id="vetted"), a_listing(id="off", organization="Canary Meadow", vettings=(was, off))], words="Meadow"
    )
    assert named(told) == {"vetted"} and "nobody here has checked" not in told.unchecked
    assert "There is a center of the name that you asked for, but it is not on our list" in told.unchecked


def test_nothing_is_said_of_the_unchecked_where_they_stand_on_the_list() -> None:
    told = answered([a_listing()], vetted_only=False)
    assert told.unchecked == "" and len(told.call_first) == 1 and "trust" not in told.aside_counts


def test_a_family_is_offered_no_change_that_names_the_unchecked() -> None:
    told = answered([a_listing(id="new"), a_vetted(id="far", point=POINTS["44113"])], within_miles=50.0)
    assert [(one.need.vetted_only, one.fits) for one in told.loosenings] == [(True, 1)] * len(told.loosenings)
    assert told.loosenings


def test_the_second_step_of_a_plan_is_checked_too() -> None:
    stay = {"setting.residential", "setting.residential_short"}
    house: dict[str, Any] = {"id": "house", "no": ["withdrawal.opioid"], "yes": ["moud.methadone_start"]}
    unit = a_vetted(id="unit", unknown=stay, intake_hours=None)
    assert {one.then.id for one in answered([unit, a_vetted(**house)]).options if one.then} <= {"house"}
    assert "house" not in named(answered([unit, a_listing(**house)]))


def test_a_bridge_is_checked_too_and_where_none_is_the_helplines_are_named() -> None:
    clinic: dict[str, Any] = {
        "id": "clinic",
        "yes": ["moud.same_day", "setting.outpatient"],
        "unknown": ["setting.residential"],
    }
    vetted, new = answered([a_vetted(**clinic)]), answered([a_listing(**clinic)])
    assert [entry.listing.id for entry in vetted.bridges] == ["clinic"] and vetted.no_bridge == ""
    assert not new.bridges
    assert new.no_bridge.startswith("No place within reach that we have checked is known to start methadone or buprenorphine.")
    assert HELPLINES[2][1] in new.no_bridge


@pytest.mark.parametrize("seed", range(6))
def test_the_nearest_past_the_limit_are_the_same_however_they_are_looked_for(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    random = Random(seed)
    built = columns_of(worlds.listings(random, AS_OF, 120))
    need = a_need(within_miles=random.choice([10.0, 50.0, 200.0]), vetted_only=seed % 2 == 0)
    named = standing.may_be_named(built, built.everything(), need)
    by_each = sifting.nearest_beyond(built, need, 7)
    monkeypatch.setattr(sifting, "_FEW", -1)
    in_rings = sifting.nearest_beyond(built, need, 7)
    assert [at for at, _ in by_each] == [at for at, _ in in_rings] and all(named[at] for at, _ in by_each)
    assert [miles for _, miles in by_each] == pytest.approx([miles for _, miles in in_rings])
    assert need.near and need.within_miles
    far = built.miles(need.near.point, np.flatnonzero(named)) > need.within_miles
    assert len(by_each) == min(7, np.count_nonzero(far))
