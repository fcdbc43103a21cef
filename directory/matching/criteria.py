"""What is asked of a listing: the criteria in the order in which they give the reason for setting a listing aside.

Each docstring is the public explanation. A criterion that the need says nothing about gives its points to all alike, so
that totals stay out of 100.
"""

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
from directory.spoken import beside, both, joined, say
from directory.vocabulary import DRUGS, SETTINGS_INPATIENT, SETTINGS_RESIDENTIAL, Answer, label

NEAR_ENOUGH_MILES: Final = 10.0
ANYWHERE_MILES: Final = 500.0
SPOKEN_OF: Final = 0.5


class Travel(Criterion):
    """It is within reach: all points up to 10 miles, then fewer down to none at the limit (at 500 miles where there is none).

    Where the family wants it far away it is the other way round, or the distance gives its points to all alike. A center
    whose place is not known stands last; it never counts as 0 miles away.
    """

    name, title, on_unknown = "travel", say("Distance"), ASK

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
            withheld = say("the address is withheld, so the distance is not known")
            return withheld if listing.address.confidential else say("the distance is not known")
        if answer is Answer.NO:
            return say("more than %(miles)s miles away", miles=f"{need.within_miles:g}")
        return joined((_WITHIN_REACH, minutes_in_words(way)), beside)

    def ask(self, need: Need) -> str:
        return say("Where are you, and how long does it take to get there?")


_WITHIN_REACH: Final = say("within reach")


class Bed(Criterion):
    """It has beds for treatment: hospital inpatient or residential. A recovery residence alone is housing, not treatment."""

    name, title = "setting", say("Inpatient or residential")
    beds: Final = SETTINGS_RESIDENTIAL + SETTINGS_INPATIENT

    def judge(self, block: Block, need: Need) -> Judged:
        yes = block.yes(*self.beds)
        housing_only = block.yes("care.recovery_residence") & ~yes
        return self.gate(block.all_no(*self.beds) | housing_only, yes)

    def because(self, listing: Listing, need: Need, answer: Answer, way: Way) -> str:
        if answer is Answer.YES:
            return next(label(code).lower() for code in self.terms(need) if listing.says(code))
        if answer is Answer.UNKNOWN:
            return say("it does not say whether it is inpatient, residential or outpatient")
        if listing.says("care.recovery_residence"):
            return say("a recovery residence: housing, not treatment")
        return say("outpatient: no inpatient or residential beds")

    def ask(self, need: Need) -> str:
        return say("Do you have inpatient or residential beds?")

    def terms(self, need: Need) -> tuple[str, ...]:
        return (*(code for code in self.beds if code not in _GENERAL), *_GENERAL, "care.recovery_residence")

    def hopes(self, need: Need) -> tuple[tuple[str, ...], tuple[str, ...]]:
        return ("setting.residential",), ()

    def wish(self, need: Need) -> str:
        return say("it has inpatient or residential beds")


_GENERAL: Final = ("setting.residential", "setting.inpatient", "setting.outpatient")


class Treats(Criterion):
    """It treats what the person uses: opioids, or alcohol where the person depends on it."""

    name, title = "treats", say("Treats what is used")

    def asked(self, need: Need) -> bool:
        return bool(self.terms(need))

    def judge(self, block: Block, need: Need) -> Judged:
        yes = np.ones(len(block), dtype=np.bool_)
        for code in self.terms(need):
            yes &= block.yes(code) | (block.yes("care.substance_use") if code == "treats.alcohol" else False)
        return self.gate(block.no(*self.terms(need)), yes)

    def because(self, listing: Listing, need: Need, answer: Answer, way: Way) -> str:
        what = self._what(need)
        if answer is Answer.UNKNOWN:
            return say("it does not say whether it treats %(what)s use disorder", what=what)
        if answer is Answer.YES:
            return say("treats %(what)s use disorder", what=what)
        return say("does not treat %(what)s use disorder", what=what)

    def ask(self, need: Need) -> str:
        return say("Do you treat %(what)s use disorder?", what=self._what(need))

    def terms(self, need: Need) -> tuple[str, ...]:
        opioid = ("treats.opioid",) if need.opioids else ()
        return opioid + (("treats.alcohol",) if "alcohol" in need.dependent_on else ())

    def hopes(self, need: Need) -> tuple[tuple[str, ...], tuple[str, ...]]:
        return self.terms(need), ()

    def wish(self, need: Need) -> str:
        return say("it treats %(what)s use disorder", what=self._what(need))

    def _what(self, need: Need) -> str:
        return joined((DRUGS[code.partition(".")[2]] for code in self.terms(need)), both)


class Must(Criterion):
    """It has everything that the family calls a must."""

    name, title = "must", say("Must-haves")

    def asked(self, need: Need) -> bool:
        return bool(need.must)

    def judge(self, block: Block, need: Need) -> Judged:
        yes = np.logical_and.reduce([block.yes(code) for code in need.must])
        return self.gate(block.no(*need.must), np.asarray(yes))

    def because(self, listing: Listing, need: Need, answer: Answer, way: Way) -> str:
        if answer is Answer.YES:
            return say("has every must-have")
        lacking = joined((label(code) for code in need.must if listing.answer(code) is answer), beside)
        if answer is Answer.NO:
            return say("without: %(what)s", what=lacking)
        return say("it does not say: %(what)s", what=lacking)

    def ask(self, need: Need) -> str:
        return say("Do you have: %(what)s?", what=joined(map(label, need.must), beside))

    def terms(self, need: Need) -> tuple[str, ...]:
        return need.must

    def hopes(self, need: Need) -> tuple[tuple[str, ...], tuple[str, ...]]:
        return need.must, ()

    def wish(self, need: Need) -> str:
        return say("the must-haves were confirmed")


class Preferences(Criterion):
    """It has what would be nice: the share of the nice-to-haves, the language and the words that it is known to have.

    A center that the words speak of at all gets half for them, the one that they fit best everything.
    """

    name, title, on_no, on_unknown = "preferences", say("Preferences and words"), FEWER_POINTS, NEUTRAL

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
        if answer is not Answer.YES:
            return say("none of what would be nice is known of it")
        words = say("words asked for: “%(words)s”", words=need.words) if need.words else ""
        return joined((*(label(code) for code in self.terms(need) if listing.says(code)), words), beside)

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
