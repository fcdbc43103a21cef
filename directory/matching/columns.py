"""The listings as arrays in one order, the *positions*: facts as bits, places as earth-centred points in grid cells.

Listings stand cell by cell, so what is within a radius is a few runs of positions. Saved arrays are mapped, not read.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from directory.listing import Listing, Point
from directory.matching.arrival import STRAIGHT, Pace
from directory.matching.gathering import gathered
from directory.vocabulary import TERMS, Answer, SourceKind, is_plan

CODES: Final = tuple(TERMS)
BIT: Final = {code: divmod(at, 64) for at, code in enumerate(CODES)}
WORDS: Final = -(-len(CODES) // 64)
_FEW: Final = 1500
"""So many listings or fewer: cheaper to count all terms at once than one by one."""

METERS_PER_MILE: Final = 1609.344
_EQUATOR: Final = 6_378_137.0
_ECCENTRICITY_SQUARED: Final = 6.69437999014e-3
_MEAN_RADIUS: Final = 6_371_008.8
_CELLS_A_DEGREE: Final = 2
_ACROSS: Final = 360 * _CELLS_A_DEGREE
_DOWN: Final = 180 * _CELLS_A_DEGREE
_SHORTEST_DEGREE: Final = 110_567.0


_LISTS: Final = ("ids", "zones", "buckets", "plans")
_PERSONAL: Final = (SourceKind.STAFF_CALL, SourceKind.ATTESTATION)


@dataclass(frozen=True, slots=True)
class Columns:
    """All listings as arrays of one length; `ids` and every array share the positions.

    `yes` and `no` hold a row of 64-bit words for each 64 terms of `CODES`: a bit in `yes` is a known yes, in `no` a
    known no, in neither unknown; a bit in `personal` is a yes that a person said. `centred` has x, y, z in meters from the
    middle of the earth (NaN where the place is not known); `cells` says where each grid cell's run of positions starts. The
    rest is as `gathering` makes it.
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
    organization: NDArray[np.int32]
    number: NDArray[np.int32]
    confirmed: NDArray[np.int32]
    licensed_until: NDArray[np.int32]

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
        """The positions in the grid cells that a circle touches: all that are within it, and some that are not."""
        reach = miles * METERS_PER_MILE / _SHORTEST_DEGREE
        south, north = max(point.latitude - reach, -89.99), min(point.latitude + reach, 89.99)
        shrink = math.cos(math.radians(max(abs(south), abs(north))))
        across = min(reach / shrink * 1.01, 180.0) if shrink > 0.01 else 180.0
        bases = np.arange(_row(south), _row(north) + 1) * _ACROSS
        runs = [
            (start, stop)
            for first, last in _stretches(point.longitude, across)
            for start, stop in zip(self.cells[bases + first].tolist(), self.cells[bases + last + 1].tolist(), strict=True)
            if start < stop
        ]
        return np.concatenate([np.arange(start, stop) for start, stop in runs]) if runs else np.empty(0, np.intp)

    def having(self, codes: Sequence[str], positions: NDArray[np.intp] | None = None) -> NDArray[np.intp]:
        """Those of the positions (of all, where None) whose listings are known to have each of the terms."""
        for word, mask in _masks(tuple(codes)):
            held = self.yes[word] if positions is None else self.yes[word][positions]
            kept = np.flatnonzero((held & mask) == mask)
            positions = kept if positions is None else positions[kept]
        return self.everything() if positions is None else positions

    def miles(self, point: Point, positions: NDArray[np.intp]) -> NDArray[np.float64]:
        """Statute miles from a point, NaN where the place is not known.

        The straight line through the earth, bent to an arc: equal to the geodesic within 0.0001 miles up to 100 miles.
        """
        here = earth_centred(point.latitude, point.longitude)
        squared = np.zeros(len(positions))
        for axis, middle in zip(self.centred, here.tolist(), strict=True):
            apart = axis.take(positions)
            apart -= middle
            apart *= apart
            squared += apart
        half_chord = np.sqrt(squared, out=squared)
        half_chord /= 2 * _MEAN_RADIUS
        arc = np.arcsin(np.minimum(half_chord, 1.0, out=half_chord), out=half_chord)
        arc *= 2 * _MEAN_RADIUS / METERS_PER_MILE
        return arc

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
        return columns

    @classmethod
    def _arrays(cls) -> tuple[str, ...]:
        return tuple(name for name in cls.__dataclass_fields__ if name not in _LISTS)


