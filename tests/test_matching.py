"""Properties of the matcher: the arrays say what the plain rules say, for every listing, in any order."""

from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from directory.listing import Address, Fact, Listing, Phone, PhoneKind, Point, Provenance
from directory.matching import columns, explain
from directory.matching.criteria import CRITERIA
from directory.matching.rank import Ranking, rank
from directory.need import Near, Need
from directory.vocabulary import DEPENDENCES, MEDICATIONS, PAYERS, SUBSTANCES, Answer, SourceKind

SURVEY = Provenance("survey", SourceKind.SURVEY, "row 1", date(2026, 1, 1), "import")
TELLING = sorted(
    {
        code
        for criterion in CRITERIA
        for need in (
            Need(
                datetime.now(UTC),
                age=30,
                sex="male",
                substances=("heroin",),
                dependent_on=("opioid", "alcohol"),
                payer="medicaid",
            ),
            Need(
                datetime.now(UTC),
                age=70,
                sex="female",
                taking=("methadone",),
                payer="private",
                pregnant=True,
                level="inpatient",
            ),
            Need(datetime.now(UTC), age=20, payer="uninsured", wants=("buprenorphine",), language="spanish"),
            Need(datetime.now(UTC), age=12, payer="self_pay", must=("amenity.transportation",), applies=("excludes.insulin",)),
        )
        for code in criterion.terms(need)
        if not code.endswith(".None")
    }
    | {"only.opioid", "care.substance_use"}
)

places = st.one_of(st.none(), st.builds(Point, st.floats(35, 44), st.floats(-88, -78), st.booleans()))
answers = st.dictionaries(st.sampled_from(TELLING), st.sampled_from((Answer.YES, Answer.YES, Answer.NO)), max_size=24)


@st.composite
def listing_lists(draw: st.DrawFn) -> list[Listing]:
    drawn = draw(st.lists(st.tuples(places, answers), min_size=1, max_size=12))
    return [
        Listing(
            id=f"survey:{number:04}",
            organization=f"Example {number}",
            program="",
            address=Address("1 Example Street", "", "Columbus", "OH", "43215"),
            phones=(Phone("6145550101", "", PhoneKind.MAIN),),
            point=point,
            facts={code: Fact(answer, SURVEY) for code, answer in facts.items()},
            said_by={"postal_code": SURVEY},
        )
        for number, (point, facts) in enumerate(drawn)
    ]


def several(values: object) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(sorted(values)), unique=True, max_size=2).map(tuple)  # type: ignore[call-overload]


needs = st.builds(
    Need,
    as_of=st.just(datetime(2026, 3, 13, 18, tzinfo=UTC)),
    near=st.one_of(st.none(), st.just(Near("43215", "Columbus", Point(39.967, -83.004)))),
    within_miles=st.one_of(st.none(), st.sampled_from((5.0, 10.0, 25.0, 100.0, 400.0))),
    age=st.one_of(st.none(), st.sampled_from((12, 20, 40, 70))),
    sex=st.sampled_from((None, "male", "female")),
    pregnant=st.sampled_from((None, False, True)),
    veteran=st.sampled_from((None, False, True)),
    substances=several(SUBSTANCES),
    dependent_on=several(DEPENDENCES),
    taking=several(MEDICATIONS),
    wants=several(MEDICATIONS),
    level=st.sampled_from((None, "residential", "inpatient")),
    payer=st.sampled_from((None, *PAYERS)),
    self_pay_ok=st.booleans(),
    applies=st.sampled_from(((), ("excludes.insulin",))),
    must=st.sampled_from(((), ("amenity.transportation",), ("amenity.transportation", "sex.male"))),
    nice=st.sampled_from(((), ("amenity.transportation",), ("payer.free", "sex.female"))),
    language=st.sampled_from((None, "spanish")),
)


def entries(ranking: Ranking, listings: list[Listing]) -> list[explain.Entry]:
    by_id = {listing.id: listing for listing in listings}
    rows = [int(row) for calls in (False, True) for row in ranking.first(10_000, calls=calls)]
    return [explain.entry(ranking, row, by_id[ranking.columns.ids[ranking.block.positions[row]]]) for row in rows]


@given(listing_lists(), needs)
@settings(max_examples=150, deadline=None)
def test_every_listing_ends_in_one_place_and_the_points_shown_add_up(listings: list[Listing], need: Need) -> None:
    ranking = rank(columns.build(listings), need)
    shown = entries(ranking, listings)
    assert len(shown) + sum(ranking.counts().values()) == len(listings)
    assert len({entry.listing.id for entry in shown}) == len(shown)
    for entry in shown:
        assert entry.points == sum(finding.points for finding in entry.findings) <= 100
        assert 0 <= entry.low <= entry.points <= entry.high <= 100
        assert sum(finding.of for finding in entry.findings) == 100


@given(listing_lists(), needs, st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_the_order_of_input_changes_nothing(listings: list[Listing], need: Need, random: np.random.Generator) -> None:
    shuffled = list(listings)
    random.shuffle(shuffled)
    first, second = (entries(rank(columns.build(some), need), listings) for some in (listings, shuffled))
    assert first == second


FAVORABLE = ("payer.medicaid", "moud.buprenorphine_start", "sex.male", "treats.opioid", "setting.residential_long")


@given(listing_lists(), needs.map(lambda need: replace(need, payer="medicaid", level=None)), st.sampled_from(FAVORABLE))
@settings(max_examples=150, deadline=None)
def test_a_favorable_fact_never_lowers(listings: list[Listing], need: Need, code: str) -> None:
    bettered = replace(listings[0], facts={**listings[0].facts, code: Fact(Answer.YES, SURVEY)})
    before = [e for e in entries(rank(columns.build(listings), need), listings) if e.listing.id == bettered.id]
    changed = [bettered, *listings[1:]]
    after = [e for e in entries(rank(columns.build(changed), need), changed) if e.listing.id == bettered.id]
    if before:
        assert after and after[0].points >= before[0].points


@given(listing_lists(), needs)
@settings(max_examples=60, deadline=None)
def test_the_first_few_are_the_head_of_the_whole_order(listings: list[Listing], need: Need) -> None:
    many = [replace(x, id=f"{x.id}-{copy}") for x in listings for copy in range(6)]
    ranking = rank(columns.build(many), need)
    for calls in (False, True):
        everything = ranking.first(10_000, calls=calls)
        assert list(ranking.first(3, calls=calls)) == list(everything[:3])
    aside, nearest = ([at for at, _, _ in ranking.nearest_aside(limit)] for limit in (10_000, 3))
    assert nearest == aside[:3]


def test_every_criterion_explains_itself_and_the_points_are_a_hundred() -> None:
    assert sum(criterion.points for criterion in CRITERIA) == 100
    for criterion in CRITERIA:
        assert len(criterion.description) > 20 and criterion.description.endswith(".")
    assert len({criterion.name for criterion in CRITERIA}) == len(CRITERIA)
