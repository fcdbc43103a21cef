"""Where a file's listings are taken to be: a notice for each whose ZIP code or coordinates can't be true. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from directory.listing import Address, Point, Statement
from directory.normalize import COORDINATES, NONE
from directory.places import Gazetteer
from directory.problems import Loudness, Problem, in_columns

_FIX: Final = "Ask the center for its address and record the answer"


def doubtful(statements: Iterable[Statement], states: Mapping[str, tuple[str, bool]]) -> list[Statement]:
    """The statements of which a gazetteer is to be asked; `states` has each ZIP code's State, and whether it is placed.

    What is withheld is nobody's question.
    """
    open_ones = (one for one in statements if not one.values.get("confidential"))
    return [one for one in open_ones if one.point or not _agrees(one, states)]


def _agrees(one: Statement, states: Mapping[str, tuple[str, bool]]) -> bool:
    return states.get(one.values["postal_code"]) == (one.values["state_province"], True)


def notices(doubtful: Iterable[Statement], gazetteer: Gazetteer, headings: Mapping[str, str] = NONE) -> Iterator[Problem]:
    """What is odd about where they are, and what is used in its place; `headings` names the file's column of each field."""
    for one in doubtful:
        address, row = _address(one), one.provenance.reference
        where = in_columns(row, [headings[name] for name in (*COORDINATES, "postal_code") if name in headings])
        miles = gazetteer.too_far(address, one.point) if one.point else None
        if one.point and miles is not None:
            what = "the coordinates are far from the ZIP code; the ZIP code stands until somebody says which is right"
            found = f"{miles:,.0f} miles from {address.postal_code}"
            yield Problem(Loudness.NOTICE, where, what, found, _FIX)
        odd = _odd(address, gazetteer)
        if odd:
            where = in_columns(row, [headings[name] for name in ("state_province", "postal_code") if name in headings])
            used = _used(one.point, gazetteer.locate(address, one.point).point)
            yield Problem(Loudness.NOTICE, where, f"{odd[0]}; {used}", odd[1], _FIX)


def _address(one: Statement) -> Address:
    return Address("", "", *(one.values[name] for name in ("city", "state_province", "postal_code")))


def _odd(address: Address, gazetteer: Gazetteer) -> tuple[str, str] | None:
    """What is wrong with a ZIP code, and what was found."""
    code, place = address.postal_code, gazetteer.postal(address.postal_code)
    if place is None:
        return "the ZIP code is not assigned", code
    if place.state_province != address.state_province:
        return "the ZIP code lies in another State", f"{code} is in {place.state_province}, not {address.state_province}"
    return ("nobody knows where the ZIP code is", code) if place.latitude is None else None


def _used(given: Point | None, point: Point | None) -> str:
    if point is None:
        return "its distance stays unknown"
    return "its coordinates are used" if point == given else "the middle of its city is used"
