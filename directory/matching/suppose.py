"""What would put a listing first: each open question answered well in turn, and the matcher asked again."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from directory.listing import Listing
from directory.matching import columns
from directory.matching.arrival import way
from directory.matching.criterion import NEUTRAL, UNKNOWN
from directory.matching.rank import Ranking, rank

Shown = Sequence[tuple[int, Listing]]
"""Rows of a ranking, each with its listing."""


def first_if(ranking: Ranking, shown: Shown, first: int) -> dict[int, tuple[str, ...]]:
    """For each row shown, what would have to be confirmed, alone, for it to come before the row that stands first."""
    need = ranking.need
    supposed: list[Listing] = []
    wishes: list[tuple[int, str]] = []
    for row, listing in shown:
        there = way(listing, need, float(ranking.block.miles[row]), ranking.block.pace)
        for mark in ranking.marks:
            if row != first and mark.answers[row] == UNKNOWN and mark.criterion.on_unknown != NEUTRAL:
                better = mark.criterion.confirmed(listing, need, there)
                supposed.append(replace(better, id=f"{len(supposed):04}"))
                wishes.append((row, mark.criterion.wish(need)))
    if not supposed:
        return {}
    again = _ask_again(ranking, supposed, [row for row, _ in wishes])
    best = ranking.key(first)
    found: dict[int, tuple[str, ...]] = {}
    for at in range(len(again.block)):
        row, wish = wishes[int(again.columns.ids[again.block.positions[at]])]
        if again.key(at) < best:
            found[row] = (*found.get(row, ()), wish)
    return found


def _ask_again(ranking: Ranking, supposed: Sequence[Listing], rows: Sequence[int]) -> Ranking:
    """The same need, asked of the supposed listings alone."""
    built = columns.build(supposed)
    relevance = None
    if ranking.block.relevance is not None:
        relevance = np.array([ranking.block.relevance[rows[int(key)]] for key in built.ids], dtype=np.float32)
    return rank(built, ranking.need, relevance, ranking.block.pace)
