"""All listings against a need: each becomes an option, call first, or set aside with one reason. Tiers beat points.

The order depends on the listings and the need alone: not on the order of input, on popularity, or on anybody's payment.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from directory.matching.columns import Block, Columns
from directory.matching.criteria import CRITERIA
from directory.matching.criterion import NEUTRAL, UNKNOWN, Criterion, Judged
from directory.need import Need

WEIGHTS: Final[Mapping[str, int]] = MappingProxyType({criterion.name: criterion.points for criterion in CRITERIA})
WEIGHTS_VERSION: Final = 1
READY, CALL = "A", "D"
TIERS: Final = {
    READY: "Ready: everything that must be known before leaving is known.",
    CALL: "Call first: a bed, or something that could do harm, is not known. Nobody is sent there before a call.",
}
_MOST_POINTS: Final = 128
_MOST_QUESTIONS: Final = 64


@dataclass(frozen=True, slots=True)
class Marks:
    """What one criterion found of the listings that were not set aside: answers, whole points earned, points to be had."""

    criterion: Criterion
    answers: NDArray[np.int8]
    earned: NDArray[np.int16]
    of: int


@dataclass(frozen=True, slots=True)
class Aside:
    """The listings that one criterion ruled out, with their miles."""

    criterion: Criterion
    positions: NDArray[np.intp]
    miles: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Ranking:
    """Every listing's place: those that remain with their marks, those set aside, and how many lie beyond the limit."""

    columns: Columns
    need: Need
    block: Block
    marks: tuple[Marks, ...]
    total: NDArray[np.int16]
    questions: NDArray[np.int16]
    call_first: NDArray[np.bool_]
    aside: tuple[Aside, ...]
    beyond: int

    def first(self, limit: int, calls: bool) -> NDArray[np.intp]:
        """The rows of the block that come first among the options, or among those to call first."""
        rows = np.flatnonzero(self.call_first == calls)
        miles = np.nan_to_num(self.block.miles, nan=np.inf)
        unplaced = np.isnan(self.block.miles) & (self.need.near is not None)
        key = (unplaced * _MOST_POINTS + (100 - self.total)) * _MOST_QUESTIONS + self.questions
        if len(rows) > 4 * limit:
            worst = np.partition(key[rows], limit - 1)[limit - 1]
            rows = rows[key[rows] <= worst]
        ranks = self.columns.id_rank[self.block.positions[rows]]
        return rows[np.lexsort((ranks, miles[rows], key[rows]))][:limit]

    def low_and_high(self, row: int) -> tuple[int, int]:
        """The total of a row with every unknown at nothing, and at full."""
        unknown = [(int(marks.earned[row]), marks.of) for marks in self.marks if marks.answers[row] == UNKNOWN]
        total = int(self.total[row])
        return total - sum(earned for earned, _ in unknown), total + sum(of - earned for earned, of in unknown)

    def counts(self) -> dict[str, int]:
        """How many listings each criterion set aside."""
        counted = {aside.criterion.name: len(aside.positions) for aside in self.aside}
        if self.beyond:
            counted["travel"] = counted.get("travel", 0) + self.beyond
        return counted

    def nearest_aside(self, limit: int) -> list[tuple[int, Criterion, float]]:
        """The nearest listings that were set aside, each with its criterion and miles; those inside the limit first."""
        if not self.aside:
            return []
        positions = np.concatenate([aside.positions for aside in self.aside])
        miles = np.concatenate([aside.miles for aside in self.aside])
        which = np.repeat(np.arange(len(self.aside)), [len(aside.positions) for aside in self.aside])
        if len(positions) > 4 * limit:
            near = np.nan_to_num(miles, nan=np.inf)
            some = np.flatnonzero(near <= np.partition(near, limit - 1)[limit - 1])
            positions, miles, which = positions[some], miles[some], which[some]
        order = np.lexsort((self.columns.id_rank[positions], np.nan_to_num(miles, nan=np.inf)))[:limit]
        return [(int(positions[at]), self.aside[which[at]].criterion, float(miles[at])) for at in order]


def rank(
    columns: Columns, need: Need, relevance: NDArray[np.float32] | None = None, weights: Mapping[str, int] = WEIGHTS
) -> Ranking:
    """Judge all listings; `relevance` has a share from 0 to 1 for each position where words were asked for."""
    block = reach(columns, need)
    beyond = len(columns) - len(block)
    if relevance is not None:
        block = Block(columns, block.positions, block.miles, relevance[block.positions])
    call_first = np.zeros(len(block), dtype=np.bool_)
    marks: list[Marks] = []
    aside: list[Aside] = []
    for criterion in CRITERIA:
        judged = _judge(criterion, block, need)
        if judged.rules_out.any():
            out, kept = judged.rules_out, ~judged.rules_out
            aside.append(Aside(criterion, block.positions[out], block.miles[out]))
            block, call_first = block.keep(kept), call_first[kept]
            judged = Judged(judged.answers[kept], judged.shares[kept], judged.rules_out[kept], judged.call_first[kept])
            marks = [Marks(m.criterion, m.answers[kept], m.earned[kept], m.of) for m in marks]
        call_first = call_first | judged.call_first
        of = weights[criterion.name]
        marks.append(Marks(criterion, judged.answers, np.rint(judged.shares * of).astype(np.int16), of))
    total, questions = np.zeros((2, len(block)), dtype=np.int16)
    for mark in marks:
        total += mark.earned
        if mark.criterion.on_unknown != NEUTRAL:
            questions += mark.answers == UNKNOWN
    return Ranking(columns, need, block, tuple(marks), total, questions, call_first, tuple(aside), beyond)


def reach(columns: Columns, need: Need) -> Block:
    """The listings within the travel limit, and those whose place is not known; all where the need has no limit."""
    if need.near is None:
        return Block(columns, columns.everything(), np.full(len(columns), np.nan))
    point = need.near.point
    if need.within_miles is None:
        positions = columns.everything()
        return Block(columns, positions, columns.miles(point, positions))
    around = columns.around(point, need.within_miles)
    miles = columns.miles(point, around)
    inside = miles <= need.within_miles
    unplaced = np.arange(columns.located, len(columns))
    positions = np.concatenate([around[inside], unplaced])
    return Block(columns, positions, np.concatenate([miles[inside], np.full(len(unplaced), np.nan)]))


def nearest_beyond(columns: Columns, need: Need, limit: int) -> list[tuple[int, float]]:
    """The nearest listings past the travel limit, with their miles."""
    if need.near is None or need.within_miles is None or not columns.located or limit < 1:
        return []
    positions = np.arange(columns.located)
    miles = columns.miles(need.near.point, positions)
    past = np.flatnonzero(miles > need.within_miles)
    order = np.lexsort((columns.id_rank[past], miles[past]))[:limit]
    return [(int(past[at]), float(miles[past[at]])) for at in order]


def _judge(criterion: Criterion, block: Block, need: Need) -> Judged:
    if criterion.asked(need):
        return criterion.judge(block, need)
    nobody = np.zeros(len(block), dtype=np.bool_)
    return Judged(np.full(len(block), 2, dtype=np.int8), np.ones(len(block)), nobody, nobody)
