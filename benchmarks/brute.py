"""The plain reading: every listing is looked at, in float64, and geopy says what is within the limit where it is close."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from geopy.distance import geodesic
from numpy.typing import NDArray

from benchmarks.directories import Measured, has
from benchmarks.needs import FRESH_POINTS, HALF_AT_MILES, NEAR_POINTS, SHOWN, SOFT_POINTS, WORDS_POINTS, Asked, Found, Stretch
from directory.listing import Point
from directory.search.postings import FIELDS, NAME

NO_DIFFERENCE: Final = 2e-5
"""Points by which scores may differ in their last digits: ours keeps words in float32."""
_CLOSE_MILES: Final = 0.0005
_SATURATION: Final = 1.2
_LENGTH_MATTERS: Final = 0.75
_TRUSTED: Final = ((100.0, 0.0001), (500.0, 0.002))

Floats = NDArray[np.float64]
Numbers = NDArray[np.int32]


class Brute:
    """What the engines are held to. `ranked` scores words by BM25 as ours does, else evenly as the others do."""

    def __init__(self, measured: Measured, facets: Sequence[str]) -> None:
        self._measured, self._facets = measured, tuple(facets)
        self._fields = list(FIELDS)
        self._rows = [{term: at for at, term in enumerate(measured.postings[name].terms)} for name in self._fields]
        self._lengths = [_lengths(measured, name) for name in self._fields]

    def answer(self, need: Asked, ranked: bool) -> tuple[Found, Floats, Floats]:
        """The answer, with every listing's score (NaN where it is filtered out) and miles."""
        measured = self._measured
        miles = _miles(measured.points, need.point)
        kept = np.logical_and.reduce([has(measured.columns.yes, code) for code in need.hard])
        kept &= self._inside(need, miles)
        score = FRESH_POINTS * measured.fresh + np.nan_to_num(NEAR_POINTS / (1 + miles / HALF_AT_MILES), nan=0.0)
        score += SOFT_POINTS * sum(has(measured.columns.yes, code).astype(np.float64) for code in need.soft)
        score += WORDS_POINTS * (self.relevance(need) if ranked else self.evenly(need))
        score[~kept] = np.nan
        rows = np.flatnonzero(kept)
        top = rows[np.lexsort((measured.columns.id_rank[rows], -score[rows]))][:SHOWN]
        counts = tuple(int(np.count_nonzero(has(measured.columns.yes, code) & kept)) for code in self._facets)
        return Found(len(rows), counts, tuple(top.tolist())), score, miles

    def _inside(self, need: Asked, miles: Floats) -> NDArray[np.bool_]:
        if need.limit is None:
            return np.ones(len(miles), dtype=np.bool_)
        inside = miles <= need.limit
        for position in np.flatnonzero(np.abs(miles - need.limit) < _CLOSE_MILES):
            inside[position] = _geodesic(need.point, self._measured.points[position]) <= need.limit
        return inside

    def evenly(self, need: Asked) -> Floats:
        """For each word that a listing holds in any spelling, in any field, an even share of one."""
        shares = np.zeros(len(self._measured))
        for stretches in need.spelled:
            held = np.zeros(len(shares), dtype=np.bool_)
            for term in {stretch.term for stretch in stretches}:
                for field in range(len(self._fields)):
                    held[self._holding(field, term)[0]] = True
            shares += held / len(need.spelled)
        return shares

    def relevance(self, need: Asked) -> Floats:
        """BM25: for each word and field the best of its spellings; above it, names that hold every word; 1 for the best."""
        scores, closeness, whole = np.zeros((3, len(self._measured)))
        most = 0.0
        for stretches in need.spelled:
            for field in range(len(self._fields)):
                here = [stretch for stretch in stretches if stretch.field == field]
                earned, likeness = self._best(field, here)
                scores += earned
                most += float(earned.max(initial=0.0))
                if field == NAME:
                    closeness += likeness
                    whole += likeness > 0
        sizes = np.bincount(self._measured.postings["name"].documents, minlength=len(scores))
        held = (whole == len(need.spelled)) & (sizes > 0) & (len(need.spelled) > 0)
        scores[held] += most * (closeness[held] / sizes[held] + (sizes[held] == len(need.spelled)))
        return scores / scores.max() if scores.any() else scores

    def _best(self, field: int, stretches: Sequence[Stretch]) -> tuple[Floats, Floats]:
        earned, likeness = np.zeros((2, len(self._measured)))
        for stretch in stretches:
            positions, often = self._holding(field, stretch.term)
            rarity = np.log1p((len(self._measured) - len(positions) + 0.5) / (len(positions) + 0.5))
            lengths = self._lengths[field]
            damped = _SATURATION * (1 - _LENGTH_MATTERS + _LENGTH_MATTERS * lengths[positions] / lengths.mean())
            weight = FIELDS[self._fields[field]] * stretch.weight
            found = weight * rarity * often * (_SATURATION + 1) / (often + damped)
            earned[positions] = np.maximum(earned[positions], found)
            likeness[positions] = np.maximum(likeness[positions], stretch.weight)
        return earned, likeness

    def _holding(self, field: int, term: str) -> tuple[Numbers, Numbers]:
        row = self._rows[field].get(term)
        if row is None:
            return np.empty(0, np.int32), np.empty(0, np.int32)
        held = self._measured.postings[self._fields[field]]
        run = slice(held.offsets[row], held.offsets[row + 1])
        return held.documents[run], held.frequencies[run]

    def agrees(self, found: Found, expected: tuple[Found, Floats, Floats]) -> bool:
        """The same total, facets and best listings; those that differ in a score's last digits may change places."""
        told, score, _ = expected
        if (found.total, found.facets, len(set(found.top))) != (told.total, told.facets, len(told.top)):
            return False
        return found.top == told.top or bool(np.all(np.abs(score[list(found.top)] - score[list(told.top)]) < NO_DIFFERENCE))

    def distances_hold(self, need: Asked, expected: tuple[Found, Floats, Floats]) -> bool:
        """Whether the miles of what is shown are geopy's: to 0.0001 within 100 miles, 0.002 within 500, else to 0.5 %."""
        told, _, miles = expected
        placed = [position for position in told.top if not np.isnan(miles[position])]
        return all(_equal(miles[at], _geodesic(need.point, self._measured.points[at])) for at in placed)


def _equal(miles: float, truth: float) -> bool:
    return abs(miles - truth) <= next((apart for within, apart in _TRUSTED if truth <= within), truth / 200)


def _geodesic(point: Point, there: Floats) -> float:
    return float(geodesic((point.latitude, point.longitude), (there[0], there[1])).miles)


def _miles(points: Floats, here: Point) -> Floats:
    """The chord through the WGS 84 ellipsoid bent to an arc, written out apart from the product's."""
    both = np.radians(np.vstack([points, (here.latitude, here.longitude)]))
    upright = 6_378_137.0 / np.sqrt(1 - 0.00669437999014 * np.sin(both[:, 0]) ** 2)
    x, y = (upright * np.cos(both[:, 0]) * turn(both[:, 1]) for turn in (np.cos, np.sin))
    z = upright * (1 - 0.00669437999014) * np.sin(both[:, 0])
    chord = np.sqrt(sum((axis[:-1] - axis[-1]) ** 2 for axis in (x, y, z)))
    return np.asarray(2 * 6_371_008.8 * np.arcsin(np.minimum(chord / 2 / 6_371_008.8, 1)) / 1609.344)


def _lengths(measured: Measured, name: str) -> Floats:
    field = measured.postings[name]
    return np.bincount(field.documents, weights=field.frequencies, minlength=len(measured))
