"""What would put a listing first: each open question answered well in turn, and the criteria asked again."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from directory.listing import Listing
from directory.matching.block import Block
from directory.matching.criteria import BY_NAME, CRITERIA
from directory.matching.criterion import NEUTRAL, UNKNOWN, Criterion, Put
from directory.matching.excerpt import Hope, supposed
from directory.matching.rank import A_TIER, Ranking
from directory.matching.sifting import sift

Shown = Sequence[tuple[int, Listing]]
"""Rows of a ranking, each with its listing."""


def first_if(ranking: Ranking, shown: Shown, first: int) -> dict[int, tuple[str, ...]]:
    """For each row shown, what would have to be confirmed, alone, for it to come before the row that stands first."""
    best, need = int(ranking.places[first]), ranking.need
    asked: list[tuple[int, Criterion]] = []
    hopes: list[Hope] = []
    for row, listing in shown:
        for put in _hopeful(ranking, row, best) if row != first else ():
            asked.append((row, put.criterion))
            hopes.append(Hope(*put.hopes, put.criterion.hoped_report(need, ranking.way(row, listing))))
    found: dict[int, tuple[str, ...]] = {}
    rows = np.array([row for row, _ in asked], np.intp)
    for number, place in _places(ranking, rows, hopes) if asked else ():
        row, criterion = asked[number]
        if place < best:
            found[row] = (*found.get(row, ()), criterion.wish(need))
    return found


def _hopeful(ranking: Ranking, row: int, best: int) -> Iterator[Put]:
    """The open questions of a row whose best answer could put it first; to ask the others again would be in vain."""
    place, doubts = int(ranking.places[row]), int(ranking.doubts[row])
    in_the_first_tier = place - int(ranking.tiers[row]) * A_TIER
    for put, told in zip(ranking.put, ranking.told(row), strict=True):
        if told.answer != UNKNOWN or put.criterion.on_unknown == NEUTRAL:
            continue
        cleared = doubts - told.call_first == 0
        if (in_the_first_tier if cleared else place) - (told.of - told.earned) < best:
            yield put


def _places(ranking: Ranking, rows: NDArray[np.intp], hopes: Sequence[Hope]) -> Iterator[tuple[int, int]]:
    """The places that the rows would take if each hope were fulfilled, by its number; those that are set aside take none."""
    old = ranking.block
    built = supposed(ranking.columns, old.positions[rows], hopes)
    relevance = None if old.relevance is None else old.relevance[rows]
    block = Block(built, np.arange(len(built)), old.miles[rows], relevance, old.pace)
    held = {(key, hope.report.observed_at) for key, hope in zip(built.ids, hopes, strict=True) if hope.report}
    need = replace(ranking.need, holds=ranking.need.holds | held)
    only_beds = not any(hope.yes or hope.no for hope in hopes)
    left = sift(block, need, (BY_NAME["admit"],) if only_beds else CRITERIA)
    kept = left.block.positions
    marks = ranking.marks.anew(rows[kept], left.marks) if only_beds else left.marks
    again = Ranking(built, need, block, left.block, marks, left.aside, 0, within=ranking)
    return zip(kept.tolist(), again.places.tolist(), strict=True)
