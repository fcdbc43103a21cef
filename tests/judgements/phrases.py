"""The phrase book: what each phrase of `phrases.toml` says of a person or a center."""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, Final

from geopy.distance import geodesic

from directory.hours import Hours
from directory.listing import Point
from directory.need import Near
from directory.values import clock
from tests.judgements import moments
from tests.judgements.told import FOLDER, CannotRead, Line, nearest

BOOK: Final = tomllib.loads((FOLDER / "phrases.toml").read_text(encoding="utf-8"))
USUAL: Final = Line("when", BOOK["usual"], "phrases.toml")
PLACES: Final[Mapping[str, Any]] = BOOK["places"]
_BLANK: Final = re.compile(r"\{([a-z ]+)\}")
PERSON, CENTER = "person", "center"

Changes = Mapping[str, Any]


@dataclass
class Book:
    """The phrases of one scene, read as of a moment; `used` gathers those that were needed."""

    now: datetime
    used: set[tuple[str, str]] = field(default_factory=set)

    def read(self, side: str, line: Line) -> Iterator[Changes]:
        """What the phrases of a line say, one after the other; raises `CannotRead` where one is not in the book."""
        for phrase in line.phrases:
            yield from self._phrase(side, phrase, line.where)

    def _phrase(self, side: str, phrase: str, where: str) -> Iterator[Changes]:
        for pattern, changes in BOOK[side].items():
            found = _as_pattern(pattern).fullmatch(phrase)
            if not found:
                continue
            self.used.add((side, pattern))
            try:
                filled = self._filled(pattern, found.groups(), changes)
            except (ValueError, KeyError) as wrong:
                raise CannotRead(f"{where}: in “{phrase}”: {wrong}") from wrong
            for other in filled.pop("like", ()):
                yield from self._phrase(side, other, where)
            yield filled
            return
        raise CannotRead(f"{where}: nobody knows the phrase “{phrase}”; nearest: {nearest(phrase, tuple(BOOK[side]))}")

    def _filled(self, pattern: str, texts: tuple[str, ...], changes: Changes) -> dict[str, Any]:
        values: dict[str, Any] = {}
        spoken_of = self.now
        for kind, text in zip(_BLANK.findall(pattern), texts, strict=True):
            values[kind] = BLANKS[kind](text, spoken_of)
            spoken_of = values[kind] if kind == "said" else spoken_of
        return {key: _fill(value, values) for key, value in changes.items()}


@cache
def _as_pattern(pattern: str) -> re.Pattern[str]:
    """A phrase with blanks as a regular expression, one group for each blank."""
    return re.compile("".join("(.+?)" if at % 2 else re.escape(part) for at, part in enumerate(_BLANK.split(pattern))))


def _fill(value: Any, values: Mapping[str, Any]) -> Any:
    """A value of the book with its blanks filled."""
    if isinstance(value, dict):
        return {key: _fill(inner, values) for key, inner in value.items()}
    if isinstance(value, list):
        return tuple(_fill(inner, values) for inner in value)
    if value == "nothing":
        return None
    if isinstance(value, str) and value[1:-1] in values:
        return values[value[1:-1]]
    return _BLANK.sub(lambda blank: str(values[blank[1]]), value) if isinstance(value, str) else value


def _place(name: str) -> Mapping[str, Any]:
    if name not in PLACES:
        raise ValueError(f"{name} is not in [places]; nearest: {nearest(name, tuple(PLACES))}")
    return dict(PLACES[name])


def _point(name: str) -> Point:
    return Point(*_place(name)["point"])


def _away(miles: str) -> Point:
    """A point so many miles north of Columbus, where the clocks are those of Columbus."""
    there = geodesic(miles=float(miles)).destination(PLACES["Columbus"]["point"], bearing=0)
    return Point(there.latitude, there.longitude)


BLANKS: Final[Mapping[str, Callable[[str, datetime], Any]]] = {
    "number": lambda text, _: int(text),
    "miles": lambda text, _: float(text),
    "away": lambda text, _: _away(text),
    "place": lambda text, _: _point(text),
    "zone of": lambda text, _: _place(text)["timezone"],
    "near": lambda text, _: Near(text, text, _point(text)),
    "hours": lambda text, _: Hours.read(text.replace(" and ", "; ")),
    "clock": lambda text, _: clock(text),
    "now": lambda text, _: moments.now(text),
    "said": moments.said,
    "later": moments.later,
    "day": lambda text, now: moments.day(text, now.date()),
}
"""What may stand in the blanks of a phrase, and how it is read."""
