"""Maps drawn here: the country by the usual projection, what is around a place true to scale, and nothing withheld on any."""

import math
import re

import pytest

from directory import map_drawing
from directory.listing import Point
from directory.places import miles_between
from tests.builders import POINTS

COLUMBUS, CLEVELAND, CINCINNATI = (POINTS[code] for code in ("43215", "44113", "45202"))


def corners(path: str) -> list[tuple[int, int]]:
    """Every point of a path, in units of the map."""
    places: list[tuple[int, int]] = []
    for part in re.findall(r"M(-?\d+) (-?\d+)l([-\d ]*)", path):
        x, y = int(part[0]), int(part[1])
        places.append((x, y))
        steps = [int(step) for step in part[2].split()]
        for east, south in zip(steps[::2], steps[1::2], strict=True):
            x, y = x + east, y + south
            places.append((x, y))
    return places


BOXES = {
    "OH": (337.6, 374.7, 102.9, 145.2),
    "CA": (9.1, 80.1, 78.7, 200.4),
    "HI": (106.4, 163.5, 260.0, 296.9),
    "FL": (325.1, 405.6, 228.9, 298.6),
}
"""Left, right, top and bottom in `states-albers-10m.json` of us-atlas 3.0.1, 975 units brought to 480."""


@pytest.mark.parametrize("state", BOXES)
def test_states_stand_where_the_usual_map_has_them(state: str) -> None:
    places = corners(map_drawing.country().states[state])
    left, right, top, bottom = BOXES[state]
    box = (min(x for x, _ in places), max(x for x, _ in places), min(y for _, y in places), max(y for _, y in places))
    assert box == pytest.approx((left, right, top, bottom), abs=2.5)


def test_the_country_has_fifty_states_and_the_district_and_is_small() -> None:
    states = map_drawing.country().states
    assert len(states) == 51 and {"AK", "HI", "DC"} <= states.keys() and "PR" not in states
    assert sum(map(len, states.values())) < 24_000
    assert all(path.startswith("M") and path.endswith("z") for path in states.values())


def test_what_is_around_is_true_to_scale() -> None:
    drawn = map_drawing.around([COLUMBUS, None, CINCINNATI], here=CLEVELAND)
    assert drawn and drawn.here
    first, last = drawn.dots
    assert (first.number, last.number) == (1, 3)
    units = math.dist((first.x, first.y), (last.x, last.y))
    assert units * drawn.miles / drawn.width == pytest.approx(miles_between(COLUMBUS, CINCINNATI), rel=0.02)
    assert first.x < drawn.here[0] and drawn.here[1] < first.y < last.y and last.x < first.x
    assert all(0 < dot.x < drawn.width and 0 < dot.y < drawn.height for dot in drawn.dots)


def test_borders_are_those_that_touch_the_view() -> None:
    drawn = map_drawing.around([CINCINNATI])
    assert drawn and drawn.states and drawn.counties
    assert len(drawn.states) + len(drawn.counties) < 6_000
    far = map_drawing.around([Point(30.27, -97.74)])
    assert far and far.counties and not far.states  # Austin: counties around, no other State within half a degree


def test_where_nothing_has_a_place_there_is_no_map() -> None:
    assert map_drawing.around([None, None]) is None


def test_one_point_alone_is_shown_with_what_is_around_it() -> None:
    drawn = map_drawing.around([Point(61.2, -149.9, approximate=True)])
    assert drawn and drawn.dots[0].approximate and 30 < drawn.miles < 60


def test_places_far_apart_fit_a_page() -> None:
    drawn = map_drawing.around([Point(25.8, -80.2), Point(47.6, -122.3), Point(61.2, -149.9)])
    assert drawn and drawn.height <= 420 and all(0 <= dot.y <= drawn.height for dot in drawn.dots)
