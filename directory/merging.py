"""What staff do about listings that may be one place: look at the pairs, merge, take back, say that they are two.

Nothing is merged without a person. Each decision is one transaction that reads anew what stands.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from directory import store
from directory.account import Account
from directory.account import Who as Auditor
from directory.listing import Listing
from directory.problems import CannotUnderstand, Loudness, Problem
from directory.referral import Directory
from directory.sameness import Decided, Decision, vetting_before, vetting_merged
from directory.vetting_desk import known_as


@dataclass(frozen=True, slots=True)
class Settled:
    """A decision that stands, with the listings as they are now; `into` is what the merged one is part of."""

    decided: Decided
    listing: Listing
    into: Listing


def settled(directory: Directory) -> list[Settled]:
    """The merges and the differences that stand, the newest first."""
    with directory.database.reading() as connection:
        known = store.sameness(connection)
    told = sorted((*known.merged.values(), *known.different.values()), key=lambda one: one.at, reverse=True)
    found = directory.listings([key for one in told for key in one.pair])
    return [Settled(one, found[one.listing_id], found[one.other_id]) for one in told]


@dataclass(frozen=True, slots=True)
class MergingDesk:
    """The decisions about pairs by one account at one moment."""

    directory: Directory
    account: Account
    now: datetime

    def merge(self, listing_id: str, into: str, because: str = "") -> None:
        """Make one listing part of another, which stays; raises CannotUnderstand where that makes no sense."""
        with self.directory.database.writing() as connection:
            goes, stays = self._listings(connection, (listing_id, into))
            merge(connection, self._decided(Decision.MERGED, (goes.id, stays.id), because), (goes, stays))
            self._note(connection, "listings merged", (listing_id, into))

    def take_apart(self, listing_id: str) -> None:
        """Take a merge back: both are listings of their own again; raises CannotUnderstand where there is none."""
        with self.directory.database.writing() as connection:
            stands = store.sameness(connection).merged.get(listing_id)
            into = stands.other_id if stands else ""
            store.decide(connection, self._decided(Decision.TAKEN_APART, (listing_id, into), ""))
            if stands:
                self._vetting_as_before(connection, stands)
            self._note(connection, "merge taken back", (listing_id, into))

    def differ(self, one: str, other: str, because: str = "") -> None:
        """Say that two listings are two places, so that they are not proposed again."""
        with self.directory.database.writing() as connection:
            pair = tuple(listing.id for listing in self._listings(connection, (one, other)))
            store.decide(connection, self._decided(Decision.DIFFERENT, (pair[0], pair[1]), because))
            self._note(connection, "listings kept apart", (one, other))

    def reconsider(self, one: str, other: str) -> None:
        """Take that back."""
        with self.directory.database.writing() as connection:
            store.decide(connection, self._decided(Decision.RECONSIDERED, (one, other), ""))
            self._note(connection, "listings to be compared again", (one, other))

    def _decided(self, decision: Decision, pair: tuple[str, str], because: str) -> Decided:
        return Decided(decision, *pair, self.now, known_as(self.account), because)

    def _listings(self, connection: Connection, ids: Sequence[str]) -> list[Listing]:
        """The listings of these ids, each standing for itself; raises CannotUnderstand for one that is not there."""
        locate = self.directory.gazetteer.locate
        found = {key: next(store.listings(connection, locate, [key]), None) for key in ids}
        known = [listing for listing in found.values() if listing]
        for key, listing in found.items():
            if listing is None or listing.id != key:
                what = "is not in the directory" if listing is None else f"is part of {listing.id} already"
                raise CannotUnderstand(Problem(Loudness.VALUE, "listing", what, key, "Look at the pairs as they are now"))
        return known if len(known) == len(ids) else known * 2

    def _vetting_as_before(self, connection: Connection, merged: Decided) -> None:
        stays = store.sameness(connection).stands_for(merged.other_id)
        for recorded in store.recorded(connection, [stays]):
            own = recorded.parts.get(stays, recorded.since).vettings
            again = vetting_before(own, merged.at, (known_as(self.account), self.now))
            if again:
                store.append_vettings(connection, [(stays, again)])

    def _note(self, connection: Connection, action: str, pair: tuple[str, str]) -> None:
        store.audit(connection, Auditor(self.account.name, self.now), action, " ".join(pair))


def merge(connection: Connection, new: Decided, pair: tuple[Listing, Listing]) -> None:
    """Write a merge down, with the more careful of both states of vetting; of two listings as they stand before it."""
    goes, stays = pair
    store.decide(connection, new)
    becomes = vetting_merged(stays, goes, (new.by, new.at))
    if becomes:
        store.append_vettings(connection, [(stays.id, becomes)])
