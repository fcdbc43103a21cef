"""What is compared of a listing, and with which others: pairs between which the evidence could be enough. Pure."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from directory.likeness import name_in_short, shortened, words_of
from directory.listing import Listing, Phone, Point

MOST_PAIRS: Final = 50_000
"""Many times those of the real files, which are a few thousand. In a file of one street and one number each row meets each."""
_MOST_ALIKE: Final = 200
"""What more listings than this share, a switchboard's number or a whole city's ZIP code, makes no pairs."""
_ROOM: Final = re.compile(r"\b(?:ste|bldg|fl|rm) [a-z0-9]+\b")


@dataclass(frozen=True, slots=True)
class Card:
    """What is compared of a listing: short forms of its names and street, its numbers, and whom it serves.

    `place` is its ZIP code; street and place of a withheld address are "".
    """

    listing: Listing
    name: str
    organization: str
    program: str
    street: str
    place: str
    phones: dict[str, Phone]


def candidates(cards: Sequence[Card]) -> set[tuple[int, int]]:
    """Pairs of positions between which the evidence could ever be enough, whatever they are called.

    At most `MOST_PAIRS` and those of one block more: what few share is looked at before what many do, and says more.
    """
    alone: dict[str, int] = {}
    blocks: dict[str, list[int]] = defaultdict(list)
    for position, card in enumerate(cards):
        for key in _blocks(card):
            if (first := alone.setdefault(key, position)) != position:
                blocks[key].append(position)
                blocks[key][:0] = [first] if len(blocks[key]) == 1 else []
    pairs: set[tuple[int, int]] = set()
    for block in sorted(blocks.values(), key=len):
        if len(block) > _MOST_ALIKE or len(pairs) > MOST_PAIRS:
            break
        pairs.update(combinations(block, 2))
    return pairs


def _blocks(card: Card) -> Iterator[str]:
    """In a ZIP code what has the same street or number, a door on the map, or a license; elsewhere what shares more."""
    if card.place:
        yield f"{card.place} {card.street}"
        yield from (f"{card.place} {number}" for number in card.phones)
    if card.place and mapped(card):
        yield f"{card.place} mapped"
    if card.street or not card.place:
        yield from (f"{number} {card.street}" for number in card.phones)
    if card.listing.licence_number:
        yield f"{card.place} licensed"
        yield licence(card)


def licence(card: Card) -> str:
    """A licence number as one State gives it; the same number in two States is two licences."""
    return card.listing.address.state_province + "".join(words_of(card.listing.licence_number))


def card_of(listing: Listing) -> Card:
    """What is compared of a listing."""
    organization, program = name_in_short(listing.organization), name_in_short(listing.program)
    hidden = listing.address.confidential
    return Card(
        listing=listing,
        name=f"{organization} {program}" if program else organization,
        organization=organization,
        program=program,
        street="" if hidden else _ROOM.sub("", shortened(listing.address.address_1)).strip(),
        place="" if hidden else listing.address.postal_code,
        phones={phone.number: phone for phone in listing.phones},
    )


def rooms(card: Card) -> frozenset[str]:
    """Its suite, floor or building, wherever in the address it stands."""
    address = card.listing.address
    return frozenset(_ROOM.findall(shortened(f"{address.address_1} / {address.address_2}")))


def mapped(card: Card) -> Point | None:
    """Its door on the map; None where that is not known."""
    point = card.listing.point
    return point if point and card.place and not point.approximate else None
