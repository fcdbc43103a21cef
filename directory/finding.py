"""Staff look a listing up, published or not: by id, license, telephone, ZIP code, city, or name, also misspelt."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from directory import store, values
from directory.listing import Listing
from directory.referral import Directory
from directory.resolve import PHONES
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
    with directory.database.reading() as connection:
        said = [*dict.fromkeys(_said(connection, plain))] if plain else []
    ids = [*dict.fromkeys((*said, *_named(directory, plain)))]
    known = directory.listings(ids)
    standing = {one.id: one for key in ids if (one := known.get(key))}
    return Found(tuple(standing.values())[:MOST], len(standing))


def _said(connection: Connection, plain: str) -> Iterator[str]:
    """The ids of listings that have this id or of which anybody said this, in any of the ways in which it can be read."""
    yield from store.with_id(connection, plain)
    if re.search(r"\d", plain):
        yield from _numbered(connection, plain)
        return
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


def _named(directory: Directory, plain: str) -> Iterable[str]:
    """The ids of those whose name holds the words, also misspelt; or else of those that the words fit best."""
    if not re.search(r"[^\W\d]", plain) or plain.upper() in STATES or _city(plain)[1]:
        return []
    generation = directory.index.current()
    at = generation.words.named(plain, MOST)
    if not at:
        fits = generation.words.relevance(plain)
        best = sorted(range(len(fits)), key=lambda one: (-fits[one], one))[:MOST] if len(fits) else []
        at = [one for one in best if fits[one] >= max(_LIKE, _NEARLY * fits[best[0]])]
    return [generation.columns.ids[one] for one in at]
