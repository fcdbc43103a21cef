"""What would put a listing first: each open question answered well in turn, and the criteria asked again."""

from collections.abc import Iterator, Sequence

import numpy as np

from directory.listing import Listing
from directory.matching.block import Block
from directory.matching.criteria import CRITERIA
from directory.matching.criterion import NEUTRAL, UNKNOWN, Criterion
from directory.matching.excerpt import Hope, supposed
from directory.matching.rank import Ranking
from directory.matching.sifting import sift

Shown = Sequence[tuple[int, Listing]]
"""Rows of a ranking, each with its listing."""


def first_if(ranking: Ranking, shown: Shown, first: int) -> dict[int, tuple[str, ...]]:
    """For each row shown, what would have to be confirmed, alone, for it to come before the row that stands first."""
    best, need = ranking.key(first), ranking.need
    asked: list[tuple[int, Criterion]] = []
    hopes: list[Hope] = []
    for row, listing in shown:
        for criterion in _hopeful(ranking, row, best) if row != first else ():
            asked.append((row, criterion))
            hopes.append(Hope(*criterion.hopes(need), criterion.hoped_report(need, ranking.way(row, listing))))
    found: dict[int, tuple[str, ...]] = {}
    for number, key in _keys(ranking, [row for row, _ in asked], hopes) if asked else ():
        row, criterion = asked[number]
        if key < best:
            found[row] = (*found.get(row, ()), criterion.wish(need))
    return found


def _hopeful(ranking: Ranking, row: int, best: tuple[int, ...]) -> Iterator[Criterion]:
    """The open questions of a row whose best answer could put it first; to ask the others again would be in vain."""
    tier, unplaced, points = ranking.key(row)
    doubts = int(ranking.doubts[row])
    for mark, told in zip(ranking.marks, ranking.told(row), strict=True):
        if told.answer != UNKNOWN or mark.criterion.on_unknown == NEUTRAL:
            continue
        cleared = doubts - told.call_first == 0
        possible = (0 if cleared else tier, unplaced, points - (told.of - told.earned))
        if possible < best:
            yield mark.criterion


def _keys(ranking: Ranking, rows: Sequence[int], hopes: Sequence[Hope]) -> Iterator[tuple[int, tuple[int, ...]]]:
    """The places that the rows would take if each hope were fulfilled, by its number; those that are set aside take none."""
    old = ranking.block
    built = supposed(ranking.columns, old.positions[rows], hopes)
    relevance = None if old.relevance is None else old.relevance[rows]
    block = Block(built, np.arange(len(built)), old.miles[rows], relevance, old.pace)
    left = sift(block, ranking.need, CRITERIA)
    again = Ranking(built, ranking.need, block, left.block, left.marks, left.aside, 0, within=ranking)
    for row in range(len(left.block)):
        yield int(left.block.positions[row]), again.key(row)
