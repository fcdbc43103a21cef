"""The lists that were handed to families: kept as they were frozen, and shared by a link for a while."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, insert, select, update

from directory.case import Handout
from directory.sameness import Sameness
from directory.store.looked import note
from directory.store.sameness import sameness, standing_in
from directory.tables import HandoutRow, utc

_HANDOUT: Final = tuple(getattr(HandoutRow, name) for name in Handout.__dataclass_fields__)


def add_handout(connection: Connection, handout: Handout) -> Handout:
    """Keep a frozen list under a number of its own."""
    row = {"case_id": handout.case_id, "account": handout.account, "snapshot": dict(handout.snapshot)}
    added = insert(HandoutRow).values(**row, made_at=utc(handout.made_at), share_digest=None, share_until=None)
    number = connection.execute(added.returning(HandoutRow.id)).scalar_one()
    return next(one for one in handouts(connection, handout.case_id) if one.id == number)


def handouts(connection: Connection, case_id: str) -> list[Handout]:
    """A case's hand-outs, the newest last."""
    query = select(*_HANDOUT).where(HandoutRow.case_id == case_id).order_by(HandoutRow.id)
    known = sameness(connection)
    return [_handout(row, known) for row in connection.execute(query)]


def share_handout(connection: Connection, number: int, digest: str | None, until: datetime | None) -> None:
    """Share a hand-out under the digest of its link until a moment, or no longer."""
    told = {"share_digest": digest, "share_until": utc(until) if until else None}
    connection.execute(update(HandoutRow).where(HandoutRow.id == number).values(**told))


def shared_handout(connection: Connection, digest: str, now: datetime) -> Handout | None:
    """The hand-out that a link leads to; None where there is none, or its time is over, or it was revoked."""
    alive = HandoutRow.share_digest == digest, HandoutRow.share_until > utc(now)
    row = connection.execute(select(*_HANDOUT).where(*alive)).first()
    note((row.case_id,) if row else ())
    return _handout(row, sameness(connection)) if row else None


def _handout(row: Any, known: Sameness) -> Handout:
    until = datetime.fromisoformat(row.share_until) if row.share_until else None
    snapshot = standing_in(row.snapshot, known) if known.merged else row.snapshot
    return Handout(row.id, row.case_id, row.account, datetime.fromisoformat(row.made_at), snapshot, until)
