"""Whether anybody admits at the hour of arrival: for all listings of a block at once.

Arrival is an instant. Only then does it become a minute of the week, in each center's own zone with the offset that holds
there at that instant, so that nights in which the clock changes come out right.
"""

from datetime import datetime
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from directory.hours import DAY, WEEK
from directory.matching.block import Block
from directory.matching.columns import Columns, spread
from directory.matching.criterion import NO, UNKNOWN, YES
from directory.matching.gathering import microseconds
from directory.need import Need

SECOND: Final = 1_000_000
MINUTE: Final = 60 * SECOND
_MONDAY: Final = 3 * DAY
"""1970 began on a Thursday: its week's Monday lies three days before."""
_NEVER: Final = float(np.iinfo(np.int64).max)


def arrivals(block: Block, need: Need) -> NDArray[np.float64]:
    """For each listing the microsecond (from 1970) in which the person can be there; NaN where the way is not known."""
    pace = block.pace
    leaves = microseconds(need.leaves) + round(pace.getting_ready(need) * MINUTE)
    if need.near is None:
        return np.full(len(block), np.nan)
    arrives = leaves + block.miles * (pace.road_factor / pace.mph * 60 * MINUTE)
    for row, position in enumerate(block.positions.tolist()) if pace.measured else ():
        minutes = pace.measured.get(block.columns.ids[position])
        if minutes is not None:
            arrives[row] = leaves + minutes * MINUTE
    return np.asarray(arrives)


def reachable(block: Block, arrives: NDArray[np.float64]) -> tuple[NDArray[np.int8], NDArray[np.bool_]]:
    """Whether somebody who arrives then arrives inside the intake hours: YES, NO, or UNKNOWN; and where it is more than a day
    until they begin.

    Doors that never close need neither a clock nor a way that is known.
    """
    columns, positions = block.columns, block.positions
    answers, shut = np.full(len(positions), UNKNOWN, dtype=np.int8), np.zeros(len(positions), dtype=np.bool_)
    rows = np.flatnonzero(columns.hours_known[positions])
    if not len(rows):
        return answers, shut
    row_of, at = spread(columns.hours_at, positions[rows])
    opens, closes = columns.hours_opens[at], columns.hours_closes[at]
    answers[rows[row_of[closes - opens >= WEEK]]] = YES
    clocked = (answers[rows] != YES) & (columns.zone[positions[rows]] > 0) & ~np.isnan(arrives[rows])
    if not clocked.any():
        return answers, shut
    then = np.full(len(rows), np.nan)
    then[clocked] = local_minutes(columns, columns.zone[positions[rows[clocked]]], arrives[rows[clocked]])
    inside = ((opens <= then[row_of]) & (then[row_of] < closes)) | (then[row_of] + WEEK < closes)
    held = np.bincount(row_of[inside], minlength=len(rows)) > 0
    answers[rows[clocked]] = np.where(held[clocked], np.int8(YES), np.int8(NO))
    wait = np.full(len(rows), np.inf)
    np.fmin.at(wait, row_of, (opens - then[row_of]) % WEEK)
    shut[rows] = clocked & ~held & (wait > DAY)
    return answers, shut


def local_minutes(columns: Columns, zone: NDArray[np.uint8], arrives: NDArray[np.float64]) -> NDArray[np.float64]:
    """The minute of the week, in each zone's own time, of instants in microseconds."""
    seconds = arrives / SECOND
    before, after = np.zeros((2, len(columns.zones)))
    turns = np.zeros(len(columns.zones))
    first, last = float(seconds.min()), float(seconds.max())
    for number in np.flatnonzero(np.bincount(zone, minlength=len(columns.zones))).tolist():
        before[number], turns[number], after[number] = _offsets(columns.zones[number], first, last)
    local = seconds + np.where(seconds < turns[zone], before[zone], after[zone])
    return np.asarray((local // 60 + _MONDAY) % WEEK)


def _offsets(zone: str, first: float, last: float) -> tuple[float, float, float]:
    """A zone's seconds from UTC at the first of some instants, when they change, and to what by the last of them."""
    early, late = _offset(zone, first), _offset(zone, last)
    if early == late:
        return early, _NEVER, late
    low, high = first, last
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _offset(zone, middle) == early else (low, middle)
    return early, high, late


def _offset(zone: str, second: float) -> float:
    told = datetime.fromtimestamp(second, _zone(zone)).utcoffset()
    return told.total_seconds() if told else 0.0


@lru_cache(maxsize=128)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
