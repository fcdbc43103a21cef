"""Where a center stands on the site for everybody: a readable address whose end stays valid whatever it is called. Pure.

`ohio/columbus/example-house-7f3a2c9b10`: the State, the city and the name may change and lead on; the end finds the center.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Final

from directory.listing import Listing
from directory.values import STATES

SHORT: Final = 10
"""Hexadecimal figures: of 20,000 listings two share them once in 5,000 directories, and then neither is found by them."""
_LONGEST: Final = 60


def short_id(listing_id: str) -> str:
    """A few letters and figures that stand for a listing in an address: always the same, whatever becomes of its name."""
    return sha256(listing_id.encode()).hexdigest()[:SHORT]


def by_short_id(ids: Iterable[str]) -> Mapping[str, str]:
    """The listings' ids by their short ones. A short id that two of them share leads to neither: never to the wrong center."""
    short = {key: short_id(key) for key in ids}
    shared = Counter(short.values())
    return {said: key for key, said in short.items() if shared[said] == 1}


def slug(words: str) -> str:
    """Words as an address has them: plain small letters and figures with hyphens."""
    plain = unicodedata.normalize("NFKD", words.replace("&", " and ")).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall(r"[a-z0-9]+", plain.replace("'", "")))[:_LONGEST].strip("-") or "center"


STATE_SLUGS: Final = {code: slug(name) for code, name in STATES.items()}
STATE_BY_SLUG: Final = {said: code for code, said in STATE_SLUGS.items()}


def address_of(listing: Listing) -> Mapping[str, str]:
    """The parts of a center's address, as the routes name them: state, city, name."""
    place = listing.address
    name = f"{slug(listing.name)}-{short_id(listing.id)}"
    return {"state": STATE_SLUGS[place.state_province], "city": slug(place.city), "name": name}
