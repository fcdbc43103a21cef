"""Words to a relevance for each listing: BM25 over arrays that lie on disk, right from any number of threads.

Positions are those of `matching.columns`. Only terms are remembered between questions, never a question or its answer.
"""

from bisect import bisect_left
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, reduce
from itertools import chain
from pathlib import Path
from threading import Lock
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA

from directory.search.analysis import ALIASES, query_tokens, words
from directory.search.postings import FIELDS, NAME, Floats, Held, Numbers, Postings, in_all, inverted, most_of, sum_of, weighed
from directory.search.spacing import respaced

_SLIP_WEIGHT: Final = {1: 0.5, 2: 0.3}
_PREFIX_WEIGHT: Final = 0.6
_MOST_EXPANSIONS: Final = 20
_MOST_NAMED: Final = 20
_WHOLE_NAME: Final = 0.75
"""How like the words asked a name must be on average to be theirs alone, where many names hold them."""
_TERMS_REMEMBERED: Final = 4096
_ROOM: Final = 1 << 24
_ROOM_A_LISTING: Final = 256
"""How many bytes the words asked for lately may take: so many in any case, and so many for each listing."""
_LAID_OUT_FROM: Final = 20
"""To look a listing up in the postings takes about as long as to go through so many of them."""
_MANY: Final = 60
"""So many times as many postings as listings, and it doesn't matter how they are looked up."""
_ARRAYS: Final = ("terms", "offsets", "documents", "impacts", "name_sizes")


@dataclass(frozen=True, slots=True)
class Stretch:
    """A run of postings in one field: those of a word asked for, or of one like it, and how like it is."""

    field: int
    start: int
    stop: int
    weight: float


@dataclass(frozen=True, slots=True)
class _Standing:
    """Where a word stands: what it earns each listing, the most that it earns any, and how like the names' words are to it."""

    earned: Held
    named: Held
    most: float

    @property
    def bytes(self) -> int:
        """How much memory it takes beside the postings, which it may merely point into."""
        return self.earned.bytes + self.named.bytes


class _Remembered:
    """The standings of the words asked for last, as many as there is room for; right from any number of threads."""

    def __init__(self, room: int) -> None:
        self._room, self._lock = room, Lock()
        self._held: OrderedDict[tuple[str, bool], _Standing] = OrderedDict()

    def get(self, key: tuple[str, bool], make: Callable[[str, bool], _Standing]) -> _Standing:
        """What is remembered, or else what is made anew."""
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
                return self._held[key]
        made = make(*key)
        with self._lock:
            if key not in self._held:
                self._held[key] = made
                self._room -= made.bytes
            while self._room < 0:
                self._room += self._held.popitem(last=False)[1].bytes
        return made


