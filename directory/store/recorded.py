"""All that was recorded of listings, read from the database: of those that were merged as of one."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby, islice
from typing import Any, Final

from sqlalchemy import Connection, func, or_, select

from directory import tables
from directory.availability import Report
from directory.listing import Listing, Vetting
from directory.resolve import NOTHING_SINCE, Locate, Said, Since, resolve
from directory.store.sameness import sameness
from directory.tables import ReportRow, StatementRow, VettingRow

_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Recorded:
    """All that was recorded of one listing: what was said of it, in order, and the reports and vetting since.

    Of one into which others were merged, `merged` has their ids, and `parts` by each id what was recorded since under it.
    """

    listing_id: str
    said: tuple[Said, ...]
    since: Since
    parts: Mapping[str, Since] = field(default_factory=dict)
    merged: tuple[str, ...] = ()


def listings(connection: Connection, locate: Locate, ids: Sequence[str] | None = None) -> Iterator[Listing]:
    """The listings with these ids (all where None), resolved from all that was recorded of them, ordered by id."""
    for one in recorded(connection, ids):
        yield resolve(one.listing_id, one.said, locate, one.since)


def with_id(connection: Connection, text: str) -> list[str]:
    """The listing of this id, or those that a source has under this number of its own."""
    own = or_(StatementRow.listing_id == text, StatementRow.local_id == text)
    return sorted(connection.scalars(select(StatementRow.listing_id).where(own).distinct()))


def speaking_of(connection: Connection, fields: Sequence[str], text: str, begins: bool = False) -> list[str]:
    """The ids of the listings of which anybody ever said this in one of the fields, whatever its capitals; in order.

    With `begins` it is enough that what was said begins so.
    """
    said = [func.lower(StatementRow.said["values"][name].as_string()) for name in fields]
    plain = text.lower()
    holds = or_(*(one.startswith(plain, autoescape=True) if begins else one == plain for one in said))
    return sorted(connection.scalars(select(StatementRow.listing_id).where(holds).distinct()))


def recorded(connection: Connection, ids: Sequence[str] | None = None) -> Iterator[Recorded]:
    """All that was recorded of the listings with these ids, ordered by id (of all where None, in the database's order)."""
    known = sameness(connection)
    if ids is None:
        together = [one for family in known.families.values() for one in family]
        query = select(*tables.SAID).where(StatementRow.listing_id.not_in(together))
        ordered = query.order_by(StatementRow.listing_id, StatementRow.id)
        yield from _with_since(connection, connection.execute(ordered, execution_options={"yield_per": 2000}))
        ids = list(known.families)
    for some in chunks(sorted({known.stands_for(key) for key in ids})):
        yield from _together(connection, [known.family(key) for key in some])


def _together(connection: Connection, families: Sequence[tuple[str, ...]]) -> Iterator[Recorded]:
    """All that was recorded of these listings, each with those that were merged into it."""
    found: dict[str, Recorded] = {}
    for some in chunks([one for family in families for one in family]):
        query = select(*tables.SAID).where(StatementRow.listing_id.in_(some))
        rows = connection.execute(query.order_by(StatementRow.listing_id, StatementRow.id))
        found |= {one.listing_id: one for one in _with_since(connection, rows)}
    for family in families:
        parts = [found[one] for one in family if one in found]
        if len(family) == 1:
            yield from parts
        elif parts:
            yield replace(_joined(family[0], parts), merged=family[1:])


def _joined(listing_id: str, parts: Sequence[Recorded]) -> Recorded:
    said = sorted((one for part in parts for one in part.said), key=lambda one: one.order)
    told = {part.listing_id: part.since for part in parts}
    return Recorded(listing_id, tuple(said), Since.together(told.values()), told)


def _with_since(connection: Connection, rows: Iterable[Any]) -> Iterator[Recorded]:
    """Statements in groups of listings, each group with its reports and vetting in one question more for each."""
    said = ((listing_id, tuple(map(tables.read_said, of_one))) for listing_id, of_one in groupby(rows, key=lambda row: row[0]))
    while some := tuple(islice(said, _AT_ONCE)):
        since = _since(connection, [listing_id for listing_id, _ in some])
        yield from (Recorded(listing_id, said_of, since.get(listing_id, NOTHING_SINCE)) for listing_id, said_of in some)


def _since(connection: Connection, ids: Sequence[str]) -> dict[str, Since]:
    """What was recorded beside the statements of at most `_AT_ONCE` listings."""
    reports, vettings = (
        connection.execute(select(table.__table__).where(table.listing_id.in_(ids)).order_by(table.id)).all()
        for table in (ReportRow, VettingRow)
    )
    found: dict[str, tuple[list[Report], list[Vetting]]] = {row.listing_id: ([], []) for row in (*reports, *vettings)}
    for row in reports:
        found[row.listing_id][0].append(tables.read_report(row))
    for row in vettings:
        found[row.listing_id][1].append(tables.read_vetting(row))
    return {key: Since(*both) for key, both in found.items()}


def chunks(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    """Ids in portions that a query can hold."""
    for start in range(0, len(ids), _AT_ONCE):
        yield ids[start : start + _AT_ONCE]
