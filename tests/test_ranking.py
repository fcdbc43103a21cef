"""Judgements: for this need, this center must come before that one. Extend the table in the words of the field."""

from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pytest

from directory.listing import Address, Fact, Listing, Phone, PhoneKind, Point, Provenance
from directory.matching import columns, explain
from directory.matching.criteria import BY_NAME
from directory.matching.rank import rank
from directory.need import Near, Need
from directory.vocabulary import Answer, SourceKind

SURVEY = Provenance("survey", SourceKind.SURVEY, "row 2", date(2026, 1, 1), "import")
COLUMBUS, DAYTON, FAR = Point(39.967, -83.004), Point(39.759, -84.192), Point(41.499, -81.694)
USUAL = (
    "status.operating", "setting.residential", "setting.residential_long", "treats.opioid", "sex.male", "sex.female",
    "age.young_adult", "age.adult", "payer.medicaid", "care.substance_use",
)  # fmt: skip
ON_SITE = ("setting.residential_withdrawal", "withdrawal.opioid")


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


BETTER = [
    ("the nearer one", he_needs(), a_center(), a_center(point=DAYTON)),
    ("near enough, and a known place", he_needs(), a_center(point=FAR), a_center(point=None)),
    ("withdrawal care on site", he_needs(), a_center(*ON_SITE, point=DAYTON), a_center()),
    ("detox on site beats detox that may be outpatient", he_needs(), a_center(*ON_SITE), a_center("withdrawal.opioid")),
    ("starts buprenorphine", he_needs(), a_center("moud.buprenorphine_start"), a_center("moud.elsewhere")),
    ("maintains methadone", he_needs(), a_center("moud.methadone_continue"), a_center("moud.naltrexone_start")),
    ("accepts medication from elsewhere", he_needs(), a_center("moud.elsewhere"), a_center("moud.naltrexone_start")),
    (
        "policy unknown beats a known no",
        he_needs(),
        a_center(),
        a_center(no=("moud.methadone_start", "moud.buprenorphine_start")),
    ),
    ("“used” is not “starts”", he_needs(), a_center("moud.buprenorphine_start"), a_center("moud.buprenorphine_used")),
    ("takes Medicaid", he_needs(), a_center(point=DAYTON), a_center(without=("payer.medicaid",))),
    (
        "free is as good as Medicaid",
        he_needs(),
        a_center("payer.free", without=("payer.medicaid",)),
        a_center(without=("payer.medicaid",)),
    ),
    (
        "funded, where he has no insurance",
        he_needs(payer="uninsured"),
        a_center("payer.government_funds"),
        a_center("payer.sliding_scale"),
    ),
    ("sliding scale beats silence", he_needs(payer="uninsured"), a_center("payer.sliding_scale"), a_center()),
    (
        "treatment, not detox alone",
        he_needs(dependent_on=()),
        a_center(),
        a_center("setting.residential_withdrawal", without=("setting.residential_long",)),
    ),
    (
        "the medication that he wants",
        he_needs(wants=("methadone",)),
        a_center("moud.methadone_start"),
        a_center("moud.buprenorphine_start"),
    ),
    ("speaks Spanish", he_needs(language="spanish"), a_center("language.spanish"), a_center()),
    (
        "more of the nice-to-haves",
        he_needs(nice=("amenity.transportation", "recovery.peer_support")),
        a_center("amenity.transportation", "recovery.peer_support"),
        a_center("recovery.peer_support"),
    ),
    (
        "fewer open questions at the same points",
        he_needs(payer=None),
        a_center("sex.male"),
        a_center(without=("sex.male", "sex.female")),
    ),
]


@pytest.mark.parametrize("why, need, better, worse", BETTER, ids=[case[0] for case in BETTER])
def test_better_comes_first(why: str, need: Need, better: Listing, worse: Listing) -> None:
    ranking = rank(columns.build([worse, better]), need)
    order = [ranking.columns.ids[ranking.block.positions[row]] for row in ranking.first(5, calls=True)]
    assert order == [better.id, worse.id], why


