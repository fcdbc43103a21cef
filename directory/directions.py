"""The way to a center's door: its address to read and copy, and links that a telephone's own map opens. Pure.

Nobody else learns of it, and where the address is withheld there is none of it.
"""

from dataclasses import dataclass
from urllib.parse import quote

from directory.listing import Listing, Point


@dataclass(frozen=True, slots=True)
class Directions:
    """Links to one door: `geo` opens the map of most telephones, `maps` that of iPhones, iPads and Macs."""

    geo: str
    maps: str


def address_of(listing: Listing) -> str:
    """The whole address in one line; "" where it is withheld or no street is known."""
    address = listing.address
    if address.confidential or not address.address_1:
        return ""
    return ", ".join(filter(None, (address.address_1, address.address_2))) + f", {address.place} {address.postal_code}"


def door_of(listing: Listing) -> Point | None:
    """The door itself, where it is known and may be told; the middle of a ZIP code is none."""
    point = listing.point
    return None if point is None or point.approximate or listing.address.confidential else point


def directions(door: tuple[float, float] | None, address: str) -> Directions | None:
    """The way to a door, else to an address as it is written; None where neither is known."""
    if door:
        at = f"{door[0]},{door[1]}"
        return Directions(f"geo:{at}", f"maps:?daddr={at}")
    at = quote(address)
    return Directions(f"geo:0,0?q={at}", f"maps:?daddr={at}") if at else None


def directions_to(listing: Listing) -> Directions | None:
    """The way to a center."""
    door = door_of(listing)
    return directions((door.latitude, door.longitude) if door else None, address_of(listing))
