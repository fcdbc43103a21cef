"""All listings against a need: each becomes an option, call first, or set aside with one reason. Tiers beat points.

The order depends on the listings and the need alone: not on the order of input, on popularity, or on anybody's payment.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from directory.listing import Listing
from directory.matching.arrival import STRAIGHT, Pace, Way, way
from directory.matching.beds import Beds, beds
from directory.matching.block import Block
from directory.matching.columns import Columns
from directory.matching.criteria import BY_NAME, CRITERIA
from directory.matching.criterion import CALL_FIRST, NEUTRAL, UNKNOWN, YES, Criterion, Put
from directory.matching.gathering import BED_STATES
from directory.matching.sifting import Aside, Mark, Marks, reach, sift
from directory.matching.standing import may_be_named
from directory.matching.treatment import UNIT
from directory.need import Need
from directory.spoken import say
from directory.vocabulary import BedState

READY, FIRST_STEP, LIKELY, CALL, BRIDGE = "ABCDE"
TIERS: Final = {
    READY: say("Ready"),
    FIRST_STEP: say("Ready as the first step"),
    LIKELY: say("Likely"),
    CALL: say("Call first"),
    BRIDGE: say("Bridge"),
}
MEANINGS: Final = {
    READY: say("the whole plan in one place, a bed known within 12 hours, reached inside the intake hours."),
    FIRST_STEP: say("a withdrawal unit tonight, with a named residential program to follow."),
    LIKELY: say("a bed known 12 to 24 hours ago, or only after an assessment, or admission only later than the arrival."),
    CALL: say("a bed, or something that could do harm, is not known. Nobody is sent there before a call."),
    BRIDGE: say("medication the same day, if the answer is no or nothing is open."),
}
_CLOSED: Final = BED_STATES.index(BedState.CLOSED_TO_INTAKE)
_ORDER: Final = (READY, FIRST_STEP, LIKELY, CALL)
STEP_TWO: Final = tuple(criterion for criterion in CRITERIA if criterion.name != "admit")
_LEVEL: Final = BY_NAME["level"]
_UNPLACED: Final = 4096
"""What a distance that is not known weighs beside points, and twice that a tier: more than all points there can be."""
A_TIER: Final = 2 * _UNPLACED


Relevance = Callable[[NDArray[np.intp]], NDArray[np.float32]]
"""Positions to how well each listing there fits the words asked."""


@dataclass(frozen=True)
class Ranking:
    """Every listing's place: those that remain with their marks, those set aside, and how many lie beyond the limit.

    `everyone` is the block of all that were judged, `block` what is left of it: options and call first. Second
    steps are those of `within`, where that is given, and not looked for among the listings themselves; none of the
    positions in `without` is one.
    """

    columns: Columns
    need: Need
    everyone: Block
    block: Block
    marks: Marks
    aside: tuple[Aside, ...]
    beyond: int
    within: "Ranking | None" = None
    without: frozenset[int] = frozenset()

    @cached_property
    def doubts(self) -> NDArray[np.int16]:
        """How many criteria say of each listing that nobody may be sent there before a call."""
        return np.asarray(self.marks.call_first.sum(axis=0, dtype=np.int16))

    @cached_property
    def call_first(self) -> NDArray[np.bool_]:
        """Where there is any such doubt."""
        return self.doubts > 0

    @cached_property
    def total(self) -> NDArray[np.int16]:
        """The points of each listing."""
        return np.asarray(self.marks.earned.sum(axis=0, dtype=np.int16))

    @cached_property
    def questions(self) -> NDArray[np.int16]:
        """How many questions are open for each listing."""
        asked = [at for at, criterion in enumerate(self.marks.criteria) if criterion.on_unknown != NEUTRAL]
        return np.asarray((self.marks.answers[asked] == UNKNOWN).sum(axis=0, dtype=np.int16))

    @cached_property
    def beds(self) -> Beds:
        """What is known of their beds."""
        return self.block.once(beds, self.need)

    @cached_property
    def tiers(self) -> NDArray[np.int8]:
        """Each listing's tier, as its number among A, B, C, D."""
        found = self.beds
        told = np.where(found.ready, np.int8(0), np.int8(2))
        unit = found.ready & self._first_step_only
        if unit.any():
            told[unit] = [1 if self.second_step(int(row)) is not None else 2 for row in np.flatnonzero(unit)]
        told[self.call_first] = 3
        return told

    @property
    def _first_step_only(self) -> NDArray[np.bool_]:
        """Withdrawal units of which no stay for treatment is known."""
        if not self.need.dependent_on:
            return np.zeros(len(self.block), dtype=np.bool_)
        stays = self.marks.answered("level") == YES
        return np.asarray(self.block.yes(*UNIT) & ~stays & (self.marks.answered("withdrawal") == YES))

    @cached_property
    def _after_withdrawal(self) -> Sequence[int]:
        """The positions of those that are sure to be fit for the second step, those without a unit of their own first.

        Two of them, so that one is always another's.
        """
        if self.within:
            return self.within._after_withdrawal
        used = tuple(dict.fromkeys((*self.need.substances, *self.need.dependent_on)))
        need = replace(self.need, dependent_on=(), substances=used, allowed=frozenset())
        everyone = self.everyone.keep(np.flatnonzero(_LEVEL.judge(self.everyone, need).answers == YES))
        left = sift(everyone, need, STEP_TWO)
        after = Ranking(everyone.columns, need, everyone, left.block, left.marks, left.aside, 0)
        sure = ~after.call_first & (after.beds.state != _CLOSED)
        unit, wanted = after.block.yes(*UNIT), 2 + len(self.without)
        houses, units = (after.ordered(np.flatnonzero(sure & kind), wanted) for kind in (~unit, unit))
        found = (int(after.block.positions[row]) for row in (*houses, *units))
        return [position for position in found if position not in self.without][:2]

    def second_step(self, row: int) -> int | None:
        """The position of the program that would follow a withdrawal unit in this row; None where there is none."""
        here = -1 if self.within else int(self.block.positions[row])
        return next((position for position in self._after_withdrawal if position != here), None)

    def tier(self, row: int) -> str:
        """A row's tier: A to D."""
        return _ORDER[self.tiers[row]]

    def first(self, limit: int, calls: bool) -> NDArray[np.intp]:
        """The rows of the block that come first among the options, or among those to call first."""
        return self.ordered(np.flatnonzero(self.call_first == calls), limit)

    def ordered(self, rows: NDArray[np.intp], limit: int) -> NDArray[np.intp]:
        """The best of some rows in their order: tier, points, then held, fresher, fewer open questions, nearer, and the id."""
        key = self.places[rows]
        if len(rows) > 4 * limit:
            some = np.flatnonzero(key <= np.partition(key, limit - 1)[limit - 1])
            rows, key = rows[some], key[some]
        ranks = self.columns.id_rank[self.block.positions[rows]]
        held, seen = ~self.beds.held[rows], -self.beds.seen[rows]
        return rows[np.lexsort((ranks, self.block.miles[rows], self.questions[rows], seen, held, key))][:limit]

    @cached_property
    def places(self) -> NDArray[np.int32]:
        """What decides each place before any tie: the tier, whether the distance is known, the points. Less is better."""
        asked = self.need.near is not None and self.need.travel != "any"
        key = self.tiers * np.int32(A_TIER) if any(one.name == "admit" for one in self.marks.criteria) else np.int32(0)
        unplaced = np.isnan(self.block.miles) if asked else np.zeros(len(self.block), dtype=np.bool_)
        return np.asarray(key + unplaced * np.int32(_UNPLACED) - self.total)

    def told(self, row: int) -> tuple[Mark, ...]:
        """What each criterion found of a row."""
        if row not in self._told:
            self.look_at([row])
        return self._told[row]

    def look_at(self, rows: Sequence[int]) -> None:
        """Find out at once what will be `told` of several rows."""
        self._told.update(zip(rows, self.marks.told(np.array(rows, np.intp)), strict=True))

    @cached_property
    def _told(self) -> dict[int, tuple[Mark, ...]]:
        return {}

    def low_and_high(self, row: int) -> tuple[int, int]:
        """The total if every open question went badly, and if every one went well."""
        told = self.told(row)
        return sum([mark.low for mark in told]), sum([mark.high for mark in told])

    @cached_property
    def put(self) -> tuple[Put, ...]:
        """The criteria as they are put for this need, in the order of the marks."""
        return tuple(Put.to(criterion, self.need) for criterion in self.marks.criteria)

    @cached_property
    def urgency(self) -> list[int]:
        """The numbers of the criteria in the order of a call sheet: the bed first, then what could harm, then the rest."""
        told = [(one.name, one.on_unknown) for one in self.marks.criteria]
        harm = [(name != "admit", not (self.need.taking and name == "medication"), what != CALL_FIRST) for name, what in told]
        return sorted(range(len(told)), key=harm.__getitem__)

    def way(self, row: int, listing: Listing) -> Way:
        """The way to the listing that stands in a row."""
        if row not in self._ways:
            self._ways[row] = way(listing, self.need, self.block.miles.item(row), self.block.pace)
        return self._ways[row]

    @cached_property
    def _ways(self) -> dict[int, Way]:
        return {}

    def row(self, position: int) -> int:
        """The row in which a listing of the block stands; -1 where it is not in the block."""
        found = np.flatnonzero(self.block.positions == position)
        return int(found[0]) if len(found) else -1

    def whereabouts(self, position: int) -> tuple[str, float]:
        """What became of a listing: the criterion that set it aside, or "", and its miles."""
        for aside in self.aside:
            at = np.flatnonzero(aside.positions == position)
            if len(at):
                return aside.criterion.name, float(aside.miles[at[0]])
        row = self.row(position)
        if row >= 0:
            return "", float(self.block.miles[row])
        assert self.need.near
        return "travel", float(self.columns.miles(self.need.near.point, np.array([position]))[0])

    def counts(self) -> dict[str, int]:
        """How many listings each criterion set aside."""
        counted = {aside.criterion.name: len(aside.positions) for aside in self.aside}
        if self.beyond:
            counted["travel"] = counted.get("travel", 0) + self.beyond
        return counted

    def nameable(self, positions: Sequence[int]) -> list[int]:
        """Those of these positions whose listings may be named to whoever asks."""
        some = np.array(positions, np.intp)
        named: list[int] = some[may_be_named(self.columns, some, self.need)].tolist()
        return named

    def nearest_aside(self, limit: int) -> list[tuple[int, Criterion, float]]:
        """The nearest listings that were set aside, each with its criterion and miles; those inside the limit first."""
        if not self.aside:
            return []
        positions = np.concatenate([aside.positions for aside in self.aside])
        miles = np.concatenate([aside.miles for aside in self.aside])
        which = np.repeat(np.arange(len(self.aside)), [len(aside.positions) for aside in self.aside])
        named = np.flatnonzero(may_be_named(self.columns, positions, self.need))
        positions, miles, which = positions[named], miles[named], which[named]
        if len(positions) > 4 * limit:
            near = np.nan_to_num(miles, nan=np.inf)
            some = np.flatnonzero(near <= np.partition(near, limit - 1)[limit - 1])
            positions, miles, which = positions[some], miles[some], which[some]
        order = np.lexsort((self.columns.id_rank[positions], miles))[:limit]
        return [(int(positions[at]), self.aside[which[at]].criterion, float(miles[at])) for at in order]


def rank(columns: Columns, need: Need, relevance: Relevance | None = None, pace: Pace = STRAIGHT) -> Ranking:
    """Judge all listings; `relevance` gives positions their shares, from 0 to 1, where words were asked for."""
    block = reach(columns, need, pace)
    beyond = len(columns) - len(block)
    if relevance is not None:
        block = Block(columns, block.positions, block.miles, relevance(block.positions), pace)
    found = sift(block, need, CRITERIA)
    return Ranking(columns, need, block, found.block, found.marks, found.aside, beyond)
