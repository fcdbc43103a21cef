"""What would put a listing first: each open question answered well in turn, and the criteria asked again."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from directory.listing import Listing
from directory.matching.arrival import way
from directory.matching.block import Block
from directory.matching.columns import as_given
from directory.matching.criteria import CRITERIA
from directory.matching.criterion import NEUTRAL, UNKNOWN
from directory.matching.rank import Marks, Ranking, sift

Shown = Sequence[tuple[int, Listing]]
"""Rows of a ranking, each with its listing."""


def first_if(ranking: Ranking, shown: Shown, first: int) -> dict[int, tuple[str, ...]]:
    """For each row shown, what would have to be confirmed, alone, for it to come before the row that stands first."""
    best, need = ranking.key(first), ranking.need
    asked: list[tuple[int, str]] = []
    supposed: list[Listing] = []
    for row, listing in shown:
        there = way(listing, need, float(ranking.block.miles[row]), ranking.block.pace)
        for mark in _hopeful(ranking, row, best) if row != first else ():
            supposed.append(replace(mark.criterion.confirmed(listing, need, there), id=f"{len(supposed):04}"))
            asked.append((row, mark.criterion.wish(need)))
    found: dict[int, tuple[str, ...]] = {}
    for number, key in _keys(ranking, supposed, [row for row, _ in asked]) if supposed else ():
        row, wish = asked[number]
        if key < best:
            found[row] = (*found.get(row, ()), wish)
    return found


def _hopeful(ranking: Ranking, row: int, best: tuple[int, ...]) -> Iterator[Marks]:
    """The open questions of a row whose best answer could put it first; to ask the others again would be in vain."""
    tier, unplaced, points = ranking.key(row)
    doubts = int(ranking.doubts[row])
    for mark in ranking.marks:
        if mark.answers[row] != UNKNOWN or mark.criterion.on_unknown == NEUTRAL:
            continue
        cleared = doubts - int(mark.call_first[row]) == 0
        possible = (0 if cleared else tier, unplaced, points - (mark.of - int(mark.earned[row])))
        if possible < best:
            yield mark


def _keys(ranking: Ranking, supposed: Sequence[Listing], rows: Sequence[int]) -> Iterator[tuple[int, tuple[int, ...]]]:
    """The places that the supposed listings would take, by their number; those that are set aside take none."""
    built, old = as_given(supposed), ranking.block
    relevance = None if old.relevance is None else old.relevance[rows]
    block = Block(built, np.arange(len(built)), old.miles[rows], relevance, old.pace)
    left = sift(block, ranking.need, CRITERIA)
    again = Ranking(built, ranking.need, block, left.block, left.marks, left.aside, 0, steps=ranking.everyone)
    for row in range(len(left.block)):
        yield int(left.block.positions[row]), again.key(row)