def build(listings: Sequence[Listing]) -> Columns:
    """The columns of these listings; their own order does not matter."""
    ordered = sorted(listings, key=lambda listing: listing.id)
    points = np.array([_degrees(listing.point) for listing in ordered], dtype=np.float64).reshape(-1, 2)
    order, cells = spatial_order(points)
    placed = [ordered[at] for at in order]
    known = np.zeros((3, WORDS, len(placed)), dtype=np.uint64)
    for position, listing in enumerate(placed):
        known[:, :, position] = _bits(listing)
    return Columns(
        ids=tuple(listing.id for listing in placed),
        yes=known[0],
        no=known[1],
        personal=known[2],
        centred=earth_centred(points[order, 0], points[order, 1]),
        approximate=np.array([listing.point is not None and listing.point.approximate for listing in placed], dtype=np.bool_),
        id_rank=order.astype(np.int32),
        cells=cells,
        **gathered(placed),
    )


def spatial_order(points: NDArray[np.float64]) -> tuple[NDArray[np.intp], NDArray[np.int32]]:
    """The order that puts points (rows of latitude, longitude) cell by cell, unknown ones last, and where cells start."""
    known = ~np.isnan(points[:, 0])
    row = np.floor((np.nan_to_num(points[:, 0]) + 90) * _CELLS_A_DEGREE).astype(np.int64)
    row = np.minimum(row, _DOWN - 1)
    column = np.floor((np.nan_to_num(points[:, 1]) + 180) * _CELLS_A_DEGREE).astype(np.int64) % _ACROSS
    cell = np.where(known, row * _ACROSS + column, _DOWN * _ACROSS)
    order = np.argsort(cell, kind="stable")
    return order, np.searchsorted(cell[order], np.arange(_DOWN * _ACROSS + 1)).astype(np.int32)


Degrees = NDArray[np.float64] | float


def earth_centred(latitude: Degrees, longitude: Degrees) -> NDArray[np.float64]:
    """Degrees on the WGS 84 ellipsoid to x, y, z in meters."""
    north, east = np.radians(latitude), np.radians(longitude)
    radius = _EQUATOR / np.sqrt(1 - _ECCENTRICITY_SQUARED * np.sin(north) ** 2)
    flat = radius * np.cos(north)
    return np.stack([flat * np.cos(east), flat * np.sin(east), radius * (1 - _ECCENTRICITY_SQUARED) * np.sin(north)])


def _degrees(point: Point | None) -> tuple[float, float]:
    return (point.latitude, point.longitude) if point else (np.nan, np.nan)


def _bits(listing: Listing) -> list[list[int]]:
    """The known yeses, the known noes, and the yeses that a person said, as words of 64 bits."""
    yes, no, personal = known = [[0] * WORDS for _ in range(3)]
    for code, fact in listing.facts.items():
        if code not in BIT:
            continue
        word, bit = BIT[code]
        if fact.answer is Answer.YES:
            yes[word] |= 1 << bit
            if fact.provenance.kind in _PERSONAL:
                personal[word] |= 1 << bit
        elif fact.answer is Answer.NO:
            no[word] |= 1 << bit
    return known


