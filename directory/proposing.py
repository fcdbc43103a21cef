"""The pairs that may be one place, as of the last change: worked out once, and kept while nothing about them changes.

Working them out anew reads every listing, which takes seconds; calls and reports change neither names nor places.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from weakref import WeakKeyDictionary

from sqlalchemy import Connection

from directory import duplicates, store
from directory.duplicates import PROPOSED, Proposal, compared
from directory.listing import Listing
from directory.referral import Directory
from directory.sameness import Sameness

_FEW: Final = 200
"""For more changed listings than this, all is worked out anew."""


@dataclass(frozen=True, slots=True)
class _WorkedOut:
    """The proposals as of a change, and what of each listing they stand on, as a number."""

    counter: int
    found: list[Proposal]
    stands_on: dict[str, int]


_KEPT: Final[WeakKeyDictionary[Directory, _WorkedOut]] = WeakKeyDictionary()


def proposals(directory: Directory) -> list[Proposal]:
    """The pairs that may be one place and of which nobody decided, the likeliest first."""
    with directory.database.reading() as connection:
        known = store.sameness(connection)
        kept = _KEPT.get(directory)
        if kept is None or kept.counter != store.counter(connection):
            kept = (kept and _mended(directory, connection, kept)) or _anew(directory, connection)
            _KEPT[directory] = kept
    apart = _apart(known)
    return [one for one in kept.found if one.ids not in apart]


def known_proposals(directory: Directory) -> list[Proposal] | None:
    """The same where they are worked out as of the last change or can be mended; None where that would take seconds."""
    with directory.database.reading() as connection:
        kept = _KEPT.get(directory)
        if kept is None or (kept.counter != store.counter(connection) and _mended(directory, connection, kept) is None):
            return None
    return proposals(directory)


def _apart(known: Sameness) -> set[tuple[str, str]]:
    """The pairs that are two places: also where one of the two stands for the listing of which somebody said so."""
    told = ((known.stands_for(one), known.stands_for(other)) for one, other in known.different)
    return {(min(pair), max(pair)) for pair in told}


def _anew(directory: Directory, connection: Connection) -> _WorkedOut:
    listings = list(store.listings(connection, directory.gazetteer.locate))
    stands_on = {listing.id: _stands_on(listing) for listing in listings}
    return _WorkedOut(store.counter(connection), duplicates.proposals(listings), stands_on)


def _stands_on(listing: Listing) -> int:
    return hash((listing.organization, listing.program, listing.address, listing.phones, listing.licence_number, listing.point))


def _mended(directory: Directory, connection: Connection, kept: _WorkedOut) -> _WorkedOut | None:
    """What was worked out, mended after merges; None where another listing is new, gone, renamed or moved."""
    known = store.sameness(connection)
    changed = store.changed_since(connection, kept.counter)
    if len(changed) > _FEW or store.count(connection) + len(kept.stands_on.keys() & known.merged.keys()) != len(kept.stands_on):
        return None
    now = {listing.id: listing for listing in store.listings(connection, directory.gazetteer.locate, changed)}
    other = [key for key, one in now.items() if kept.stands_on.get(key) != _stands_on(one) and key not in known.families]
    if other or not now.keys() <= kept.stands_on.keys():
        return None
    stands_on = {key: number for key, number in kept.stands_on.items() if key not in known.merged}
    stands_on |= {key: _stands_on(one) for key, one in now.items()}
    return _WorkedOut(store.counter(connection), _again(kept.found, known, now), stands_on)


def _again(found: Iterable[Proposal], known: Sameness, now: dict[str, Listing]) -> list[Proposal]:
    """The same pairs between the listings that stand now, weighed anew where one of them changed."""
    told: dict[tuple[str, str], Proposal] = {}
    for one in found:
        standing = [known.stands_for(key) for key in one.ids]
        if standing[0] == standing[1]:
            continue
        if standing == list(one.ids) and not now.keys() & set(standing):
            told[one.ids] = one
            continue
        pair = [now.get(key, listing) for key, listing in zip(standing, (one.first, one.second), strict=True)]
        again = compared(*pair)
        if again.score >= PROPOSED:
            told[again.ids] = again
    return sorted(told.values(), key=lambda one: (-one.score, one.ids))
