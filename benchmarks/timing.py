"""How long answers take: every engine asked the same needs in one process, and the floor that none can go below."""

import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter_ns
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.directories import Measured
from benchmarks.needs import Asked, facets
from directory.matching.bits import NUMBER

PERCENTILES: Final = (50, 95, 99)
Asking = Mapping[str, Callable[[Asked], object]]
Times = dict[str, list[int]]
"""Nanoseconds for each answer, by engine."""


def in_rounds(asking: Asking, asked: Sequence[Asked], rounds: int) -> Times:
    """In every round each engine answers all needs in a row, none always first: as a server would be asked."""
    turns = _turns(list(asking), rounds)
    return _times(asking, ((name, need) for order in turns for name in order for need in asked))


def in_turn(asking: Asking, asked: Sequence[Asked], rounds: int) -> Times:
    """Every need is asked of each engine before the next one is: each finds the caches as the others left them."""
    turns = _turns(list(asking), rounds * len(asked))
    return _times(asking, ((name, need) for need in [*asked] * rounds for name in next(turns)))


def _turns(names: Sequence[str], count: int) -> Iterator[list[str]]:
    for turn in range(count):
        first = turn % len(names)
        yield [*names[first:], *names[:first]]


def _times(asking: Asking, questions: Iterator[tuple[str, Asked]]) -> Times:
    """Warm, and without the collector of unused memory."""
    times: Times = {name: [] for name in asking}
    gc.collect()
    gc.disable()
    try:
        for name, need in questions:
            ask, took = asking[name], times[name]
            start = perf_counter_ns()
            ask(need)
            took.append(perf_counter_ns() - start)
    finally:
        gc.enable()
    return times


def percentiles(times: Sequence[int]) -> dict[str, float]:
    """Milliseconds at each percentile."""
    return {f"p{at}": float(np.percentile(times, at)) / 1e6 for at in PERCENTILES}


def ratios(told: Mapping[str, Mapping[str, float]]) -> dict[str, dict[str, float]]:
    """How many times as long as ours the others take."""
    others = [name for name in told if name != "ours"]
    return {name: {at: took / told["ours"][at] for at, took in told[name].items()} for name in others}


@dataclass(frozen=True, slots=True)
class _Read:
    """What has to be read for a need: planes from one word to another, and listings."""

    rows: NDArray[np.intp]
    first: int
    last: int
    positions: NDArray[np.intp]


class Floor:
    """Merely reads, once, what must be read: the planes of the terms that are asked for, that score and that are counted,
    as far as the circle's cells go, and the places and freshness of the listings that have what must be there.

    What is to be read is found outside the clock; nothing is filtered, scored, looked up, counted or put in order.
    """

    def __init__(self, measured: Measured, asked: Sequence[Asked]) -> None:
        self._columns, self._fresh = measured.columns, measured.fresh
        counted = facets(measured)
        self._reads = {id(need): self._read(need, counted) for need in asked}

    def _read(self, need: Asked, counted: Sequence[str]) -> _Read:
        everywhere = [(0, len(self._columns))]
        runs = everywhere if need.limit is None else self._columns.runs(need.point, need.limit)
        positions = self._columns.having(need.hard, runs)
        rows = np.array([NUMBER[code] for code in (*need.hard, *need.soft, *counted)])
        first, last = (runs[0][0] >> 6, (runs[-1][1] + 63) >> 6) if runs else (0, 0)
        return _Read(rows, first, last, positions)

    def ask(self, need: Asked) -> Any:
        """Read, and no more."""
        read = self._reads[id(need)]
        planes = np.bitwise_or.reduce(self._columns.planes[read.rows, read.first : read.last], axis=None)
        places = np.add.reduce(self._columns.centred.take(read.positions, axis=1), axis=None)
        return planes, places, np.add.reduce(self._fresh.take(read.positions))
