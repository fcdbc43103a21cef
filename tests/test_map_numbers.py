"""Numbers on a small map: each at its place or led to it, far enough apart for a thumb, none on the mark of who looks."""

import math

import pytest

from directory import map_drawing, map_numbers
from directory.listing import Point
from directory.map_drawing import Around
from tests.builders import POINTS

COLUMBUS, CLEVELAND, CINCINNATI = (POINTS[code] for code in ("43215", "44113", "45202"))


def drawn(*points: Point | None, here: Point | None = None) -> Around:
    made = map_drawing.around(points, here)
    assert made
    return made


def test_a_number_with_room_stands_at_its_place() -> None:
    pins = map_numbers.pins(drawn(COLUMBUS, CLEVELAND, CINCINNATI))
    assert [pin.dot.number for pin in pins] == [1, 2, 3] and not any(pin.moved for pin in pins)


def test_twenty_at_one_place_are_all_to_be_pressed_and_stay_on_the_map() -> None:
    made = drawn(*[COLUMBUS] * 20, here=COLUMBUS)
    pins = map_numbers.pins(made)
    assert len(pins) == 20 and all(pin.moved for pin in pins)
    assert min(math.dist((a.x, a.y), (b.x, b.y)) for a in pins for b in pins if a is not b) > 32
    assert all(15 <= pin.x <= made.width - 15 and 15 <= pin.y <= made.height - 15 for pin in pins)


def test_no_number_covers_the_mark_of_where_the_search_began() -> None:
    made = drawn(COLUMBUS, CLEVELAND, here=COLUMBUS)
    assert made.here and all(math.dist((pin.x, pin.y), made.here) >= 26 for pin in map_numbers.pins(made))


@pytest.mark.parametrize("points", [(COLUMBUS,), (COLUMBUS, CLEVELAND), (COLUMBUS, Point(34.05, -118.24))])
def test_the_scale_is_true_and_round_and_short(points: tuple[Point, ...]) -> None:
    made = drawn(*points)
    miles, units = map_numbers.scale_bar(made)
    assert str(miles)[0] in "125" and units <= made.width / 4 + 1
    assert units / made.width == pytest.approx(miles / made.miles, abs=0.01)
