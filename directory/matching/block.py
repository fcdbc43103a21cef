"""Some listings with their miles, as criteria see them: masks of what is known of each."""

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from directory.matching import bits
from directory.matching.arrival import STRAIGHT, Pace
from directory.matching.bits import BIT
from directory.matching.columns import Columns
from directory.need import Need
from directory.vocabulary import is_plan

Told = TypeVar("Told")
_SPARSE: Final = 512
"""Fewer than one listing in so many: cheaper to look at each than to count along the planes."""


class Block:
    """Some positions with their miles, as criteria see them: masks of what is known of each listing."""

    __slots__ = ("_bits", "_cache", "_of", "_once", "columns", "miles", "pace", "positions", "relevance")

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
        self._once: dict[Callable[..., Any], tuple[Need, Any]] = {}
        self._of: tuple[Block, NDArray[np.intp]] | None = None
        self._bits: tuple[NDArray[np.uint8], NDArray[np.intp], NDArray[np.uint8]] | None = None

    def __len__(self) -> int:
        """How many listings the block holds."""
        return len(self.positions)

    def yes(self, *codes: str) -> NDArray[np.bool_]:
        """Where any of the terms is a known yes."""
        number = bits.NUMBER.get(codes[0]) if len(codes) == 1 else None
        return self._held(True, codes) if number is None else self._plane(number).view(np.bool_)

    def how_many(self, codes: Sequence[str]) -> NDArray[np.uint8]:
        """How many of the terms are a known yes, for each listing."""
        held = np.zeros(len(self), np.uint8)
        for code in codes:
            held += self._plane(bits.NUMBER[code])
        return held

    def no(self, *codes: str) -> NDArray[np.bool_]:
        """Where any of the terms is a known no."""
        return self._held(False, codes)

    def all_no(self, *codes: str) -> NDArray[np.bool_]:
        """Where each of the terms is a known no."""
        return self._held(False, codes, every=True)

    def keep(self, rows: NDArray[np.intp]) -> "Block":
        """The block of the listings in these rows."""
        relevance = None if self.relevance is None else self.relevance.take(rows)
        kept = Block(self.columns, self.positions.take(rows), self.miles.take(rows), relevance, self.pace)
        kept._of = self, rows
        return kept

    def once(self, make: "Callable[[Block, Need], Told]", need: Need) -> Told:
        """What is worked out of each listing for a need: once, when it is first asked for, here or in a block that held it."""
        told: Told | None = self._known(make, need)
        if told is None:
            told = make(self, need)
            self._once[make] = need, told
        return told

    def _known(self, make: Callable[..., Any], need: Need) -> Any:
        made_for, told = self._once.get(make, (None, None))
        if made_for is need:
            return told
        whole, rows = self._of or (None, None)
        there = None if whole is None else whole._known(make, need)
        if there is None:
            return None
        told = there[rows]
        self._once[make] = need, told
        return told

    def counts(self, codes: Sequence[str]) -> list[int]:
        """For each term, how many of the listings are known to have it."""
        if not len(self) or not codes:
            return [0] * len(codes)
        first = int(np.minimum.reduce(self.positions)) >> 6
        last = (int(np.maximum.reduce(self.positions)) >> 6) + 1
        if len(self) < (last - first) * 64 // _SPARSE or not all(map(BIT.__contains__, codes)):
            return [int(np.count_nonzero(self.yes(code))) for code in codes]
        here = np.zeros((last - first) << 6, np.uint8)
        here[self.positions - (first << 6)] = 1
        return bits.counts(self.columns.planes[:, first:last], codes, np.packbits(here, bitorder="little").view(np.uint64))

    def denied(self, codes: Sequence[str]) -> list[int]:
        """For each closed term, how many of the listings are known to lack it."""
        at = [BIT[code] for code in codes]
        return [int(np.count_nonzero(self._word(False, word) & np.uint64(1 << bit))) for word, bit in at]

    def _plane(self, row: int) -> NDArray[np.uint8]:
        """A term's plane where the block's listings stand: 1 for each that has it."""
        if self._bits is None:
            self._bits = self.columns.planes.view(np.uint8), self.positions >> 3, (self.positions & 7).astype(np.uint8)
        planes, at, bit = self._bits
        held: NDArray[np.uint8] = planes[row].take(at)
        held >>= bit
        held &= 1
        return held

    def said_by_a_person(self, code: str) -> NDArray[np.bool_]:
        """Where a term is a yes that a person said, in a call or for the center."""
        word, bit = BIT[code]
        return np.asarray(self.columns.personal[word][self.positions] & np.uint64(1 << bit) != 0)

    def _held(self, affirmed: bool, codes: Sequence[str], every: bool = False) -> NDArray[np.bool_]:
        """Where any of the terms is known to be so, or `every` one; nowhere where there are none."""
        words = [(self._word(affirmed, word) & mask, mask) for word, mask in bits.masks(codes)]
        found = [held == mask if every else held != 0 for held, mask in words]
        plans = [code for code in codes if code not in BIT and is_plan(code)]
        found += [np.isin(self.positions, self.columns.planned(code, affirmed)) for code in plans]
        if not found:
            return np.zeros(len(self), dtype=np.bool_)
        return found[0] if len(found) == 1 else np.asarray((np.logical_and if every else np.logical_or).reduce(found))

    def _word(self, affirmed: bool, word: int) -> NDArray[np.uint64]:
        key = (affirmed, word)
        if key not in self._cache:
            table = self.columns.yes if affirmed else self.columns.no
            self._cache[key] = table[word][self.positions]
        return self._cache[key]
