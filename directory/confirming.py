"""Whose beds must be asked for again before the person leaves, and by when: one clock for the board and the queue. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from directory.answered import Answered
from directory.matching.beds import FRESHNESS, standing_for
from directory.matching.explain import Entry
from directory.need import Need

FRESH: Final = timedelta(microseconds=int(FRESHNESS[0][0]))
"""A report must be no older when they leave."""


@dataclass(frozen=True, slots=True)
class Clock:
    """How many stand on a list, and which of them must be asked again, each with the moment by which; in the list's order."""

    of: int
    again: tuple[tuple[Entry, datetime], ...]

    @property
    def by(self) -> datetime | None:
        """When the first of them grows too old; None where nobody needs a call again."""
        return min((at for _, at in self.again), default=None)

    def due(self, now: datetime) -> tuple[Entry, ...]:
        """Those whose time is there."""
        return tuple(entry for entry, at in self.again if at <= now)


def clock(answered: Answered) -> Clock | None:
    """The re-confirm clock of a list; None once they have left, since nothing is left to confirm.

    What came in a file is no confirmation and is asked for, as beds are of which nobody said anything. A report that grows
    old long before they leave is asked for again once an answer lasts until then; where nobody said when they leave, what
    is too old already is asked for now.
    """
    need = answered.need
    leaves = need.leave_at or need.meeting_ends
    if leaves is not None and leaves <= need.as_of:
        return None
    told = ((entry, _stale(entry, need)) for entry in answered.presented())
    again = tuple((entry, max(at, need.leaves - FRESH)) for entry, at in told if at < need.leaves)
    return Clock(len(answered.presented()), again)


def _stale(entry: Entry, need: Need) -> datetime:
    """When what is known of the beds is too old; where nobody confirmed anything it is so already."""
    report = standing_for(entry.listing, need)
    if report is None or not report.confirms:
        return need.as_of - FRESH
    return report.observed_at.astimezone(need.as_of.tzinfo) + FRESH