def spread(starts: NDArray[np.int32], positions: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """What listings have several of: for each such thing of these positions, its row among them and its own place."""
    first = starts[positions].astype(np.intp)
    counts = starts[positions + 1] - first
    row_of = np.repeat(np.arange(len(positions)), counts)
    before = np.cumsum(counts) - counts
    return row_of, np.arange(len(row_of)) - before[row_of] + first[row_of]


def _row(latitude: float) -> int:
    return int((latitude + 90) * _CELLS_A_DEGREE)


def _stretches(longitude: float, across: float) -> list[tuple[int, int]]:
    """The cells of a row, first and last, from west to east of a longitude; two stretches where they cross the date line."""
    first, last = (math.floor((longitude + side + 180) * _CELLS_A_DEGREE) for side in (-across, across))
    if last - first >= _ACROSS:
        return [(0, _ACROSS - 1)]
    if first < 0:
        return [(0, last), (first + _ACROSS, _ACROSS - 1)]
    if last >= _ACROSS:
        return [(first, _ACROSS - 1), (0, last - _ACROSS)]
    return [(first, last)]


@lru_cache(maxsize=4096)
def _masks(codes: tuple[str, ...]) -> tuple[tuple[int, np.uint64], ...]:
    """The terms as bits: for each 64-bit word that holds any of them, its number and their bits in it."""
    masks: dict[int, int] = {}
    for code in codes:
        word, bit = BIT[code]
        masks[word] = masks.get(word, 0) | 1 << bit
    return tuple((word, np.uint64(mask)) for word, mask in masks.items())


@lru_cache(maxsize=64)
def _planes(codes: tuple[str, ...]) -> tuple[NDArray[np.intp], NDArray[np.uint64]]:
    """For each term its 64-bit word's number and its bit in it."""
    words, bits = zip(*(BIT[code] for code in codes), strict=True)
    return np.array(words), np.array([[1 << bit] for bit in bits], dtype=np.uint64)


class Block:
    """Some positions with their miles, as criteria see them: masks of what is known of each listing."""

    __slots__ = ("_cache", "columns", "miles", "pace", "positions", "relevance")

    def __init__(
        self,
        columns: Columns,
        positions: NDArray[np.intp],
        miles: NDArray[np.float64],
        relevance: NDArray[np.float32] | None = None,
        pace: Pace = STRAIGHT,
    ) -> None:
        self.columns = columns
        self.positions = positions
        self.miles = miles
        self.relevance = relevance
        self.pace = pace
        self._cache: dict[tuple[bool, int], NDArray[np.uint64]] = {}

    def __len__(self) -> int:
        """How many listings the block holds."""
        return len(self.positions)

    def yes(self, *codes: str) -> NDArray[np.bool_]:
        """Where any of the terms is a known yes."""
        return self._any(True, codes)

    def no(self, *codes: str) -> NDArray[np.bool_]:
        """Where any of the terms is a known no."""
        return self._any(False, codes)

    def all_no(self, *codes: str) -> NDArray[np.bool_]:
        """Where each of the terms is a known no."""
        return np.asarray(np.logical_and.reduce([self.no(code) for code in codes]))

    def keep(self, mask: NDArray[np.bool_]) -> "Block":
        """The block of the listings where the mask is true."""
        relevance = None if self.relevance is None else self.relevance[mask]
        return Block(self.columns, self.positions[mask], self.miles[mask], relevance, self.pace)

    def counts(self, codes: Sequence[str], affirmed: bool = True) -> list[int]:
        """For each term, how many of the listings are known to have it, or known not to."""
        if len(self) > _FEW or not codes:
            return [int(np.count_nonzero(self._any(affirmed, (code,)))) for code in codes]
        words, bits = _planes(tuple(codes))
        held = (self.columns.yes if affirmed else self.columns.no)[:, self.positions][words] & bits
        return [int(count) for count in (held != 0).sum(axis=1)]

    def said_by_a_person(self, code: str) -> NDArray[np.bool_]:
        """Where a term is a yes that a person said, in a call or for the center."""
        word, bit = BIT[code]
        return np.asarray(self.columns.personal[word][self.positions] & np.uint64(1 << bit) != 0)

    def _any(self, affirmed: bool, codes: Sequence[str]) -> NDArray[np.bool_]:
        closed = codes if all(map(BIT.__contains__, codes)) else tuple(filter(BIT.__contains__, codes))
        found = [(self._word(affirmed, word) & mask) != 0 for word, mask in _masks(closed)]
        if closed is not codes:
            plans = [code for code in codes if is_plan(code)]
            found += [np.isin(self.positions, self.columns.planned(code, affirmed)) for code in plans]
        return found[0] if len(found) == 1 else np.asarray(np.logical_or.reduce(found))

    def _word(self, affirmed: bool, word: int) -> NDArray[np.uint64]:
        key = (affirmed, word)
        if key not in self._cache:
            table = self.columns.yes if affirmed else self.columns.no
            self._cache[key] = table[word][self.positions]
        return self._cache[key]
