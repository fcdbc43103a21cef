"""Whether and how the stay can be paid."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from directory.listing import Listing
from directory.matching.arrival import Way
from directory.matching.block import Block
from directory.matching.criterion import ASK, NO, UNKNOWN, UNSTATED, Criterion, Judged, first_true, three
from directory.need import Need
from directory.spoken import joined, listed, say
from directory.vocabulary import PAYERS, Answer, is_plan, label, plan_term

PLAN_CONFIRMED: Final = 1.0
CLASS_ACCEPTED: Final = 0.7
PRIVATE_WITHOUT_THE_PLAN: Final = 0.5
FREE_OR_STATE_FUNDED: Final = 0.7
SLIDING: Final = 0.6
_FUNDED: Final = ("payer.free", "payer.government_funds", "payer.block_grant")
_REDUCED: Final = ("payer.sliding_scale", "payer.assistance")


class Payment(Criterion):
    """It takes the person's insurance, or treats without it: free, with public funds, on a sliding scale.

    That a class of insurance is accepted is not yet that the plan is: a plan known to be in network earns everything, one
    known not to be sets aside. A center that does not take it is set aside,
    unless the family would pay.
    """

    name, title, on_unknown = "payment", say("Payment"), ASK

    def asked(self, need: Need) -> bool:
        return need.payer is not None or bool(plan_term(need.plan))

    def judge(self, block: Block, need: Need) -> Judged:
        confirmed, refused = self._plan(block, need)
        yes = first_true(
            [
                (confirmed, PLAN_CONFIRMED),
                (refused & block.yes("payer.free"), FREE_OR_STATE_FUNDED),
                (refused, 0.0),
                (block.yes(*self._accepted(need)), PRIVATE_WITHOUT_THE_PLAN if need.payer == "private" else CLASS_ACCEPTED),
                (block.yes("payer.free"), FREE_OR_STATE_FUNDED),
                (block.yes(*_REDUCED) if self._without_insurance(need) else np.zeros(len(block), dtype=np.bool_), SLIDING),
            ],
            otherwise=0.0,
        )
        answers = three((refused | block.all_no(*self._accepted(need))) & (yes == 0), yes > 0)
        if need.self_pay_ok:
            pays = (answers == NO) & ~block.no("payer.self_pay")
            answers = np.where(pays, np.int8(UNKNOWN), answers)
        return self.by(answers, np.where(answers == UNKNOWN, UNSTATED, yes))

    @staticmethod
    def _plan(block: Block, need: Need) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Where the plan is known to be in network, and where it is known not to be."""
        code = plan_term(need.plan)
        nobody = np.zeros(len(block), dtype=np.bool_)
        return (block.yes(code), block.no(code)) if code else (nobody, nobody)

    def because(self, listing: Listing, need: Need, answer: Answer, way: Way) -> str:
        plan = listing.answer(plan_term(need.plan)) if need.plan else Answer.UNKNOWN
        if plan is Answer.YES:
            return say("%(plan)s is in network", plan=need.plan)
        if plan is Answer.NO and listing.says("payer.free"):
            return say("%(plan)s is not in network, but treatment is free", plan=need.plan)
        if plan is Answer.NO and answer is Answer.UNKNOWN:
            return say("%(plan)s is not in network; the family would pay", plan=need.plan)
        if plan is Answer.NO:
            return say("%(plan)s is not in network", plan=need.plan)
        return self._taken(listing, need, answer)

    def _taken(self, listing: Listing, need: Need, answer: Answer) -> str:
        """What is known of the insurance while the plan is neither known to be in network nor known not to be."""
        payer = PAYERS[need.payer] if need.payer else need.plan
        if answer is Answer.YES:
            taken = [label(code) for code in self.terms(need) if listing.says(code) and not is_plan(code)]
            told = say("takes: %(payers)s", payers=joined(taken, listed))
            unsure = need.payer == "private" or need.plan
            return say("%(takes)s; that the plan is in network is not confirmed", takes=told) if unsure else told
        if answer is Answer.NO:
            return say("does not take %(payer)s", payer=payer)
        if need.payer and listing.answer(self._accepted(need)[0]) is Answer.NO:
            return say("does not take %(payer)s; the family would pay", payer=payer)
        return say("it does not say whether it takes %(payer)s", payer=payer)

    def ask(self, need: Need) -> str:
        if self._without_insurance(need):
            return say("What is the price without insurance: up front, in all, and is there public funding today?")
        payer = PAYERS[need.payer] if need.payer else say("the plan")
        if not need.plan:
            return say("Do you take %(payer)s and what must be approved before arrival?", payer=payer)
        return say("Do you take %(payer)s, %(plan)s, and what must be approved before arrival?", payer=payer, plan=need.plan)

    def terms(self, need: Need) -> tuple[str, ...]:
        plan = (plan_term(need.plan),) if plan_term(need.plan) else ()
        return (*plan, *self._accepted(need), "payer.free", *(_REDUCED if self._without_insurance(need) else ()))

    def hopes(self, need: Need) -> tuple[tuple[str, ...], tuple[str, ...]]:
        return ((plan_term(need.plan),) if plan_term(need.plan) else self._accepted(need)[:1]), ()

    def wish(self, need: Need) -> str:
        return say("%(payer)s were confirmed", payer=need.plan or PAYERS[need.payer or "uninsured"])

    @staticmethod
    def _without_insurance(need: Need) -> bool:
        return need.payer in ("uninsured", "self_pay")

    @staticmethod
    def _accepted(need: Need) -> tuple[str, ...]:
        """The payment terms that take a person insured like this."""
        if need.payer is None:
            return ()
        return _FUNDED if need.payer == "uninsured" else (f"payer.{need.payer}",)
