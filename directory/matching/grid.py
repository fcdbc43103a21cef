"""The earth as cells and as points around its middle: where listings stand in order, and how far apart two places are. Pure."""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from directory.listing import Point

METERS_PER_MILE: Final = 1609.344
_EQUATOR: Final = 6_378_137.0
_ECCENTRICITY_SQUARED: Final = 6.69437999014e-3
_MEAN_RADIUS: Final = 6_371_008.8
_CELLS_A_DEGREE: Final = 2
_ACROSS: Final = 360 * _CELLS_A_DEGREE
_DOWN: Final = 180 * _CELLS_A_DEGREE
_SHORTEST_DEGREE: Final = 110_567.0

Degrees = NDArray[np.float64] | float


def spatial_order(points: NDArray[np.float64]) -> tuple[NDArray[np.intp], NDArray[np.int32]]:
    """The order that puts points (rows of latitude, longitude) cell by cell, unknown ones last, and where cells start."""
    known = ~np.isnan(points[:, 0])
    row = np.floor((np.nan_to_num(points[:, 0]) + 90) * _CELLS_A_DEGREE).astype(np.int64)
    row = np.minimum(row, _DOWN - 1)
    column = np.floor((np.nan_to_num(points[:, 1]) + 180) * _CELLS_A_DEGREE).astype(np.int64) % _ACROSS
    cell = np.where(known, column * _DOWN + row, _DOWN * _ACROSS)
    cells = np.zeros(_DOWN * _ACROSS + 1, np.int32)
    np.cumsum(np.bincount(cell, minlength=len(cells))[:-1], out=cells[1:])
    return np.argsort(cell, kind="stable"), cells


def earth_centred(latitude: Degrees, longitude: Degrees) -> NDArray[np.float64]:
    """Degrees on the WGS 84 ellipsoid to x, y, z in meters."""
    north, east = np.radians(latitude), np.radians(longitude)
    radius = _EQUATOR / np.sqrt(1 - _ECCENTRICITY_SQUARED * np.sin(north) ** 2)
    flat = radius * np.cos(north)
    upward = radius * (1 - _ECCENTRICITY_SQUARED) * np.sin(north)
    return np.stack([flat * np.cos(east), flat * np.sin(east), upward])


def here(point: Point) -> NDArray[np.float64]:
    """The same for one point as a column, without the cost of arrays."""
    north, east = math.radians(point.latitude), math.radians(point.longitude)
    radius = _EQUATOR / math.sqrt(1 - _ECCENTRICITY_SQUARED * math.sin(north) ** 2)
    flat = radius * math.cos(north)
    upward = radius * (1 - _ECCENTRICITY_SQUARED) * math.sin(north)
    return np.array(((flat * math.cos(east),), (flat * math.sin(east),), (upward,)))


def chord(miles: float) -> float:
    """The straight line through the earth, in meters, that so many miles along its surface make."""
    return 2 * _MEAN_RADIUS * math.sin(min(miles * METERS_PER_MILE / (2 * _MEAN_RADIUS), math.pi / 2))


def arc_miles(squared: NDArray[np.float64]) -> NDArray[np.float64]:
    """The miles along the earth's surface of straight lines whose squared meters are given; works in place."""
    squared *= 1 / (2 * _MEAN_RADIUS) ** 2
    np.minimum(squared, 1.0, out=squared)
    arc = np.arcsin(np.sqrt(squared, out=squared), out=squared)
    arc *= 2 * _MEAN_RADIUS / METERS_PER_MILE
    return arc


def cells_around(point: Point, miles: float) -> list[int]:
    """The cells that a circle touches: where each run of them starts and stops, one after another, in order."""
    reach = miles * METERS_PER_MILE / _SHORTEST_DEGREE
    south, north = max(point.latitude - reach, -89.99), min(point.latitude + reach, 89.99)
    shrink = math.cos(math.radians(max(abs(south), abs(north))))
    across = min(reach / shrink * 1.01, 180.0) if shrink > 0.01 else 180.0
    bottom, top = _row(south), _row(north) + 1
    bases = [column * _DOWN for first, last in _stretches(point.longitude, across) for column in range(first, last + 1)]
    return [base + end for base in bases for end in (bottom, top)]


def _row(latitude: float) -> int:
    return int((latitude + 90) * _CELLS_A_DEGREE)


def _stretches(longitude: float, across: float) -> list[tuple[int, int]]:
    """The columns of cells around a longitude, first and last, in order; two stretches where they cross the date line."""
    first, last = (math.floor((longitude + side + 180) * _CELLS_A_DEGREE) for side in (-across, across))
    if last - first >= _ACROSS:
        return [(0, _ACROSS - 1)]
    if first < 0:
        return [(0, last), (first + _ACROSS, _ACROSS - 1)]
    if last >= _ACROSS:
        return [(0, last - _ACROSS), (first, _ACROSS - 1)]
    return [(first, last)]
