"""Conflicts in the database: opened by imports, settled by people, never removed while their listing is there."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, func, insert, select, update

from directory.conflicts import Conflict, Decision, Opened, Settled, Side
from directory.listing import Provenance
from directory.store.sameness import sameness
from directory.tables import ConflictRow, StatementRow, utc
from directory.vocabulary import PERSONAL, SourceKind

_AT_ONCE: Final = 500


def confirmed(connection: Connection) -> frozenset[str]:
    """The listings of which a person said anything, under whichever of their ids, with all that were merged."""
    kinds = [str(kind) for kind in PERSONAL]
    spoken_of = connection.scalars(select(StatementRow.listing_id).where(StatementRow.kind.in_(kinds)).distinct())
    known = sameness(connection)
    return frozenset(one for key in spoken_of for one in known.family(key))


def conflicts_of(connection: Connection, listing_ids: Sequence[str]) -> list[Opened]:
    """Every conflict of these listings, settled or not."""
    found: list[Opened] = []
    for start in range(0, len(listing_ids), _AT_ONCE):
        some = ConflictRow.listing_id.in_(listing_ids[start : start + _AT_ONCE])
        found += map(_opened, connection.execute(select(ConflictRow.__table__).where(some)))
    return found


def open_conflicts(connection: Connection, most: int) -> list[Opened]:
    """The conflicts that wait for somebody to settle them, the oldest first."""
    query = select(ConflictRow.__table__).where(ConflictRow.settled_at.is_(None))
    return [_opened(row) for row in connection.execute(query.order_by(ConflictRow.id).limit(most))]


def settled_conflicts(connection: Connection, most: int) -> list[Opened]:
    """Those that were settled last, the newest first."""
    query = select(ConflictRow.__table__).where(ConflictRow.settled_at.is_not(None))
    return [_opened(row) for row in connection.execute(query.order_by(ConflictRow.settled_at.desc()).limit(most))]


def count_conflicts(connection: Connection) -> int:
    """How many wait."""
    query = select(func.count()).select_from(ConflictRow).where(ConflictRow.settled_at.is_(None))
    return connection.scalar(query) or 0


def conflict(connection: Connection, number: int) -> Opened | None:
    """The conflict of this number."""
    row = connection.execute(select(ConflictRow.__table__).where(ConflictRow.id == number)).first()
    return _opened(row) if row else None


def add_conflicts(connection: Connection, conflicts: Iterable[Conflict], run_id: int | None, now: datetime) -> int:
    """Open conflicts; returns how many."""
    rows = [
        {"listing_id": one.listing_id, "about": one.about, "run_id": run_id, "opened_at": utc(now)}
        | {"stands": one.stands.as_json(), "said": one.said.as_json(), "because": ""}
        for one in conflicts
    ]
    if rows:
        connection.execute(insert(ConflictRow), rows)
    return len(rows)


def settle_conflict(connection: Connection, number: int, settled: Settled) -> bool:
    """Settle a conflict that is open; False where somebody has settled it."""
    told = {"settled_at": utc(settled.at), "settled_by": settled.by, "because": settled.because}
    change = update(ConflictRow).where(ConflictRow.id == number, ConflictRow.settled_at.is_(None))
    return bool(connection.execute(change.values(decision=str(settled.decision), **told)).rowcount)


def reopen_conflict(connection: Connection, number: int) -> bool:
    """Take a decision back; False where there is none."""
    change = update(ConflictRow).where(ConflictRow.id == number, ConflictRow.settled_at.is_not(None))
    nothing = {"decision": None, "settled_at": None, "settled_by": None, "because": ""}
    return bool(connection.execute(change.values(**nothing)).rowcount)


def _side(told: dict[str, Any]) -> Side:
    day = date.fromisoformat(told["observed_at"])
    return Side(
        told["value"], Provenance(told["source"], SourceKind(told["kind"]), told["reference"], day, told["recorded_by"])
    )


def _opened(row: Any) -> Opened:
    settled = None
    if row.settled_at:
        settled = Settled(Decision(row.decision), datetime.fromisoformat(row.settled_at), row.settled_by, row.because)
    told = Conflict(row.listing_id, row.about, _side(row.stands), _side(row.said))
    return Opened(row.id, told, datetime.fromisoformat(row.opened_at), settled)
