"""The plain reading: every listing is looked at, in float64, and geopy says what is within the limit where it is close."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from geopy.distance import geodesic
from numpy.typing import NDArray

from benchmarks.directories import Measured, has
from benchmarks.needs import FRESH_POINTS, HALF_AT_MILES, NEAR_POINTS, SHOWN, SOFT_POINTS, WORDS_POINTS, Asked, Found
from benchmarks.spoken import Floats, Spoken
from directory.listing import Point

NO_DIFFERENCE: Final = 5e-5
"""Points out of 100 by which scores may differ in their last digits: ours and tantivy keep words in float32."""
_CLOSE_MILES: Final = 0.0005
_RADIUS: Final = 6_371_008.8
_FLATTENED: Final = 0.00669437999014
_TRUSTED: Final = ((100.0, 0.0001), (500.0, 0.002))


@dataclass(frozen=True, slots=True)
class Expected:
    """The plain answer to a need, with every listing's score (NaN where it is filtered out) and miles."""

    found: Found
    score: Floats
    miles: Floats


class Brute:
    """What the engines are held to, each by its own rule for words and all else alike."""

    def __init__(self, measured: Measured, facets: Sequence[str]) -> None:
        self._measured, self._facets = measured, tuple(facets)
        self._rules = Spoken(measured).rules
        self._places = _in_space(measured.points)

    def answers(self, need: Asked, engines: Sequence[str]) -> dict[str, Expected]:
        """What the engines of these names have to say."""
        measured = self._measured
        miles = self._miles(need.point)
        kept = np.logical_and.reduce([has(measured.columns.yes, code) for code in need.hard])
        kept &= self._inside(need, miles)
        score = FRESH_POINTS * measured.fresh + np.nan_to_num(NEAR_POINTS / (1 + miles / HALF_AT_MILES), nan=0.0)
        score += SOFT_POINTS * sum(has(measured.columns.yes, code).astype(np.float64) for code in need.soft)
        rows = np.flatnonzero(kept)
        counts = tuple(int(np.count_nonzero(has(measured.columns.yes, code)[rows])) for code in self._facets)
        scores = {engine: np.where(kept, score + self._words(need, engine), np.nan) for engine in engines}
        return {engine: self._expected(one, miles, counts) for engine, one in scores.items()}

    def _words(self, need: Asked, engine: str) -> Floats | float:
        return WORDS_POINTS * self._rules[engine](need) if any(need.spelled) else 0.0

    def _expected(self, score: Floats, miles: Floats, counts: tuple[int, ...]) -> Expected:
        rows = np.flatnonzero(~np.isnan(score))
        top = rows[np.lexsort((self._measured.columns.id_rank[rows], -score[rows]))][:SHOWN]
        return Expected(Found(len(rows), counts, tuple(top.tolist())), score, miles)

    def _miles(self, here: Point) -> Floats:
        """The chord through the WGS 84 ellipsoid bent to an arc, written out apart from the product's."""
        middle = _in_space(np.array([(here.latitude, here.longitude)]))
        chord = np.sqrt(((self._places - middle) ** 2).sum(axis=0))
        return np.asarray(2 * _RADIUS * np.arcsin(np.minimum(chord / 2 / _RADIUS, 1)) / 1609.344)

    def _inside(self, need: Asked, miles: Floats) -> NDArray[np.bool_]:
        if need.limit is None:
            return np.ones(len(miles), dtype=np.bool_)
        inside = miles <= need.limit
        for position in np.flatnonzero(np.abs(miles - need.limit) < _CLOSE_MILES):
            inside[position] = _geodesic(need.point, self._measured.points[position]) <= need.limit
        return inside

    def distances_hold(self, need: Asked, expected: Expected) -> bool:
        """Whether the miles of what is shown are geopy's: to 0.0001 within 100 miles, 0.002 within 500, else to 0.5 %."""
        placed = [position for position in expected.found.top if not np.isnan(expected.miles[position])]
        return all(_equal(expected.miles[at], _geodesic(need.point, self._measured.points[at])) for at in placed)


def agrees(found: Found, expected: Expected) -> bool:
    """The same total, facets and best listings; those that differ in a score's last digits may change places."""
    told = expected.found
    if (found.total, found.facets, len(set(found.top))) != (told.total, told.facets, len(told.top)):
        return False
    apart = np.abs(expected.score[list(found.top)] - expected.score[list(told.top)])
    return found.top == told.top or bool(np.all(apart < NO_DIFFERENCE))


def _equal(miles: float, truth: float) -> bool:
    return abs(miles - truth) <= next((apart for within, apart in _TRUSTED if truth <= within), truth / 200)


def _geodesic(point: Point, there: Floats) -> float:
    return float(geodesic((point.latitude, point.longitude), (there[0], there[1])).miles)


def _in_space(points: Floats) -> Floats:
    north, east = np.radians(points).T
    upright = 6_378_137.0 / np.sqrt(1 - _FLATTENED * np.sin(north) ** 2)
    flat = upright * np.cos(north)
    return np.array([flat * np.cos(east), flat * np.sin(east), upright * (1 - _FLATTENED) * np.sin(north)])
