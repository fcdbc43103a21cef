"""Properties of the matcher: the arrays say what the plain rules say, for every listing, in any order."""

import json
from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from directory.availability import Report
from directory.hours import Hours
from directory.listing import Fact, Listing, Located, Statement, Vetting
from directory.matching import explain
from directory.matching.arrival import Pace
from directory.matching.assembling import columns_of
from directory.matching.criteria import CRITERIA
from directory.matching.criterion import Judged
from directory.matching.rank import Ranking, rank
from directory.matching.sifting import reach
from directory.need import Need
from directory.resolve import Said, Since, resolve
from directory.vocabulary import Answer, BedState, Channel, VettingState
from tests import oracle, worlds

SEEDS = range(40)
PACES = (oracle.Pace(), oracle.Pace(30.0, 1.3), oracle.Pace(500.0), oracle.Pace(45.0, 1.0, 30.0))


def entries(ranking: Ranking, listings: list[Listing]) -> list[explain.Entry]:
    """Options, then who must be called first, each in order, with everything that is said of them."""
    by_id = {listing.id: listing for listing in listings}
    rows = [int(row) for calls in (False, True) for row in ranking.first(10_000, calls=calls)]
    return [explain.entry(ranking, row, by_id[_id(ranking, row)]) for row in rows]


def _id(ranking: Ranking, row: int) -> str:
    return str(ranking.columns.ids[ranking.block.positions[row]])


def second_steps(ranking: Ranking) -> dict[str, str | None]:
    """What follows each option that is ready as the first of two steps."""
    steps: dict[str, str | None] = {}
    for row in map(int, ranking.first(10_000, calls=False)):
        position = ranking.second_step(row)
        steps[_id(ranking, row)] = None if position is None else ranking.columns.ids[position]
    return steps


def ask(listings: list[Listing], need: Need, pace: oracle.Pace = PACES[0], fits: Mapping[str, float] | None = None) -> Ranking:
    """The arrays' answer."""
    built = columns_of(listings)
    relevance = None if fits is None else np.array([fits.get(key, 0.0) for key in built.ids], dtype=np.float32)
    return rank(built, need, None if relevance is None else relevance.take, Pace(pace.mph, pace.road_factor, ready=pace.ready))


def agree(listings: list[Listing], need: Need, pace: oracle.Pace = PACES[0], fits: Mapping[str, float] | None = None) -> None:
    """Hold the arrays against the plain reading: who is set aside and why, the order, every point and range."""
    ranking, plain = ask(listings, need, pace, fits), oracle.read(listings, need, pace, fits)
    shown = entries(ranking, listings)
    assert ranking.counts() == plain.counts
    for entry in shown:
        verdict, name = plain.verdicts[entry.listing.id], entry.listing.id
        assert (name, entry.tier) == (name, plain.tiers[name])
        assert (name, {f.criterion: f.points for f in entry.findings if f.criterion in oracle.WEIGHTS}) == (
            name,
            verdict.points,
        )
        assert (name, entry.low, entry.points, entry.high) == (name, verdict.low, verdict.total, verdict.high)
    assert [entry.listing.id for entry in shown] == [*plain.options, *plain.calls]
    steps = second_steps(ranking)
    for name in plain.options:
        if plain.tiers[name] == "B":
            assert (name, steps[name]) == (name, plain.steps[name])


@pytest.mark.parametrize("seed", SEEDS)
def test_the_arrays_say_what_the_plain_rules_say_of_a_hundred_listings(seed: int) -> None:
    random = Random(seed)
    as_of = worlds.a_moment(random)
    listings = worlds.listings(random, as_of, 100)
    for _ in range(2):
        need, pace = worlds.own(random, worlds.a_need(random, as_of), listings), random.choice(PACES)
        agree(listings, need, pace, {one.id: random.choice((0.0, 0.25, 0.5, 1.0)) for one in listings})


def test_the_worlds_hold_every_tier_and_every_reason() -> None:
    tiers: set[str] = set()
    reasons: set[str] = set()
    for seed in SEEDS:
        random = Random(seed)
        as_of = worlds.a_moment(random)
        listings = worlds.listings(random, as_of, 100)
        plain = oracle.read(listings, worlds.own(random, worlds.a_need(random, as_of), listings))
        tiers |= set(plain.tiers.values())
        reasons |= set(plain.counts)
    assert tiers == {"", "A", "B", "C", "D"} and reasons == set(oracle.REASONS)


@st.composite
def small_worlds(draw: st.DrawFn) -> tuple[list[Listing], Need]:
    """A few listings, their facts taken apart one by one, so that what fails becomes as small as it can."""
    random = Random(draw(st.integers(0, 10_000)))
    as_of = worlds.a_moment(random)
    need = worlds.a_need(random, as_of)
    drawn = worlds.listings(random, as_of, draw(st.integers(1, 8)))
    return [draw(_less(listing)) for listing in drawn], worlds.own(random, need, drawn)


