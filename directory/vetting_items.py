"""What is checked before families may see a listing, as vetting_items.toml says it. Pure."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from directory.listing import Listing
from directory.vocabulary import is_term


@dataclass(frozen=True, slots=True)
class Ask:
    """A question to which a yes bars: its words, and what a yes means, as a sentence without its subject."""

    code: str
    words: str
    yes: str


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that is checked: how, for which claims (of all listings where there are none), and what families are told.

    The last day of one that `sets` a field of the listing is what that field then holds. What is `essential` can't stand open
    behind a condition. An item that `asks` is in order where each of its questions was
    answered no. A `personal` one is asked of everybody who approves, of themselves.
    """

    code: str
    title: str
    look: str
    families: str
    essential: bool = False
    personal: bool = False
    sets: str = ""
    claims: tuple[str, ...] = ()
    asks: tuple[Ask, ...] = ()

    def applies(self, listing: Listing) -> bool:
        """Whether it is to be checked of this listing."""
        return not self.personal and (not self.claims or listing.says(*self.claims))

    def named(self, ask: Ask) -> str:
        """The name of one of its questions in a step."""
        return f"{self.code}.{ask.code}"


def _item(claims: Sequence[str] = (), asks: Sequence[Mapping[str, str]] = (), **rest: Any) -> Item:
    return Item(**rest, claims=tuple(claims), asks=tuple(Ask(**one) for one in asks))


def _read() -> tuple[Item, ...]:
    with Path(__file__).with_name("vetting_items.toml").open("rb") as file:
        told = tomllib.load(file)
    items = tuple(_item(**one) for one in told["item"])
    strangers = [term for item in items for term in item.claims if not is_term(term)]
    if strangers:
        raise ValueError(f"vetting_items.toml: {strangers} are no terms of vocabulary.toml")
    return items


ITEMS: Final = _read()
"""What is checked, in the order in which it is asked."""
BY_CODE: Final = {item.code: item for item in ITEMS}
INTEREST: Final = next(item for item in ITEMS if item.personal)
TITLES: Final = {item.code: item.title for item in ITEMS} | {
    item.named(ask): f"{item.title}: {ask.words}" for item in ITEMS for ask in item.asks
}
"""What a step is about, by its item."""