class Words:
    """Which listings a text speaks of, and how much; `arrays` are those that lie on disk."""

    def __init__(self, arrays: Mapping[str, Numbers]) -> None:
        self.arrays = {name: np.asarray(arrays[name]) for name in _ARRAYS}
        self._terms: list[str] = self.arrays["terms"].astype(str).tolist()
        self._offsets = self.arrays["offsets"]
        self._documents, self._impacts = self.arrays["documents"], self.arrays["impacts"]
        self._name_sizes = self.arrays["name_sizes"]
        self._rows = {term: row for row, term in enumerate(self._terms)}
        self._aliases = {alias: self._rows[token] for alias, token in ALIASES.items() if token in self._rows}
        self._by_length = _by_length(chain(self._rows.items(), self._aliases.items()))
        self._sought = lru_cache(_TERMS_REMEMBERED)(self._seek)
        self._remembered = _Remembered(max(_ROOM, _ROOM_A_LISTING * len(self)))

    def __len__(self) -> int:
        return len(self._name_sizes)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Words) and all(np.array_equal(self.arrays[n], other.arrays[n]) for n in _ARRAYS)

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
        for name, array in self.arrays.items():
            np.save(folder / f"{name}.npy", array, allow_pickle=False)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Words whose arrays stay on disk, mapped; raises OSError or ValueError where they are not those of `save`."""
        return cls({name: np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False) for name in _ARRAYS})

    def relevance(self, text: str, positions: NDArray[np.integer[Any]] | None = None) -> Floats:
        """How well each listing fits the text, from 0 for none of the words to 1; with `positions` those only, in their order.

        A quarter: what the words earn the listing by BM25, of the most that each of them earns any. A half, where its name
        holds every word: how much of the name they are. A quarter: where the name is nothing but them. So the scale hangs
        on the words alone, and a listing's share never on which others are looked at.
        """
        asked = query_tokens(text)
        standings = [self._remembered.get((token, token == asked[-1]), self._stand) for token in asked]
        most = sum(standing.most for standing in standings)
        wanted = np.arange(len(self), dtype=np.int32) if positions is None else positions.astype(np.int32)
        if not most or not len(wanted):
            return np.zeros(len(wanted), np.float32)
        names = [standing.named for standing in standings] if all(len(one.named) for one in standings) else []
        shares = self._shares([standing.earned for standing in standings], names, wanted, np.float32(most))
        shares /= 4
        return np.minimum(shares, 1, out=shares)

    def named(self, text: str, limit: int) -> list[int]:
        """The listings that the text names, best first: those whose name holds all its words, also misspelt.

        Words that stand in the names of many are no name, but for the few listings whose name is nothing else. Where the
        words name nobody, they are tried with their spaces put right.
        """
        found = self._named_in(query_tokens(text))
        if not found:
            found = self._named_in(query_tokens(respaced(text, self._in_names)))
        return found[:limit]

    def holding(self, text: str) -> list[int]:
        """All listings whose name holds every word of the text as it is written, those with the fewest others first."""
        rows = [self._rows.get(word, -1) for word in words(text)]
        if not rows or -1 in rows:
            return []
        starts, stops = self._offsets[NAME, rows], self._offsets[NAME, np.add(rows, 1)]
        held = reduce(np.intersect1d, (self._documents[start:stop] for start, stop in zip(starts, stops, strict=True)))
        return [int(position) for position in held[np.argsort(self._name_sizes[held], kind="stable")]]

    def _named_in(self, asked: Sequence[str]) -> list[int]:
        names = [self._remembered.get((token, token == asked[-1]), self._stand).named for token in asked]
        if not names or not all(map(len, names)):
            return []
        wanted = min(names, key=len).documents
        rows, closeness = in_all(names, wanted)
        sizes = self._name_sizes[wanted[rows]]
        if len(rows) > _MOST_NAMED:
            whole = (sizes == len(asked)) & (closeness >= _WHOLE_NAME * len(asked))
            rows, closeness, sizes = rows[whole], closeness[whole], sizes[whole]
        if len(rows) > _MOST_NAMED:
            return []
        held = wanted[rows]
        return [int(position) for position in held[np.lexsort((held, sizes, -closeness))]]

    def _in_names(self, word: str) -> bool:
        """Whether a word stands in the name of any listing."""
        row = self._rows.get(word)
        return row is not None and bool(self._offsets[NAME, row] < self._offsets[NAME, row + 1])

    def _shares(self, earned: Sequence[Held], names: Sequence[Held], wanted: NDArray[np.int32], most: np.float32) -> Floats:
        """The quarters added up: few listings are looked up, for many all between the first and the last are laid out."""
        if len(wanted) * _MANY < sum(map(len, earned)):
            return self._looked_up(earned, names, wanted, most)
        first, stop = int(wanted.min()), int(wanted.max()) + 1
        near = [one.between(first, stop) for one in earned]
        if len(wanted) * _LAID_OUT_FROM < sum(map(len, near)) + stop - first:
            return self._looked_up(near, names, wanted, most)
        return self._laid_out(near, [one.between(first, stop) for one in names], (first, stop), most)[wanted - first]

    def _looked_up(self, earned: Sequence[Held], names: Sequence[Held], wanted: NDArray[np.int32], most: np.float32) -> Floats:
        shares = np.zeros(len(wanted), np.float32)
        fewest: NDArray[np.intp] | None = None
        for one in earned:
            rows, numbers = one.find(wanted)
            fewest = rows if fewest is None or len(rows) < len(fewest) else fewest
            if len(rows):
                shares[rows] += numbers
        shares /= most
        if names and fewest is not None and len(fewest):
            rows, quarters = self._named(names, wanted[fewest])
            shares[fewest[rows]] += quarters
        return shares

    def _laid_out(self, earned: Sequence[Held], names: Sequence[Held], run: tuple[int, int], most: np.float32) -> Floats:
        first, stop = run
        shares = np.zeros(stop - first, np.float32)
        for one in earned:
            shares[one.documents - first] += one.numbers
        shares /= most
        if names:
            fewest = min(names, key=len).documents
            rows, quarters = self._named(names, fewest)
            shares[fewest[rows] - first] += quarters
        return shares

    def _named(self, names: Sequence[Held], wanted: NDArray[np.int32]) -> tuple[NDArray[np.intp], Floats]:
        """Which of the listings have a name that holds every word, and what that earns."""
        rows, closeness = in_all(names, wanted)
        if not len(rows):
            return rows, closeness
        sizes = self._name_sizes[wanted[rows]]
        return rows, (2 * np.minimum(closeness / sizes, 1) + (sizes == len(names))).astype(np.float32)

    def _stand(self, token: str, last: bool) -> _Standing:
        """Where a word stands: in each field the best of all that it may mean, and of these the sum."""
        by_field: list[list[Held]] = [[] for _ in FIELDS]
        likeness: list[Held] = []
        for one in self._sought(token, last):
            documents, weight = self._documents[one.start : one.stop], np.float32(one.weight)
            impacts = self._impacts[one.start : one.stop]
            by_field[one.field].append(Held(documents, impacts if weight == 1 else impacts * weight))
            if one.field == NAME:
                likeness.append(Held(documents, np.broadcast_to(weight, len(documents))))
        earned = sum_of([most_of(runs, len(self)) for runs in by_field if runs], len(self))
        return _Standing(earned, most_of(likeness, len(self)), float(earned.numbers.max(initial=0)))

    # --- words like the word asked -----------------------------------------------------------------------------------

    def _seek(self, token: str, last: bool) -> tuple[Stretch, ...]:
        """Where a word stands in each field: itself, words that begin with it, and words that it may be a slip of."""
        exact = self._rows.get(token)
        near: dict[int, float] = {}
        for row, weight in chain(self._beginning(token, last), self._slips(token)):
            if row != exact:
                near[row] = max(weight, near.get(row, 0.0))
        chosen = sorted(near.items(), key=lambda one: (-one[1], one[0]))[:_MOST_EXPANSIONS]
        if exact is not None:
            chosen.insert(0, (exact, 1.0))
        starts, stops = self._offsets[:, :-1], self._offsets[:, 1:]
        stretches = (Stretch(f, int(starts[f, r]), int(stops[f, r]), w) for f in range(len(FIELDS)) for r, w in chosen)
        return tuple(stretch for stretch in stretches if stretch.start < stretch.stop)

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
