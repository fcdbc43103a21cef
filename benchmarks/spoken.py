"""What a listing earns for words by each engine's own BM25, written out plainly in float64 from the documents' counts."""

import math
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.directories import Measured
from benchmarks.needs import HALF_AT_BM25, Asked, Stretch
from directory.search.postings import FIELDS, NAME

Floats = NDArray[np.float64]
_SATURATION: Final = 1.2
_LENGTH_MATTERS: Final = 0.75
_NOT_NEGATIVE: Final = 1e-6
_NAMES: Final = tuple(FIELDS)
_ALL_SQUARES: Final = math.pi**2 / 6
"""1 + 1/4 + 1/9 + …, by which PostgreSQL divides."""


class Spoken:
    """Each rule gives every listing a number from 0 to 1."""

    def __init__(self, measured: Measured) -> None:
        self._size = len(measured)
        self._fields = [measured.postings[name] for name in _NAMES]
        self._rows = [{term: at for at, term in enumerate(field.terms)} for field in self._fields]
        counts = [(field.documents, field.frequencies) for field in self._fields]
        self._lengths = [np.bincount(at, weights=often, minlength=self._size).astype(np.float64) for at, often in counts]
        self._rounded = [_rounded(lengths) for lengths in self._lengths]
        self._name_sizes = np.bincount(measured.postings["name"].documents, minlength=self._size)
        self.rules: dict[str, Callable[[Asked], Floats]] = {
            "ours": self.ours,
            "sqlite": self.sqlite,
            "tantivy": self.tantivy,
            "postgis": self.postgis,
        }

    def ours(self, need: Asked) -> Floats:
        """A quarter of the most that each word earns anywhere, a half for how much of a name they are, a quarter for all."""
        scores, closeness, whole = np.zeros((3, self._size))
        most = 0.0
        for stretches in need.spelled:
            found = [self._best(field, [one for one in stretches if one.field == field]) for field in range(len(self._fields))]
            earned = sum(points for points, _ in found)
            most += float(np.max(earned, initial=0.0))
            scores += earned
            closeness += found[NAME][1]
            whole += found[NAME][1] > 0
        words = len(need.spelled)
        held = (whole == words) & (self._name_sizes > 0)
        scores /= most or 1.0
        scores[held] += 2 * np.minimum(closeness[held] / self._name_sizes[held], 1) + (self._name_sizes[held] == words)
        return scores / 4

    def _best(self, field: int, stretches: Sequence[Stretch]) -> tuple[Floats, Floats]:
        earned, likeness = np.zeros((2, self._size))
        for stretch in stretches:
            at, often = self._holding(field, stretch.term)
            rarity = np.log1p((self._size - len(at) + 0.5) / (len(at) + 0.5))
            found = FIELDS[_NAMES[field]] * stretch.weight * rarity * _damped(often, self._lengths[field], at)
            earned[at] = np.maximum(earned[at], found)
            likeness[at] = np.maximum(likeness[at], stretch.weight)
        return earned, likeness

    def sqlite(self, need: Asked) -> Floats:
        """FTS5's bm25(): one rarity for a spelling over all fields, whose weights count as how often it stands there."""
        scores = np.zeros(self._size)
        lengths: Floats = np.add.reduce(self._lengths)
        for term in need.terms:
            often = np.zeros(self._size)
            for field, name in enumerate(_NAMES):
                held, times = self._holding(field, term)
                often[held] += FIELDS[name] * times
            at = np.flatnonzero(often)
            rarity = np.log((self._size - len(at) + 0.5) / (len(at) + 0.5)) if len(at) else 0.0
            scores[at] += (rarity if rarity > 0 else _NOT_NEGATIVE) * _damped(often[at], lengths, at)
        return scores / (scores + HALF_AT_BM25)

    def tantivy(self, need: Asked) -> Floats:
        """A spelling's rarity by field, and lengths as tantivy keeps them, in one byte; the average is exact."""
        scores = np.zeros(self._size)
        for term in need.terms:
            for field, name in enumerate(_NAMES):
                at, often = self._holding(field, term)
                rarity = np.log1p((self._size - len(at) + 0.5) / (len(at) + 0.5))
                lengths, usual = self._rounded[field], self._lengths[field].mean()
                scores[at] += FIELDS[name] * rarity * _damped(often, lengths, at, usual)
        return scores / (scores + HALF_AT_BM25)

    def postgis(self, need: Asked) -> Floats:
        """`ts_rank` of any of the spellings: the more often one stands there the less each time adds; by how many are asked."""
        scores = np.zeros(self._size)
        for term in need.terms:
            before = np.zeros(self._size, np.int64)
            for field, name in enumerate(_NAMES):
                at, often = self._holding(field, term)
                upto = before[at] + often
                scores[at] += FIELDS[name] / max(FIELDS.values()) * (_squares(upto) - _squares(before[at]))
                before[at] = upto
        return scores / max(len(need.terms), 1) / _ALL_SQUARES

    def _holding(self, field: int, term: str) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        row, held = self._rows[field].get(term), self._fields[field]
        run = slice(0, 0) if row is None else slice(held.offsets[row], held.offsets[row + 1])
        return held.documents[run], held.frequencies[run]


def _damped(
    often: NDArray[np.int32] | Floats, lengths: Floats, at: NDArray[np.signedinteger], usual: float | None = None
) -> Floats:
    """How often, with less for each time more, and less in a long text."""
    shares = lengths[at] / (lengths.mean() if usual is None else usual or 1.0)
    return np.asarray(
        often * (_SATURATION + 1) / (often + _SATURATION * (1 - _LENGTH_MATTERS + _LENGTH_MATTERS * shares)), dtype=np.float64
    )


def _squares(often: NDArray[np.signedinteger]) -> Floats:
    """1 + 1/4 + 1/9 + …, so many of them."""
    added = np.cumsum(1 / np.arange(1, int(often.max(initial=0)) + 1) ** 2.0)
    return np.asarray(np.concatenate([[0.0], added])[often])


def _rounded(lengths: Floats) -> Floats:
    """Lengths rounded down to those that one byte can name: all to 40, then eight steps of each power of two."""
    known = list(range(41))
    for step in (2**power for power in range(1, 20)):
        known += [known[-1] + step * number for number in range(1, 9)]
    marks = np.array(known, dtype=np.float64)
    return np.asarray(marks[np.searchsorted(marks, lengths, side="right") - 1])
