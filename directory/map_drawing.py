"""Small maps drawn here, from outlines in the public domain: the country to choose a State, and what is around a place. Pure.

A listing whose address is withheld has no point, and so is on no map.
"""

import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Final

from directory.listing import Point

WIDE: Final = 480
"""How many units wide every map is; its page decides how large it is shown."""
_TALL: Final = 300
_LEAST_SPAN: Final = 0.5
_ROOM: Final = 0.12
_MOST_TALL: Final = 420

Place = tuple[float, float]
"""Units from the left and from the top; of the earth degrees east and north."""
Project = Callable[[float, float], Place]
"""Degrees east and north to a place on the map."""


@dataclass(frozen=True, slots=True)
class Country:
    """The country's States, each as a path; Alaska and Hawaii stand in the corner, the territories are not on it."""

    width: int
    height: int
    states: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Dot:
    """A listing on a map: its number in the list beside it, and whether its place is only that of its ZIP code."""

    number: int
    x: float
    y: float
    approximate: bool


@dataclass(frozen=True, slots=True)
class Around:
    """A map of what is around: the borders of States and of counties as paths, the listings, and where the search began.

    `miles` is how wide the map is.
    """

    width: int
    height: int
    states: str
    counties: str
    dots: tuple[Dot, ...]
    here: Place | None
    miles: int


@cache
def country() -> Country:
    """The whole country, coarse: for choosing a State."""
    states = sorted(_outlines().states.items())
    return Country(WIDE, _TALL, {state: _closed(state, rings) for state, rings in states if state not in _OFF_THE_MAP})


def around(points: Sequence[Point | None], here: Point | None = None) -> Around | None:
    """A map that holds these points, numbered from 1, and where somebody searches from; None where nothing has a place."""
    known = [point for point in (*points, here) if point is not None]
    if not known:
        return None
    view = _View.of(known)
    told = _outlines()
    dots = ((number, point, view.place(point.longitude, point.latitude)) for number, point in enumerate(points, 1) if point)
    return Around(
        width=WIDE,
        height=round(view.height),
        states=view.path(told.border),
        counties=view.path(told.inner),
        dots=tuple(Dot(number, *at, point.approximate) for number, point, at in dots),
        here=view.place(here.longitude, here.latitude) if here else None,
        miles=round(view.miles),
    )


# --- the outlines ------------------------------------------------------------------------------------------------------


Line = tuple[Place, ...]
"""A border, in degrees east and north."""


@dataclass(frozen=True, slots=True)
class _Border:
    """A border with the box that it lies in: west, south, east, north."""

    line: Line
    box: tuple[float, float, float, float]

    @classmethod
    def of(cls, line: Line) -> "_Border":
        east, north = [point[0] for point in line], [point[1] for point in line]
        return cls(line, (min(east), min(north), max(east), max(north)))


@dataclass(frozen=True, slots=True)
class _Outlines:
    """Each State's rings, the borders of all States, and those of counties inside them, all in degrees."""

    states: Mapping[str, tuple[Line, ...]]
    border: tuple[_Border, ...]
    inner: tuple[_Border, ...]


@cache
def _outlines() -> _Outlines:
    told = json.loads(Path(__file__).with_name("outlines.json").read_text(encoding="utf-8"))
    arcs = [_line(arc, told["grid"]) for arc in told["arcs"]]
    outer = {at if at >= 0 else ~at for rings in told["states"].values() for ring in rings for at in ring}
    inner = {at for counties in told["counties"].values() for at in counties}
    states = {state: tuple(_ring(arcs, ring) for ring in rings) for state, rings in told["states"].items()}
    border, between = (tuple(_Border.of(arcs[at]) for at in sorted(some)) for some in (outer, inner))
    return _Outlines(states, border, between)


def _line(deltas: Sequence[int], grid: int) -> Line:
    x = y = 0
    points: list[Place] = []
    for east, north in zip(deltas[::2], deltas[1::2], strict=True):
        x, y = x + east, y + north
        points.append((x / grid, y / grid))
    return tuple(points)


def _ring(arcs: Sequence[Line], numbers: Iterable[int]) -> Line:
    """A ring from its arcs, end to end; one that is walked backwards is written as its complement."""
    parts = (arcs[at] if at >= 0 else arcs[~at][::-1] for at in numbers)
    return tuple(point for part in parts for point in part[1:])


# --- the country -------------------------------------------------------------------------------------------------------


