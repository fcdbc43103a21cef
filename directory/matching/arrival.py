"""The way to one listing: how long it takes and when the person can be there, by that listing's own clock. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from directory.listing import Listing
from directory.need import Need

MILES_AN_HOUR: Final = 45.0
GETTING_READY: Final = 30.0
"""So many minutes from the meeting's end to the car, unless somebody says otherwise."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How long the way takes: straight miles times `road_factor` at `mph`; `measured` has routed minutes by listing id.

    `ready` minutes pass before anybody is on the way, where nobody said when they leave.
    """

    mph: float = MILES_AN_HOUR
    road_factor: float = 1.0
    measured: Mapping[str, float] = field(default_factory=dict)
    ready: float = 0.0

    def minutes(self, miles: float) -> float:
        """Minutes on the way for a straight distance."""
        return miles * self.road_factor / self.mph * 60

    def getting_ready(self, need: Need) -> float:
        """Minutes before anybody is on the way; none where somebody said when they leave."""
        return 0.0 if need.leave_at else self.ready


@dataclass(frozen=True, slots=True)
class Way:
    """The way to one listing: its straight miles, the minutes that it takes, and the moment of arrival in the listing's own
    time zone (in the need's where that is not known); None where they are not known. `routed` says that the minutes are
    those by road and not reckoned from the miles; `ready` is how many minutes were taken for getting ready before them.
    """

    miles: float | None
    minutes: float | None
    arrives: datetime | None
    routed: bool = False
    ready: float = 0.0


def way(listing: Listing, need: Need, miles: float, pace: Pace) -> Way:
    """The way to a listing that lies so many miles off (NaN where nobody knows)."""
    told = None if miles != miles else miles
    minutes = pace.measured.get(listing.id, None if told is None else pace.minutes(told))
    routed = listing.id in pace.measured
    if minutes is None or need.near is None:
        return Way(told, None, None)
    zone = ZoneInfo(listing.timezone) if listing.timezone else need.leaves.tzinfo
    ready = pace.getting_ready(need)
    arrives = (need.leaves.astimezone(UTC) + timedelta(minutes=ready + minutes)).astimezone(zone)
    return Way(told, minutes, arrives, routed, ready)


STRAIGHT: Final = Pace()
"""Straight miles at the usual speed."""
