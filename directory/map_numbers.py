"""Where the numbers of a small map stand so that a thumb finds each, and how long its scale is. Pure."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from directory.map_drawing import Around, Dot, Place


@dataclass(frozen=True, slots=True)
class Pin:
    """Where a dot's number stands: at its place, or beside it where another number stands there; then `moved`."""

    dot: Dot
    x: float
    y: float

    @property
    def moved(self) -> bool:
        """Whether a line has to lead from the number to the place."""
        return (self.x, self.y) != (self.dot.x, self.dot.y)


_APART: Final = 33
_EDGE: Final = 17
_CLEAR: Final = 26
"""How far a number stays from the mark of where the search began."""
_RINGS: Final = 9


def pins(drawn: Around) -> tuple[Pin, ...]:
    """Numbers far enough from each other to be pressed with a thumb; each as near its place as there is room."""
    placed: list[Pin] = []
    for dot in drawn.dots:
        free = (at for at in _near(dot) if _fits(at, drawn, placed))
        placed.append(Pin(dot, *next(free, (dot.x, dot.y))))
    return tuple(placed)


def _near(dot: Dot) -> Iterator[Place]:
    """The dot's own place, then places around it, ring by ring."""
    yield dot.x, dot.y
    for ring in range(1, _RINGS):
        for step in range(6 * ring):
            angle = math.tau * step / (6 * ring)
            yield round(dot.x + _APART * ring * math.sin(angle), 1), round(dot.y - _APART * ring * math.cos(angle), 1)


def _fits(at: Place, drawn: Around, placed: Sequence[Pin]) -> bool:
    inside = _EDGE <= at[0] <= drawn.width - _EDGE and _EDGE <= at[1] <= drawn.height - _EDGE
    clear = drawn.here is None or math.dist(at, drawn.here) >= _CLEAR
    return inside and clear and all(math.dist(at, (one.x, one.y)) >= _APART - 0.2 for one in placed)


_BARS: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)


def scale_bar(drawn: Around) -> tuple[int, int]:
    """A round number of miles, and how many units of the map they are: at most a quarter of its width."""
    miles = max((bar for bar in _BARS if bar <= drawn.miles / 4), default=_BARS[0])
    return miles, round(miles * drawn.width / drawn.miles)
