"""Words to a relevance for each listing: BM25 over arrays that lie on disk, right from any number of threads.

Positions are those of `matching.columns`. Only terms are remembered between questions, never a question or its answer.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA

from directory.search.analysis import ALIASES, query_tokens
from directory.search.postings import FIELDS, NAME, Floats, Numbers, Postings, inverted, weighed

_SLIP_WEIGHT: Final = {1: 0.5, 2: 0.3}
_PREFIX_WEIGHT: Final = 0.6
_MOST_EXPANSIONS: Final = 20
_MOST_NAMED: Final = 20
_TERMS_REMEMBERED: Final = 4096
_STANDINGS_REMEMBERED: Final = 512
_ARRAYS: Final = ("terms", "offsets", "documents", "impacts", "peaks", "name_sizes")


@dataclass(frozen=True, slots=True)
class _Sought:
    """One word in one field: the stretches of postings that hold it or a word like it, with what each weighs."""

    field: int
    stretches: tuple[tuple[int, int, float], ...]
    peak: float


@dataclass(frozen=True, slots=True)
class _Standing:
    """The listings in which a word stands, each once, in order: what it earns there, and how like the word asked it is."""

    documents: Numbers
    earned: Floats
    closeness: Floats


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
        self._standing = lru_cache(_STANDINGS_REMEMBERED)(self._merge)

    def __len__(self) -> int:
        return len(self._name_sizes)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Words) and all(np.array_equal(self._arrays[n], other._arrays[n]) for n in _ARRAYS)

    __hash__ = None  # type: ignore[assignment]

    @classmethod
    def from_postings(cls, by_field: Mapping[str, Postings]) -> Self:
        """Words from each field's postings."""
        return cls(weighed(by_field))

    @classmethod
    def from_documents(cls, documents: Sequence[Mapping[str, Sequence[str]]]) -> Self:
        """Words from the documents themselves, without Whoosh: where nothing can be written, and to hold it to account."""
        return cls(weighed({name: inverted([one[name] for one in documents]) for name in FIELDS}))

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

        With `positions` for those only, in their order. All are scored even so: what is best among all must be known,
        and going through the postings end to end is several times faster than looking the positions up in them.
        """
        asked = query_tokens(text)
        question = tuple(self._sought(token, token == asked[-1]) for token in asked)
        scores = self._scores(question)
        best = scores.max(initial=0)
        if best > 0:
            scores /= best
        return scores if positions is None else scores[positions]

    def named(self, text: str, limit: int) -> list[int]:
        """The listings that the text names, best first: those whose name holds all its words, also misspelt.

        Words that stand in the names of many are no name; then there are none.
        """
        asked = query_tokens(text)
        question = [self._sought(token, token == asked[-1]) for token in asked]
        names = [self._standing(sought) for word in question for sought in word if sought.field == NAME]
        if not asked or len(names) < len(asked):
            return []
        held, closeness = _in_all(names)
        if len(held) > _MOST_NAMED:
            return []
        order = np.lexsort((held, self._name_sizes[held], -closeness))
        return [int(position) for position in held[order[:limit]]]

    def _scores(self, question: Question) -> Floats:
        """BM25, and above it what a name earns that holds every word asked: more, the less else it holds."""
        scores = np.zeros(len(self), np.float32)
        names: list[_Standing] = []
        for word in question:
            for sought in word:
                standing = self._standing(sought)
                scores[standing.documents] += standing.earned
                if sought.field == NAME:
                    names.append(standing)
        if question and len(names) == len(question):
            held, closeness = _in_all(names)
            sizes = self._name_sizes[held]
            most = np.float32(sum(sought.peak for sought in chain.from_iterable(question)))
            scores[held] += most * (closeness / sizes + (sizes == len(question))).astype(np.float32)
        return scores

    def _merge(self, sought: _Sought) -> _Standing:
        """All stretches of a word as one: each listing once, with the most that any stretch gives it."""
        stretches = [(self._documents[one[0] : one[1]], self._earned(one), np.float32(one[2])) for one in sought.stretches]
        if len(stretches) == 1:
            documents, earned, weight = stretches[0]
            return _Standing(documents, earned, np.full(len(documents), weight, np.float32))
        documents = np.unique(np.concatenate([found for found, _, _ in stretches]))
        best, closeness = np.zeros((2, len(documents)), np.float32)
        for found, earned, weight in stretches:
            at = np.searchsorted(documents, found)
            best[at] = np.maximum(best[at], earned)
            closeness[at] = np.maximum(closeness[at], weight)
        return _Standing(documents, best, closeness)

    def _earned(self, stretch: tuple[int, int, float]) -> Floats:
        start, stop, weight = stretch
        impacts: Floats = self._impacts[start:stop]
        return impacts if weight == 1 else impacts * np.float32(weight)

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


def _in_all(names: Sequence[_Standing]) -> tuple[Numbers, Floats]:
    """The listings whose name holds every word, and how close the words are to those asked, added up."""
    held, closeness = names[0].documents, names[0].closeness
    for name in names[1:]:
        held, ours, theirs = np.intersect1d(held, name.documents, assume_unique=True, return_indices=True)
        closeness = closeness[ours] + name.closeness[theirs]
    return held, closeness
