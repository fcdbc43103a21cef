"""Listings in the database: what is said goes in, listings come out, and what the index has not seen."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from itertools import islice
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, bindparam, delete, exists, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from directory import tables
from directory.availability import Report
from directory.listing import Statement, Vetting
from directory.places import Gazetteer, PostalPlace
from directory.sameness import Decided, Decision
from directory.store.recorded import chunks
from directory.store.sameness import sameness, stands_for, write_decision
from directory.tables import AskedRow, ChangeRow, ListingRow, PostalPlaceRow, ReportRow, RunRow, StatementRow, VettingRow
from directory.tables import Worded as Worded  # what is handed over is had from here, like all else of storage
from directory.tables import worded as worded

# --- the counter ---------------------------------------------------------------------------------------------------


_COUNTER: Final = str(select(ChangeRow.counter))


def counter(connection: Connection) -> int:
    """The number of the last transaction that changed a listing; 0 for a database in which nothing was ever said."""
    # Every page asks this; as text it takes half as long.
    return connection.exec_driver_sql(_COUNTER).scalar() or 0


def bump(connection: Connection) -> int:
    """One change more; returns its number."""
    if not connection.execute(update(ChangeRow).values(counter=ChangeRow.counter + 1)).rowcount:
        connection.execute(insert(ChangeRow).values(id=1, counter=1))
    return counter(connection)


# --- statements ----------------------------------------------------------------------------------------------------


def latest_digests(connection: Connection, source: str) -> dict[str, str]:
    """What the source last said of each of its listings, as digests; "" where it withdrew the listing."""
    newest = _newest(StatementRow.source == source, ~tables.REPEATS)
    columns = StatementRow.local_id, StatementRow.digest, StatementRow.withdrawn
    rows = connection.execute(select(*columns).where(StatementRow.id.in_(newest)))
    return {local_id: "" if withdrawn else digest for local_id, digest, withdrawn in rows}


def latest_days(connection: Connection, source: str) -> dict[str, date]:
    """The last day on which the source spoke of each of its listings: also where it said the same again, or withdrew it."""
    newest = _newest(StatementRow.source == source)
    rows = connection.execute(select(StatementRow.local_id, StatementRow.observed_at).where(StatementRow.id.in_(newest)))
    return {local_id: date.fromisoformat(day) for local_id, day in rows}


def latest_states(connection: Connection, source: str) -> dict[str, str]:
    """The State that the source last gave each of its listings; nothing of those that it withdrew."""
    newest = _newest(StatementRow.source == source, ~tables.REPEATS)
    state = StatementRow.said["values"]["state_province"].as_string()
    rows = connection.execute(select(StatementRow.local_id, state).where(StatementRow.id.in_(newest)))
    return {local_id: found for local_id, found in rows if found}


def _newest(*which: ColumnElement[bool]) -> Select[int]:
    return select(func.max(StatementRow.id)).where(*which).group_by(StatementRow.local_id)


def latest_said(connection: Connection, source: str, local_ids: Sequence[str]) -> dict[str, Statement]:
    """What the source last said of these of its listings, those that it never named left out."""
    found: dict[str, Statement] = {}
    for some in chunks(local_ids):
        newest = _newest(StatementRow.source == source, StatementRow.local_id.in_(some), ~tables.REPEATS)
        for row in connection.execute(select(*tables.SAID).where(StatementRow.id.in_(newest))):
            statement = tables.read_said(row).statement
            found[statement.local_id] = statement
    return found


_ROWS_AT_ONCE: Final = 1_000
"""So many rows are handed to the database at once: those of a whole file would take as much memory again."""


def append(connection: Connection, statements: Iterable[Statement], run_id: int | None) -> int:
    """Add statements, mark their listings as changed and queue them for the index; returns the change's number.

    Listings that nobody spoke of before come into being. All in the caller's transaction.
    """
    return append_worded(connection, [worded(statement) for statement in statements], run_id)


def append_worded(connection: Connection, said: Sequence[Worded], run_id: int | None) -> int:
    """The same for statements whose words were compared first."""
    change = bump(connection)
    mark_changed(connection, tuple(dict.fromkeys(one.statement.listing_id for one in said)), change)
    for start in range(0, len(said), _ROWS_AT_ONCE):
        some = said[start : start + _ROWS_AT_ONCE]
        connection.execute(insert(StatementRow), [tables.statement_row(one, run_id) for one in some])
    return change


def mark_changed(connection: Connection, listing_ids: Sequence[str], change: int) -> None:
    """Mark listings as touched by a change, and queue them for the index; those that nobody spoke of come into being."""
    for start in range(0, len(listing_ids), _ROWS_AT_ONCE):
        some = listing_ids[start : start + _ROWS_AT_ONCE]
        _upsert(connection, ListingRow, "id", [{"id": key, "changed": change} for key in some])
        _upsert(connection, tables.UnindexedRow, "listing_id", [{"listing_id": key, "counter": change} for key in some])


def _upsert(connection: Connection, table: type[tables.Table], key: str, rows: list[dict[str, Any]]) -> None:
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    statement = dialect.insert(table)
    newer = {column: statement.excluded[column] for column in rows[0] if column != key}
    connection.execute(statement.on_conflict_do_update(index_elements=[key], set_=newer), rows)


def remove_source(connection: Connection, source: str) -> int:
    """Take a source's listings out with all that was recorded of them, as if it had never been imported; returns how many."""
    gone = tuple(connection.scalars(select(StatementRow.listing_id).where(StatementRow.source == source).distinct()))
    known = sameness(connection)
    mark_changed(connection, sorted({one for key in gone for one in known.family(key)}), bump(connection))
    for some in chunks(gone):
        connection.execute(delete(StatementRow).where(StatementRow.listing_id.in_(some)))
        connection.execute(delete(ListingRow).where(ListingRow.id.in_(some)))
    connection.execute(delete(RunRow).where(RunRow.source == source))
    return len(gone)


