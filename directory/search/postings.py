"""Postings as arrays: which documents hold a term and how often, and what each earns by BM25. Pure."""

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

FIELDS: Final = {"name": 3.0, "place": 1.5, "services": 1.0}
"""What is searched, and how much a word found there weighs. The name comes first: `NAME` is its number."""
NAME: Final = 0
_SATURATION: Final = 1.2
_LENGTH_MATTERS: Final = 0.75

Floats = NDArray[np.float32]
Numbers = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Postings:
    """A field's terms in order, and for each the documents that hold it, with how often; `count` documents in all."""

    terms: tuple[str, ...]
    offsets: NDArray[np.int64]
    documents: NDArray[np.int32]
    frequencies: NDArray[np.int32]
    count: int


def postings(lists: Iterable[tuple[str, Numbers, Numbers]], count: int) -> Postings:
    """Postings from each term's documents and frequencies; raises ValueError for a document that can't be.

    The terms come in order, one by one: a pair of small arrays for each would take many times as much memory.
    """
    terms: list[str] = []
    sizes, documents, frequencies = array("q"), array("i"), array("i")
    for term, numbers, often in lists:
        terms.append(term)
        sizes.append(len(numbers))
        documents.frombytes(np.asarray(numbers, np.int32).tobytes())
        frequencies.frombytes(np.asarray(often, np.int32).tobytes())
    offsets = np.zeros(len(terms) + 1, np.int64)
    np.cumsum(np.asarray(sizes), out=offsets[1:])
    held, times = np.asarray(documents, np.int32), np.asarray(frequencies, np.int32)
    if len(held) and (held.min() < 0 or held.max() >= count):
        raise ValueError("a posting names a document that is not there")
    if any(one >= other for one, other in pairwise(terms)):
        raise ValueError("the terms are not in order, each once")
    return Postings(tuple(terms), offsets, held, times, count)


def inverted(documents: Sequence[Sequence[str]]) -> Postings:
    """The postings of documents given as lists of tokens."""
    numbers: dict[str, list[int]] = defaultdict(list)
    frequencies: dict[str, list[int]] = defaultdict(list)
    for number, tokens in enumerate(documents):
        for token, often in Counter(tokens).items():
            numbers[token].append(number)
            frequencies[token].append(often)
    lists = ((token, np.array(numbers[token], np.int32), np.array(frequencies[token], np.int32)) for token in sorted(numbers))
    return postings(lists, len(documents))


def weighed(by_field: Mapping[str, Postings]) -> dict[str, Numbers]:
    """The arrays of `words.Words`: all fields' postings end to end, each with what it earns."""
    terms = sorted(set().union(*(by_field[name].terms for name in FIELDS)))
    rows = {term: row for row, term in enumerate(terms)}
    offsets = np.zeros((len(FIELDS), len(terms) + 1), np.int64)
    impacts, base = [], 0
    for number, (name, weight) in enumerate(FIELDS.items()):
        field = by_field[name]
        held = np.array([rows[term] for term in field.terms], np.int64)
        counts = np.zeros(len(terms), np.int64)
        counts[held] = np.diff(field.offsets)
        offsets[number] = base + np.concatenate([[0], np.cumsum(counts)])
        impacts.append(_impacts(field, weight))
        base += len(field.documents)
    return {
        "terms": np.array(terms, np.bytes_) if terms else np.empty(0, "S1"),
        "offsets": offsets,
        "documents": np.concatenate([by_field[name].documents for name in FIELDS]),
        "impacts": np.concatenate(impacts),
        "name_sizes": np.bincount(by_field["name"].documents, minlength=by_field["name"].count).astype(np.int32),
    }


def _impacts(field: Postings, weight: float) -> Floats:
    """What each posting earns by BM25: rare words more, repeats and long texts less."""
    often = np.diff(field.offsets)
    rarity = np.log1p((field.count - often + 0.5) / (often + 0.5))
    lengths = np.bincount(field.documents, weights=field.frequencies, minlength=field.count)
    usual = lengths.mean() if lengths.any() else 1.0
    damped = _SATURATION * (1 - _LENGTH_MATTERS + _LENGTH_MATTERS * lengths / usual)
    times = field.frequencies.astype(np.float64)
    earned = weight * np.repeat(rarity, often) * times * (_SATURATION + 1) / (times + damped[field.documents])
    return earned.astype(np.float32)


@dataclass(frozen=True, slots=True)
class Held:
    """Documents in order, each once, with a number for each."""

    documents: NDArray[np.int32]
    numbers: Floats

    def __len__(self) -> int:
        return len(self.documents)

    @property
    def bytes(self) -> int:
        """How much memory its arrays take, without those that are parts of others."""
        return sum(array.nbytes for array in (self.documents, self.numbers) if array.base is None)

    def between(self, first: int, stop: int) -> "Held":
        """Those from one document up to another."""
        start, end = self.documents.searchsorted(np.array((first, stop), np.int32)).tolist()
        return Held(self.documents[start:end], self.numbers[start:end])

    def find(self, wanted: NDArray[np.int32]) -> tuple[NDArray[np.intp], Floats]:
        """Which of the documents wanted are among these, and their numbers."""
        if not len(self):
            return np.empty(0, np.intp), self.numbers
        at = self.documents.searchsorted(wanted)
        rows = (self.documents.take(at, mode="clip") == wanted).nonzero()[0]
        return rows, self.numbers[at[rows]]


def most_of(runs: Sequence[Held], count: int) -> Held:
    """Several as one, of `count` documents that there may be: each once, with its largest number; all are above 0."""
    if len(runs) == 1:
        return runs[0]
    largest = np.zeros(count, np.float32)
    for run in runs:
        largest[run.documents] = np.maximum(largest[run.documents], run.numbers)
    return _not_nothing(largest) if runs else Held(np.empty(0, np.int32), np.empty(0, np.float32))


def sum_of(runs: Sequence[Held], count: int) -> Held:
    """Several as one, of `count` documents that there may be: each once, with its numbers added up; all are above 0."""
    if len(runs) == 1:
        return runs[0]
    total = np.zeros(count, np.float32)
    for run in runs:
        total[run.documents] += run.numbers
    return _not_nothing(total) if runs else Held(np.empty(0, np.int32), np.empty(0, np.float32))


def _not_nothing(numbers: Floats) -> Held:
    documents = np.flatnonzero(numbers)
    return Held(documents.astype(np.int32), numbers[documents])


def in_all(names: Sequence[Held], wanted: NDArray[np.int32]) -> tuple[NDArray[np.intp], Floats]:
    """Which of the listings have a name that holds every word, and how close the words are to those asked, added up."""
    rows, closeness = names[0].find(wanted)
    for name in names[1:]:
        held, numbers = name.find(wanted[rows])
        rows, closeness = rows[held], closeness[held] + numbers
    return rows, closeness


def closed_up(arrays: Mapping[str, Numbers], gone: Numbers) -> dict[str, Numbers]:
    """The arrays of `words.Words` without the documents at these positions, given in order; the others close up."""
    kept = ~np.isin(arrays["documents"], gone)
    before = np.concatenate([[0], np.cumsum(kept)])
    documents = arrays["documents"][kept]
    return {
        "terms": arrays["terms"],
        "offsets": before[arrays["offsets"]],
        "documents": (documents - gone.searchsorted(documents)).astype(np.int32),
        "impacts": arrays["impacts"][kept],
        "name_sizes": np.delete(arrays["name_sizes"], gone),
    }
