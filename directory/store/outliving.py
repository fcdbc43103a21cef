"""What outlives a case and names none: what programs did with somebody, and what is to be corrected."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from directory.case import WRONG, Call
from directory.store.sameness import sameness, with_standing
from directory.tables import CorrectionRow, ProgramEventRow, utc


def add_event(connection: Connection, listing_id: str, day: str, kind: str, reason: str | None) -> None:
    """Write down what a program did with somebody, on a day, without the person and without the case."""
    row = {"listing_id": listing_id, "day": day, "kind": kind, "reason": reason}
    connection.execute(insert(ProgramEventRow), row)


def events(connection: Connection, listing_id: str) -> list[Mapping[str, Any]]:
    """A program's history, the newest first: day, kind and reason."""
    columns = ProgramEventRow.day, ProgramEventRow.kind, ProgramEventRow.reason
    of_it = ProgramEventRow.listing_id.in_(sameness(connection).family(listing_id))
    query = select(*columns).where(of_it).order_by(ProgramEventRow.id.desc())
    return [row._asdict() for row in connection.execute(query)]


def open_correction(connection: Connection, listing_id: str, told: tuple[str, str], now: datetime) -> None:
    """Open a task for staff: its kind and what was found; one that is open already is not opened twice."""
    kind, found = told
    same = CorrectionRow.listing_id == listing_id, CorrectionRow.kind == kind, CorrectionRow.found == found
    if connection.scalar(select(CorrectionRow.id).where(*same, CorrectionRow.closed_at.is_(None))) is None:
        row = {"listing_id": listing_id, "kind": kind, "found": found, "opened_at": utc(now), "closed_at": None}
        connection.execute(insert(CorrectionRow), row)


def found_wrong(connection: Connection, calls: Iterable[Call]) -> frozenset[str]:
    """The numbers that the callers of a case found wrong, as long as nobody has looked into it."""
    missed = [call.listing_id for call in calls if call.reached in WRONG]
    return frozenset(task["found"] for task in corrections(connection, missed)) if missed else frozenset()


def corrections(connection: Connection, listing_ids: Sequence[str] | None = None) -> list[Mapping[str, Any]]:
    """The tasks that are open, the oldest first; of some listings, or of all."""
    query = select(CorrectionRow.__table__).where(CorrectionRow.closed_at.is_(None)).order_by(CorrectionRow.id)
    if listing_ids is not None:
        known = sameness(connection)
        families = [one for key in listing_ids for one in known.family(key)]
        query = query.where(CorrectionRow.listing_id.in_(families))
    return with_standing(connection, [row._asdict() for row in connection.execute(query)])