def decide(connection: Connection, new: Decided) -> None:
    """Write down what somebody decided about two listings; raises CannotUnderstand, in words, where it makes no sense.

    By a merge, or its taking back, both with all that belong to them count as changed.
    """
    write_decision(connection, new)
    if new.decision in (Decision.MERGED, Decision.TAKEN_APART):
        known = sameness(connection)
        families = {*known.family(new.listing_id), *known.family(new.other_id)}
        mark_changed(connection, sorted(families), bump(connection))


# --- reports about beds, and vetting -------------------------------------------------------------------------------


class UnknownListing(LookupError):
    """Something was to be recorded of listings that nobody ever named; the message names them."""


def append_reports(connection: Connection, reports: Iterable[tuple[str, Report]]) -> int:
    """Add reports about listings' beds, by listing id; those already there are not added again. Returns how many were new."""
    return _append_once(connection, ReportRow, [{"listing_id": key} | tables.report_row(one) for key, one in reports])


def append_vettings(connection: Connection, vettings: Iterable[tuple[str, Vetting]]) -> int:
    """The same for the steps of listings' vetting."""
    return _append_once(connection, VettingRow, [{"listing_id": key} | tables.vetting_row(one) for key, one in vettings])


def _append_once(connection: Connection, table: type[ReportRow | VettingRow], rows: list[dict[str, Any]]) -> int:
    wanted = {tuple(row.values()): row for row in rows}
    ids = tuple(dict.fromkeys(row["listing_id"] for row in rows))
    missing = set(ids)
    for some in chunks(ids):
        missing.difference_update(connection.scalars(select(ListingRow.id).where(ListingRow.id.in_(some))))
        columns = [getattr(table, name) for name in rows[0]]
        for there in connection.execute(select(*columns).where(table.listing_id.in_(some))):
            wanted.pop(tuple(there), None)
    if missing:
        raise UnknownListing(f"there is no listing {', '.join(sorted(missing)[:3])}{' and others' if len(missing) > 3 else ''}")
    if wanted:
        mark_changed(connection, tuple(dict.fromkeys(row["listing_id"] for row in wanted.values())), bump(connection))
        connection.execute(insert(table), list(wanted.values()))
    return len(wanted)


# --- listings ------------------------------------------------------------------------------------------------------


def ids(connection: Connection) -> list[str]:
    """The id of every listing that stands for itself, in the one order that no database's language changes."""
    known = sameness(connection)
    return sorted(key for key in connection.scalars(select(ListingRow.id)) if key not in known.merged)


