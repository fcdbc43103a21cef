"""What is asked of a listing: the criteria in the order in which they give the reason for setting a listing aside.

Each docstring is the public explanation. A criterion that the need says nothing about gives its points to all alike, so
that totals stay out of 100.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np

from directory.listing import Listing
from directory.matching.arrival import Way
from directory.matching.beds import Admit
from directory.matching.block import Block
from directory.matching.criterion import ASK, FEWER_POINTS, NEUTRAL, Criterion, Judged, three
from directory.matching.payment import Payment
from directory.matching.people import Age, Exclusions, Exclusive, Pregnancy, Sex
from directory.matching.standing import Licence, Operating, Trust
from directory.matching.treatment import Level, Medication, Withdrawal
from directory.matching.wording import minutes_in_words
from directory.need import Need
from directory.vocabulary import SETTINGS_INPATIENT, SETTINGS_RESIDENTIAL, Answer, label

NEAR_ENOUGH_MILES: Final = 10.0
ANYWHERE_MILES: Final = 500.0
SPOKEN_OF: Final = 0.5


class Travel(Criterion):
    """It is within reach: all points up to 10 miles, then fewer down to none at the limit (at 500 miles where there is none).

    Where the family wants it far away it is the other way round, or the distance gives its points to all alike. A center
    whose place is not known stands last; it never counts as 0 miles away.
    """

    name, title, on_unknown = "travel", "Distance", ASK

    def asked(self, need: Need) -> bool:
        return need.near is not None

    def judge(self, block: Block, need: Need) -> Judged:
        limit = need.within_miles or ANYWHERE_MILES
        no = block.miles > limit if need.within_miles else np.zeros(len(block), dtype=np.bool_)
        known = ~np.isnan(block.miles)
        if need.travel == "any":
            return self.by(three(no, known), np.ones(len(block)), low=np.ones(len(block)))
        near = np.minimum(np.maximum((limit - block.miles) / max(limit - NEAR_ENOUGH_MILES, 1e-9), 0.0), 1.0)
        np.putmask(near, block.miles <= NEAR_ENOUGH_MILES, 1.0)
        shares = near if need.travel == "nearer" else 1.0 - near
        return self.by(three(no, known), np.where(known, shares, 0.0))

    def because(self, listing: Listing, need: Need, answer: Answer, way: Way) -> str:
        if answer is Answer.UNKNOWN:
            withheld = listing.address.confidential
            return "the address is withheld, so the distance is not known" if withheld else "the distance is not known"
        if answer is Answer.NO:
            return f"more than {need.within_miles:g} miles away"
        return "; ".join(filter(None, ("within reach", minutes_in_words(way))))

    def ask(self, need: Need) -> str:
        return "Where are you, and how long does it take to get there?"


class Bed(Criterion):
    """It has beds for treatment: hospital inpatient or residential. A recovery residence alone is housing, not treatment."""

    name, title = "setting", "Inpatient or residential"
    beds: Final = SETTINGS_RESIDENTIAL + SETTINGS_INPATIENT

    def judge(self, block: Block, need: Need) -> Judged:
        yes = block.yes(*self.beds)
        housing_only = block.yes("care.recovery_residence") & ~yes
        return self.gate(block.all_no(*self.beds) | housing_only, yes)

    def because(self, listing: Listing, need: Need, answer: Answer, way: Way) -> str:
        if answer is Answer.YES:
            return next(label(code).lower() for code in self.terms(need) if listing.says(code))
        if answer is Answer.UNKNOWN:
            return "it does not say whether it is inpatient, residential or outpatient"
        housing = listing.says("care.recovery_residence")
        return "a recovery residence: housing, not treatment" if housing else "outpatient: no inpatient or residential beds"

    def ask(self, need: Need) -> str:
        return "Do you have inpatient or residential beds?"

    def terms(self, need: Need) -> tuple[str, ...]:
        return (*(code for code in self.beds if code not in _GENERAL), *_GENERAL, "care.recovery_residence")

    def hopes(self, need: Need) -> tuple[tuple[str, ...], tuple[str, ...]]:
        return ("setting.residential",), ()

    def wish(self, need: Need) -> str:
        return "it has inpatient or residential beds"


_GENERAL: Final = ("setting.residential", "setting.inpatient", "setting.outpatient")


class Treats(Criterion):
    """It treats what the person uses: opioids, or alcohol where the person depends on it."""

    name, title = "treats", "Treats what is used"

    def asked(self, need: Need) -> bool:
        return bool(self.terms(need))

    def judge(self, block: Block, need: Need) -> Judged:
        yes = np.ones(len(block), dtype=np.bool_)
        for code in self.terms(need):
            yes &= block.yes(code) | (block.yes("care.substance_use") if code == "treats.alcohol" else False)
        return self.gate(block.no(*self.terms(need)), yes)

    def because(self, listing: Listing, need: Need, answer: Answer, way: Way) -> str:
        what = " and ".join(code.partition(".")[2] for code in self.terms(need))
        if answer is Answer.UNKNOWN:
            return f"it does not say whether it treats {what} use disorder"
        return f"{'treats' if answer is Answer.YES else 'does not treat'} {what} use disorder"

    def ask(self, need: Need) -> str:
        return f"Do you treat {' and '.join(code.partition('.')[2] for code in self.terms(need))} use disorder?"

    def terms(self, need: Need) -> tuple[str, ...]:
        opioid = ("treats.opioid",) if need.opioids else ()
        return opioid + (("treats.alcohol",) if "alcohol" in need.dependent_on else ())

    def hopes(self, need: Need) -> tuple[tuple[str, ...], tuple[str, ...]]:
        return self.terms(need), ()

    def wish(self, need: Need) -> str:
        return f"it treats {' and '.join(code.partition('.')[2] for code in self.terms(need))} use disorder"


class Must(Criterion):
    """It has everything that the family calls a must."""

    name, title = "must", "Must-haves"

    def asked(self, need: Need) -> bool:
        return bool(need.must)

    def judge(self, block: Block, need: Need) -> Judged:
        yes = np.logical_and.reduce([block.yes(code) for code in need.must])
        return self.gate(block.no(*need.must), np.asarray(yes))

    def because(self, listing: Listing, need: Need, answer: Answer, way: Way) -> str:
        if answer is Answer.YES:
            return "has every must-have"
        lacking = [label(code) for code in need.must if listing.answer(code) is answer]
        return ("without: " if answer is Answer.NO else "it does not say: ") + "; ".join(lacking)

    def ask(self, need: Need) -> str:
        return "Do you have: " + "; ".join(label(code) for code in need.must) + "?"

    def terms(self, need: Need) -> tuple[str, ...]:
        return need.must

    def hopes(self, need: Need) -> tuple[tuple[str, ...], tuple[str, ...]]:
        return need.must, ()

    def wish(self, need: Need) -> str:
        return "the must-haves were confirmed"


class Preferences(Criterion):
    """It has what would be nice: the share of the nice-to-haves, the language and the words that it is known to have.

    A center that the words speak of at all gets half for them, the one that they fit best everything.
    """

    name, title, on_no, on_unknown = "preferences", "Preferences and words", FEWER_POINTS, NEUTRAL

    def asked(self, need: Need) -> bool:
        return bool(self.terms(need) or need.words)

    def judge(self, block: Block, need: Need) -> Judged:
        parts = [block.yes(code).astype(np.float64) for code in self.terms(need)]
        if need.words:
            found = np.zeros(len(block)) if block.relevance is None else block.relevance.astype(np.float64)
            parts.append(np.where(found > 0, SPOKEN_OF + (1 - SPOKEN_OF) * found, 0.0))
        shares = np.add.reduce(parts) / len(parts)
        return self.by(three(np.zeros(len(block), dtype=np.bool_), shares > 0), shares)

    def because(self, listing: Listing, need: Need, answer: Answer, way: Way) -> str:
        had = [label(code) for code in self.terms(need) if listing.says(code)]
        words = [f"words asked for: “{need.words}”"] if need.words else []
        return "; ".join(had + words) if answer is Answer.YES else "none of what would be nice is known of it"

    def terms(self, need: Need) -> tuple[str, ...]:
        return need.nice + ((f"language.{need.language}",) if need.language else ())


CRITERIA: Final[tuple[Criterion, ...]] = (
    Travel(),
    Operating(),
    Licence(),
    Bed(),
    Treats(),
    Exclusive(),
    Sex(),
    Age(),
    Pregnancy(),
    Medication(),
    Withdrawal(),
    Level(),
    Payment(),
    Exclusions(),
    Must(),
    Admit(),
    Trust(),
    Preferences(),
)
BY_NAME: Final = {criterion.name: criterion for criterion in CRITERIA}


def allowing(positions: Sequence[int]) -> Sequence[Criterion]:
    """The criteria for a case in which these listings may stand although they require stopping medication."""
    return tuple(Medication(positions) if isinstance(one, Medication) else one for one in CRITERIA) if positions else CRITERIA
