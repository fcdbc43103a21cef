"""What the body needs: withdrawal management, medication for opioid use disorder, and the level of care.

The software compares stated facts; it never says what a person should get.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from directory.listing import Listing
from directory.matching.arrival import Way
from directory.matching.block import Block
from directory.matching.criterion import ASK, FEWER_POINTS, NO, UNKNOWN, UNSTATED, YES, Criterion, Judged, first_true, three
from directory.need import Need
from directory.spoken import beside, both, joined, say
from directory.vocabulary import DRUGS, LEVELS, MEDICATIONS, SETTINGS_INPATIENT, Answer, codes, label

UNIT: Final = ("setting.residential_withdrawal", "setting.inpatient_withdrawal")
AGONISTS: Final = tuple(
    f"moud.{drug}_{role}" for drug in ("methadone", "buprenorphine", "buprenorphine_xr") for role in ("start", "continue")
)
_NALTREXONE: Final = ("moud.naltrexone_start", "moud.naltrexone_xr_start", "moud.naltrexone_xr_continue")
_STAYS: Final = (
    "setting.residential_short",
    "setting.residential_long",
    "setting.inpatient_treatment",
)
_UNSPECIFIED: Final = ("setting.residential", "setting.inpatient")
_RESIDENTIAL: Final = ("setting.residential", "setting.residential_short", "setting.residential_long")
AT_A_PARTNER: Final = 0.6
ELSEWHERE: Final = 0.4
ONLY_NALTREXONE: Final = 0.3


def substances(drugs: Sequence[str]) -> str:
    """What somebody depends on, as one enumeration."""
    return joined((DRUGS[drug] for drug in drugs), both)


class Medication(Criterion):
    """It starts or continues methadone or buprenorphine, or at least accepts it from another prescriber.

    A center that makes a person stop it is set aside, unless a counselor allows it for a case and says why. Where the
    person takes one already, continuing it must be known before leaving: that medication from elsewhere is accepted is
    not yet that this one is. That medication is "used" says nothing about who may start it.
    """

    name, title, on_no, on_unknown = "medication", say("Medication for opioid use disorder"), FEWER_POINTS, ASK

    def asked(self, need: Need) -> bool:
        return need.opioids

    def judge(self, block: Block, need: Need) -> Judged:
        gives, elsewhere = block.yes(*self._given(need)), block.yes("moud.elsewhere")
        naltrexone = block.yes(*_NALTREXONE)
        stops = block.yes("moud.must_stop")
        none = block.all_no(*self._denied(need)) & ~gives & ~elsewhere & ~naltrexone
        yes = gives | elsewhere | naltrexone
        shares = first_true([(stops, 0.0), (gives, 1.0), (elsewhere, ELSEWHERE), (naltrexone, ONLY_NALTREXONE)], UNSTATED)
        answers = three(stops | none, yes)
        if not need.taking:
            return Judged(answers, np.where(none, 0.0, shares), self._refused(block, need, stops))
        return self._continuing(block, need, np.where(none, 0.0, shares))

    @staticmethod
    def _refused(block: Block, need: Need, stops: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Those that make a person stop, but for what a counselor allowed."""
        if not need.allowed:
            return stops
        refused = stops.copy()
        rows = stops.nonzero()[0]
        refused[rows] = [block.columns.ids[at] not in need.allowed for at in block.positions[rows].tolist()]
        return refused

    @staticmethod
    def _continuing(block: Block, need: Need, shares: NDArray[np.float64]) -> Judged:
        """Continuing what the person takes is a gate: known before leaving."""
        kept = np.ones(len(block), dtype=np.bool_)
        refused = block.yes("moud.must_stop")
        for drug in need.taking:
            kept &= block.yes(f"moud.{drug}_continue")
            refused = refused | block.all_no(f"moud.{drug}_continue", "moud.elsewhere")
        gated = three(refused, kept)
        unsure = np.where(block.yes("moud.elsewhere"), ELSEWHERE, np.where(shares > 0, UNSTATED, 0.0))
        shares = np.where(gated == YES, 1.0, np.where(gated == UNKNOWN, unsure, 0.0))
        return Judged(gated, shares, refused, call_first=gated == UNKNOWN)

    def because(self, listing: Listing, need: Need, answer: Answer, way: Way) -> str:
        if listing.says("moud.must_stop"):
            return say("requires stopping opioid medication")
        if need.taking:
            return self._going_on(listing, need, answer)
        if answer is Answer.NO:
            return say("does not use medication for opioid use disorder")
        said = [code for code in self.terms(need) if listing.says(code)]
        if answer is Answer.YES:
            return joined((label(code).lower() for code in said if not code.endswith("_used")), beside)
        used = joined((label(code).lower() for code in said if code.endswith("_used")), beside)
        if not used:
            return say("its medication policy is not stated")
        return say("%(used)s, but not whether it starts it", used=used)

    def _going_on(self, listing: Listing, need: Need, answer: Answer) -> str:
        drugs = self._drugs(need.taking)
        if answer is Answer.YES:
            return say("continues %(drugs)s", drugs=drugs)
        if answer is Answer.NO:
            return say("does not continue %(drugs)s, and does not accept it from elsewhere", drugs=drugs)
        if listing.says("moud.elsewhere"):
            return say("accepts medication prescribed elsewhere; whether that holds for %(drugs)s is not stated", drugs=drugs)
        if listing.answer("moud.methadone_start") is Answer.NO:
            return say("does not use medication itself; whether one can go on with %(drugs)s is not known", drugs=drugs)
        return say("whether one can go on with %(drugs)s is not known", drugs=drugs)

    def ask(self, need: Need) -> str:
        if need.taking:
            drugs = self._drugs(need.taking)
            return say("Can the person go on with %(drugs)s at the same dose, without a taper?", drugs=drugs)
        if need.wants:
            return say("Can you start %(drugs)s, tonight or tomorrow?", drugs=self._drugs(need.wants))
        return say("Can you start buprenorphine or methadone, tonight or tomorrow?")

    def terms(self, need: Need) -> tuple[str, ...]:
        used = ("moud.buprenorphine_used", "moud.methadone_used")
        return (*dict.fromkeys((*self._given(need), *AGONISTS)), "moud.elsewhere", *_NALTREXONE, "moud.must_stop", *used)

    def hopes(self, need: Need) -> tuple[tuple[str, ...], tuple[str, ...]]:
        return (self._given(need) if need.taking or need.wants else ("moud.buprenorphine_start",)), ()

    def wish(self, need: Need) -> str:
        if need.taking:
            return say("it continues %(drugs)s", drugs=self._drugs(need.taking))
        return say("it starts %(drugs)s", drugs=self._drugs(need.wants or ("buprenorphine",)))

    @staticmethod
    def _given(need: Need) -> tuple[str, ...]:
        """The terms of which one is enough: the medication that the person takes or wants, else methadone or buprenorphine."""
        if need.taking:
            return tuple(f"moud.{drug}_continue" for drug in need.taking)
        return tuple(f"moud.{drug}_start" for drug in need.wants) or AGONISTS

    @staticmethod
    def _denied(need: Need) -> tuple[str, ...]:
        """The terms that are all denied where a center says that it uses none of this."""
        return tuple(f"moud.{drug}_start" for drug in need.wants) or ("moud.methadone_start", "moud.buprenorphine_start")

    @staticmethod
    def _drugs(drugs: tuple[str, ...]) -> str:
        return joined((MEDICATIONS[drug] for drug in drugs), both)


