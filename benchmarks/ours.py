"""Our own engine: the product's columns and words, and a small score on top."""

from collections.abc import Sequence
from importlib.metadata import version

import numpy as np
from numpy.typing import NDArray

from benchmarks.directories import Measured
from benchmarks.needs import FRESH_POINTS, HALF_AT_MILES, NEAR_POINTS, SHOWN, SOFT_POINTS, WORDS_POINTS, Asked, Found
from directory.matching.columns import Block


class Ours:
    """What the product does between a need and its list, without tiers and sentences."""

    name = "ours"
    version = f"numpy {version('numpy')}"

    def __init__(self, measured: Measured, facets: Sequence[str]) -> None:
        self._columns, self._words, self._fresh = measured.columns, measured.words, measured.fresh
        self._facets = tuple(facets)

    def ask(self, need: Asked) -> Found:
        """Filter, score, count, and the best."""
        block = self._filtered(need)
        score = FRESH_POINTS * self._fresh[block.positions]
        score += nearness(block.miles)
        for code in need.soft:
            score += SOFT_POINTS * block.yes(code)
        if need.text:
            score += WORDS_POINTS * self._words.relevance(need.text, block.positions)
        top = block.positions[best(score, self._columns.id_rank[block.positions])]
        return Found(len(block), tuple(block.counts(self._facets)), tuple(top.tolist()))

    def _filtered(self, need: Asked) -> Block:
        around = None if need.limit is None else self._columns.around(need.point, need.limit)
        positions = self._columns.having(need.hard, around)
        miles = self._columns.miles(need.point, positions)
        if need.limit is None:
            return Block(self._columns, positions, miles)
        inside = miles <= need.limit
        return Block(self._columns, positions[inside], miles[inside])


def nearness(miles: NDArray[np.float64]) -> NDArray[np.float64]:
    """Thirty points at the door, fifteen at fifty miles, none where the place is not known."""
    points = NEAR_POINTS / (1 + miles / HALF_AT_MILES)
    return np.where(np.isnan(points), 0.0, points)


def best(score: NDArray[np.float64], id_rank: NDArray[np.int32]) -> NDArray[np.intp]:
    """The rows with the highest scores, best first; of equal ones the first by id."""
    if len(score) <= SHOWN:
        return np.lexsort((id_rank, -score))
    least = np.partition(score, len(score) - SHOWN)[len(score) - SHOWN]
    rows = np.flatnonzero(score >= least)
    return rows[np.lexsort((id_rank[rows], -score[rows]))][:SHOWN]
