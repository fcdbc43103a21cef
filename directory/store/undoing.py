"""What an import brought, found in the database, and taken out of it again; what people recorded since is left alone."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, and_, delete, or_, select, update

from directory.conflicts import Decision
from directory.store.listings import bump, mark_changed
from directory.store.recorded import chunks
from directory.store.runs import Run
from directory.store.sameness import sameness
from directory.tables import REPEATS, ConflictRow, ListingRow, SamenessRow, StatementRow, Table, UnindexedRow, utc
from directory.vocabulary import PERSONAL

_DERIVED: Final = {row.__tablename__ for row in (StatementRow, UnindexedRow, ConflictRow)}
"""Tables whose rows about a listing are no work of people."""
_NAMING: Final = ("organization", "city", "state_province", "postal_code")


@dataclass(frozen=True, slots=True)
class Brought:
    """What an import said, by listing id: of `told` it spoke, `alone` are those that nobody else names or has worked on.

    `kept` are those that nobody else names either, but of which people recorded something: what was said of them stays.
    Of `repeated` it only said the same again.
    """

    told: tuple[str, ...] = ()
    alone: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    repeated: tuple[str, ...] = ()


def brought(connection: Connection, number: int) -> Brought:
    """What the import of this number brought."""
    spoken_of = select(StatementRow.listing_id).where(StatementRow.run_id == number).distinct()
    told = set(connection.scalars(spoken_of.where(~REPEATS)))
    repeated = set(connection.scalars(spoken_of.where(REPEATS))) - told
    of_these = StatementRow.listing_id.in_(select(StatementRow.listing_id).where(StatementRow.run_id == number))
    others = and_(of_these, or_(StatementRow.run_id != number, StatementRow.run_id.is_(None)))
    naming = [StatementRow.said["values"][name].as_string().is_not(None) for name in _NAMING]
    nameless = told - set(connection.scalars(select(StatementRow.listing_id).where(others, *naming)))
    by_people = or_(StatementRow.kind.in_([str(kind) for kind in PERSONAL]), StatementRow.run_id.is_not(None))
    worked_on = set(connection.scalars(select(StatementRow.listing_id).where(others, by_people)))
    worked_on |= _worked_on(connection, number)
    kept = nameless & worked_on
    return Brought(*(tuple(sorted(ones)) for ones in (told, nameless - kept, kept, repeated)))


def _worked_on(connection: Connection, number: int) -> set[str]:
    """The listings of an import that any other table names: calls, vetting, cases, merges, whatever there will be."""
    spoken_of = select(StatementRow.listing_id).where(StatementRow.run_id == number)
    tables = [table for table in Table.metadata.sorted_tables if table.name not in _DERIVED]
    columns = [table.c.listing_id for table in tables if "listing_id" in table.c] + [SamenessRow.other_id]
    return {one for column in columns for one in connection.scalars(select(column).where(column.in_(spoken_of)))}


def take_back(connection: Connection, number: int, run: Run, found: Brought) -> None:
    """Take out what an import brought: statements, listings that only it named, contradictions nobody has decided.

    Contradictions that were over by it are open again. All that was touched is queued for the index.
    """
    goes = sorted({*found.told, *found.repeated} - {*found.kept})
    known = sameness(connection)
    mark_changed(connection, sorted({one for key in goes for one in known.family(key)}), bump(connection))
    by_nobody = or_(ConflictRow.settled_at.is_(None), ConflictRow.decision == str(Decision.OVERTAKEN))
    for some in chunks(goes):
        connection.execute(delete(StatementRow).where(StatementRow.run_id == number, StatementRow.listing_id.in_(some)))
        own = ConflictRow.run_id == number, ConflictRow.listing_id.in_(some)
        connection.execute(delete(ConflictRow).where(*own, by_nobody))
        was_over = (
            ConflictRow.decision == str(Decision.OVERTAKEN),
            ConflictRow.settled_at == utc(run.recorded_at),
            ConflictRow.said["source"].as_string() == run.source,
            ConflictRow.listing_id.in_(some),
        )
        open_again = {"decision": None, "settled_at": None, "settled_by": None, "because": ""}
        connection.execute(update(ConflictRow).where(*was_over).values(**open_again))
    for some in chunks(found.alone):
        connection.execute(delete(ListingRow).where(ListingRow.id.in_(some)))
