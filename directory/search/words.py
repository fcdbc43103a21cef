"""Words to a relevance for each listing: BM25 over arrays that lie on disk, right from any number of threads.

Positions are those of `matching.columns`. Only terms are remembered between questions, never a question or its answer.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA

from directory.search.analysis import ALIASES, query_tokens

FIELDS: Final = {"name": 3.0, "place": 1.5, "services": 1.0}
"""What is searched, and how much a word found there weighs. The name comes first: `_NAME` is its number."""
_NAME: Final = 0
_SATURATION: Final = 1.2
_LENGTH_MATTERS: Final = 0.75
_SLIP_WEIGHT: Final = {1: 0.5, 2: 0.3}
_PREFIX_WEIGHT: Final = 0.6
_MOST_EXPANSIONS: Final = 20
_TERMS_REMEMBERED: Final = 4096
_FEW: Final = 16
"""One position in this many or fewer: cheaper to look each up than to go through all postings."""
_ARRAYS: Final = ("terms", "offsets", "documents", "impacts", "peaks", "name_sizes")

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
    """Postings from each term's documents and frequencies; raises ValueError for a document that can't be."""
    ordered = sorted(lists, key=lambda one: one[0])
    offsets = np.zeros(len(ordered) + 1, np.int64)
    np.cumsum([len(one[1]) for one in ordered], out=offsets[1:])
    documents = np.concatenate([np.empty(0, np.int32), *(one[1] for one in ordered)]).astype(np.int32)
    frequencies = np.concatenate([np.empty(0, np.int32), *(one[2] for one in ordered)]).astype(np.int32)
    if len(documents) and not (0 <= documents.min() and documents.max() < count):
        raise ValueError("a posting names a document that is not there")
    return Postings(tuple(one[0] for one in ordered), offsets, documents, frequencies, count)


@dataclass(frozen=True, slots=True)
class _Sought:
    """One word in one field: the stretches of postings that hold it or a word like it, with what each weighs."""

    field: int
    stretches: tuple[tuple[int, int, float], ...]
    peak: float

    @property
    def size(self) -> int:
        return sum(stop - start for start, stop, _ in self.stretches)


Question = tuple[tuple[_Sought, ...], ...]
"""For each word asked, where it stands."""


class Words:
    """Which listings a text speaks of, and how much."""

    def __init__(self, arrays: Mapping[str, Numbers]) -> None:
        self._arrays = {name: np.asarray(arrays[name]) for name in _ARRAYS}
        self._terms: list[str] = self._arrays["terms"].astype(str).tolist()
        self._offsets, self._peaks = self._arrays["offsets"], self._arrays["peaks"]
        self._documents, self._impacts = self._arrays["documents"], self._arrays["impacts"]
        self._name_sizes = self._arrays["name_sizes"]
        self._rows = {term: row for row, term in enumerate(self._terms)}
        self._aliases = {alias: self._rows[token] for alias, token in ALIASES.items() if token in self._rows}
        self._by_length = _by_length(chain(self._rows.items(), self._aliases.items()))
        self._sought = lru_cache(_TERMS_REMEMBERED)(self._seek)

    def __len__(self) -> int:
        return len(self._name_sizes)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Words) and all(np.array_equal(self._arrays[n], other._arrays[n]) for n in _ARRAYS)

    __hash__ = None  # type: ignore[assignment]

    @classmethod
    def from_postings(cls, by_field: Mapping[str, Postings]) -> Self:
        """Words from each field's postings."""
        return cls(_weighed(by_field))

    @classmethod
    def from_documents(cls, documents: Sequence[Mapping[str, Sequence[str]]]) -> Self:
        """Words from the documents themselves, without Whoosh: where nothing can be written, and to hold it to account."""
        return cls(_weighed({name: _inverted([one[name] for one in documents]) for name in FIELDS}))

    def save(self, folder: Path) -> None:
        """Write the arrays into a new folder."""
        folder.mkdir(mode=0o700)
        for name, array in self._arrays.items():
            np.save(folder / f"{name}.npy", array, allow_pickle=False)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Words whose arrays stay on disk, mapped; raises OSError or ValueError where they are not those of `save`."""
        return cls({name: np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False) for name in _ARRAYS})

    def relevance(self, text: str, positions: NDArray[np.intp] | None = None) -> Floats:
        """How well each listing fits the text: 1 for the best of all listings, 0 for none of the words.

        With `positions` only for those, in their order; the answers are the same.
        """
        asked = query_tokens(text)
        question = tuple(self._sought(token, token is asked[-1]) for token in asked)
        if not any(question):
            return np.zeros(len(self) if positions is None else len(positions), np.float32)
        if positions is None or len(positions) * _FEW > len(self):
            scores = self._scores(question, None)
            scores /= scores.max()
            return scores if positions is None else scores[positions]
        ordered, places = np.unique(positions, return_inverse=True)
        scores = self._scores(question, ordered)
        scores /= self._best(question)
        return scores[places]

    def _scores(self, question: Question, positions: Numbers | None) -> Floats:
        """BM25, and above it what a name earns that holds every word asked: more, the less else it holds."""
        count = len(self) if positions is None else len(positions)
        scores, closeness = np.zeros(count, np.float32), np.zeros(count, np.float32)
        whole = np.zeros(count, np.int32)
        for sought in chain.from_iterable(question):
            found = tuple(self._found(stretch, positions) for stretch in sought.stretches)
            _add_best(scores, found)
            if sought.field == _NAME:
                weights = [(at, weight) for (at, _), (*_, weight) in zip(found, sought.stretches, strict=True)]
                _add_best(closeness, weights)
                _count_once(whole, [at for at, _ in found])
        held = np.flatnonzero(whole == len(question))
        if len(held):
            sizes = self._name_sizes[held if positions is None else positions[held]]
            ceiling = np.float32(sum(sought.peak for sought in chain.from_iterable(question)))
            scores[held] += ceiling * (closeness[held] / sizes + (sizes == len(question))).astype(np.float32)
        return scores

    def _found(self, stretch: tuple[int, int, float], positions: Numbers | None) -> tuple[Numbers, Numbers]:
        """Where in `positions` a stretch's documents stand, and what each earns."""
        start, stop, weight = stretch
        documents, impacts = self._documents[start:stop], self._impacts[start:stop]
        if positions is None:
            return documents, impacts if weight == 1 else impacts * np.float32(weight)
        few, many = (documents, positions) if len(documents) < len(positions) else (positions, documents)
        at = np.minimum(np.searchsorted(many, few), len(many) - 1)
        hit = np.flatnonzero(many[at] == few)
        here, there = (at[hit], hit) if few is documents else (hit, at[hit])
        return here, impacts[there] * np.float32(weight)

    def _best(self, question: Question) -> np.float32:
        """The highest score of all listings, without scoring all: it stops where no other could be higher.

        A listing's score is at most the sum of the peaks of what it holds, and only a name with every word earns more:
        so a name's words come first, and after them whatever may weigh most.
        """
        names = [s for s in chain.from_iterable(question) if s.field == _NAME]
        first = min(names, key=lambda s: s.size, default=None)
        ordered = sorted(chain.from_iterable(question), key=lambda s: (s is not first, -s.peak))
        left = sum(sought.peak for sought in ordered)
        best = np.float32(0)
        for sought in ordered:
            holding = np.unique(np.concatenate([self._documents[start:stop] for start, stop, _ in sought.stretches]))
            best = max(best, self._scores(question, holding).max())
            left -= sought.peak
            if best > left * 1.00001:
                break
        return best

    # --- words like the word asked -----------------------------------------------------------------------------------

    def _seek(self, token: str, last: bool) -> tuple[_Sought, ...]:
        """Where a word stands in each field: itself, words that begin with it, and words that it may be a slip of."""
        exact = self._rows.get(token)
        near: dict[int, float] = {}
        for row, weight in chain(self._beginning(token, last), self._slips(token)):
            if row != exact:
                near[row] = max(weight, near.get(row, 0.0))
        chosen = sorted(near.items(), key=lambda one: (-one[1], one[0]))[:_MOST_EXPANSIONS]
        if exact is not None:
            chosen.insert(0, (exact, 1.0))
        return tuple(sought for field in range(len(FIELDS)) if (sought := self._in_field(field, chosen)).stretches)

    def _in_field(self, field: int, chosen: Sequence[tuple[int, float]]) -> _Sought:
        offsets, peaks = self._offsets[field], self._peaks[field]
        stretches = tuple((int(offsets[r]), int(offsets[r + 1]), w) for r, w in chosen if offsets[r] < offsets[r + 1])
        return _Sought(field, stretches, max((float(peaks[r]) * w for r, w in chosen), default=0.0))

    def _beginning(self, token: str, last: bool) -> Iterator[tuple[int, float]]:
        if len(token) < (2 if last else 3):
            return
        start, stop = bisect_left(self._terms, token), bisect_left(self._terms, token + "~")
        common = np.argsort(-self._common(start, stop), kind="stable")[:_MOST_EXPANSIONS] + start
        longer = chain(
            ((self._terms[row], row) for row in common.tolist()),
            ((alias, row) for alias, row in self._aliases.items() if alias.startswith(token)),
        )
        for term, row in longer:
            yield row, _PREFIX_WEIGHT * len(token) / len(term)

    def _common(self, start: int, stop: int) -> Numbers:
        """How many times the terms of a range stand anywhere."""
        counts: Numbers = np.diff(self._offsets[:, start : stop + 1], axis=1).sum(axis=0)
        return counts

    def _slips(self, token: str) -> Iterator[tuple[int, float]]:
        """Terms one letter off, or two in a long word; numbers are never taken for each other."""
        allowed = 0 if len(token) < 4 or not token.isalpha() else 1 if len(token) < 8 else 2
        for length in range(len(token) - allowed, len(token) + allowed + 1) if allowed else ():
            terms, rows = self._by_length.get(length, ([], []))
            found = process.extract(token, terms, scorer=OSA.distance, score_cutoff=allowed, limit=_MOST_EXPANSIONS)
            for _, distance, at in found:
                if distance:
                    yield rows[at], _SLIP_WEIGHT[int(distance)]
                elif rows[at] != self._rows.get(token):
                    yield rows[at], 1.0