def _less(listing: Listing) -> st.SearchStrategy[Listing]:
    return st.builds(
        lambda gone, reports, hours: replace(
            listing,
            facts={code: fact for code, fact in listing.facts.items() if code not in gone},
            reports=listing.reports[:reports],
            intake_hours=listing.intake_hours if hours else None,
        ),
        st.sets(st.sampled_from(sorted(listing.facts)), max_size=4),
        st.integers(0, 5),
        st.booleans(),
    )


@given(small_worlds())
@settings(max_examples=300)
def test_the_arrays_say_what_the_plain_rules_say_of_a_few(world: tuple[list[Listing], Need]) -> None:
    agree(*world)


@given(small_worlds())
@settings(max_examples=100)
def test_every_listing_ends_in_one_place_and_the_points_shown_add_up(world: tuple[list[Listing], Need]) -> None:
    listings, need = world
    ranking = ask(listings, need)
    shown = entries(ranking, listings)
    assert len(shown) + sum(ranking.counts().values()) == len(listings)
    assert len({entry.listing.id for entry in shown}) == len(shown)
    assert set(ranking.counts()) <= set(oracle.REASONS)
    for entry in shown:
        assert entry.points == sum(finding.points for finding in entry.findings) <= 100
        assert 0 <= entry.low <= entry.points <= entry.high <= 100
        assert sum(finding.of for finding in entry.findings) == 100


@given(small_worlds(), st.randoms(use_true_random=False))
@settings(max_examples=80)
def test_the_order_of_input_changes_nothing(world: tuple[list[Listing], Need], random: Random) -> None:
    listings, need = world
    shuffled = list(listings)
    random.shuffle(shuffled)
    first, second = ask(listings, need), ask(shuffled, need)
    assert entries(first, listings) == entries(second, listings)
    assert second_steps(first) == second_steps(second) and first.counts() == second.counts()


Better = Callable[[Listing, Need], tuple[Listing, Listing]]
"""A listing as it is while nobody knows something of it, and once something favorable is known."""


def known(code: str, answer: Answer = Answer.YES, alone: str = "-") -> Better:
    """That a term is known; `alone` is how the terms begin of which nothing else shall be."""

    def told(listing: Listing, need: Need) -> tuple[Listing, Listing]:
        others = {other: fact for other, fact in listing.facts.items() if other != code and not other.startswith(alone)}
        return replace(listing, facts=others), replace(listing, facts={**others, code: Fact(answer, worlds.SURVEY)})

    return told


def _license(listing: Listing, need: Need) -> tuple[Listing, Listing]:
    return replace(listing, licence_expires=None), replace(listing, licence_expires=need.as_of.date())


def _open_now(listing: Listing, need: Need) -> tuple[Listing, Listing]:
    now = Report(BedState.OPEN, need.as_of, Channel.CALL, "a test")
    return replace(listing, reports=()), replace(listing, reports=(now,))


def _always(listing: Listing, need: Need) -> tuple[Listing, Listing]:
    placed = replace(listing, timezone="America/New_York", latest_arrival="", intake_hours=None)
    return placed, replace(placed, intake_hours=Hours.read("24/7"))


def _vetted(listing: Listing, need: Need) -> tuple[Listing, Listing]:
    step = Vetting(VettingState.VETTED, need.as_of, "a test")
    return replace(listing, vettings=()), replace(listing, vettings=(step,))


FAVORABLE: dict[str, Better] = {
    "operating": known("status.operating"),
    "a license": known("status.licensed"),
    "a license's last day": _license,
    "a setting": known("setting.residential_long"),
    "treats opioids": known("treats.opioid"),
    "treats alcohol": known("treats.alcohol"),
    "not for DUI alone": known("only.dui", Answer.NO),
    "takes men": known("sex.male"),
    "takes adults": known("age.adult"),
    "takes pregnant women": known("accepts.pregnant"),
    "continues methadone": known("moud.methadone_continue", alone="moud."),
    "starts buprenorphine": known("moud.buprenorphine_start", alone="moud."),
    "withdrawal from opioids": known("withdrawal.opioid"),
    "withdrawal at a partner's": known("withdrawal.partner_unit"),
    "a hospital": known("level.4"),
    "Medicaid": known("payer.medicaid"),
    "free": known("payer.free"),
    "the plan": known("plan.example_gold"),
    "takes people with insulin": known("excludes.insulin", Answer.NO),
    "a must": known("amenity.transportation"),
    "Spanish": known("language.spanish"),
    "a bed": _open_now,
    "always open": _always,
    "vetted": _vetted,
}


def _standings(listings: list[Listing], need: Need) -> dict[str, tuple[int, int, int]]:
    """How high a tier each has that is not set aside, how many points, and how few questions."""
    shown = entries(ask(listings, need), listings)
    return {one.listing.id: ("DCBA".index(one.tier), one.points, -len(one.questions)) for one in shown}


