"""Edges of the ranking that no judgement in plain text tells (those are in `tests/judgements`)."""

from datetime import UTC, date, datetime
from typing import Any

import numpy as np

from directory.listing import Address, Fact, Listing, Phone, PhoneKind, Point, Provenance
from directory.matching import explain
from directory.matching.assembling import columns_of
from directory.matching.rank import rank
from directory.need import Near, Need
from directory.vocabulary import Answer, SourceKind

SURVEY = Provenance("survey", SourceKind.SURVEY, "row 2", date(2026, 1, 1), "import")
COLUMBUS = Point(39.967, -83.004)
USUAL = (
    "status.operating", "setting.residential", "setting.residential_long", "treats.opioid", "sex.male", "sex.female",
    "age.young_adult", "age.adult", "payer.medicaid", "care.substance_use",
)  # fmt: skip


def a_center(*more: str, without: tuple[str, ...] = (), no: tuple[str, ...] = (), point: Point | None = COLUMBUS) -> Listing:
    """A usual residential center; `without` leaves terms unknown, `no` denies them."""
    facts = {code: Fact(Answer.YES, SURVEY) for code in (*USUAL, *more) if code not in without}
    facts |= {code: Fact(Answer.NO, SURVEY) for code in no}
    return Listing(
        id="survey:" + "/".join(map(str, (more, without, no, point))),
        organization="Example Center",
        program="",
        address=Address("100 Example Street", "", "Columbus", "OH", "43215"),
        phones=(Phone("6145550100", "", PhoneKind.MAIN),),
        point=point,
        facts=facts,
        said_by={"postal_code": SURVEY},
    )


def he_needs(**fields: Any) -> Need:
    usual: dict[str, Any] = {
        "as_of": datetime(2026, 3, 13, 18, tzinfo=UTC),
        "near": Near("43215", "43215 (Columbus, OH)", COLUMBUS),
        "within_miles": 150.0,
        "age": 27,
        "sex": "male",
        "substances": ("heroin",),
        "dependent_on": ("opioid",),
        "payer": "medicaid",
    }
    return Need(**(usual | fields))


def test_a_place_that_is_not_known_never_counts_as_near() -> None:
    listing = a_center(point=None)
    ranking = rank(columns_of([listing]), he_needs(within_miles=5.0))
    (row,) = ranking.first(5, calls=True)
    entry = explain.entry(ranking, int(row), listing)
    assert entry.miles is None
    assert next(f for f in entry.findings if f.criterion == "travel").points == 0


def test_an_empty_directory_is_an_answer_too() -> None:
    ranking = rank(columns_of([]), he_needs())
    assert ranking.counts() == {} and not len(ranking.first(5, calls=True)) and ranking.nearest_aside(5) == []


def test_nothing_said_of_substances_shuts_no_door_but_dui() -> None:
    nothing = he_needs(substances=(), dependent_on=())
    ranking = rank(columns_of([a_center("only.opioid"), a_center("only.alcohol")]), nothing)
    assert ranking.counts() == {}
    cocaine = he_needs(substances=("cocaine",), dependent_on=())
    assert rank(columns_of([a_center("only.opioid"), a_center("only.alcohol")]), cocaine).counts() == {"exclusive": 2}


def test_naltrexone_for_alcohol_is_no_opioid_case() -> None:
    assert not he_needs(substances=("alcohol",), dependent_on=("alcohol",), taking=("naltrexone_xr",)).opioids
    assert he_needs(substances=(), dependent_on=(), taking=("naltrexone_xr",)).opioids


def test_one_medication_denied_is_not_all_of_them_denied() -> None:
    listing = a_center(no=("moud.methadone_start",))
    ranking = rank(columns_of([listing]), he_needs())
    entry = explain.entry(ranking, int(ranking.first(1, calls=True)[0]), listing)
    assert next(f for f in entry.findings if f.criterion == "medication").answer is Answer.UNKNOWN


def test_a_center_that_the_words_speak_of_never_gets_nothing_for_them() -> None:
    spoken, silent = a_center("language.spanish"), a_center("language.french")
    built = columns_of([spoken, silent])
    relevance = np.array([0.01 if key == spoken.id else 0.0 for key in built.ids], dtype=np.float32)
    ranking = rank(built, he_needs(words="detox"), relevance.take)
    points = {}
    for row in ranking.first(2, calls=True):
        listing = spoken if built.ids[ranking.block.positions[row]] == spoken.id else silent
        entry = explain.entry(ranking, int(row), listing)
        points[listing.id] = next(f.points for f in entry.findings if f.criterion == "preferences")
    assert points == {spoken.id: 2, silent.id: 0}
