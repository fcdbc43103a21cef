"""The only reader and writer of the tables: statements in, listings out, and the queue of what the index has not seen."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any, Final

from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from directory.listing import Listing, Provenance, Statement
from directory.places import Gazetteer, PostalPlace
from directory.resolve import Locate, Said, resolve
from directory.tables import AskedRow, ChangeRow, ListingRow, PostalPlaceRow, RunRow, StatementRow, UnindexedRow, Written
from directory.vocabulary import SourceKind

_AT_ONCE: Final = 500
_COLUMNS: Final = (
    StatementRow.listing_id, StatementRow.id, StatementRow.source, StatementRow.local_id, StatementRow.kind,
    StatementRow.reference, StatementRow.observed_at, StatementRow.recorded_by, StatementRow.restates,
    StatementRow.withdrawn, StatementRow.said,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Run:
    """One import as it is recorded: its file, by whom, why it was forced if it was, and its summary."""

    source: str
    file: str
    sha256: str
    mapping_sha256: str
    observed_at: date
    recorded_at: datetime
    recorded_by: str
    forced_because: str
    summary: Mapping[str, Any]


# --- the counter ---------------------------------------------------------------------------------------------------


def counter(connection: Connection) -> int:
    """The number of the last transaction that changed a listing; 0 for a database in which nothing was ever said."""
    return connection.scalar(select(ChangeRow.counter)) or 0


def _bump(connection: Connection) -> int:
    if not connection.execute(update(ChangeRow).values(counter=ChangeRow.counter + 1)).rowcount:
        connection.execute(insert(ChangeRow).values(id=1, counter=1))
    return counter(connection)


# --- statements ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Worded:
    """A statement with its words as JSON, in one fixed order, and their digest: the same words, the same digest."""

    statement: Statement
    said: Written
    digest: str


_ENCODE: Final = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


def worded(statement: Statement) -> Worded:
    """A statement ready to be compared and appended."""
    values = dict(sorted(statement.values.items()))
    said = Written(_ENCODE({"values": values, "yes": sorted(statement.yes), "no": sorted(statement.no)}))
    return Worded(statement, said, hashlib.sha256(said.encode()).hexdigest())


def latest_digests(connection: Connection, source: str) -> dict[str, str]:
    """What the source last said of each of its listings, as digests; "" where it withdrew the listing."""
    newest = select(func.max(StatementRow.id)).where(StatementRow.source == source).group_by(StatementRow.local_id).subquery()
    rows = connection.execute(
        select(StatementRow.local_id, StatementRow.digest, StatementRow.withdrawn).where(StatementRow.id.in_(select(newest)))
    )
    return {row.local_id: "" if row.withdrawn else row.digest for row in rows}


def append(connection: Connection, statements: Iterable[Statement], run_id: int | None) -> int:
    """Add statements, mark their listings as changed and queue them for the index; returns the change's number.

    Listings that nobody spoke of before come into being. All in the caller's transaction.
    """
    return append_worded(connection, [worded(statement) for statement in statements], run_id)


def append_worded(connection: Connection, said: Sequence[Worded], run_id: int | None) -> int:
    """The same for statements whose words were compared first."""
    change = _bump(connection)
    _mark_changed(connection, tuple(dict.fromkeys(one.statement.listing_id for one in said)), change)
    if said:
        connection.execute(insert(StatementRow), [_statement_row(one, run_id) for one in said])
    return change


def _statement_row(one: Worded, run_id: int | None) -> dict[str, Any]:
    statement, provenance = one.statement, one.statement.provenance
    return {
        "listing_id": statement.listing_id,
        "source": statement.source,
        "local_id": statement.local_id,
        "kind": str(provenance.kind),
        "reference": provenance.reference,
        "observed_at": provenance.observed_at.isoformat(),
        "recorded_by": provenance.recorded_by,
        "run_id": run_id,
        "restates": statement.restates,
        "withdrawn": statement.withdrawn,
        "digest": one.digest,
        "said": one.said,
    }


def _mark_changed(connection: Connection, listing_ids: Sequence[str], change: int) -> None:
    if listing_ids:
        _upsert(connection, ListingRow, "id", [{"id": key, "changed": change} for key in listing_ids])
        _upsert(connection, UnindexedRow, "listing_id", [{"listing_id": key, "counter": change} for key in listing_ids])


def _upsert(connection: Connection, table: type[ListingRow | UnindexedRow], key: str, rows: list[dict[str, Any]]) -> None:
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    statement = dialect.insert(table)
    newer = {column: statement.excluded[column] for column in rows[0] if column != key}
    connection.execute(statement.on_conflict_do_update(index_elements=[key], set_=newer), rows)


def remove_source(connection: Connection, source: str) -> int:
    """Take a source's listings out with all that it said, as if it had never been imported; returns how many."""
    gone = tuple(connection.scalars(select(StatementRow.listing_id).where(StatementRow.source == source).distinct()))
    _mark_changed(connection, gone, _bump(connection))
    for some in _chunks(gone):
        connection.execute(delete(StatementRow).where(StatementRow.listing_id.in_(some)))
        connection.execute(delete(ListingRow).where(ListingRow.id.in_(some)))
    connection.execute(delete(RunRow).where(RunRow.source == source))
    return len(gone)


# --- listings ------------------------------------------------------------------------------------------------------