class Withdrawal(Criterion):
    """It manages withdrawal on site, day and night, from everything that the person depends on.

    Withdrawal care that is listed as outpatient only counts as not known. A center known to have none can only be the
    second step after a withdrawal unit.
    """

    name, title = "withdrawal", say("Withdrawal management")

    def asked(self, need: Need) -> bool:
        return bool(need.dependent_on)

    def judge(self, block: Block, need: Need) -> Judged:
        yes = block.yes(*UNIT)
        for code in self.terms(need):
            yes = yes & block.yes(code)
        answers = three(block.no(*self.terms(need)), yes)
        partner = block.yes("withdrawal.partner_unit")
        return self.by(answers, first_true([(answers == NO, 0.0), (answers == YES, 1.0), (partner, AT_A_PARTNER)], UNSTATED))

    def because(self, listing: Listing, need: Need, answer: Answer, way: Way) -> str:
        what = substances(need.dependent_on)
        if answer is Answer.YES:
            return say("manages %(what)s withdrawal on site", what=what)
        if answer is Answer.NO:
            lacking = [drug for drug in need.dependent_on if listing.answer(f"withdrawal.{drug}") is Answer.NO]
            return say("no withdrawal care for %(what)s: only after a withdrawal unit", what=substances(lacking))
        if listing.says("withdrawal.partner_unit"):
            return say(
                "manages %(what)s withdrawal at a partner's unit: ask which, and whether it has a bed tonight", what=what
            )
        if listing.says("withdrawal.non_medical"):
            return say(
                "its withdrawal care is non-medical; whether it manages %(what)s withdrawal medically is not known", what=what
            )
        if listing.says(*self.terms(need)) and not listing.says(*UNIT):
            return say("lists %(what)s withdrawal care, but not whether it is on site day and night", what=what)
        return say("whether it manages %(what)s withdrawal is not known", what=what)

    def ask(self, need: Need) -> str:
        return say("Do you manage %(what)s withdrawal on site, and who is there at night?", what=substances(need.dependent_on))

    def terms(self, need: Need) -> tuple[str, ...]:
        return tuple(f"withdrawal.{substance}" for substance in need.dependent_on)

    def hopes(self, need: Need) -> tuple[tuple[str, ...], tuple[str, ...]]:
        return (*self.terms(need), UNIT[0]), ()

    def wish(self, need: Need) -> str:
        return say("it manages %(what)s withdrawal on site", what=substances(need.dependent_on))