ASIDE = [
    (
        "outpatient only",
        he_needs(),
        a_center(
            no=tuple(
                f"setting.{s}"
                for s in (
                    "residential",
                    "residential_short",
                    "residential_long",
                    "residential_withdrawal",
                    "inpatient",
                    "inpatient_treatment",
                    "inpatient_withdrawal",
                )
            )
        ),
        "setting",
    ),
    (
        "a sober home",
        he_needs(),
        a_center("care.recovery_residence", without=("setting.residential", "setting.residential_long")),
        "setting",
    ),
    ("too far", he_needs(within_miles=50.0), a_center(point=DAYTON), "travel"),
    ("women only", he_needs(), a_center(no=("sex.male",)), "sex"),
    ("adolescents only", he_needs(), a_center("age.child", no=("age.adult", "age.young_adult")), "age"),
    ("DUI clients only", he_needs(), a_center("only.dui"), "exclusive"),
    ("alcohol only", he_needs(), a_center("only.alcohol"), "exclusive"),
    (
        "opioids only, for somebody who drinks",
        he_needs(substances=("alcohol",), dependent_on=()),
        a_center("only.opioid"),
        "exclusive",
    ),
    ("veterans only", he_needs(veteran=False), a_center("operator.veterans_affairs"), "exclusive"),
    ("does not treat opioids", he_needs(), a_center(no=("treats.opioid",)), "treats"),
    ("makes him stop his medication", he_needs(), a_center("moud.must_stop"), "medication"),
    (
        "will not continue what he takes",
        he_needs(taking=("methadone",)),
        a_center(no=("moud.methadone_continue", "moud.elsewhere")),
        "medication",
    ),
    ("no withdrawal care", he_needs(), a_center(no=("withdrawal.opioid",)), "withdrawal"),
    ("does not take Medicaid", he_needs(), a_center(no=("payer.medicaid",)), "payment"),
    ("not for pregnant women", he_needs(sex="female", pregnant=True), a_center(no=("accepts.pregnant",)), "pregnancy"),
    ("will not admit him with insulin", he_needs(applies=("excludes.insulin",)), a_center("excludes.insulin"), "exclusions"),
    ("lacks a must-have", he_needs(must=("amenity.childrens_beds",)), a_center(no=("amenity.childrens_beds",)), "must"),
    (
        "below the level needed",
        he_needs(level="inpatient"),
        a_center(no=("setting.inpatient", "setting.inpatient_treatment", "level.4")),
        "level",
    ),
    ("not in the latest edition", he_needs(), a_center(no=("status.operating",)), "operating"),
]


@pytest.mark.parametrize("why, need, listing, criterion", ASIDE, ids=[case[0] for case in ASIDE])
def test_a_known_conflict_sets_aside_with_its_reason(why: str, need: Need, listing: Listing, criterion: str) -> None:
    ranking = rank(columns.build([listing]), need)
    assert ranking.counts() == {criterion: 1}, why
    miles = float(ranking.columns.miles(COLUMBUS, np.array([0]))[0])
    aside = explain.set_aside(BY_NAME[criterion], need, listing, miles)
    assert aside.reason and not aside.reason.endswith(".") and aside.findings[0].criterion == criterion


CALL = [
    ("no sex stated", he_needs(), a_center(without=("sex.male", "sex.female")), "sex"),
    ("no ages stated", he_needs(), a_center(without=("age.adult", "age.young_adult")), "age"),
    ("seniors not mentioned", he_needs(age=70), a_center(), "age"),
    (
        "continuing methadone, and only “from elsewhere” stated",
        he_needs(taking=("methadone",)),
        a_center("moud.elsewhere"),
        "medication",
    ),
    ("a veterans' center, and nobody asked", he_needs(), a_center("operator.veterans_affairs"), "exclusive"),
    ("withdrawal care not stated", he_needs(), a_center(), "withdrawal"),
    ("alcohol withdrawal not stated", he_needs(dependent_on=("opioid", "alcohol")), a_center(*ON_SITE), "withdrawal"),
    ("continuing methadone not stated", he_needs(taking=("methadone",)), a_center(), "medication"),
    ("nobody knows the beds", he_needs(), a_center(*ON_SITE, "moud.methadone_start"), "admit"),
    ("no setting stated", he_needs(), a_center(without=("setting.residential", "setting.residential_long")), "setting"),
]


