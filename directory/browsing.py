"""What families look for by themselves, and the checked centers that they find: nothing else is ever shown to them.

A known no rules a center out. What nobody knows never does, and is never told as a yes: it is asked.
"""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from weakref import WeakKeyDictionary

from directory import public_address, store, values
from directory.listing import Listing
from directory.need import Near
from directory.places import Gazetteer, miles_between
from directory.referral import Directory
from directory.vocabulary import Answer, is_term

MOST_NEAREST: Final = 3


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to look for: its words, how a yes is told, what to ask, and the terms that decide (families.toml)."""

    group: str
    code: str
    label: str
    says: str
    ask: str
    yes: tuple[str, ...]
    unless: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()

    def answer(self, listing: Listing) -> Answer:
        """Whether a center has it, as far as anybody said."""
        if listing.says(*self.unless) or any(listing.answer(code) is Answer.NO for code in self.needs):
            return Answer.NO
        if listing.says(*self.yes):
            return Answer.YES
        return Answer.NO if all(listing.answer(code) is Answer.NO for code in self.yes) else Answer.UNKNOWN


def _read() -> tuple[Choice, ...]:
    with Path(__file__).with_name("families.toml").open("rb") as file:
        told = tomllib.load(file)["choice"]
    lists = ("yes", "unless", "needs")
    choices = tuple(Choice(**one | {name: tuple(one.get(name, ())) for name in lists}) for one in told)
    strangers = [code for choice in choices for code in (*choice.yes, *choice.unless, *choice.needs) if not is_term(code)]
    if strangers:
        raise ValueError(f"families.toml: {strangers} are no terms of vocabulary.toml")
    return choices


CHOICES: Final = _read()
BY_CODE: Final = {choice.code: choice for choice in CHOICES}
GROUPS: Final = tuple(dict.fromkeys(choice.group for choice in CHOICES))


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a family looks for: a place with a limit in miles (None: anywhere), or a whole State; and choices by code."""

    near: Near | None = None
    within: float | None = None
    state: str = ""
    chosen: tuple[str, ...] = ()

    @property
    def choices(self) -> tuple[Choice, ...]:
        """What is looked for, in the order of the file."""
        return tuple(choice for choice in CHOICES if choice.code in self.chosen)

    def written(self) -> dict[str, Any]:
        """As it is kept for a day."""
        place = {"near": self.near.written, "within": self.within} if self.near else {"state": self.state}
        return {"looks_for": place | {"chosen": list(self.chosen)}}


def place(text: str, gazetteer: Gazetteer) -> Wanted:
    """The place that somebody typed: a State by its letters or name, else a ZIP code or a city. Raises UnknownPlace."""
    try:
        return Wanted(state=values.state_province(text))
    except ValueError:
        return Wanted(near=gazetteer.find(text))


def read(kept: Mapping[str, Any], gazetteer: Gazetteer) -> Wanted | None:
    """What was kept; None for what is something else. Raises UnknownPlace where the place is none any more."""
    told = kept.get("looks_for")
    if told is None:
        return None
    chosen = tuple(code for code in told["chosen"] if code in BY_CODE)
    if "state" in told:
        return Wanted(state=told["state"], chosen=chosen)
    return Wanted(gazetteer.find(told["near"]), told["within"], chosen=chosen)


@dataclass(frozen=True, slots=True)
class Result:
    """A center that may have all that is looked for: how far it is (None: not known), and what is still to be asked."""

    listing: Listing
    miles: float | None
    unknown: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """What was found, the nearest first. Where that is nothing: what else there is without one of the wishes, truly counted,
    and the nearest that lie beyond the limit."""

    results: tuple[Result, ...]
    without: tuple[tuple[Choice, int], ...] = ()
    beyond: tuple[Result, ...] = ()