class Level(Criterion):
    """Its level of care is at least what is needed. A unit for withdrawal alone is a first step: ask what follows."""

    name, title, on_unknown = "level", say("Level of care"), ASK

    def judge(self, block: Block, need: Need) -> Judged:
        enough, below = self._enough(need), self._below(need)
        yes = block.yes(*enough)
        if need.level in (None, "residential"):
            yes |= block.yes(*_UNSPECIFIED) & ~block.yes(*UNIT)
        no = block.yes(*below) & block.all_no(*enough) if below else np.zeros_like(yes)
        return self.gate(no, yes)

    def because(self, listing: Listing, need: Need, answer: Answer, way: Way) -> str:
        if answer is Answer.YES:
            return next(label(code) for code in self.terms(need) if listing.says(code)).lower()
        if answer is Answer.NO:
            return say("below %(level)s; it may be a bridge", level=LEVELS[need.level or "residential"])
        if need.level is None or need.level == "residential":
            return say("listed for withdrawal only: a first step, and what follows is not stated")
        return say("residential or inpatient; whether it is %(level)s is not stated", level=LEVELS[need.level])

    def ask(self, need: Need) -> str:
        if need.level is None or need.level == "residential":
            return say("Can the person stay for treatment after withdrawal?")
        return say("Which level of care do you give: at least %(level)s?", level=LEVELS[need.level])

    def terms(self, need: Need) -> tuple[str, ...]:
        unspecified = _UNSPECIFIED if need.level in (None, "residential") else ()
        return (*self._enough(need), *unspecified, *self._below(need))

    def hopes(self, need: Need) -> tuple[tuple[str, ...], tuple[str, ...]]:
        return self._enough(need)[:1], ()

    def wish(self, need: Need) -> str:
        return say("a stay at %(level)s level were confirmed", level=LEVELS[need.level or "residential"])

    @staticmethod
    def _enough(need: Need) -> tuple[str, ...]:
        if need.level is None or need.level == "residential":
            return _STAYS
        if need.level == "inpatient":
            return (*(c for c in SETTINGS_INPATIENT if c != "setting.inpatient_withdrawal"), "level.4")
        order = codes("level")
        return tuple(f"level.{code}" for code in order[order.index(need.level) :])

    @staticmethod
    def _below(need: Need) -> tuple[str, ...]:
        if need.level is None or need.level == "residential":
            return ()
        if need.level == "inpatient":
            return _RESIDENTIAL
        order = codes("level")
        return tuple(f"level.{code}" for code in order[: order.index(need.level)])
