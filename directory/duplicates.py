"""Evidence that two listings are one place, in sentences for people. Pure; it proposes, and never merges.

Pairs that share a ZIP code with a street, a name or a telephone, or a licence number, are compared. One number serves 78
listings in 12 States: a telephone alone proposes nothing. A withheld address is never compared by place.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from directory.likeness import how_alike, likeness
from directory.listing import Listing, Phone
from directory.neighbors import Card, candidates, card_of, licence, mapped, rooms
from directory.places import miles_between
from directory.vocabulary import codes

PROPOSED: Final = 70
"""Points from which a pair is proposed."""
CERTAIN: Final = 95
"""Points from which hardly a doubt is left; a person decides all the same."""
_ALIKE: Final = 60
"""Names less alike than this, of 100, say nothing."""
_SAME_PROGRAM: Final = 85
NO_SWITCHBOARD: Final[Mapping[str, int]] = {}
_FEW: Final = 5
"""A number that more listings share is a switchboard, and says less."""
_NEXT_DOOR, _ELSEWHERE = 0.05, 0.5
_NUMBER: Final = re.compile(r"[0-9]+|i|ii|iii|iv|v")
_BOX: Final = re.compile(r"^p o box|^po box")


class Clue(StrEnum):
    """What speaks for two listings being one place, or against it."""

    NAME = "name"
    ORGANIZATION = "organization"
    STREET = "street"
    POSTAL_CODE = "postal_code"
    NEAR = "near"
    PHONE = "phone"
    SWITCHBOARD = "switchboard"
    LICENCE = "licence"
    PROGRAMS = "programs"
    ONE_PROGRAM = "one_program"
    NUMBERED = "numbered"
    PEOPLE = "people"
    SOME_PEOPLE = "some_people"
    LICENCES = "licences"
    STREETS = "streets"
    ROOMS = "rooms"
    FAR = "far"


POINTS: Final = {
    Clue.NAME: 45, Clue.ORGANIZATION: 5, Clue.STREET: 35, Clue.POSTAL_CODE: 5, Clue.NEAR: 30, Clue.PHONE: 15,
    Clue.SWITCHBOARD: 5, Clue.LICENCE: 40, Clue.PROGRAMS: -30, Clue.ONE_PROGRAM: -10, Clue.NUMBERED: -30,
    Clue.PEOPLE: -50, Clue.SOME_PEOPLE: -15, Clue.LICENCES: -35, Clue.STREETS: -20, Clue.ROOMS: -5, Clue.FAR: -40,
}  # fmt: skip
"""What each clue weighs in full; a name weighs the less, the less alike it is."""
_MOST_OF_PLACE: Final = max(POINTS[Clue.STREET], POINTS[Clue.POSTAL_CODE] + POINTS[Clue.NEAR])
"""More than this no place is worth, and whom two serve speaks only against it."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One clue about a pair: its points, below 0 where it speaks against, and the sentence for a person."""

    clue: Clue
    points: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """Two listings that may be one place, the lower id first: all that speaks for and against it, and the points together."""

    first: Listing
    second: Listing
    evidence: tuple[Evidence, ...]

    @property
    def score(self) -> int:
        """From `PROPOSED` to 100."""
        return min(100, sum(one.points for one in self.evidence))

    @property
    def ids(self) -> tuple[str, str]:
        """The two ids in order."""
        return self.first.id, self.second.id

    def as_json(self) -> dict[str, Any]:
        """The pair as it is printed for programs."""
        told = [{"clue": str(one.clue), "points": one.points, "sentence": one.sentence} for one in self.evidence]
        return {"listings": list(self.ids), "score": self.score, "almost_sure": self.score >= CERTAIN, "evidence": told}


def proposals(listings: Iterable[Listing], settled: Collection[tuple[str, str]] = ()) -> list[Proposal]:
    """The pairs that may be one place, the likeliest first; not those (lower id first) of which a person said they are two."""
    cards = [card_of(listing) for listing in sorted(listings, key=lambda one: one.id)]
    common = Counter(number for card in cards for number in card.phones)
    pairs = [(cards[one], cards[other]) for one, other in sorted(candidates(cards))]
    alike = _alike(pairs)
    decided = frozenset(settled)
    found = [
        Proposal(one.listing, other.listing, evidence)
        for (one, other), names in zip(pairs, alike, strict=True)
        if (one.listing.id, other.listing.id) not in decided and (evidence := _worthy(one, other, names, common))
    ]
    return sorted((one for one in found if one.score >= PROPOSED), key=lambda one: (-one.score, one.ids))


def compared_part(listing: Listing) -> Listing:
    """A listing with no more facts than are compared: with all of them it takes ten times as much memory."""
    facts = {code: fact for code, fact in listing.facts.items() if code.partition(".")[0] in _PEOPLE}
    return replace(listing, facts=facts, said_by={}, practical={}, reports=(), vettings=())


def switchboards(listings: Iterable[Listing]) -> dict[str, int]:
    """The numbers that say less because many listings share them, each with how many."""
    common = Counter(number for listing in listings for number in {phone.number for phone in listing.phones})
    return {number: count for number, count in common.items() if count > _FEW}


def compared(one: Listing, other: Listing, shared: Mapping[str, int] = NO_SWITCHBOARD) -> Proposal:
    """What speaks for and against these two being one place, whatever it comes to; `shared` are the `switchboards` of all."""
    first, second = sorted((card_of(one), card_of(other)), key=lambda card: card.listing.id)
    common = Counter((*first.phones, *second.phones)) | Counter(shared)
    return Proposal(first.listing, second.listing, tuple(_evidence(first, second, _alike([(first, second)])[0], common)))


# --- how alike they are called -----------------------------------------------------------------------------------------


