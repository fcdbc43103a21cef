"""What people decided about listings that may be one place, in the database; and which listing stands for which."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from directory.sameness import Decided, Decision, Sameness
from directory.tables import SamenessRow, utc


def decisions(connection: Connection) -> list[Decided]:
    """Everything that was decided, in its order."""
    columns = [getattr(SamenessRow, name) for name in Decided.__dataclass_fields__]
    return [_decided(row) for row in connection.execute(select(*columns).order_by(SamenessRow.id))]


def _decided(row: Any) -> Decided:
    return Decided(**row._asdict() | {"decision": Decision(row.decision), "at": datetime.fromisoformat(row.at)})


def sameness(connection: Connection) -> Sameness:
    """What stands of it."""
    return Sameness.of(decisions(connection))


def write_decision(connection: Connection, new: Decided) -> None:
    """Write a decision down; raises CannotUnderstand for one that makes no sense as things stand.

    Whoever decides a merge marks the listings as changed beside it: see `store.decide`.
    """
    sameness(connection).check(new)
    row = {name: getattr(new, name) for name in Decided.__dataclass_fields__}
    connection.execute(insert(SamenessRow), row | {"decision": str(new.decision), "at": utc(new.at)})


def stands_for(connection: Connection, ids: Iterable[str]) -> dict[str, str]:
    """By each of these ids the listing that stands for it: itself, or the one it was merged into."""
    known = sameness(connection)
    return {key: known.stands_for(key) for key in ids}


def with_standing(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Rows that name a listing, as naming the one that stands for it."""
    known = sameness(connection)
    return [{**row, "listing_id": known.stands_for(row["listing_id"])} for row in rows]


def standing_in(told: Any, known: Sameness) -> Any:
    """What was frozen as JSON, its listings under the ids of those that stand for them now."""
    if isinstance(told, Mapping):
        ids = {"id": known.stands_for(told["id"])} if isinstance(told.get("id"), str) else {}
        return {name: standing_in(value, known) for name, value in told.items()} | ids
    return [standing_in(value, known) for value in told] if isinstance(told, list) else told
