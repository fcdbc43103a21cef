"""What only calls can tell and the hand-out wants to say: facts beside those of a listing, all of them optional."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from directory import values
from directory.listing import Listing, Phone

RULES: Final = ("precertification", "phone_rules", "smoking_rules", "family_contact")
"""What the second page says of a center, in this order: the names of `normalize.PRACTICAL`."""
LONGEST_NAME: Final = 72
LONGEST_WORDS: Final = 52
MOST_THINGS: Final = 5
_LONGEST_THING: Final = 26
_MORE: Final = "…"


@dataclass(frozen=True, slots=True)
class HandoutFacts:
    """What a center said on the telephone to those who will come; "" or None where nobody knows.

    `ask_for` is the member of its staff to ask for, `direct_line` that person's number, `cost` what is to be paid up front,
    `length` how long the stay is, `transport` who drives; `rules` are what is allowed there and what is needed first, each
    under one of the codes of `RULES`. Nothing here is about the person who is to be admitted.
    """

    ask_for: str = ""
    direct_line: Phone | None = None
    cost: str = ""
    length: str = ""
    bring: tuple[str, ...] = ()
    not_bring: tuple[str, ...] = ()
    transport: str = ""
    arrive_by: datetime | None = None
    call_again_by: datetime | None = None
    rules: tuple[tuple[str, str], ...] = ()


NOTHING_TOLD: Final = HandoutFacts()


def facts_of(listing: Listing) -> HandoutFacts:
    """What a center said on the telephone to those who will come."""
    told = listing.practical
    return HandoutFacts(
        ask_for=told.get("ask_for", ""),
        cost=told.get("upfront_cost", ""),
        length=told.get("length_of_stay", ""),
        bring=_parts(told.get("bring", "")),
        not_bring=_parts(told.get("not_bring", "")),
        transport=told.get("transport", ""),
        rules=tuple((code, told[code]) for code in RULES if code in told),
    )


def _parts(words: str) -> tuple[str, ...]:
    return tuple(filter(None, (values.text(part) for part in words.replace(";", ",").split(","))))


def one_line(words: str, longest: int = LONGEST_WORDS) -> str:
    """Words as they fit into one line of the sheet: no line ends, no marks that are not seen, and not too long."""
    seen = "".join(" " if unicodedata.category(sign)[0] in "CZ" else sign for sign in words)
    told = " ".join(seen.split())
    return told if len(told) <= longest else told[: longest - 1].rstrip() + _MORE


def things(words: tuple[str, ...]) -> list[str]:
    """A short list of things, each in a few words."""
    told = [one_line(one, _LONGEST_THING) for one in words]
    return [one for one in told if one][:MOST_THINGS]