@pytest.mark.parametrize("why, need, listing, criterion", CALL, ids=[case[0] for case in CALL])
def test_a_dangerous_unknown_means_call_first_and_asks(why: str, need: Need, listing: Listing, criterion: str) -> None:
    ranking = rank(columns.build([listing]), need)
    (row,) = ranking.first(5, calls=True)
    entry = explain.entry(ranking, int(row), listing)
    finding = next(finding for finding in entry.findings if finding.criterion == criterion)
    assert finding.answer is Answer.UNKNOWN and finding.ask in entry.questions, why
    assert entry.questions[0] == "Is a bed open today, from when, and until when would you hold it?"


def test_the_family_may_pay_where_the_insurance_is_not_taken() -> None:
    ranking = rank(columns.build([a_center(no=("payer.medicaid",))]), he_needs(self_pay_ok=True))
    assert ranking.counts() == {} and ranking.call_first.tolist() == [True]


def test_a_place_that_is_not_known_never_counts_as_near() -> None:
    listing = a_center(point=None)
    ranking = rank(columns.build([listing]), he_needs(within_miles=5.0))
    (row,) = ranking.first(5, calls=True)
    entry = explain.entry(ranking, int(row), listing)
    assert entry.miles is None
    assert next(f for f in entry.findings if f.criterion == "travel").points == 0


def test_an_empty_directory_is_an_answer_too() -> None:
    ranking = rank(columns.build([]), he_needs())
    assert ranking.counts() == {} and not len(ranking.first(5, calls=True)) and ranking.nearest_aside(5) == []


def test_nothing_said_of_substances_shuts_no_door_but_dui() -> None:
    nothing = he_needs(substances=(), dependent_on=())
    ranking = rank(columns.build([a_center("only.opioid"), a_center("only.alcohol")]), nothing)
    assert ranking.counts() == {}
    cocaine = he_needs(substances=("cocaine",), dependent_on=())
    assert rank(columns.build([a_center("only.opioid"), a_center("only.alcohol")]), cocaine).counts() == {"exclusive": 2}


def test_naltrexone_for_alcohol_is_no_opioid_case() -> None:
    assert not he_needs(substances=("alcohol",), dependent_on=("alcohol",), taking=("naltrexone_xr",)).opioids
    assert he_needs(substances=(), dependent_on=(), taking=("naltrexone_xr",)).opioids


def test_one_medication_denied_is_not_all_of_them_denied() -> None:
    listing = a_center(no=("moud.methadone_start",))
    ranking = rank(columns.build([listing]), he_needs())
    entry = explain.entry(ranking, int(ranking.first(1, calls=True)[0]), listing)
    assert next(f for f in entry.findings if f.criterion == "medication").answer is Answer.UNKNOWN


def test_a_center_that_the_words_speak_of_never_gets_nothing_for_them() -> None:
    spoken, silent = a_center("language.spanish"), a_center("language.french")
    built = columns.build([spoken, silent])
    relevance = np.array([0.01 if key == spoken.id else 0.0 for key in built.ids], dtype=np.float32)
    ranking = rank(built, he_needs(words="detox"), relevance)
    points = {}
    for row in ranking.first(2, calls=True):
        listing = spoken if built.ids[ranking.block.positions[row]] == spoken.id else silent
        entry = explain.entry(ranking, int(row), listing)
        points[listing.id] = next(f.points for f in entry.findings if f.criterion == "preferences")
    assert points == {spoken.id: 2, silent.id: 0}
