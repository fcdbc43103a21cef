"""ZIP codes and cities to points, and the distance between points. geopy's geodesic defines what a mile is here."""

import re
from collections import defaultdict
from collections.abc import Iterable
from functools import cache, cached_property, lru_cache
from itertools import chain
from math import cos, hypot, radians
from typing import Final, NamedTuple

from geopy.distance import geodesic

from directory import values
from directory.listing import Address, Located, Point
from directory.need import Near
from directory.spoken import say

_STATE_WORDS: Final = frozenset(word.casefold() for pair in values.STATES.items() for word in pair)
TOO_FAR: Final = 50.0
"""Miles from its ZIP code's middle beyond which a point is not believed: the 99th percentile of real ones is 10.4."""
_MILES_A_DEGREE: Final = 69.1
_AROUND: Final = 0.5
_PAIR: Final = re.compile(r"\s*(-?\d{1,3}(?:\.\d+)?)\s*,\s*(-?\d{1,3}(?:\.\d+)?)\s*")
_ZIP: Final = re.compile(r"\s*[0-9]{5}(-[0-9]{4})?\s*")
_NO_LETTERS: Final = re.compile(r"[^a-z0-9]+")
_NO_PLACE: Final = say(
    "Enter a ZIP code, a city with its State, or a latitude and longitude: 43215, or Columbus, OH, or 39.96,-83.00"
)