def look(centers: Iterable[Listing], wanted: Wanted) -> Found:
    """What there is among these centers."""
    at_hand = list(centers)
    every = _fitting(at_hand, wanted)
    inside = tuple(one for one in every if _inside(one, wanted))
    if inside:
        return Found(inside)
    beyond = [one for one in every if one.miles is not None][:MOST_NEAREST]
    less = [(choice, _count(at_hand, _less(wanted, choice))) for choice in wanted.choices]
    return Found((), tuple((choice, count) for choice, count in less if count), tuple(beyond))


def _less(wanted: Wanted, choice: Choice) -> Wanted:
    return replace(wanted, chosen=tuple(code for code in wanted.chosen if code != choice.code))


def _count(centers: Sequence[Listing], wanted: Wanted) -> int:
    return sum(_inside(one, wanted) for one in _fitting(centers, wanted))


def _fitting(centers: Sequence[Listing], wanted: Wanted) -> tuple[Result, ...]:
    """All that may have what is looked for, wherever they are: the nearest first, then those whose distance is not known."""
    found = [one for center in centers if (one := _result(center, wanted)) is not None]
    return tuple(sorted(found, key=_nearest_first))


def _nearest_first(one: Result) -> tuple[float, str, str, str]:
    return (
        float("inf") if one.miles is None else round(one.miles),
        one.listing.address.city.casefold(),
        one.listing.name.casefold(),
        one.listing.id,
    )


def _result(listing: Listing, wanted: Wanted) -> Result | None:
    answers = [(choice, choice.answer(listing)) for choice in wanted.choices]
    if any(answer is Answer.NO for _, answer in answers):
        return None
    miles = miles_between(wanted.near.point, listing.point) if wanted.near and listing.point else None
    return Result(listing, miles, tuple(choice for choice, answer in answers if answer is Answer.UNKNOWN))


def _inside(one: Result, wanted: Wanted) -> bool:
    """Inside the State or the limit. One whose distance is not known is so only where there is no limit."""
    if wanted.state:
        return one.listing.address.state_province == wanted.state
    return wanted.within is None or (one.miles is not None and one.miles <= wanted.within)


def by_state(centers: Iterable[Listing]) -> Mapping[str, list[Listing]]:
    """Centers by State, and in it by city and name."""
    told: dict[str, list[Listing]] = {}
    for center in sorted(centers, key=lambda one: (one.address.city.casefold(), one.name.casefold(), one.id)):
        told.setdefault(center.address.state_province, []).append(center)
    return told


def published(directory: Directory, now: datetime) -> list[Listing]:
    """Every listing that families may see at a moment."""
    generation = directory.index.current()
    with directory.database.reading() as connection:
        checked = store.once_published(connection)
    known = directory.listings_of(generation, checked)
    return [known[key] for key in checked if key in known and known[key].published(now)]


_NAMED: Final[WeakKeyDictionary[Directory, tuple[int, Mapping[str, str]]]] = WeakKeyDictionary()


def _named(directory: Directory) -> Mapping[str, str]:
    """By each short id that an address ever ended in the listing that stands for it now; worked out anew after a change."""
    with directory.database.reading() as connection:
        counter = store.counter(connection)
        known = _NAMED.get(directory)
        if known is None or known[0] != counter:
            standing = store.published_under(connection)
            short = public_address.by_short_id(standing)
            known = _NAMED[directory] = counter, {said: standing[key] for said, key in short.items()}
    return known[1]


def listing_at(directory: Directory, short: str, now: datetime) -> Listing | None:
    """The listing behind a short id, as the database has it now; None where families may not see it, or there is none."""
    return listings_at(directory, [short], now)[0]


def listings_at(directory: Directory, short: Sequence[str], now: datetime) -> list[Listing | None]:
    """The same for several, in their order."""
    named = _named(directory)
    keys = [named.get(one, "") for one in short]
    found = directory.listings([key for key in keys if key])
    return [one if (one := found.get(key)) and one.published(now) else None for key in keys]
