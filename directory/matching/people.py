"""Whom a center takes: sex, age, pregnancy, the people whom alone it serves, the grounds on which it refuses."""

from typing import Final

import numpy as np

from directory.listing import Listing
from directory.matching.arrival import Way
from directory.matching.block import Block
from directory.matching.criterion import ASK, Criterion, Judged
from directory.matching.wording import PEOPLE
from directory.need import Need
from directory.spoken import joined, listed, say
from directory.vocabulary import Answer, label


def age_band(age: int) -> str:
    """The band of ages, among those that centers name, in which an age in years lies."""
    return "child" if age < 18 else "young_adult" if age < 26 else "adult" if age < 65 else "senior"


class Exclusive(Criterion):
    """It does not serve only other people: DUI clients, alcohol only, opioids only, veterans only."""

    name, title, on_unknown = "exclusive", say("Open to this person"), ASK
    _VETERANS: Final = ("only.veterans", "operator.veterans_affairs")

    def judge(self, block: Block, need: Need) -> Judged:
        shut = self._shut(need)
        veterans = block.yes(*self._VETERANS)
        unsaid = veterans if need.veteran is None else np.zeros(len(block), dtype=np.bool_)
        no = block.yes(*shut) | (veterans if need.veteran is False else False)
        judged = self.gate(no, block.all_no(*shut) & ~unsaid)
        return Judged(judged.answers, judged.shares, judged.rules_out, call_first=unsaid)

    def because(self, listing: Listing, need: Need, answer: Answer, way: Way) -> str:
        if listing.says(*self._VETERANS) and not need.veteran:
            unsaid = say("for veterans; whether the person is one was not said")
            return say("for veterans") if answer is Answer.NO else unsaid
        if answer is Answer.NO:
            return say("serves %(people)s", people=next(label(code) for code in self._shut(need) if listing.says(code)))
        return say("open to this person") if answer is Answer.YES else say("it does not say whom it turns away")

    def ask(self, need: Need) -> str:
        return say("Are there people you do not take: only veterans, only DUI clients, only one substance?")

    def terms(self, need: Need) -> tuple[str, ...]:
        return (*self._shut(need), *self._VETERANS)

    def hopes(self, need: Need) -> tuple[tuple[str, ...], tuple[str, ...]]:
        return (), (*self._shut(need), *(() if need.veteran else self._VETERANS))

    def wish(self, need: Need) -> str:
        return say("it is open to this person")

    @staticmethod
    def _shut(need: Need) -> tuple[str, ...]:
        """The groups that the person is known not to belong to; nobody said that this is about DUI."""
        used = {*need.substances, *need.dependent_on}
        known = bool(used) or need.opioids
        alcohol = ("only.alcohol",) if need.opioids or (known and "alcohol" not in used) else ()
        return ("only.dui", *alcohol, *(("only.opioid",) if known and not need.opioids else ()))


class Sex(Criterion):
    """It takes the person's sex. A center that names one sex and not the other is for that one."""

    name, title = "sex", say("Sex")

    def asked(self, need: Need) -> bool:
        return need.sex is not None

    def judge(self, block: Block, need: Need) -> Judged:
        return self.gate(block.no(*self.terms(need)), block.yes(*self.terms(need)))

    def because(self, listing: Listing, need: Need, answer: Answer, way: Way) -> str:
        return _takes(PEOPLE[need.sex or "male"], answer)

    def ask(self, need: Need) -> str:
        return say("Do you take %(people)s?", people=PEOPLE[need.sex or "male"])

    def terms(self, need: Need) -> tuple[str, ...]:
        return (f"sex.{need.sex}",)

    def hopes(self, need: Need) -> tuple[tuple[str, ...], tuple[str, ...]]:
        return self.terms(need), ()

    def wish(self, need: Need) -> str:
        return say("it takes %(people)s", people=PEOPLE[need.sex or "male"])


def _takes(people: str, answer: Answer) -> str:
    if answer is Answer.YES:
        return say("takes %(people)s", people=people)
    if answer is Answer.NO:
        return say("does not take %(people)s", people=people)
    return say("it does not say whether it takes %(people)s", people=people)


class Age(Criterion):
    """It takes the person's age. Seniors are asked about where a center that takes adults does not mention them."""

    name, title = "age", say("Age")

    def asked(self, need: Need) -> bool:
        return need.age is not None

    def judge(self, block: Block, need: Need) -> Judged:
        (term,) = self.terms(need)
        no = block.no(term)
        if term == "age.senior":
            no = no | (block.no("age.adult") & ~block.yes(term))
        return self.gate(no, block.yes(term))

    def because(self, listing: Listing, need: Need, answer: Answer, way: Way) -> str:
        return _takes(label(self.terms(need)[0]).lower(), answer)

    def ask(self, need: Need) -> str:
        return say("Do you take someone who is %(age)s?", age=need.age)

    def terms(self, need: Need) -> tuple[str, ...]:
        return (f"age.{age_band(need.age or 0)}",)

    def hopes(self, need: Need) -> tuple[tuple[str, ...], tuple[str, ...]]:
        return self.terms(need), ()

    def wish(self, need: Need) -> str:
        return say("it takes %(people)s", people=label(self.terms(need)[0]).lower())


class Pregnancy(Criterion):
    """It takes a pregnant woman."""

    name, title = "pregnancy", say("Pregnancy")

    def asked(self, need: Need) -> bool:
        return need.pregnant is True

    def judge(self, block: Block, need: Need) -> Judged:
        return self.gate(block.no("accepts.pregnant"), block.yes(*self.terms(need)))

    def because(self, listing: Listing, need: Need, answer: Answer, way: Way) -> str:
        if answer is Answer.YES:
            return next(label(code) for code in self.terms(need) if listing.says(code)).lower()
        if answer is Answer.NO:
            return say("does not take pregnant women")
        return say("it does not say whether it takes pregnant women")

    def ask(self, need: Need) -> str:
        return say("Do you take a pregnant woman, and who cares for her?")

    def terms(self, need: Need) -> tuple[str, ...]:
        return ("accepts.pregnant", "program.pregnant")

    def hopes(self, need: Need) -> tuple[tuple[str, ...], tuple[str, ...]]:
        return ("accepts.pregnant",), ()

    def wish(self, need: Need) -> str:
        return say("it takes pregnant women")


class Exclusions(Criterion):
    """It states no ground for refusal: the check-boxes of the case against what the center says it will not admit."""

    name, title, on_unknown = "exclusions", say("Grounds for refusal"), ASK

    def asked(self, need: Need) -> bool:
        return bool(need.applies)

    def judge(self, block: Block, need: Need) -> Judged:
        return self.gate(block.yes(*self.terms(need)), block.all_no(*self.terms(need)))

    def because(self, listing: Listing, need: Need, answer: Answer, way: Way) -> str:
        if answer is Answer.NO:
            refused = joined((label(code).lower() for code in self.terms(need) if listing.says(code)), listed)
            return say("will not admit: %(what)s", what=refused)
        return say("admits people with this") if answer is Answer.YES else say("it does not say what would make it refuse")

    def ask(self, need: Need) -> str:
        what = joined((label(code).lower() for code in self.terms(need)), listed)
        return say("Would any of this make you refuse: %(what)s?", what=what)

    def terms(self, need: Need) -> tuple[str, ...]:
        return need.applies

    def hopes(self, need: Need) -> tuple[tuple[str, ...], tuple[str, ...]]:
        return (), need.applies

    def wish(self, need: Need) -> str:
        return say("it has no ground for refusal")
