"""Some listings with their miles, as criteria see them: masks of what is known of each."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from directory.matching.arrival import STRAIGHT, Pace
from directory.matching.columns import BIT, NUMBER, Columns
from directory.vocabulary import is_plan

_SPARSE: Final = 512
"""Fewer than one listing in so many: cheaper to look at each than to count along the planes."""
_LONG: Final = 2048
"""Planes of more words than this are counted one after another, so that what is worked on stays in the cache."""


class Block:
    """Some positions with their miles, as criteria see them: masks of what is known of each listing."""

    __slots__ = ("_bits", "_cache", "columns", "miles", "pace", "positions", "relevance")

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
        self._bits: tuple[NDArray[np.intp], NDArray[np.uint8]] | None = None

    def __len__(self) -> int:
        """How many listings the block holds."""
        return len(self.positions)

    def yes(self, *codes: str) -> NDArray[np.bool_]:
        """Where any of the terms is a known yes."""
        return (
            self._plane(NUMBER[codes[0]]).view(np.bool_) if len(codes) == 1 and codes[0] in NUMBER else self._any(True, codes)
        )

    def how_many(self, codes: Sequence[str]) -> NDArray[np.uint8]:
        """How many of the terms are a known yes, for each listing."""
        held = np.zeros(len(self), np.uint8)
        for code in codes:
            held += self._plane(NUMBER[code])
        return held

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

    def counts(self, codes: Sequence[str]) -> list[int]:
        """For each term, how many of the listings are known to have it."""
        if not len(self) or not codes:
            return [0] * len(codes)
        first, last = int(self.positions.min()) >> 6, (int(self.positions.max()) >> 6) + 1
        if len(self) < (last - first) * 64 // _SPARSE:
            return [int(np.count_nonzero(self.yes(code))) for code in codes]
        here = np.zeros((last - first) << 6, np.uint8)
        here[self.positions - (first << 6)] = 1
        return self._along_planes(codes, np.packbits(here, bitorder="little").view(np.uint64), first)

    def _along_planes(self, codes: Sequence[str], here: NDArray[np.uint64], first: int) -> list[int]:
        """The same along the terms' planes, of which this block's listings are marked from their first word on."""
        last = first + len(here)
        if len(here) > _LONG:
            planes = (self.columns.planes[NUMBER[code], first:last] for code in codes)
            return [int(np.bitwise_count(plane & here).sum()) for plane in planes]
        held = self.columns.planes[_rows(tuple(codes)), first:last]
        held &= here
        counted: list[int] = np.bitwise_count(held).sum(axis=1).tolist()
        return counted

    def _plane(self, row: int) -> NDArray[np.uint8]:
        """A term's plane where the block's listings stand: 1 for each that has it."""
        if self._bits is None:
            self._bits = self.positions >> 3, (self.positions & 7).astype(np.uint8)
        at, bit = self._bits
        held: NDArray[np.uint8] = self.columns.planes[row].view(np.uint8).take(at)
        held >>= bit
        held &= 1
        return held

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


@lru_cache(maxsize=4096)
def _masks(codes: tuple[str, ...]) -> tuple[tuple[int, np.uint64], ...]:
    """The terms as bits: for each 64-bit word that holds any of them, its number and their bits in it."""
    masks: dict[int, int] = {}
    for code in codes:
        word, bit = BIT[code]
        masks[word] = masks.get(word, 0) | 1 << bit
    return tuple((word, np.uint64(mask)) for word, mask in masks.items())


@lru_cache(maxsize=64)
def _rows(codes: tuple[str, ...]) -> NDArray[np.intp]:
    """The rows of the terms' planes."""
    return np.array([NUMBER[code] for code in codes])