def _alike(pairs: Sequence[tuple[Card, Card]]) -> list[int]:
    """How alike the names of each pair are, 0 to 100.

    As a whole; and where one names no program, its organization with the other's organization, and with its program.
    """
    told = likeness([one.name for one, _ in pairs], [other.name for _, other in pairs])
    lone = [at for at, (one, other) in enumerate(pairs) if bool(one.program) != bool(other.program)]
    without = [sorted(pairs[at], key=lambda card: card.program) for at in lone]
    plain = [card.organization for card, _ in without]
    as_owner = likeness(plain, [card.organization for _, card in without])
    as_program = likeness(plain, [card.program for _, card in without])
    for at, *ways in zip(lone, as_owner, as_program, strict=True):
        told[at] = max(told[at], *ways)
    return [int(each) for each in told]


# --- what speaks for it, and against -----------------------------------------------------------------------------------


def _worthy(one: Card, other: Card, names: int, common: Counter[str]) -> tuple[Evidence, ...]:
    """All the evidence about a pair; none where it could never be enough, which is told before distances are measured."""
    licensed = one.listing.licence_number and other.listing.licence_number
    met = one.street == other.street or one.phones.keys() & other.phones.keys() or mapped(one) and mapped(other)
    if not licensed and (names < _ALIKE or not met):
        return ()
    most = sum(told.points for told in (*_of_names(one, other, names), *_of_numbers(one, other, common))) + _MOST_OF_PLACE
    return tuple(_evidence(one, other, names, common)) if most >= PROPOSED else ()


def _evidence(one: Card, other: Card, names: int, common: Counter[str]) -> Iterator[Evidence]:
    yield from _of_names(one, other, names)
    yield from _of_place(one, other)
    yield from _of_numbers(one, other, common)
    yield from _of_programs(one, other)


def _told(clue: Clue, sentence: str, share: float = 1) -> Evidence:
    return Evidence(clue, round(POINTS[clue] * share), sentence)


def _of_names(one: Card, other: Card, names: int) -> Iterator[Evidence]:
    if names >= _ALIKE:
        yield _told(Clue.NAME, f"names {names} of 100 alike", (names - _ALIKE) / (100 - _ALIKE))
    if one.organization == other.organization:
        yield _told(Clue.ORGANIZATION, "same organization")


def _of_place(one: Card, other: Card) -> Iterator[Evidence]:
    """Street, ZIP code and distance; nothing where an address is withheld."""
    if not one.place or not other.place:
        return
    here, there = mapped(one), mapped(other)
    miles = miles_between(here, there) if here and there else None
    same = one.street == other.street and bool(one.street)
    if same:
        zips = "and ZIP" if one.place == other.place else f"but ZIP codes {one.place} and {other.place}"
        yield _told(Clue.STREET, f"same street {zips}")
        here_in, there_in = rooms(one), rooms(other)
        if here_in and there_in and here_in != there_in:
            yield _told(Clue.ROOMS, "another suite or floor")
    else:
        if one.place == other.place:
            yield _told(Clue.POSTAL_CODE, "same ZIP code")
        if all(card.street and not _BOX.match(card.street) for card in (one, other)) and (miles or 1) > _NEXT_DOOR:
            yield _told(Clue.STREETS, "another street or house number")
    if miles is not None:
        away = "less than 0.01 miles" if miles < 0.01 else f"{miles:.2f} miles" if miles < 1 else f"{miles:,.0f} miles"
        if miles > _ELSEWHERE:
            yield _told(Clue.FAR, f"{away} apart")
        elif miles <= _NEXT_DOOR:
            yield _told(Clue.NEAR, f"{away} apart", 0 if same else 1)


def _of_numbers(one: Card, other: Card, common: Counter[str]) -> Iterator[Evidence]:
    """Telephones and licence numbers. Of several numbers that both have, the one that fewest others share counts."""
    shared = sorted(one.phones.keys() & other.phones.keys(), key=lambda number: (common[number], number))
    if shared:
        number, serves = str(Phone(shared[0], "", one.phones[shared[0]].kind)), common[shared[0]]
        if serves > _FEW:
            yield _told(Clue.SWITCHBOARD, f"same telephone {number}, which serves {serves} listings")
        else:
            yield _told(Clue.PHONE, f"same telephone {number}")
    if one.listing.licence_number and other.listing.licence_number:
        same = licence(one) == licence(other)
        yield _told(Clue.LICENCE, "same license number") if same else _told(Clue.LICENCES, "another license number")


def _of_programs(one: Card, other: Card) -> Iterator[Evidence]:
    """What they are called beside the organization, and whom they admit."""
    if one.program and other.program:
        if how_alike(one.program, other.program) < _SAME_PROGRAM:
            yield _told(Clue.PROGRAMS, "another program")
    elif one.program or other.program:
        yield _told(Clue.ONE_PROGRAM, "only one names a program")
    if _numbered(one.name) != _numbered(other.name) and _unnumbered(one.name) == _unnumbered(other.name):
        yield _told(Clue.NUMBERED, "another number in the name")
    for group, words in _PEOPLE.items():
        told = [{code for code in codes(group) if card.listing.says(f"{group}.{code}")} for card in (one, other)]
        if all(told) and not told[0] & told[1]:
            yield _told(Clue.PEOPLE, words[0])
        elif all(told) and group == "sex" and told[0] != told[1]:
            yield _told(Clue.SOME_PEOPLE, words[1])


_PEOPLE: Final = {"sex": ("one for men, one for women", "one for men or women only"), "age": ("for other ages", "")}


def _numbered(name: str) -> list[str]:
    return [word for word in name.split() if _NUMBER.fullmatch(word)]


def _unnumbered(name: str) -> list[str]:
    return [word for word in name.split() if not _NUMBER.fullmatch(word)]
