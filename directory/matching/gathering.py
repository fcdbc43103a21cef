"""What is known of listings beside their terms, as arrays: hours, reports about beds, vetting, plans, who stands behind them.

What a listing has several of stands end to end; `..._at` says where each listing's part begins, with one entry more at the end.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from hashlib import blake2b
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from directory.availability import ATTEMPTS, Bucket, Report, told
from directory.listing import Listing
from directory.vocabulary import TERMS, Answer, BedState, VettingState, is_plan

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
NEVER: Final = np.iinfo(np.int64).max
BED_STATES: Final = tuple(state for state in BedState if state not in ATTEMPTS)
VETTING_STATES: Final = tuple(VettingState)
NO_DAY: Final = 0
NOT_SAID: Final = -1


def gathered(placed: Sequence[Listing]) -> dict[str, Any]:
    """The arrays and lists of `Columns` that are not about terms or places, for listings in the order of the positions."""
    return _hours(placed) | _reports(placed) | _vettings(placed) | _plans(placed) | _behind(placed)


def silent(count: int) -> dict[str, Any]:
    """The same arrays for so many listings of which nothing is known beside their terms and places."""
    known = gathered(())
    each = {
        "zone": 0,
        "hours_known": 0,
        "organization": NOT_SAID,
        "number": NOT_SAID,
        "called": NOT_SAID,
        "confirmed": NO_DAY,
        "licensed_until": NO_DAY,
    }
    for name, value in each.items():
        known[name] = np.full(count, value, dtype=known[name].dtype)
    for name in ("hours_at", "report_at", "vetting_at"):
        known[name] = np.zeros(count + 1, dtype=np.int32)
    return known


def _hours(placed: Sequence[Listing]) -> dict[str, Any]:
    zones = ("", *sorted({listing.timezone for listing in placed} - {""}))
    numbers = {zone: number for number, zone in enumerate(zones)}
    doors = [listing.arrivals for listing in placed]
    spans = [span for hours in doors if hours for span in hours.spans]
    return {
        "zones": zones,
        "zone": np.array([numbers[listing.timezone] for listing in placed], dtype=np.uint8),
        "hours_known": np.array([hours is not None for hours in doors], dtype=np.bool_),
        "hours_at": _starts(len(hours.spans) if hours else 0 for hours in doors),
        "hours_opens": np.array([span[0] for span in spans], dtype=np.int32),
        "hours_closes": np.array([span[1] for span in spans], dtype=np.int32),
    }


def _reports(placed: Sequence[Listing]) -> dict[str, Any]:
    """Attempts are left out, since they say nothing of the beds."""
    real = [[report for report in told(listing.reports) if report.state not in ATTEMPTS] for listing in placed]
    arrays = reports_told([report for some in real for report in some])
    return arrays | {"report_at": _starts(len(some) for some in real)}


def reports_told(reports: Sequence[Report], known: Sequence[dict[str, Any]] = ()) -> dict[str, Any]:
    """The arrays of reports end to end; their buckets come after those that are known."""
    buckets = list(dict.fromkeys((*map(bucket, known), *(report.bucket for report in reports))))
    return {
        "buckets": tuple(asdict(bucket) for bucket in buckets),
        "report_state": np.array([BED_STATES.index(one.tells) for one in reports], dtype=np.int8),
        "report_seen": np.array([_moment(one.observed_at) for one in reports], dtype=np.int64),
        "report_hold": np.array([_moment(one.hold_until) for one in reports], dtype=np.int64),
        "report_expires": np.array([_moment(one.expires_at) for one in reports], dtype=np.int64),
        "report_wait": np.array([NOT_SAID if r.wait_hours is None else r.wait_hours for r in reports], dtype=np.int32),
        "report_bucket": np.array([buckets.index(one.bucket) for one in reports], dtype=np.int32),
    }


def _vettings(placed: Sequence[Listing]) -> dict[str, Any]:
    steps = [step for listing in placed for step in listing.vettings]
    return {
        "vetting_at": _starts(len(listing.vettings) for listing in placed),
        "vetting_state": np.array([VETTING_STATES.index(step.state) for step in steps], dtype=np.int8),
        "vetting_since": np.array([_moment(step.at) for step in steps], dtype=np.int64),
        "vetting_until": np.array([_day(step.until) for step in steps], dtype=np.int32),
    }


def _plans(placed: Sequence[Listing]) -> dict[str, Any]:
    known = [
        (code, position, listing.answer(code) is Answer.YES)
        for position, listing in enumerate(placed)
        for code in sorted(listing.facts.keys() - TERMS.keys())
        if is_plan(code) and listing.answer(code) is not Answer.UNKNOWN
    ]
    plans = tuple(sorted({code for code, _, _ in known}))
    numbers = {code: number for number, code in enumerate(plans)}
    return {
        "plans": plans,
        "plan_number": np.array([numbers[code] for code, _, _ in known], dtype=np.int32),
        "plan_position": np.array([position for _, position, _ in known], dtype=np.int32),
        "plan_taken": np.array([taken for _, _, taken in known], dtype=np.bool_),
    }


def _behind(placed: Sequence[Listing]) -> dict[str, Any]:
    """Whose it is, which number admits, when a person last confirmed it, and when its license ends."""
    return {
        "organization": _digests(folded(listing.organization) for listing in placed),
        "number": _digests(listing.phone.number if listing.phone else "" for listing in placed),
        "called": _digests(_called(listing) for listing in placed),
        "confirmed": np.array([_day(listing.confirmed_at) for listing in placed], dtype=np.int32),
        "licensed_until": np.array([_day(listing.licence_expires) for listing in placed], dtype=np.int32),
    }


def folded(name: str) -> str:
    """A name without its capitals and signs, as two writings of one name compare."""
    return " ".join(re.findall(r"[a-z0-9]+", name.casefold()))


def _called(listing: Listing) -> str:
    """What it is called and where it is: what the search for words and places stands on."""
    address = listing.address
    parts = (listing.organization, listing.program, address.city, address.state_province, address.postal_code, listing.point)
    return "\x1f".join(map(str, parts))


def _digests(texts: Iterable[str]) -> NDArray[np.int64]:
    """A number for each text, the same for the same text everywhere; `NOT_SAID` for none."""
    return np.array([_digest(text) if text else NOT_SAID for text in texts], dtype=np.int64)


def _digest(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), signed=True)


def _starts(counts: Iterable[int]) -> NDArray[np.int32]:
    told = np.fromiter(counts, dtype=np.int64)
    return np.concatenate([[0], np.cumsum(told)]).astype(np.int32)


def microseconds(moment: datetime) -> int:
    """A moment as whole microseconds from 1970: exact, so that what is said at the very moment is known at it."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def _moment(moment: datetime | None) -> int:
    return NEVER if moment is None else microseconds(moment)


def _day(day: date | None) -> int:
    return NO_DAY if day is None else day.toordinal()


def bucket(told: dict[str, Any]) -> Bucket:
    """A bucket as it was saved."""
    return Bucket(**told)