def _by_length(rows: Iterable[tuple[str, int]]) -> dict[int, tuple[list[str], list[int]]]:
    by_length: dict[int, tuple[list[str], list[int]]] = defaultdict(lambda: ([], []))
    for term, row in rows:
        terms, numbers = by_length[len(term)]
        terms.append(term)
        numbers.append(row)
    return dict(by_length)


def _add_best(scores: Floats, found: Sequence[tuple[Numbers, Any]]) -> None:
    """Add to each place the most that any stretch gives it."""
    if len(found) == 1:
        at, earned = found[0]
        scores[at] += earned
        return
    best = np.zeros(len(scores), np.float32)
    for at, earned in found:
        best[at] = np.maximum(best[at], earned)
    scores += best


def _count_once(counts: NDArray[np.int32], found: Sequence[Numbers]) -> None:
    seen = np.zeros(len(counts), np.bool_)
    for at in found:
        seen[at] = True
    counts += seen


def _inverted(documents: Sequence[Sequence[str]]) -> Postings:
    numbers: dict[str, list[int]] = defaultdict(list)
    frequencies: dict[str, list[int]] = defaultdict(list)
    for number, tokens in enumerate(documents):
        for token, often in Counter(tokens).items():
            numbers[token].append(number)
            frequencies[token].append(often)
    lists = ((token, np.array(numbers[token], np.int32), np.array(frequencies[token], np.int32)) for token in numbers)
    return postings(lists, len(documents))


