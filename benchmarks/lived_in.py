"""Directories as they are after some weeks of use: some hours, reports and vettings, invented; and their listings."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from benchmarks.directories import SEED, Measured, has
from directory.availability import Bucket, Report
from directory.hours import Hours
from directory.listing import Address, Fact, Listing, Phone, PhoneKind, Point, Provenance, Vetting
from directory.matching.bits import CODES
from directory.matching.columns import Columns
from directory.matching.gathering import BED_STATES, NEVER, NO_DAY, NOT_SAID, VETTING_STATES, bucket, microseconds
from directory.vocabulary import Answer, BedState, Channel, SourceKind, VettingState

AS_OF: Final = datetime(2026, 3, 13, 18, 0, tzinfo=ZoneInfo("America/New_York"))
ZONES: Final = ("", "America/Los_Angeles", "America/Denver", "America/Chicago", "America/New_York")
_BORDERS: Final = (-114.0, -101.0, -86.0)
HOURS: Final = ("", "24/7", "Mo-Su 08:00-20:00", "Mo-Fr 09:00-17:00")
_HOURS_SHARES: Final = (0.7, 0.1, 0.1, 0.1)
_REPORTS_SHARES: Final = (0.9, 0.05, 0.05)
_VETTED_SHARE: Final = 0.2
_CONFIRMED_SHARE: Final = 0.15
_REPORTED_DAYS: Final = 3
_BUCKETS: Final = (Bucket(), Bucket(sex="female"), Bucket(sex="male"))
_MICROSECOND: Final = timedelta(microseconds=1)
_SAID: Final = Provenance("invented_survey", SourceKind.SURVEY, "benchmark", date(2026, 1, 1), "benchmark")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def lived_in(measured: Measured) -> Columns:
    """The columns with intake hours for 30 % of the listings, reports of the last 3 days for 10 %, and 20 % vetted."""
    rng, size = np.random.default_rng(SEED + 2), len(measured)
    told: dict[str, Any] = {
        "plans": (),
        "plan_number": _none(np.int32),
        "plan_position": _none(np.int32),
        "plan_taken": _none(np.bool_),
    }
    told |= _hours(rng, measured.points[:, 1]) | _reports(rng, size) | _vettings(rng, size)
    confirmed = AS_OF.toordinal() - rng.integers(0, 500, size)
    return replace(
        measured.columns,
        **told,
        organization=rng.integers(size, size=size),
        number=np.arange(size),
        confirmed=np.where(rng.random(size) < _CONFIRMED_SHARE, confirmed, NO_DAY).astype(np.int32),
    )


def _none(kind: type[np.generic]) -> NDArray[Any]:
    return np.empty(0, kind)


def _hours(rng: np.random.Generator, longitude: NDArray[np.float64]) -> dict[str, Any]:
    spans = [Hours.read(written).spans if written else () for written in HOURS]
    kinds = rng.choice(len(HOURS), len(longitude), p=_HOURS_SHARES)
    counts = np.array([len(some) for some in spans])[kinds]
    table = np.array([span for some in spans for span in some], np.int32)
    first = np.cumsum([0, *(len(some) for some in spans[:-1])])
    starts = _starts(counts)
    at = np.arange(starts[-1]) - np.repeat(starts[:-1], counts) + np.repeat(first[kinds], counts)
    zone = np.where(np.isnan(longitude), 0, np.searchsorted(_BORDERS, longitude) + 1)
    told = {"zones": ZONES, "zone": zone.astype(np.uint8), "hours_known": kinds > 0, "hours_at": starts}
    return told | {"hours_opens": table[at, 0], "hours_closes": table[at, 1]}


def _reports(rng: np.random.Generator, size: int) -> dict[str, Any]:
    counts = rng.choice(len(_REPORTS_SHARES), size, p=_REPORTS_SHARES)
    count, now = int(counts.sum()), microseconds(AS_OF)
    seen = now - rng.integers(0, _REPORTED_DAYS * 86_400, count) * 1_000_000
    state = rng.integers(0, len(BED_STATES), count).astype(np.int8)
    held, waiting = state == BED_STATES.index(BedState.HELD), state == BED_STATES.index(BedState.WAITLIST)
    return {
        "buckets": tuple(map(asdict, _BUCKETS)),
        "report_at": _starts(counts),
        "report_state": state,
        "report_seen": seen[np.lexsort((seen, np.repeat(np.arange(size), counts)))],
        "report_hold": np.where(held, now + 6 * 3_600_000_000, NEVER),
        "report_expires": np.full(count, NEVER),
        "report_wait": np.where(waiting, 48, NOT_SAID).astype(np.int32),
        "report_bucket": rng.choice(len(_BUCKETS), count, p=(0.8, 0.1, 0.1)).astype(np.int32),
    }


def _vettings(rng: np.random.Generator, size: int) -> dict[str, Any]:
    counts = (rng.random(size) < _VETTED_SHARE).astype(np.int64)
    count = int(counts.sum())
    return {
        "vetting_at": _starts(counts),
        "vetting_state": np.full(count, VETTING_STATES.index(VettingState.VETTED), np.int8),
        "vetting_since": np.full(count, microseconds(AS_OF - timedelta(60))),
        "vetting_until": np.full(count, NO_DAY, np.int32),
    }


def _starts(counts: NDArray[Any]) -> NDArray[np.int32]:
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)


class Known:
    """The listings behind columns, each made when it is first shown and then held, as the program holds them."""

    def __init__(self, measured: Measured, columns: Columns) -> None:
        self._measured, self._columns = measured, columns
        self._positions = {key: at for at, key in enumerate(columns.ids)}
        self._held: dict[str, Listing] = {}

    def __call__(self, ids: Sequence[str]) -> dict[str, Listing]:
        """Listings by id."""
        for key in ids:
            if key not in self._held:
                self._held[key] = self._listing(self._positions[key])
        return self._held

    def _listing(self, at: int) -> Listing:
        columns, (latitude, longitude) = self._columns, self._measured.points[at].tolist()
        spans = columns.hours_opens, columns.hours_closes
        opens, closes = (part[columns.hours_at[at] : columns.hours_at[at + 1]].tolist() for part in spans)
        confirmed = int(columns.confirmed[at])
        return Listing(
            id=columns.ids[at],
            organization=f"Example organization {columns.organization[at]}",
            program=f"Example program {at}",
            address=Address("1 Example Street", "", "Example", "OH", "43215"),
            phones=(Phone("6145550100", "", PhoneKind.INTAKE),),
            point=None if latitude != latitude else Point(latitude, longitude),
            facts=self._facts(at),
            said_by={"postal_code": _SAID},
            confirmed_at=date.fromordinal(confirmed) if confirmed != NO_DAY else None,
            timezone=columns.zones[columns.zone[at]],
            intake_hours=Hours(tuple(zip(opens, closes, strict=True))) if columns.hours_known[at] else None,
            reports=tuple(map(self._report, range(columns.report_at[at], columns.report_at[at + 1]))),
            vettings=tuple(map(self._vetting, range(columns.vetting_at[at], columns.vetting_at[at + 1]))),
        )

    def _facts(self, at: int) -> dict[str, Fact]:
        columns, here = self._columns, slice(at, at + 1)
        said = ((code, has(columns.yes[:, here], code)[0], has(columns.no[:, here], code)[0]) for code in CODES)
        return {code: Fact(Answer.YES if yes else Answer.NO, _SAID) for code, yes, no in said if yes or no}

    def _report(self, at: int) -> Report:
        columns = self._columns
        hold, wait = int(columns.report_hold[at]), int(columns.report_wait[at])
        return Report(
            BED_STATES[columns.report_state[at]],
            _moment(int(columns.report_seen[at])),
            Channel.CALL,
            "counselor-1",
            bucket(columns.buckets[columns.report_bucket[at]]),
            wait_hours=None if wait == NOT_SAID else wait,
            hold_until=None if hold == NEVER else _moment(hold),
        )

    def _vetting(self, at: int) -> Vetting:
        since = _moment(int(self._columns.vetting_since[at]))
        return Vetting(VETTING_STATES[self._columns.vetting_state[at]], since, "counselor-2")


def _moment(microseconds_from_1970: int) -> datetime:
    return _EPOCH + microseconds_from_1970 * _MICROSECOND
