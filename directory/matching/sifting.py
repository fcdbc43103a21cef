"""The listings of a block judged by criteria, one after the other: what is left with its marks, and what was set aside."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from directory.listing import Point
from directory.matching.arrival import STRAIGHT, Pace
from directory.matching.block import Block
from directory.matching.columns import Columns
from directory.matching.criterion import UNKNOWN, WEIGHTS, YES, Criterion, Judged
from directory.need import Need

_WORTH_LEAVING: Final = 1024
"""In a larger block it is cheaper to leave out what is set aside, once that is half of it, than to go on judging it."""
_STEP_MILES, _HALF_AROUND_MILES = 25.0, 12_500.0
"""How a circle grows until enough lie past the travel limit, up to the whole earth."""
_FEW: Final = 5_000
"""Of so many it is cheaper to measure the way to each than to let a circle grow that may hold none of them."""


@dataclass(frozen=True, slots=True)
class Marks:
    """What one criterion found of the listings that were not set aside: answers, whole points earned, points to be had.

    `call_first` marks those that nobody may be sent to because of this criterion; `low` and `high` are the shares of the
    points if what is unknown turned out badly, or well, None for nothing and everything.
    """

    criterion: Criterion
    answers: NDArray[np.int8]
    earned: NDArray[np.int16]
    of: int
    call_first: NDArray[np.bool_]
    low: NDArray[np.float64] | None
    high: NDArray[np.float64] | None

    def told(self, rows: NDArray[np.intp]) -> list["Mark"]:
        """What was found of some listings, with the fewest and the most points that each could have once all is known."""
        answers, earned = self.answers.take(rows).tolist(), self.earned.take(rows).tolist()
        low = self._bound(self.low, rows) or [0 if one == UNKNOWN else had for one, had in zip(answers, earned, strict=True)]
        high = self._bound(self.high, rows) or [
            self.of if one == UNKNOWN else had for one, had in zip(answers, earned, strict=True)
        ]
        return list(map(Mark, answers, earned, repeat(self.of), low, high, self.call_first.take(rows).tolist()))

    def _bound(self, shares: NDArray[np.float64] | None, rows: NDArray[np.intp]) -> list[int] | None:
        if shares is None:
            return None
        bound: list[int] = _whole(shares.take(rows) * self.of).tolist()
        return bound


class Mark(NamedTuple):
    """What one criterion found of one listing: the answer, the points, of how many, between what they could lie, a doubt."""

    answer: int
    earned: int
    of: int
    low: int
    high: int
    call_first: bool


@dataclass(frozen=True, slots=True)
class Aside:
    """The listings that one criterion ruled out, with their miles."""

    criterion: Criterion
    positions: NDArray[np.intp]
    miles: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sifted:
    """What criteria left of a block, with their marks, and what they took out."""

    block: Block
    marks: tuple[Marks, ...]
    aside: tuple[Aside, ...]


def sift(block: Block, need: Need, criteria: Sequence[Criterion]) -> Sifted:
    """Judge the listings of a block by some criteria, one after the other; what one rules out no other gives the reason for."""
    judged: list[Judged | None] = []
    aside: list[Aside] = []
    alive = np.ones(len(block), dtype=np.bool_)
    for criterion in criteria:
        one = criterion.judge(block, need) if criterion.asked(need) else None
        judged.append(one)
        if one is None or one.rules_out is None:
            continue
        out = one.rules_out & alive
        if out.any():
            aside.append(Aside(criterion, block.positions[out], block.miles[out]))
            alive &= ~out
            if len(block) > _WORTH_LEAVING and np.count_nonzero(alive) * 2 < len(block):
                block, judged, alive = *_kept(block, judged, alive), alive[alive]
    if not alive.all():
        block, judged = _kept(block, judged, alive)
    weights, nobody_asked = weights_for(need), Judged(np.full(len(block), YES, dtype=np.int8))
    told = zip(criteria, judged, strict=True)
    return Sifted(block, tuple(_marks(criterion, one or nobody_asked, weights) for criterion, one in told), tuple(aside))


def _kept(block: Block, judged: Sequence[Judged | None], alive: NDArray[np.bool_]) -> tuple[Block, list[Judged | None]]:
    rows = alive.nonzero()[0]
    return block.keep(rows), [one and one.keep(rows) for one in judged]


def _marks(criterion: Criterion, judged: Judged, weights: Mapping[str, int]) -> Marks:
    of, count = weights.get(criterion.name, 0), len(judged.answers)
    earned = np.full(count, of, dtype=np.int16) if judged.shares is None else _whole(judged.shares * of)
    call_first = np.zeros(count, dtype=np.bool_) if judged.call_first is None else judged.call_first
    return Marks(criterion, judged.answers, earned, of, call_first, judged.low, judged.high)


def _whole(points: NDArray[np.float64]) -> NDArray[np.int16]:
    """Whole points: exact halves to the even number, whatever noise the last digits carry."""
    return np.rint(points.round(6)).astype(np.int16)


def weights_for(need: Need) -> Mapping[str, int]:
    """The points of each criterion, with what was changed for this need."""
    return {**WEIGHTS, **dict(need.weights)}


def reach(columns: Columns, need: Need, pace: Pace = STRAIGHT) -> Block:
    """The listings within the travel limit, and those whose place is not known; all where the need has no limit."""
    if need.near is None:
        return Block(columns, columns.everything(), np.full(len(columns), np.nan), pace=pace)
    point = need.near.point
    if need.within_miles is None:
        positions = columns.everything()
        return Block(columns, positions, columns.miles(point, positions), pace=pace)
    around = columns.around(point, need.within_miles)
    miles = columns.miles(point, around)
    inside = miles <= need.within_miles
    unplaced = np.arange(columns.located, len(columns))
    positions = np.concatenate([around[inside], unplaced])
    return Block(columns, positions, np.concatenate([miles[inside], np.full(len(unplaced), np.nan)]), pace=pace)


def nearest_beyond(columns: Columns, need: Need, limit: int, among: NDArray[np.bool_] | None = None) -> list[tuple[int, float]]:
    """The nearest listings past the travel limit, with their miles; of those `among` all, where that is given."""
    if need.near is None or need.within_miles is None or not columns.located or limit < 1:
        return []
    some = None if among is None else np.flatnonzero(among[: columns.located])
    if some is not None and len(some) <= _FEW:
        far = columns.miles(need.near.point, some)
        past, miles = some[far > need.within_miles], far[far > need.within_miles]
    else:
        past, miles = _in_rings(columns, (need.near.point, need.within_miles), limit, among)
    order = np.lexsort((columns.id_rank[past], miles))[:limit]
    return [(int(past[at]), float(miles[at])) for at in order]


def _in_rings(
    columns: Columns, limits: tuple[Point, float], count: int, among: NDArray[np.bool_] | None
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """At least so many past a limit, the nearest with them, and their miles: the circle grows until it holds as many."""
    point, reach = limits
    past, miles = np.empty(0, np.intp), np.empty(0)
    while len(past) < count and reach < _HALF_AROUND_MILES:
        reach = 2 * reach + _STEP_MILES
        around, far = columns.within(point, reach, columns.around(point, reach))
        wanted = far > limits[1] if among is None else (far > limits[1]) & among[around]
        past, miles = around[wanted], far[wanted]
    return past, miles
