"""How a center stands: whether it operates, whether its license is in force, and how far somebody here has checked it."""

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from directory.listing import Listing
from directory.matching.arrival import Way
from directory.matching.block import Block
from directory.matching.columns import Columns, spread
from directory.matching.criterion import ASK, FEWER_POINTS, NEUTRAL, Criterion, Judged, first_true, three
from directory.matching.gathering import NO_DAY, VETTING_STATES, microseconds
from directory.matching.wording import day
from directory.need import Need
from directory.spoken import say
from directory.vocabulary import PUBLISHED, Answer, VettingState

BARRED: Final = {
    VettingState.SUSPENDED: say("suspended here: nobody may be sent there"),
    VettingState.REJECTED: say("rejected here: nobody may be sent there"),
}
NOT_VETTED: Final = {
    VettingState.IN_REVIEW: say("we are checking it now"),
    VettingState.LAPSED: say("our check of it is over"),
}
_VETTED: Final = np.array([state in PUBLISHED for state in VETTING_STATES])
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


def ended(block: Block, need: Need) -> NDArray[np.bool_]:
    """Where the license is known not to be in force on the need's day."""
    until = block.columns.licensed_until[block.positions]
    return np.asarray(block.no("status.licensed") | ((until != NO_DAY) & (until < need.as_of.toordinal())))


def published(block: Block, need: Need) -> NDArray[np.bool_]:
    """Which listings families may see by themselves at the need's moment: `Listing.published`, for all at once."""
    vetted = _VETTED[block.once(vetting_states, need)]
    return np.asarray(vetted & ~block.no("status.operating") & ~block.once(ended, need))


def may_be_named(columns: Columns, positions: NDArray[np.intp], need: Need) -> NDArray[np.bool_]:
    """Which listings at these positions may be named to whoever asks: all, or only those that are published."""
    if not need.vetted_only:
        return np.ones(len(positions), dtype=np.bool_)
    return published(Block(columns, positions, np.full(len(positions), np.nan)), need)


def ever_vetted(columns: Columns) -> NDArray[np.intp]:
    """The positions of the listings of which there is any step of vetting; nothing else can be published."""
    return np.flatnonzero(np.diff(columns.vetting_at))


class Operating(Criterion):
    """It is operating: in its source's latest edition, or confirmed by a person since; and nobody here suspended it."""

    name, title, on_unknown = "operating", say("Operating"), ASK

    def judge(self, block: Block, need: Need) -> Judged:
        barred = _BARRED[block.once(vetting_states, need)]
        return self.gate(block.no("status.operating") | barred, block.yes("status.operating"))

    def because(self, listing: Listing, need: Need, answer: Answer, way: Way) -> str:
        state = listing.vetting(need.as_of)
        if state in BARRED:
            return BARRED[state]
        if answer is Answer.NO:
            return say("not in its source's latest file") if listing.withdrawn else say("not operating")
        return say("listed as operating") if answer is Answer.YES else say("nobody says that it operates")

    def ask(self, need: Need) -> str:
        return say("Are you open?")

    def terms(self, need: Need) -> tuple[str, ...]:
        return ("status.operating",)

    def hopes(self, need: Need) -> tuple[tuple[str, ...], tuple[str, ...]]:
        return self.terms(need), ()

    def wish(self, need: Need) -> str:
        return say("it is operating")


class Licence(Criterion):
    """Its license is in force on the day. Where that is not known it is said, and asked."""

    name, title, on_unknown = "licence", say("License"), ASK

    def judge(self, block: Block, need: Need) -> Judged:
        until, today = block.columns.licensed_until[block.positions], need.as_of.toordinal()
        return self.gate(block.once(ended, need), block.yes("status.licensed") | (until >= today))

    def because(self, listing: Listing, need: Need, answer: Answer, way: Way) -> str:
        expires = listing.licence_expires
        if answer is Answer.YES:
            in_force = say("its license is in force")
            return say("its license is in force until %(day)s", day=day(expires)) if expires else in_force
        if answer is Answer.NO and expires and expires < need.as_of.date():
            return say("its license ended: %(day)s", day=day(expires))
        if answer is Answer.NO:
            return say("its license is not in force")
        return say("whether its license is in force was not checked")

    def ask(self, need: Need) -> str:
        return say("Is your license in force?")

    def terms(self, need: Need) -> tuple[str, ...]:
        return ("status.licensed",)

    def hopes(self, need: Need) -> tuple[tuple[str, ...], tuple[str, ...]]:
        return self.terms(need), ()

    def wish(self, need: Need) -> str:
        return say("its license were confirmed")


class Trust(Criterion):
    """Somebody here checked it, and a person confirmed its facts lately: all points within 90 days, fewer within a year.

    Facts that only surveys or registers gave count half, and a listing that nobody checked gets a fifth of the points. For
    families, who are not signed in, whatever is not checked now is set aside.
    """

    name, title, on_no, on_unknown = "trust", say("Checked by us"), FEWER_POINTS, NEUTRAL

    def judge(self, block: Block, need: Need) -> Judged:
        vetted = _VETTED[block.once(vetting_states, need)]
        days = need.as_of.toordinal() - block.columns.confirmed[block.positions]
        shares = first_true([(~vetted, UNVETTED), (days <= CONFIRMED_DAYS, 1.0), (days <= AGEING_DAYS, AGEING)], UNCONFIRMED)
        judged = self.by(three(~vetted, vetted), shares)
        return replace(judged, rules_out=~published(block, need)) if need.vetted_only else judged

    def because(self, listing: Listing, need: Need, answer: Answer, way: Way) -> str:
        state = listing.vetting(need.as_of)
        if state not in PUBLISHED:
            return NOT_VETTED.get(state, _NOBODY)
        told = say("we checked it, with conditions") if state is VettingState.VETTED_WITH_CONDITIONS else say("we checked it")
        if listing.confirmed_at is None:
            return say("%(vetted)s; its facts come from surveys or registers only", vetted=told)
        return say("%(vetted)s; a person confirmed facts on %(day)s", vetted=told, day=day(listing.confirmed_at))


_NOBODY: Final = say("nobody here has checked it yet")
