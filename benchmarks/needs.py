"""The fixed needs that every engine is asked, and what a listing scores for one."""

from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from benchmarks.directories import SEED, Measured, has
from directory.listing import Point
from directory.matching.bits import CODES
from directory.search.analysis import query_tokens
from directory.search.postings import Postings
from directory.search.words import Words

SHOWN: Final = 20
FACETS: Final = 20
LIMITS: Final = (25.0, 50.0, 100.0, None)
WORDS_POINTS: Final = 40.0
NEAR_POINTS: Final = 30.0
HALF_AT_MILES: Final = 50.0
SOFT_POINTS: Final = 5.0
FRESH_POINTS: Final = 15.0
"""A listing scores 40 x words + 30 / (1 + miles / 50) + 5 for each soft term + 15 x freshness."""
HALF_AT_BM25: Final = 10.0
"""Engines whose BM25 has no top earn bm25 / (bm25 + 10) of the words' points."""
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Stretch:
    """A run of a term's postings in one field, and how like the word asked the term is: 1 for the word itself."""

    field: int
    term: str
    weight: float


@dataclass(frozen=True, slots=True)
class Asked:
    """One need: a place, a travel limit or None, terms that must be there, terms that score, and words as typed.

    `spelled` holds for each word the terms that it may stand for: found once, outside the clock, for engines and brute
    force that have no such list of their own.
    """

    point: Point
    limit: float | None
    hard: tuple[str, ...]
    soft: tuple[str, ...]
    text: str
    spelled: tuple[tuple[Stretch, ...], ...]

    @property
    def terms(self) -> tuple[str, ...]:
        """All spellings of all words, each once."""
        return tuple(sorted({stretch.term for stretches in self.spelled for stretch in stretches}))


@dataclass(frozen=True, slots=True)
class Found:
    """An answer: how many listings there are, how many have each facet's term, and the best, by position."""

    total: int
    facets: tuple[int, ...]
    top: tuple[int, ...]


class Engine(Protocol):
    """Something that can be asked a need."""

    name: str
    version: str

    def ask(self, need: Asked) -> Found:
        """The answer to a need, worked out anew."""
        ...


def facets(measured: Measured) -> tuple[str, ...]:
    """The terms that are counted: those nearest to being known of half the listings."""
    shares = [(abs(np.count_nonzero(has(measured.columns.yes, code)) / len(measured) - 0.5), code) for code in CODES]
    return tuple(code for _, code in sorted(shares)[:FACETS])


def needs(measured: Measured, count: int) -> list[Asked]:
    """So many needs, the same on every run: each asks near one listing, for some of what another has."""
    rng = np.random.default_rng(SEED + 1)
    counted = facets(measured)
    return [_need(rng, measured, counted, number) for number in range(count)]


def _need(rng: np.random.Generator, measured: Measured, counted: tuple[str, ...], number: int) -> Asked:
    position = int(rng.integers(measured.columns.located))
    latitude, longitude = measured.points[position] + rng.normal(0, 0.1, 2)
    offered = [code for code in CODES if has(measured.columns.yes[:, position : position + 1], code)[0]]
    hard = rng.choice(offered or list(counted), size=min(int(rng.integers(2, 7)), len(offered) or 2), replace=False)
    text = _text(rng, measured, position) if number % 2 else ""
    return Asked(
        point=Point(round(float(latitude), 4), round((float(longitude) + 180) % 360 - 180, 4)),
        limit=LIMITS[number // 2 % len(LIMITS)],
        hard=tuple(hard.tolist()),
        soft=tuple(rng.choice(counted, size=3, replace=False).tolist()),
        text=text,
        spelled=spelled(measured.words, text),
    )


def _text(rng: np.random.Generator, measured: Measured, position: int) -> str:
    """One to three words of a listing's name, place or services, one in four with a slip, one in four cut short."""
    spoken = [spoken_in(field, position) for field in measured.postings.values()]
    fields = [words for words in spoken if words]
    return " ".join(_typed(rng, str(rng.choice(fields[rng.integers(len(fields))]))) for _ in range(rng.integers(1, 4)))


def spoken_in(field: Postings, position: int) -> list[str]:
    """The terms that a listing has in a field."""
    at = np.flatnonzero(field.documents == position)
    return [field.terms[row] for row in np.searchsorted(field.offsets, at, side="right") - 1]


def _typed(rng: np.random.Generator, word: str) -> str:
    how = rng.integers(4)
    if len(word) < 5 or how > 1:
        return word
    at = int(rng.integers(1, len(word) - 1))
    slip = word[:at] + _LETTERS[rng.integers(26)] + word[at + 1 :]
    return slip if how else word[: max(3, len(word) - 3)]


def spelled(words: Words, text: str) -> tuple[tuple[Stretch, ...], ...]:
    """For each word of a text, what our own list of words takes it for."""
    asked = query_tokens(text)
    return tuple(
        tuple(
            Stretch(sought.field, words._terms[_row(words._offsets[sought.field], sought.start)], sought.weight)
            for sought in words._sought(token, token is asked[-1])
        )
        for token in asked
    )


def _row(offsets: NDArray[np.int64], start: int) -> int:
    """The term whose postings start there; of several, the last, since those before it are empty."""
    return int(np.searchsorted(offsets, start, side="right")) - 1