def unspoken_by(connection: Connection, source: str) -> bool:
    """Whether there is a listing of which a source says nothing."""
    named = exists().where(StatementRow.listing_id == ListingRow.id, StatementRow.source == source)
    return connection.scalar(select(ListingRow.id).where(~named).limit(1)) is not None


def count(connection: Connection) -> int:
    """How many listings there are; those that were merged are one."""
    return (connection.scalar(select(func.count()).select_from(ListingRow)) or 0) - len(sameness(connection).merged)


# --- the queue of the index ----------------------------------------------------------------------------------------


def unindexed(connection: Connection) -> tuple[str, ...]:
    """The listings whose changes the index has not taken up."""
    waiting = tuple(connection.scalars(select(tables.UnindexedRow.listing_id)))
    return tuple(sorted({*stands_for(connection, waiting).values()}))


def changed_since(connection: Connection, counter: int) -> tuple[str, ...]:
    """The listings that were touched by later changes than this one."""
    touched = tuple(connection.scalars(select(ListingRow.id).where(ListingRow.changed > counter)))
    return tuple(sorted({*stands_for(connection, touched).values()}))


_REMEMBERED: Final = 20


def remember_built(connection: Connection, name: str, counter: int) -> None:
    """Write down that an index of this name holds everything up to a change; the oldest names are forgotten."""
    connection.execute(insert(tables.BuiltRow).values(name=name, counter=counter))
    newest = select(tables.BuiltRow.id).order_by(tables.BuiltRow.id.desc()).limit(_REMEMBERED)
    connection.execute(delete(tables.BuiltRow).where(tables.BuiltRow.id.not_in(newest)))


def was_built(connection: Connection, name: str, counter: int) -> bool:
    """Whether an index of this name was built from this database at that change."""
    return (
        connection.scalar(select(tables.BuiltRow.id).where(tables.BuiltRow.name == name, tables.BuiltRow.counter == counter))
        is not None
    )


def clear_unindexed(connection: Connection, up_to: int) -> None:
    """Strike from the queue what an index of this change's number holds."""
    connection.execute(delete(tables.UnindexedRow).where(tables.UnindexedRow.counter <= up_to))


# --- places --------------------------------------------------------------------------------------------------------


def has_places(connection: Connection) -> bool:
    """Whether the ZIP codes have been copied in."""
    return connection.scalar(select(PostalPlaceRow.postal_code).limit(1)) is not None


def save_places(connection: Connection, places: Iterable[PostalPlace]) -> None:
    """Copy the ZIP codes in, once."""
    left = iter(places)
    while some := [place._asdict() for place in islice(left, _ROWS_AT_ONCE)]:
        connection.execute(insert(PostalPlaceRow), some)


def postal_states(connection: Connection) -> dict[str, tuple[str, bool]]:
    """The State of each ZIP code, and whether its middle is known."""
    query = select(PostalPlaceRow.postal_code, PostalPlaceRow.state_province, PostalPlaceRow.latitude)
    return {code: (state, latitude is not None) for code, state, latitude in connection.execute(query)}


def gazetteer(connection: Connection) -> Gazetteer:
    """All ZIP codes and cities, ready to be asked."""
    columns = [getattr(PostalPlaceRow, name) for name in PostalPlace._fields]
    return Gazetteer(map(PostalPlace._make, connection.execute(select(*columns))))


# --- needs asked on a page -----------------------------------------------------------------------------------------


def keep_need(connection: Connection, token: str, need: Mapping[str, Any], now: datetime, until: datetime) -> None:
    """Keep a need under its opaque name; those whose time is over are gone with the same stroke."""
    forget_needs(connection, now)
    connection.execute(insert(AskedRow).values(token=token, expires_at=until.isoformat(), need=dict(need)))


def forget_needs(connection: Connection, now: datetime) -> int:
    """Erase the needs whose time is over; how many there were."""
    return connection.execute(delete(AskedRow).where(AskedRow.expires_at <= now.isoformat())).rowcount


_KEPT_NEED: Final = select(AskedRow.need).where(AskedRow.token == bindparam("token"), AskedRow.expires_at > bindparam("now"))
"""Made once: to make it anew takes as long as to ask it."""


def kept_need(connection: Connection, token: str, now: datetime) -> dict[str, Any] | None:
    """The need under an opaque name, or None where there is none or its time is over."""
    return connection.scalar(_KEPT_NEED, {"token": token, "now": now.isoformat()})
