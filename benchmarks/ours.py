"""Our own engine: the product's columns and words, and a small score on top."""

from collections.abc import Sequence
from importlib.metadata import version

import numpy as np
from numpy.typing import NDArray

from benchmarks.directories import Measured
from benchmarks.needs import FRESH_POINTS, HALF_AT_MILES, NEAR_POINTS, SHOWN, SOFT_POINTS, WORDS_POINTS, Asked, Found
from directory.matching.block import Block


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
        score = FRESH_POINTS * self._fresh.take(block.positions)
        score += nearness(block.miles)
        score += SOFT_POINTS * block.how_many(need.soft)
        if need.text and len(block):
            score += WORDS_POINTS * self._words.relevance(need.text, block.positions)
        top = best(score, block.positions, self._columns.id_rank)
        return Found(len(block), tuple(block.counts(self._facets)), tuple(top.tolist()))

    def _filtered(self, need: Asked) -> Block:
        columns = self._columns
        if need.limit is None:
            positions = columns.having(need.hard)
            return Block(columns, positions, columns.miles(need.point, positions))
        held = columns.having(need.hard, columns.runs(need.point, need.limit))
        return Block(columns, *columns.within(need.point, need.limit, held))


def nearness(miles: NDArray[np.float64]) -> NDArray[np.float64]:
    """Thirty points at the door, fifteen at fifty miles, none where the place is not known."""
    points = miles / HALF_AT_MILES
    points += 1
    np.divide(NEAR_POINTS, points, out=points)
    return np.fmax(points, 0, out=points)


def best(score: NDArray[np.float64], positions: NDArray[np.intp], id_rank: NDArray[np.int32]) -> NDArray[np.intp]:
    """The positions with the highest scores, best first; of equal ones the first by id."""
    if len(score) > SHOWN:
        least = np.partition(score, len(score) - SHOWN)[len(score) - SHOWN]
        rows = (score >= least).nonzero()[0]
        score, positions = score[rows], positions[rows]
    return positions[np.lexsort((id_rank[positions], -score))][:SHOWN]
