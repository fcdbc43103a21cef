"""Facts as bits: 64 terms to a word for each listing, and the other way round a plane for each term. Pure."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from directory.vocabulary import TERMS

CODES: Final = tuple(TERMS)
NUMBER: Final = {code: at for at, code in enumerate(CODES)}
BIT: Final = {code: divmod(at, 64) for at, code in enumerate(CODES)}
WORDS: Final = -(-len(CODES) // 64)
_FEW: Final = 4096
"""So many listings or fewer are turned the other way round all at once."""
_LONG: Final = 2048
"""Planes of more words than this are counted one after another, so that what is worked on stays in the cache."""


def planes_of(yes: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """A row of bits for each term, one for each position, from a row of 64 terms' bits for each position."""
    size = yes.shape[1]
    if size <= _FEW:
        each = np.unpackbits(np.ascontiguousarray(yes.T).view(np.uint8), axis=1, bitorder="little")[:, : len(CODES)]
        room = np.zeros((-(-size // 64) * 64, len(CODES)), np.uint8)
        room[:size] = each
        return np.packbits(np.ascontiguousarray(room.T), axis=1, bitorder="little").view(np.uint64)
    planes = np.zeros((len(CODES), -(-size // 64) * 8), np.uint8)
    for row, (word, bit) in enumerate(BIT.values()):
        held = (yes[word] & np.uint64(1 << bit)) != 0
        planes[row, : -(-size // 8)] = np.packbits(held, bitorder="little")
    return planes.view(np.uint64)


def all_of(planes: NDArray[np.uint64], codes: Sequence[str]) -> NDArray[np.uint64]:
    """The planes of all these terms as one."""
    if not codes:
        return np.full(planes.shape[1], ~np.uint64(0))
    rows = [NUMBER[code] for code in codes]
    every: NDArray[np.uint64] = planes[rows[0]] & planes[rows[-1]]
    for row in rows[1:-1]:
        every &= planes[row]
    return every


def counts(planes: NDArray[np.uint64], codes: Sequence[str], here: NDArray[np.uint64]) -> list[int]:
    """For each term how many of the positions that are marked have it."""
    if len(here) > _LONG:
        return [int(np.bitwise_count(planes[NUMBER[code]] & here).sum()) for code in codes]
    held = planes[_rows(tuple(codes))]
    held &= here
    counted: list[int] = np.bitwise_count(held).sum(axis=1).tolist()
    return counted


@lru_cache(maxsize=64)
def _rows(codes: tuple[str, ...]) -> NDArray[np.intp]:
    """The rows of the terms' planes."""
    return np.array([NUMBER[code] for code in codes])


@lru_cache(maxsize=4096)
def masks(codes: tuple[str, ...]) -> tuple[tuple[int, np.uint64], ...]:
    """The closed terms among these as bits: for each 64-bit word that holds any, its number and their bits in it."""
    masks: dict[int, int] = {}
    for code in filter(BIT.__contains__, codes):
        word, bit = BIT[code]
        masks[word] = masks.get(word, 0) | 1 << bit
    return tuple((word, np.uint64(mask)) for word, mask in masks.items())