def listings(connection: Connection, locate: Locate, ids: Sequence[str] | None = None) -> Iterator[Listing]:
    """The listings with these ids (all where None), resolved from their statements, ordered by id."""
    if ids is None:
        query = select(*_COLUMNS).order_by(StatementRow.listing_id, StatementRow.id)
        yield from _resolved(connection.execute(query, execution_options={"yield_per": 2000}), locate)
        return
    for some in _chunks(sorted(ids)):
        query = select(*_COLUMNS).where(StatementRow.listing_id.in_(some)).order_by(StatementRow.listing_id, StatementRow.id)
        yield from _resolved(connection.execute(query), locate)


def _resolved(rows: Iterable[Any], locate: Locate) -> Iterator[Listing]:
    for listing_id, said in groupby(rows, key=lambda row: row[0]):
        yield resolve(listing_id, [_said(row) for row in said], locate)


def _said(row: Any) -> Said:
    listing_id, order, source, local_id, kind, reference, observed_at, recorded_by, restates, withdrawn, said = row
    provenance = Provenance(source, SourceKind(kind), reference, date.fromisoformat(observed_at), recorded_by)
    yes, no = frozenset(said["yes"]), frozenset(said["no"])
    about = "" if listing_id == f"{source}:{local_id}" else listing_id
    return Said(order, Statement(source, local_id, provenance, said["values"], yes, no, restates, withdrawn, about))


def count(connection: Connection) -> int:
    """How many listings there are."""
    return connection.scalar(select(func.count()).select_from(ListingRow)) or 0


# --- the queue of the index ----------------------------------------------------------------------------------------


def unindexed(connection: Connection) -> tuple[str, ...]:
    """The listings whose changes the index has not taken up."""
    return tuple(connection.scalars(select(UnindexedRow.listing_id).order_by(UnindexedRow.listing_id)))


def clear_unindexed(connection: Connection, up_to: int) -> None:
    """Strike from the queue what an index of this change's number holds."""
    connection.execute(delete(UnindexedRow).where(UnindexedRow.counter <= up_to))


# --- runs ----------------------------------------------------------------------------------------------------------


def newest_run(connection: Connection, source: str) -> Run | None:
    """The source's last import."""
    columns = [getattr(RunRow, name) for name in Run.__dataclass_fields__]
    row = connection.execute(select(*columns).where(RunRow.source == source).order_by(RunRow.id.desc()).limit(1)).first()
    if row is None:
        return None
    told = row._asdict()
    days = {"observed_at": date.fromisoformat(row.observed_at), "recorded_at": datetime.fromisoformat(row.recorded_at)}
    return Run(**(told | days))


def record_run(connection: Connection, run: Run) -> int:
    """Write down an import; returns its number."""
    row = {
        "source": run.source,
        "file": run.file,
        "sha256": run.sha256,
        "mapping_sha256": run.mapping_sha256,
        "observed_at": run.observed_at.isoformat(),
        "recorded_at": run.recorded_at.isoformat(),
        "recorded_by": run.recorded_by,
        "forced_because": run.forced_because,
        "summary": dict(run.summary),
    }
    return connection.execute(insert(RunRow).returning(RunRow.id), row).scalar_one()


def imported_sources(connection: Connection) -> dict[str, str]:
    """The sources that have been imported, each with the day that its newest file speaks of."""
    rows = connection.execute(select(RunRow.source, RunRow.observed_at).order_by(RunRow.id))
    return {row.source: row.observed_at for row in rows}


# --- places --------------------------------------------------------------------------------------------------------


def has_places(connection: Connection) -> bool:
    """Whether the ZIP codes have been copied in."""
    return connection.scalar(select(PostalPlaceRow.postal_code).limit(1)) is not None


def save_places(connection: Connection, places: Iterable[PostalPlace]) -> None:
    """Copy the ZIP codes in, once."""
    names = PostalPlace.__dataclass_fields__
    connection.execute(insert(PostalPlaceRow), [dict(zip(names, astuple(place), strict=True)) for place in places])


def postal_states(connection: Connection) -> dict[str, tuple[str, bool]]:
    """The State of each ZIP code, and whether its middle is known."""
    query = select(PostalPlaceRow.postal_code, PostalPlaceRow.state_province, PostalPlaceRow.latitude)
    return {code: (state, latitude is not None) for code, state, latitude in connection.execute(query)}


def gazetteer(connection: Connection) -> Gazetteer:
    """All ZIP codes and cities, ready to be asked."""
    columns = [getattr(PostalPlaceRow, name) for name in PostalPlace.__dataclass_fields__]
    return Gazetteer(PostalPlace(*row) for row in connection.execute(select(*columns)))


# --- needs asked on a page -----------------------------------------------------------------------------------------


def keep_need(connection: Connection, token: str, need: Mapping[str, Any], now: datetime, until: datetime) -> None:
    """Keep a need under its opaque name; those whose time is over are gone with the same stroke."""
    forget_needs(connection, now)
    connection.execute(insert(AskedRow).values(token=token, expires_at=until.isoformat(), need=dict(need)))


def forget_needs(connection: Connection, now: datetime) -> None:
    """Erase the needs whose time is over."""
    connection.execute(delete(AskedRow).where(AskedRow.expires_at <= now.isoformat()))


def kept_need(connection: Connection, token: str, now: datetime) -> dict[str, Any] | None:
    """The need under an opaque name, or None where there is none or its time is over."""
    return connection.scalar(select(AskedRow.need).where(AskedRow.token == token, AskedRow.expires_at > now.isoformat()))


def _chunks(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), _AT_ONCE):
        yield ids[start : start + _AT_ONCE]