def _conic(parallels: Place, turned: float, center: Place, scale: float, at: Place) -> Project:
    """Albers' equal-area projection: between two parallels, turned so far to the east, its center put at a place of the map."""
    first, second = (math.sin(math.radians(one)) for one in parallels)
    n = (first + second) / 2
    c = 1 + first * (2 * n - first)

    def raw(east: float, north: float) -> Place:
        away = math.sqrt(max(c - 2 * n * math.sin(math.radians(north)), 0)) / n
        angle = n * math.radians((east + 180) % 360 - 180)
        return away * math.sin(angle), math.sqrt(c) / n - away * math.cos(angle)

    middle = raw(*center)

    def project(east: float, north: float) -> Place:
        x, y = raw(east + turned, north)
        return at[0] + scale * (x - middle[0]), at[1] - scale * (y - middle[1])

    return project


_SCALE: Final = WIDE * 4 / 3
_MIDDLE: Final = (WIDE / 2, _TALL / 2)
_MAINLAND: Final = _conic((29.5, 45.5), 96, (-0.6, 38.7), _SCALE, _MIDDLE)
_ELSEWHERE: Final[Mapping[str, Project]] = {
    "AK": _conic((55, 65), 154, (-2, 58.5), _SCALE * 0.35, (_MIDDLE[0] - 0.307 * _SCALE, _MIDDLE[1] + 0.201 * _SCALE)),
    "HI": _conic((8, 18), 157, (-3, 19.9), _SCALE, (_MIDDLE[0] - 0.205 * _SCALE, _MIDDLE[1] + 0.212 * _SCALE)),
}
"""The composition usual for maps of the States, with the figures of d3's `geoAlbersUsa`; Alaska is a third of its size."""
_OFF_THE_MAP: Final = ("AS", "GU", "MP", "PR", "VI")
_COARSE: Final = 2
_SMALLEST: Final = 4
"""Rings whose points fall on fewer places of the map are islets, and left out; of each State the largest ring stays."""


def _closed(state: str, rings: Sequence[Line]) -> str:
    project = _ELSEWHERE.get(state, _MAINLAND)
    drawn = [_thinned((project(*point) for point in ring), _COARSE) for ring in rings]
    longest = max(map(len, drawn))
    return "".join(f"{_path(ring)}z" for ring in drawn if len(ring) >= min(_SMALLEST, longest))


def _thinned(places: Iterable[Place], step: int = 1) -> list[tuple[int, int]]:
    """The places in whole steps, none twice in a row."""
    told: list[tuple[int, int]] = []
    for x, y in places:
        here = (round(x / step) * step, round(y / step) * step)
        if not told or told[-1] != here:
            told.append(here)
    return told


def _path(points: Sequence[tuple[int, int]]) -> str:
    """A line as SVG writes it: where it starts, then how far each step goes."""
    steps = ((x - a, y - b) for (a, b), (x, y) in pairwise(points))
    return f"M{points[0][0]} {points[0][1]}l" + " ".join(f"{x} {y}" for x, y in steps)


# --- what is around ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _View:
    """A part of the earth that is small enough to be flat: degrees from west to east and from south to north, to units."""

    west: float
    north: float
    units_a_degree: float
    shrink: float
    height: float

    @classmethod
    def of(cls, points: Sequence[Point]) -> "_View":
        """The view that holds these points, with room around them."""
        south, north = (pick(point.latitude for point in points) for pick in (min, max))
        west, east = (pick(point.longitude for point in points) for pick in (min, max))
        shrink = math.cos(math.radians((south + north) / 2))
        across = max((east - west) * shrink, (north - south) * WIDE / _MOST_TALL, _LEAST_SPAN) * (1 + 2 * _ROOM)
        down = min(max(north - south, across * 0.5) * (1 + 2 * _ROOM), across * _MOST_TALL / WIDE)
        scale = WIDE / across
        return cls((west + east) / 2 - across / shrink / 2, (south + north) / 2 + down / 2, scale, shrink, down * scale)

    @property
    def miles(self) -> float:
        """How wide the view is."""
        return WIDE / self.units_a_degree * _MILES_A_DEGREE

    def place(self, east: float, north: float) -> Place:
        """Where degrees lie on the map."""
        across = (east - self.west) * self.shrink * self.units_a_degree
        return round(across, 1), round((self.north - north) * self.units_a_degree, 1)

    def path(self, borders: Iterable[_Border]) -> str:
        """Those of the borders that touch the view, in whole units."""
        east = self.west + WIDE / self.units_a_degree / self.shrink
        south = self.north - self.height / self.units_a_degree
        inside = (
            one.line
            for one in borders
            if one.box[2] >= self.west and one.box[0] <= east and one.box[3] >= south and one.box[1] <= self.north
        )
        drawn = (_thinned(self.place(*point) for point in line) for line in inside)
        return "".join(_path(points) for points in drawn if len(points) > 1)


_MILES_A_DEGREE: Final = 69.0
