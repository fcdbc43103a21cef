"""When somebody who leaves at a time is at the door, what the clock there says then, and whether the door is open."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from geopy.distance import geodesic

from directory.listing import Listing
from directory.need import Need
from tests.oracle.verdict import Verdict

WEEK = 7 * 24 * 60


def moment(at: datetime) -> datetime:
    """The same instant without anybody's wall clock, so that differences are true ones."""
    return at.astimezone(UTC)


def leaves(need: Need) -> datetime:
    planned = need.leave_at or need.meeting_ends or need.as_of
    return max(moment(need.as_of), moment(planned))


def travel(verdict: Verdict, mph: float, road_factor: float, ready: float) -> None:
    """Miles, arrival and the points of travel."""
    listing, need = verdict.listing, verdict.need
    if need.near is None:
        verdict.score("travel", 1)
        return
    if listing.point is None:
        verdict.ask("travel")
        if need.travel == "any":
            verdict.score("travel", 1)
        else:
            verdict.score("travel", 0, unknown=True)
        return
    here = (need.near.point.latitude, need.near.point.longitude)
    miles = verdict.miles = geodesic(here, (listing.point.latitude, listing.point.longitude)).miles
    packing = timedelta(minutes=0 if need.leave_at else ready)
    verdict.arrival = leaves(need) + packing + timedelta(hours=miles * road_factor / mph)
    if need.within_miles is not None and miles > need.within_miles:
        verdict.out("travel")
    limit = need.within_miles or 500.0
    near = 1.0 if miles <= 10 else max(0.0, (limit - miles) / (limit - 10)) if limit > 10 else 0.0
    verdict.score("travel", {"nearer": near, "farther": 1 - near, "any": 1}[need.travel])


def minute_of_week(at: datetime, timezone: str) -> int:
    """What the clock on a wall there says: minutes since Monday 0:00."""
    there = moment(at).astimezone(ZoneInfo(timezone))
    return (there.weekday() * 24 + there.hour) * 60 + there.minute


def doors_open(listing: Listing, arrival: datetime | None) -> bool | None:
    """Whether the hours in which somebody may arrive hold the arrival; None where nobody knows."""
    hours = listing.arrivals
    if hours and any(end - start >= WEEK for start, end in hours.spans):
        return True
    if hours is None or not listing.timezone or arrival is None:
        return None
    minute = minute_of_week(arrival, listing.timezone)
    return any(start <= minute + later < end for start, end in hours.spans for later in (0, WEEK))


def shut_for_days(listing: Listing, arrival: datetime | None) -> bool:
    """Whether it is more than a day from the arrival until somebody is admitted again; doors that never open wait for ever."""
    if arrival is None or doors_open(listing, arrival) is not False or listing.arrivals is None:
        return False
    minute = minute_of_week(arrival, listing.timezone)
    return all((start - minute) % WEEK > 24 * 60 for start, _ in listing.arrivals.spans)