@pytest.mark.parametrize("better", FAVORABLE.values(), ids=FAVORABLE)
def test_a_favorable_fact_never_lowers(better: Better) -> None:
    random = Random(7)
    raised = 0
    for _ in range(24):
        as_of = worlds.a_moment(random)
        need = worlds.a_need(random, as_of)
        pairs = [better(listing, need) for listing in worlds.listings(random, as_of, 40)]
        before, after = (_standings([pair[at] for pair in pairs], need) for at in (0, 1))
        assert all(after.get(name, (-1, 0, 0)) >= standing for name, standing in before.items()), need
        raised += after != before
    assert raised


def _statements(listing: Listing, paid: bool) -> list[Said]:
    """What a source said of a listing; one that was paid for says so in every way that a source can say things."""
    values = {"organization": listing.organization, "city": "Columbus", "state_province": "OH", "postal_code": "43215"}
    values |= {"latest_arrival": listing.latest_arrival} if listing.latest_arrival else {}
    values |= {"intake_hours": str(listing.intake_hours)} if listing.intake_hours else {}
    values |= {"licence_expires": listing.licence_expires.isoformat()} if listing.licence_expires else {}
    values |= {"paid_advertiser": "yes", "sponsored_rank": "1"} if paid else {}
    yes, no = (frozenset(c for c, fact in listing.facts.items() if fact.answer is a) for a in (Answer.YES, Answer.NO))
    yes |= {"paid_advertiser.gold"} if paid else frozenset()
    source, _, local_id = listing.id.partition(":")
    return [Said(1, Statement(source, local_id, worlds.SURVEY, values, yes, no))]


def _resolved(listing: Listing, paid: bool) -> Listing:
    since = Since(listing.reports, listing.vettings)
    return resolve(listing.id, _statements(listing, paid), lambda *_: Located(listing.point, listing.timezone), since)


def _as_bytes(listings: list[Listing], need: Need) -> bytes:
    ranking = ask(listings, need)
    told = [
        (one.listing.id, one.tier, one.low, one.points, one.high, one.questions, [str(finding) for finding in one.findings])
        for one in entries(ranking, listings)
    ]
    return json.dumps([told, ranking.counts(), second_steps(ranking)]).encode()


@pytest.mark.parametrize("seed", range(6))
def test_who_paid_stands_where_he_stood(seed: int) -> None:
    random = Random(seed)
    as_of = worlds.a_moment(random)
    listings = worlds.listings(random, as_of, 60)
    payers = {one.id for one in random.sample(listings, 20)}
    need = worlds.a_need(random, as_of)
    plain = [_resolved(one, paid=False) for one in listings]
    paid = [_resolved(one, paid=one.id in payers) for one in listings]
    assert paid != plain and _as_bytes(paid, need) == _as_bytes(plain, need)


@given(small_worlds())
@settings(max_examples=40)
def test_the_first_few_are_the_head_of_the_whole_order(world: tuple[list[Listing], Need]) -> None:
    listings, need = world
    many = [replace(x, id=f"{x.id}-{copy}") for x in listings for copy in range(6)]
    ranking = ask(many, need)
    for calls in (False, True):
        everything = ranking.first(10_000, calls=calls)
        assert list(ranking.first(3, calls=calls)) == list(everything[:3])
    aside, nearest = ([at for at, _, _ in ranking.nearest_aside(limit)] for limit in (10_000, 3))
    assert nearest == aside[:3]


@pytest.mark.parametrize("microsecond", [0, 400_000, 700_000])
def test_what_is_said_at_the_very_moment_is_already_known(microsecond: int) -> None:
    random = Random(3)
    as_of = worlds.a_moment(random).replace(microsecond=microsecond)
    need = worlds.a_need(random, as_of)
    agree([_open_now(listing, need)[1] for listing in worlds.listings(random, as_of, 60)], need)


@pytest.mark.parametrize("seed", SEEDS[:10])
def test_no_criterion_but_that_of_the_beds_looks_at_reports(seed: int) -> None:
    random = Random(seed)
    moment = worlds.a_moment(random)
    told = worlds.listings(random, moment, 60)
    need = worlds.a_need(random, moment)
    changed: set[str] = set()
    said, silent = (reach(columns_of(some), need) for some in (told, [replace(one, reports=()) for one in told]))
    for criterion in (one for one in CRITERIA if one.asked(need)):
        found, without = (criterion.judge(block, need) for block in (said, silent))
        if not all(np.array_equal(getattr(found, one.name), getattr(without, one.name)) for one in fields(Judged)):
            changed.add(criterion.name)
    assert changed == {"admit"}


def test_every_criterion_explains_itself_and_the_points_are_a_hundred() -> None:
    assert sum(criterion.points for criterion in CRITERIA) == 100
    assert {criterion.name: criterion.points for criterion in CRITERIA if criterion.points} == oracle.WEIGHTS
    for criterion in CRITERIA:
        assert len(criterion.description) > 20 and criterion.description.endswith(".")
