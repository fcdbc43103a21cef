"""Reports about beds outside a case: one tap on a center's page, and one to take it back. Appended, never changed."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from directory import store
from directory.availability import FOR_EVERYBODY, Bucket, Report, kept, taken_back
from directory.calling import NotYours
from directory.learned import Desk, apart
from directory.listing import Listing
from directory.matching.beds import standing_for
from directory.need import Need
from directory.store import Recorded
from directory.vocabulary import BedState, Channel

MENDED: Final = timedelta(minutes=20)
"""So long one's own report can be taken back."""


@dataclass(frozen=True, slots=True)
class Told:
    """What is to be reported, and whom the beds are for."""

    state: BedState
    beds: int | None = None
    wait_hours: int | None = None
    hold_until: datetime | None = None
    bucket: Bucket = FOR_EVERYBODY


def stands(listing: Listing, now: datetime) -> Report | None:
    """What stands of its beds, for anybody at all; what a center says again with "no change"."""
    return standing_for(listing, Need(as_of=now))


def again(listing: Listing, now: datetime) -> Told | None:
    """The same as stands, to be said again; None where nothing does."""
    last = stands(listing, now)
    return None if last is None else Told(last.state, last.beds, last.wait_hours, last.hold_until, last.bucket)


def report(desk: Desk, listing_id: str, told: Told) -> Report:
    """Report what was learned of a center's beds; raises NotYours where there is no such center."""
    new = Report(
        told.state, desk.now, Channel.CALL, desk.known_as, told.bucket, told.beds, told.wait_hours, told.hold_until
    )  # fmt: skip
    with desk.directory.database.writing() as connection:
        for recorded in store.recorded(connection, [listing_id]):
            mine = last_of(desk, recorded)
            if mine and replace(mine, observed_at=desk.now) == new and mine.observed_at == desk.now:
                return mine
            made = apart(new, recorded)
            store.append_reports(connection, [(listing_id, made)])
            return made
    raise NotYours(listing_id)


def take_back(desk: Desk, listing_id: str) -> Report | None:
    """Take one's own last report back; None where there is none of the last minutes."""
    with desk.directory.database.writing() as connection:
        for recorded in store.recorded(connection, [listing_id]):
            mine = last_of(desk, recorded)
            if mine is not None:
                store.append_reports(connection, [(listing_id, taken_back(mine))])
            return mine
    raise NotYours(listing_id)


def last_of(desk: Desk, recorded: Recorded) -> Report | None:
    """One's own newest report, while it can be taken back."""
    mine = (one for one in kept(recorded.since.reports) if one.recorded_by == desk.known_as)
    newest = max(mine, key=lambda one: one.order, default=None)
    return newest if newest and timedelta() <= desk.now - newest.observed_at < MENDED else None
