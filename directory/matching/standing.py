"""How a center stands: whether it operates, whether its license is in force, and how far somebody here has checked it."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from directory.listing import Listing
from directory.matching.arrival import Way
from directory.matching.block import Block
from directory.matching.columns import spread
from directory.matching.criterion import ASK, FEWER_POINTS, NEUTRAL, Criterion, Judged, first_true, three
from directory.matching.gathering import NO_DAY, VETTING_STATES, microseconds
from directory.need import Need
from directory.vocabulary import Answer, VettingState

VETTED: Final = (VettingState.VETTED, VettingState.VETTED_WITH_CONDITIONS)
BARRED: Final = (VettingState.SUSPENDED, VettingState.REJECTED)
NOT_VETTED: Final = {
    VettingState.IN_REVIEW: "somebody here is vetting it",
    VettingState.LAPSED: "its vetting has lapsed",
}
_VETTED: Final = np.array([state in VETTED for state in VETTING_STATES])
_BARRED: Final = np.array([state in BARRED for state in VETTING_STATES])
CONFIRMED_DAYS, AGEING_DAYS = 90, 365
AGEING: Final = 0.8
UNCONFIRMED: Final = 0.5
UNVETTED: Final = 0.2


def vetting_states(block: Block, need: Need) -> NDArray[np.int8]:
    """For each listing the number, in `VETTING_STATES`, of how far it is checked at the need's moment."""
    columns = block.columns
    states = np.full(len(block), VETTING_STATES.index(VettingState.NEW), dtype=np.int8)
    if not len(columns.vetting_state):
        return states
    row_of, at = spread(columns.vetting_at, block.positions)
    taken = columns.vetting_since[at] <= microseconds(need.as_of)
    row_of, at = row_of[taken], at[taken]
    until = columns.vetting_until[at]
    lapsed = (until != NO_DAY) & (until < need.as_of.toordinal())
    states[row_of] = np.where(lapsed, np.int8(VETTING_STATES.index(VettingState.LAPSED)), columns.vetting_state[at])
    return states


class Operating(Criterion):
    """It is operating: in its source's latest edition, or confirmed by a person since; and nobody here suspended it."""

    name, title, on_unknown = "operating", "Operating", ASK

    def judge(self, block: Block, need: Need) -> Judged:
        barred = _BARRED[block.once(vetting_states, need)]
        return self.gate(block.no("status.operating") | barred, block.yes("status.operating"))

    def because(self, listing: Listing, need: Need, answer: Answer, way: Way) -> str:
        state = listing.vetting(need.as_of)
        if state in BARRED:
            return f"{state} here: nobody may be sent there"
        if answer is Answer.NO:
            return "not in its source's latest file" if listing.withdrawn else "not operating"
        return "listed as operating" if answer is Answer.YES else "nobody says that it operates"

    def ask(self, need: Need) -> str:
        return "Are you open?"

    def terms(self, need: Need) -> tuple[str, ...]:
        return ("status.operating",)

    def hopes(self, need: Need) -> tuple[tuple[str, ...], tuple[str, ...]]:
        return self.terms(need), ()

    def wish(self, need: Need) -> str:
        return "it is operating"


class Licence(Criterion):
    """Its license is in force on the day. Where that is not known it is said, and asked."""

    name, title, on_unknown = "licence", "License", ASK

    def judge(self, block: Block, need: Need) -> Judged:
        until, today = block.columns.licensed_until[block.positions], need.as_of.toordinal()
        no = block.no("status.licensed") | ((until != NO_DAY) & (until < today))
        return self.gate(no, block.yes("status.licensed") | (until >= today))

    def because(self, listing: Listing, need: Need, answer: Answer, way: Way) -> str:
        expires = listing.licence_expires
        until = f" until {expires:%B} {expires.day}, {expires.year}" if expires else ""
        if answer is Answer.YES:
            return f"its license is in force{until}"
        if answer is Answer.NO:
            ended = expires is not None and expires < need.as_of.date()
            return f"its license ended:{until.replace(' until', '')}" if ended else "its license is not in force"
        return "whether its license is in force was not checked"

    def ask(self, need: Need) -> str:
        return "Is your license in force?"

    def terms(self, need: Need) -> tuple[str, ...]:
        return ("status.licensed",)

    def hopes(self, need: Need) -> tuple[tuple[str, ...], tuple[str, ...]]:
        return self.terms(need), ()

    def wish(self, need: Need) -> str:
        return "its license were confirmed"


class Trust(Criterion):
    """Somebody here vetted it, and a person confirmed its facts lately: all points within 90 days, fewer within a year.

    Facts that only surveys or registers gave count half, and a listing that nobody vetted gets a fifth of the points.
    """

    name, title, on_no, on_unknown = "trust", "Vetted", FEWER_POINTS, NEUTRAL

    def judge(self, block: Block, need: Need) -> Judged:
        vetted = _VETTED[block.once(vetting_states, need)]
        days = need.as_of.toordinal() - block.columns.confirmed[block.positions]
        shares = first_true([(~vetted, UNVETTED), (days <= CONFIRMED_DAYS, 1.0), (days <= AGEING_DAYS, AGEING)], UNCONFIRMED)
        return self.by(three(~vetted, vetted), shares)

    def because(self, listing: Listing, need: Need, answer: Answer, way: Way) -> str:
        state = listing.vetting(need.as_of)
        if state not in VETTED:
            return NOT_VETTED.get(state, "nobody here has vetted it yet")
        told = "vetted here" + (", with conditions" if state is VettingState.VETTED_WITH_CONDITIONS else "")
        confirmed = listing.confirmed_at
        if confirmed is None:
            return f"{told}; its facts come from surveys or registers only"
        return f"{told}; a person confirmed facts on {confirmed:%B} {confirmed.day}, {confirmed.year}"
