"""The listings of a block judged by criteria, one after the other: what is left with its marks, and what was set aside."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from directory.matching.arrival import STRAIGHT, Pace
from directory.matching.block import Block
from directory.matching.columns import Columns
from directory.matching.criterion import UNKNOWN, WEIGHTS, YES, Criterion, Judged
from directory.matching.standing import ever_vetted, may_be_named
from directory.need import Need

_WORTH_LEAVING: Final = 1024
"""In a larger block it is cheaper to leave out what is set aside, once that is half of it, than to go on judging it."""
_AT_ONCE: Final = 2048
_STEP_MILES, _HALF_AROUND_MILES = 25.0, 12_500.0
"""How a circle grows until enough lie past the travel limit, up to the whole earth."""
_FEW: Final = 5_000
"""Of so many it is cheaper to measure the way to each than to let a circle grow that may hold none of them."""


@dataclass(frozen=True, slots=True)
class Marks:
    """What criteria found of the listings that were not set aside: a row for each criterion, a column for each listing.

    `answers` are NO, UNKNOWN or YES, `earned` whole points of the `of` to be had; `call_first` marks those that nobody may be
    sent to because of a criterion. `low` and `high` are the shares of a criterion's points if what is unknown turned out
    badly, or well, None for nothing and everything.
    """

    criteria: tuple[Criterion, ...]
    of: NDArray[np.int16]
    answers: NDArray[np.int8]
    earned: NDArray[np.int16]
    call_first: NDArray[np.bool_]
    low: tuple[NDArray[np.float64] | None, ...]
    high: tuple[NDArray[np.float64] | None, ...]

    def row(self, name: str) -> int:
        """In which row a criterion stands."""
        return next(at for at, criterion in enumerate(self.criteria) if criterion.name == name)

    def answered(self, name: str) -> NDArray[np.int8]:
        """A criterion's answers."""
        return np.asarray(self.answers[self.row(name)])

    def anew(self, columns: NDArray[np.intp], found: "Marks") -> "Marks":
        """The marks of some listings, but for the criteria of `found` what it holds of these."""
        answers, earned = self.answers.take(columns, axis=1), self.earned.take(columns, axis=1)
        doubts = self.call_first.take(columns, axis=1)
        low, high = ([share if share is None else share.take(columns) for share in told] for told in (self.low, self.high))
        for at, criterion in enumerate(found.criteria):
            row = self.row(criterion.name)
            answers[row], earned[row], doubts[row] = found.answers[at], found.earned[at], found.call_first[at]
            low[row], high[row] = found.low[at], found.high[at]
        return Marks(self.criteria, self.of, answers, earned, doubts, tuple(low), tuple(high))

    def told(self, columns: NDArray[np.intp]) -> list[tuple["Mark", ...]]:
        """What each criterion found of some listings, with the fewest and the most points it could be once all is known."""
        answers, earned, doubts = (table.take(columns, axis=1) for table in (self.answers, self.earned, self.call_first))
        unknown = answers == UNKNOWN
        low, high = np.where(unknown, np.int16(0), earned), np.where(unknown, self.of[:, None], earned)
        for bounds, shares in ((low, self.low), (high, self.high)):
            for row, share in enumerate(shares):
                if share is not None:
                    bounds[row] = _whole(share.take(columns) * self.of[row])
        tables = (answers, earned, np.broadcast_to(self.of[:, None], answers.shape), low, high, doubts)
        return [tuple(map(Mark, *one)) for one in zip(*(table.T.tolist() for table in tables), strict=True)]


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
    marks: Marks
    aside: tuple[Aside, ...]


def sift(block: Block, need: Need, criteria: Sequence[Criterion]) -> Sifted:
    """Judge the listings of a block by some criteria, one after the other; what one rules out no other gives the reason for."""
    judged: list[Judged | None] = []
    aside: list[Aside] = []
    alive = np.ones(len(block), dtype=np.bool_)
    for criterion in criteria:
        one = block.once(criterion.judge, need) if criterion.asked(need) else None
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
    return Sifted(block, _marks(criteria, judged, need, len(block)), tuple(aside))


def _kept(block: Block, judged: Sequence[Judged | None], alive: NDArray[np.bool_]) -> tuple[Block, list[Judged | None]]:
    rows = alive.nonzero()[0]
    return block.keep(rows), [one and one[rows] for one in judged]


def _marks(criteria: Sequence[Criterion], judged: Sequence[Judged | None], need: Need, count: int) -> Marks:
    weights = weights_for(need)
    told = [one or _ALL_ALIKE for one in judged]
    of = np.array([weights.get(criterion.name, 0) for criterion in criteria], np.int16)
    return Marks(
        criteria=tuple(criteria),
        of=of,
        answers=_table([one.answers for one in told], count, np.int8),
        earned=_earned([one.shares for one in told], of, count),
        call_first=_table([one.call_first for one in told], count, np.bool_),
        low=tuple(one.low for one in told),
        high=tuple(one.high for one in told),
    )


_ALL_ALIKE: Final = Judged(np.full(1, YES, np.int8))
"""What a criterion finds that nobody asked about."""


def _table(rows: Sequence[NDArray[Any] | None], count: int, kind: type[np.generic]) -> NDArray[Any]:
    """Rows under each other; those of which nothing is said are 0 throughout."""
    table = np.zeros((len(rows), count), kind)
    for at, row in enumerate(rows):
        if row is not None:
            table[at] = row
    return table


def _earned(shares: Sequence[NDArray[np.float64] | None], of: NDArray[np.int16], count: int) -> NDArray[np.int16]:
    """Whole points from shares, all of them where there are none: some thousand listings at a time, as fit into the cache."""
    earned = np.empty((len(shares), count), np.int16)
    earned[:] = of[:, None]
    given = [(at, share) for at, share in enumerate(shares) if share is not None]
    rows = [at for at, _ in given]
    for first in range(0, count if given else 0, _AT_ONCE):
        here = slice(first, first + _AT_ONCE)
        points = np.array([share[here] for _, share in given])
        points *= of[rows][:, None]
        earned[rows, here] = _whole(points)
    return earned


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


def nearest_beyond(columns: Columns, need: Need, limit: int) -> list[tuple[int, float]]:
    """The nearest listings past the travel limit that may be named, with their miles."""
    if need.near is None or need.within_miles is None or not columns.located or limit < 1:
        return []
    if need.vetted_only and len(columns.vetting_state) <= _FEW:
        some = ever_vetted(columns)
        some = some[some < columns.located]
        past, miles = _past(columns, need, some, columns.miles(need.near.point, some))
    else:
        past, miles = _in_rings(columns, need, limit)
    order = np.lexsort((columns.id_rank[past], miles))[:limit]
    return [(int(past[at]), float(miles[at])) for at in order]


def _in_rings(columns: Columns, need: Need, count: int) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """At least so many past a limit, the nearest with them, and their miles: the circle grows until it holds as many."""
    assert need.near and need.within_miles is not None
    point, reach = need.near.point, need.within_miles
    past, miles = np.empty(0, np.intp), np.empty(0)
    while len(past) < count and reach < _HALF_AROUND_MILES:
        reach = 2 * reach + _STEP_MILES
        past, miles = _past(columns, need, *columns.within(point, reach, columns.around(point, reach)))
    return past, miles


def _past(
    columns: Columns, need: Need, some: NDArray[np.intp], miles: NDArray[np.float64]
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Those past the travel limit that may be named, and their miles."""
    far = np.flatnonzero(miles > (need.within_miles or 0.0))
    some, miles = some[far], miles[far]
    named = may_be_named(columns, some, need)
    return some[named], miles[named]
