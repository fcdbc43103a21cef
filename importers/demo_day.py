"""The demo's day: invented calls, reports and vetting (seed_data/demo_day.toml), at times counted from the first run.

They become lines of listings and go the way of every file of listings.
"""

import hashlib
import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from directory import store
from directory.database import Database
from directory.listing import Located
from directory.vocabulary import Channel, SourceKind
from importers.listing_line import header
from importers.listings import import_lines
from importers.pipeline import Order, Summary

SOURCE: Final = "demo_calls"
TEXT: Final = Path(__file__).parent.parent / "seed_data" / "demo_day.toml"
_SPAN: Final = re.compile(r"([+-])(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?")
_MOMENTS: Final = ("observed_at", "hold_until", "expires_at", "at")
_DAYS: Final = ("until", "licence_expires")


def tell_day(database: Database, order: Order) -> None:
    """Add the day to a demo directory that has none; times count from the order's."""
    with database.reading() as connection:
        if store.latest_digests(connection, SOURCE):
            return
        names = {listing.name: listing.id for listing in store.listings(connection, lambda _address, _given: Located())}
    text = TEXT.read_bytes()
    lines = enumerate((line.encode() for line in written_day(tomllib.loads(text.decode()), names, order.now)), start=1)
    import_lines(database, iter(lines), Summary(SOURCE, TEXT.name, hashlib.sha256(text).hexdigest()), order)


def written_day(told: Mapping[str, Any], names: Mapping[str, str], now: datetime) -> Iterator[str]:
    """The day as lines of listings; `names` gives the ids of the centers."""
    yield header()
    for center in told["center"]:
        line: dict[str, Any] = {"id": names[center["center"]]}
        if "call" in center:
            line["statements"] = [_statement(center["call"], told["recorded_by"], now)]
        line["availability"] = [_report(report, told["recorded_by"], now) for report in center.get("reports", ())]
        line["vetting"] = [_absolute(step, now) | {"by": told["recorded_by"]} for step in center.get("vetting", ())]
        yield json.dumps(line)


def _statement(call: Mapping[str, Any], caller: str, now: datetime) -> dict[str, Any]:
    said = {name: call[name] for name in ("yes", "no") if name in call}
    day = _moment(call["observed"], now).date().isoformat()
    who = {"source": SOURCE, "kind": SourceKind.STAFF_CALL, "observed_at": day, "recorded_by": caller}
    return who | said | {"values": _absolute(call.get("values", {}), now)}


def _report(report: Mapping[str, Any], caller: str, now: datetime) -> dict[str, Any]:
    told = {("observed_at" if name == "observed" else name): value for name, value in report.items()}
    return _absolute(told, now) | {"channel": Channel.CALL, "recorded_by": caller}


def _absolute(told: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The same with its times and days as a calendar has them."""
    moments = {name: _moment(told[name], now).isoformat() for name in _MOMENTS if name in told}
    days = {name: _moment(told[name], now).date().isoformat() for name in _DAYS if name in told}
    return dict(told) | moments | days


def _moment(written: str, now: datetime) -> datetime:
    found = _SPAN.fullmatch(written)
    if not found or not any(found.groups()[1:]):
        raise ValueError(f"{TEXT.name}: “{written}” is not a time such as -1h30m, +5h or -40d")
    days, hours, minutes = (int(part or 0) for part in found.groups()[1:])
    span = timedelta(days=days, hours=hours, minutes=minutes)
    return now.astimezone(UTC).replace(second=0, microsecond=0) + (span if found[1] == "+" else -span)
