"""The listings as arrays in one order, the *positions*: facts as bits, places as earth-centred points in grid cells.

Listings stand cell by cell, so what is within a radius is a few runs of positions. Saved arrays are mapped, not read.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from directory.listing import Listing, Point
from directory.matching import bits, grid
from directory.matching.bits import BIT, CODES, WORDS
from directory.matching.gathering import gathered
from directory.vocabulary import PERSONAL, Answer

Run = tuple[int, int]
"""Positions that stand together: the first, and the one after the last."""

_LISTS: Final = ("ids", "zones", "buckets", "plans")


@dataclass(frozen=True, slots=True)
class Columns:
    """All listings as arrays of one length; `ids` and every array share the positions.

    `yes` and `no` hold a row of 64-bit words for each 64 terms of `CODES`: a bit in `yes` is a known yes, in `no` a
    known no, in neither unknown; a bit in `personal` is a yes that a person said. `centred` has x, y, z in meters from the
    middle of the earth (NaN where the place is not known), each along a row of its own; `cells` says where each
    grid cell's run of positions starts. `planes` is `yes` the other way round, worked out from it where it is not given: a
    row of bits for each term. The rest is as `gathering` makes it.
    """

    ids: Sequence[str]
    zones: Sequence[str]
    buckets: Sequence[dict[str, Any]]
    plans: Sequence[str]
    yes: NDArray[np.uint64]
    no: NDArray[np.uint64]
    personal: NDArray[np.uint64]
    centred: NDArray[np.float64]
    approximate: NDArray[np.bool_]
    id_rank: NDArray[np.int32]
    cells: NDArray[np.int32]
    zone: NDArray[np.uint8]
    hours_known: NDArray[np.bool_]
    hours_at: NDArray[np.int32]
    hours_opens: NDArray[np.int32]
    hours_closes: NDArray[np.int32]
    report_at: NDArray[np.int32]
    report_state: NDArray[np.int8]
    report_seen: NDArray[np.int64]
    report_hold: NDArray[np.int64]
    report_expires: NDArray[np.int64]
    report_wait: NDArray[np.int32]
    report_bucket: NDArray[np.int32]
    vetting_at: NDArray[np.int32]
    vetting_state: NDArray[np.int8]
    vetting_since: NDArray[np.int64]
    vetting_until: NDArray[np.int32]
    plan_number: NDArray[np.int32]
    plan_position: NDArray[np.int32]
    plan_taken: NDArray[np.bool_]
    organization: NDArray[np.int64]
    number: NDArray[np.int64]
    called: NDArray[np.int64]
    confirmed: NDArray[np.int32]
    licensed_until: NDArray[np.int32]
    planes: NDArray[np.uint64] = field(default_factory=lambda: np.empty((0, 0), np.uint64), kw_only=True)

    def __post_init__(self) -> None:
        """Bring the derived arrays into being, and into the order in memory that makes them fast."""
        object.__setattr__(self, "centred", np.ascontiguousarray(self.centred))
        if len(self.planes) != len(CODES):
            object.__setattr__(self, "planes", bits.planes_of(self.yes))

    def __len__(self) -> int:
        """How many listings there are."""
        return int(self.yes.shape[1])

    @property
    def located(self) -> int:
        """How many listings have a known place; they stand first."""
        return int(self.cells[-1])

    def position(self, listing_id: str) -> int:
        """Where a listing stands; -1 where there is none of that id."""
        return self.ids.index(listing_id) if listing_id in self.ids else -1

    def planned(self, code: str, taken: bool) -> NDArray[np.int32]:
        """The positions whose listings are known to take an insurance plan, or known not to."""
        if code not in self.plans:
            return np.empty(0, np.int32)
        return np.asarray(self.plan_position[(self.plan_number == self.plans.index(code)) & (self.plan_taken == taken)])

    def everything(self) -> NDArray[np.intp]:
        """All positions."""
        return np.arange(len(self))

    def around(self, point: Point, miles: float) -> NDArray[np.intp]:
        """The positions in the grid cells that a circle touches, in order: all that are within it, and some that are not."""
        runs = [np.arange(start, stop) for start, stop in self.runs(point, miles)]
        return np.concatenate(runs) if runs else np.empty(0, np.intp)

    def runs(self, point: Point, miles: float) -> list[Run]:
        """The same as runs of positions: where each starts and stops, in order, none empty."""
        ends = self.cells[grid.cells_around(point, miles)].tolist()
        return [(start, stop) for start, stop in zip(ends[::2], ends[1::2], strict=True) if start < stop]

    def having(self, codes: Sequence[str], runs: Sequence[Run] | None = None) -> NDArray[np.intp]:
        """The positions in the runs (of all, where None) whose listings are known to have each of the terms, in order."""
        runs = [(0, len(self))] if runs is None else runs
        if not runs:
            return np.empty(0, np.intp)
        first, last = runs[0][0] >> 6, (runs[-1][1] + 63) >> 6
        every = bits.all_of(self.planes[:, first:last], codes)
        held = np.unpackbits(every.view(np.uint8), bitorder="little").view(np.bool_)
        base, clear = first << 6, 0
        for start, stop in runs:
            held[clear : start - base] = False
            clear = stop - base
        held[clear:] = False
        positions = held.nonzero()[0]
        positions += base
        return positions

    def miles(self, point: Point, positions: NDArray[np.intp]) -> NDArray[np.float64]:
        """Statute miles from a point, NaN where the place is not known.

        The straight line through the earth, bent to an arc: equal to the geodesic within 0.0001 miles up to 100 miles.
        """
        return grid.arc_miles(self._squared_chord(point, positions))

    def within(self, point: Point, limit: float, positions: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        """Those of the positions that are within so many miles, and their miles: only theirs are bent to arcs."""
        squared = self._squared_chord(point, positions)
        inside = (squared <= grid.chord(limit) ** 2).nonzero()[0]
        return positions.take(inside), grid.arc_miles(squared.take(inside))

    def _squared_chord(self, point: Point, positions: NDArray[np.intp]) -> NDArray[np.float64]:
        apart = self.centred.take(positions, axis=1)
        apart -= grid.here(point)
        apart *= apart
        return np.asarray(np.add.reduce(apart))

    def save(self, folder: Path) -> None:
        """Write the arrays into a folder, one file each."""
        folder.mkdir(parents=True, exist_ok=True)
        for name in self._arrays():
            np.save(folder / f"{name}.npy", getattr(self, name), allow_pickle=False)
        for name in _LISTS:
            (folder / f"{name}.json").write_text(json.dumps(list(getattr(self, name))), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> "Columns":
        """Map saved arrays; raises OSError or ValueError where a file is missing or is none of ours."""
        arrays: dict[str, Any] = {
            name: np.asarray(np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False)) for name in cls._arrays()
        }
        lists: dict[str, Any] = {
            name: tuple(json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))) for name in _LISTS
        }
        columns = cls(**lists, **arrays)
        if not len(columns) == len(columns.ids) == len(columns.id_rank) or columns.yes.shape[0] != WORDS:
            raise ValueError(f"{folder.name}: the arrays are not of one length")
        if columns.planes.shape != (len(CODES), -(-len(columns) // 64)):
            raise ValueError(f"{folder.name}: the planes are not of this length")
        return columns

    @classmethod
    def _arrays(cls) -> tuple[str, ...]:
        return tuple(name for name in cls.__dataclass_fields__ if name not in _LISTS)


def as_given(listings: Sequence[Listing]) -> Columns:
    """The columns of a few listings in the order given, which can be judged but not searched by place."""
    known = np.zeros((3, WORDS, len(listings)), dtype=np.uint64)
    for position, listing in enumerate(listings):
        known[:, :, position] = _bits(listing)
    points = np.array([degrees(listing) for listing in listings], dtype=np.float64).reshape(-1, 2)
    return Columns(
        ids=tuple(listing.id for listing in listings),
        yes=known[0],
        no=known[1],
        personal=known[2],
        centred=grid.earth_centred(points[:, 0], points[:, 1]),
        approximate=np.array([listing.point is not None and listing.point.approximate for listing in listings], dtype=np.bool_),
        id_rank=np.arange(len(listings), dtype=np.int32),
        cells=np.zeros(1, dtype=np.int32),
        **gathered(listings),
    )


def degrees(listing: Listing) -> tuple[float, float]:
    """Where a listing is, NaN where nobody knows it."""
    return (listing.point.latitude, listing.point.longitude) if listing.point else (np.nan, np.nan)


def _bits(listing: Listing) -> list[list[int]]:
    """The known yeses, the known noes, and the yeses that a person said, as words of 64 bits."""
    yes, no, personal = known = [[0] * WORDS for _ in range(3)]
    for code, fact in listing.facts.items():
        if code not in BIT:
            continue
        word, bit = BIT[code]
        if fact.answer is Answer.YES:
            yes[word] |= 1 << bit
            if fact.provenance.kind in PERSONAL:
                personal[word] |= 1 << bit
        elif fact.answer is Answer.NO:
            no[word] |= 1 << bit
    return known


def spread(starts: NDArray[np.int32], positions: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """What listings have several of: for each such thing of these positions, its row among them and its own place."""
    return drawn(starts[positions], starts[positions + 1])


def drawn(first: NDArray[np.integer[Any]], stop: NDArray[np.integer[Any]]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Runs end to end: for each thing in them, the number of its run and its own place."""
    counts = stop - first
    row_of = np.arange(len(counts)).repeat(counts)
    ahead = first - (counts.cumsum() - counts)
    return row_of, np.arange(len(row_of)) + ahead[row_of]