class UnknownPlace(ValueError):
    """A place that can't be found, or that is several; `choices` are what it could be. The message says what to enter."""

    def __init__(self, message: str, choices: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.choices = choices


class PostalPlace(NamedTuple):
    """A ZIP code: its main city, State, middle (None where nobody knows it) and time zone name."""

    postal_code: str
    city: str
    state_province: str
    latitude: float | None
    longitude: float | None
    timezone: str
    standard: bool


def bundled_places() -> Iterable[PostalPlace]:
    """The 42,789 ZIP codes of the `zipcodes` package; coordinates of `0` and the misplaced 96898 count as unknown."""
    import zipcodes

    # By their first digit, since of all at once the package keeps a copy: 150 MB.
    for row in chain.from_iterable(zipcodes.similar_to(digit) for digit in "0123456789"):  # type: ignore[no-untyped-call]
        latitude, longitude = _degrees(str(row["lat"])), _degrees(str(row["long"]))
        known = latitude is not None and longitude is not None and row["zip_code"] != "96898"
        yield PostalPlace(
            postal_code=row["zip_code"],
            city=row["city"],
            state_province=row["state"],
            latitude=latitude if known else None,
            longitude=longitude if known else None,
            timezone=row["timezone"] if "/" in row["timezone"] else "",
            standard=row["zip_code_type"] == "STANDARD" and row["active"],
        )


def _degrees(written: str) -> float | None:
    try:
        return float(written) or None
    except ValueError:
        return None


class Gazetteer:
    """Where ZIP codes and cities are. Built once a process from `PostalPlace`s; reads nothing itself."""

    def __init__(self, places: Iterable[PostalPlace]) -> None:
        self._zone_at = lru_cache(maxsize=1024)(self._nearest_zone)
        self._by_zip = {place.postal_code: place for place in places}
        self._by_city: dict[str, dict[str, list[PostalPlace]]] = defaultdict(lambda: defaultdict(list))
        fold = cache(_fold)  # a city has as many ZIP codes as it likes, and a name as many cities
        for place in self._by_zip.values():
            if place.latitude is not None:
                self._by_city[fold(place.city)][place.state_province].append(place)

    def postal(self, postal_code: str) -> PostalPlace | None:
        """The ZIP code's place, or None for one that is not assigned."""
        return self._by_zip.get(postal_code)

    def locate(self, address: Address, given: Point | None = None) -> Located:
        """Where an address is: at the coordinates given, else about the middle of its ZIP code, or of its city.

        Coordinates too far from the ZIP code are not believed. Of a ZIP code in another State nothing is known, so that then
        coordinates within the State are all there is; the city stands in for a ZIP code that is not assigned or not placed.
        """
        place = self._by_zip.get(address.postal_code)
        known = place if place and place.state_province == address.state_province else None
        middle = _middle(known) if known else None
        city = self._by_city.get(_fold(address.city), {}).get(address.state_province) if middle is None else None
        if middle is None and city and (place is None or known):
            middle = _city_center(city).point
        believed = given is not None and self._is_plausible(given, middle, address.state_province)
        point = given if believed else middle
        zone = known.timezone if known and known.timezone else ""
        return Located(point, zone or (self.timezone(point) if point and not known else ""))

    def too_far(self, address: Address, point: Point) -> float | None:
        """How many miles a point is from its address's ZIP code, where that is too far to be true; else None."""
        middle = self.locate(address).point
        return None if middle is None or _near(point, middle) else miles_between(point, middle)

    def _is_plausible(self, point: Point, middle: Point | None, state: str) -> bool:
        if middle is not None:
            return _near(point, middle)
        box = self._boxes.get(state)
        return box is not None and box[0] <= point.latitude <= box[1] and box[2] <= point.longitude <= box[3]

    @cached_property
    def _boxes(self) -> dict[str, tuple[float, float, float, float]]:
        """What holds all of a State's ZIP codes, with half a degree around it: south, north, west, east."""
        of: dict[str, list[Point]] = defaultdict(list)
        for place in self._by_zip.values():
            middle = _middle(place)
            if middle:
                of[place.state_province].append(middle)
        return {
            state: (
                min(p.latitude for p in points) - _AROUND,
                max(p.latitude for p in points) + _AROUND,
                min(p.longitude for p in points) - _AROUND,
                max(p.longitude for p in points) + _AROUND,
            )
            for state, points in of.items()
        }

    def timezone(self, point: Point) -> str:
        """The name of the time zone at a point: that of the nearest ZIP code which has one, "" where none has."""
        return self._zone_at(point)

    def _nearest_zone(self, point: Point) -> str:
        zoned = [place for place in self._by_zip.values() if place.timezone and place.latitude and place.longitude]

        def away(place: PostalPlace) -> float:
            north, east = (place.latitude or 0.0) - point.latitude, (place.longitude or 0.0) - point.longitude
            return north * north + east * east

        return min(zoned, key=away).timezone if zoned else ""

    def find(self, written: str) -> Near:
        """The place that somebody wrote; raises UnknownPlace for none, or for a city in several States."""
        if _PAIR.fullmatch(written):
            return _coordinates(written)
        if _ZIP.fullmatch(written):
            return self._zip(written.strip()[:5])
        return self._city(written)

    def _zip(self, postal_code: str) -> Near:
        place = self._by_zip.get(postal_code)
        point = _middle(place) if place else None
        if place is None or point is None:
            raise UnknownPlace(say("No place is known for the ZIP code %(code)s. %(fix)s", code=postal_code, fix=_NO_PLACE))
        return Near(postal_code, f"{postal_code} ({place.city}, {place.state_province})", point)

    def _city(self, written: str) -> Near:
        name, comma, state = written.rpartition(",")
        if not comma:
            return self._city_without_comma(written)
        try:
            code = values.state_province(state)
        except ValueError:
            raise UnknownPlace(say("“%(state)s” is not a State. %(fix)s", state=state.strip()[:40], fix=_NO_PLACE)) from None
        found = self._by_city.get(_fold(name), {}).get(code)
        if not found:
            city, where = name.strip()[:60], values.STATES[code]
            raise UnknownPlace(say("No city “%(city)s” is known in %(state)s. %(fix)s", city=city, state=where, fix=_NO_PLACE))
        return _city_center(found)

    def _city_without_comma(self, written: str) -> Near:
        """“Columbus Ohio” and “Charleston WV” too: the last word or two may be the State."""
        words = written.split()
        if _fold(written) not in self._by_city:
            for last in (1, 2):
                name, state = " ".join(words[:-last]), " ".join(words[-last:])
                if name and state.casefold() in _STATE_WORDS and _fold(name) in self._by_city:
                    return self._city(f"{name}, {state}")
        return self._city_anywhere(written)

    def _city_anywhere(self, written: str) -> Near:
        by_state = self._by_city.get(_fold(written), {})
        if not by_state:
            raise UnknownPlace(say("No place “%(place)s” is known. %(fix)s", place=written.strip()[:60], fix=_NO_PLACE))
        if len(by_state) > 1:
            name = next(iter(by_state.values()))[0].city
            choices = tuple(f"{name}, {state}" for state in sorted(by_state))
            words = say(
                "%(place)s is in %(count)d States. Enter one of: %(choices)s",
                place=name,
                count=len(choices),
                choices="; ".join(choices),
            )
            raise UnknownPlace(words, choices)
        return _city_center(next(iter(by_state.values())))


def _fold(name: str) -> str:
    return _NO_LETTERS.sub(" ", name.casefold().replace("saint ", "st ")).strip()


def _middle(place: PostalPlace) -> Point | None:
    if place.latitude is None or place.longitude is None:
        return None
    return Point(place.latitude, place.longitude, approximate=True)


def _city_center(found: list[PostalPlace]) -> Near:
    """A city's middle: that of the street ZIP code nearest to the mean of all its street ZIP codes."""
    street = [place for place in found if place.standard] or found
    points = [(place.latitude or 0.0, place.longitude or 0.0) for place in street]
    latitude = sum(p[0] for p in points) / len(points)
    longitude = sum(p[1] for p in points) / len(points)
    nearest = min(points, key=lambda p: ((p[0] - latitude) ** 2 + (p[1] - longitude) ** 2, p))
    name = f"{found[0].city}, {found[0].state_province}"
    return Near(name, name, Point(*nearest, approximate=True))


def _near(point: Point, middle: Point) -> bool:
    """Whether a point can lie in the ZIP code with this middle; measured only where a rough look leaves a doubt."""
    north = (point.latitude - middle.latitude) * _MILES_A_DEGREE
    east = (point.longitude - middle.longitude) * _MILES_A_DEGREE * cos(radians(middle.latitude))
    rough = hypot(north, east)
    return rough < TOO_FAR * 0.9 or (rough < TOO_FAR * 1.1 and miles_between(point, middle) <= TOO_FAR)


def _coordinates(written: str) -> Near:
    latitude, longitude = (float(part) for part in written.split(","))
    if values.in_reach(latitude, longitude):
        return Near(f"{latitude},{longitude}", f"{latitude:.4f}, {longitude:.4f}", Point(latitude, longitude))
    if values.in_reach(longitude, latitude):
        raise UnknownPlace(say("Latitude and longitude seem to be swapped. Enter %(pair)s", pair=f"{longitude:g},{latitude:g}"))
    raise UnknownPlace(
        say("%(place)s is outside the United States and its territories. %(fix)s", place=written.strip(), fix=_NO_PLACE)
    )


def miles_between(here: Point, there: Point) -> float:
    """Statute miles along the ellipsoid: the truth that every faster way is tested against."""
    return float(geodesic((here.latitude, here.longitude), (there.latitude, there.longitude)).miles)
