"""Staff look a listing up, published or not: by id, license, telephone, ZIP code, city, or name, also misspelt."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from directory import store, values
from directory.listing import Listing
from directory.referral import Directory
from directory.resolve import PHONES
from directory.search.building import Generation
from directory.values import STATES

MOST: Final = 50
_LIKE: Final = 0.08
"""So well the words must fit the best listing at least, where no name holds them all."""
_NEARLY: Final = 2 / 3
"""So much of what the best fits must another fit, to be meant as well."""


@dataclass(frozen=True, slots=True)
class Found:
    """The listings that may be meant, the surest first, at most `MOST` of them; and how many there are in all."""

    listings: tuple[Listing, ...]
    total: int


def find(directory: Directory, text: str) -> Found:
    """What a text may mean: every reading of it counts, what it says exactly first."""
    plain = " ".join(text.split())
    generation = directory.index.current()
    with directory.database.reading() as connection:
        ids = [*dict.fromkeys(_meant(connection, generation, plain))] if plain else []
        standing = [*dict.fromkeys(store.stands_for(connection, ids).values())]
    known = directory.listings(standing[:MOST])
    return Found(tuple(known[key] for key in standing[:MOST] if key in known), len(standing))


def _meant(connection: Connection, generation: Generation, plain: str) -> Iterator[str]:
    """The ids of listings that may be meant, the surest first: that have this id, number, name, city, or nearly this name."""
    names = bool(re.search(r"[^\W\d]", plain)) and plain.upper() not in STATES and not _city(plain)[1]
    numbers = bool(re.search(r"\d", plain))
    holding = generation.words.holding(plain) if names else []
    yield from store.with_id(connection, plain)
    if numbers:
        yield from _numbered(connection, plain)
    yield from (generation.columns.ids[one] for one in holding)
    if not numbers:
        yield from _there(connection, plain)
    if names:
        yield from (generation.columns.ids[one] for one in _nearly(generation, plain, bool(holding)))


def _there(connection: Connection, plain: str) -> Iterator[str]:
    """Those in a city of this name, and of this State where one is named."""
    city, state = _city(plain)
    if city:
        there = set(store.speaking_of(connection, ("state_province",), state)) if state else None
        yield from (key for key in store.speaking_of(connection, ("city",), city) if there is None or key in there)


def _numbered(connection: Connection, plain: str) -> Iterator[str]:
    """What has a digit may be a license, a telephone number or a ZIP code."""
    yield from store.speaking_of(connection, ("licence_number",), plain)
    try:
        number = values.phone(plain).partition("x")[0]
    except ValueError:
        number = ""
    if number:
        yield from store.speaking_of(connection, tuple(PHONES), number, begins=True)
    if re.fullmatch(r"\d{5}", plain):
        yield from store.speaking_of(connection, ("postal_code",), plain)


def _city(plain: str) -> tuple[str, str]:
    """A city, and its State where that is named behind a comma: “Columbus, OH”."""
    city, comma, rest = (part.strip() for part in plain.partition(","))
    if not comma:
        return plain, ""
    try:
        return city, values.state_province(rest)
    except ValueError:
        return "", ""


def _nearly(generation: Generation, plain: str, held: bool) -> list[int]:
    """Those whose name is nearly this; where no name holds the words either, those that the words fit best."""
    at = generation.words.named(plain, len(generation.words))
    if at or held:
        return at
    fits = generation.words.relevance(plain)
    best = sorted(range(len(fits)), key=lambda one: (-fits[one], one))[:MOST] if len(fits) else []
    return [one for one in best if fits[one] >= max(_LIKE, _NEARLY * fits[best[0]])]