def _weighed(by_field: Mapping[str, Postings]) -> dict[str, Numbers]:
    """The arrays of `Words`: all fields' postings end to end, each with what it earns, and each term's most."""
    terms = sorted(set().union(*(by_field[name].terms for name in FIELDS)))
    rows = {term: row for row, term in enumerate(terms)}
    offsets = np.zeros((len(FIELDS), len(terms) + 1), np.int64)
    peaks = np.zeros((len(FIELDS), len(terms)), np.float32)
    impacts, base = [], 0
    for number, (name, weight) in enumerate(FIELDS.items()):
        field = by_field[name]
        held = np.array([rows[term] for term in field.terms], np.int64)
        earned = _impacts(field, weight)
        counts = np.zeros(len(terms), np.int64)
        counts[held] = np.diff(field.offsets)
        offsets[number] = base + np.concatenate([[0], np.cumsum(counts)])
        if len(held):
            peaks[number, held] = np.maximum.reduceat(earned, field.offsets[:-1])
        impacts.append(earned)
        base += len(earned)
    return {
        "terms": np.array(terms, np.bytes_) if terms else np.empty(0, "S1"),
        "offsets": offsets,
        "documents": np.concatenate([by_field[name].documents for name in FIELDS]),
        "impacts": np.concatenate(impacts),
        "peaks": peaks,
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
