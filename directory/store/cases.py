"""Cases in the database: opened, shared with colleagues, worked on, and erased without a trace."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from directory.case import Call, Case, Outcome, Reached, Seen, Step, StepKind, holds
from directory.store.looked import note
from directory.store.sameness import sameness
from directory.tables import (
    AskedRow,
    CaseCallRow,
    CaseMemberRow,
    CaseRow,
    CaseSeenRow,
    CaseStepRow,
    utc,
)

_CALL: Final = tuple(getattr(CaseCallRow, name) for name in Call.__dataclass_fields__)
_VARIED: Final = ("as_of", "must", "within_miles")
"""What the pages of the list let people vary: a need that differs in these alone is the same need."""


class Taken(LookupError):
    """Somebody else is on that call."""


# --- cases ---------------------------------------------------------------------------------------------------------


def open_case(connection: Connection, case: Case) -> None:
    """Write a new case down."""
    told = {"id": case.id, "code_name": case.code_name, "owner": case.owner, "need": dict(case.need), "ended": None}
    times = {"created_at": utc(case.created_at), "purge_after": utc(case.purge_after)}
    connection.execute(insert(CaseRow), told | times)


def cases_of(connection: Connection, account: int) -> list[Case]:
    """The cases that an account owns or was let into, the newest first."""
    inside = select(CaseMemberRow.case_id).where(CaseMemberRow.account == account)
    query = select(CaseRow.__table__).where(or_(CaseRow.owner == account, CaseRow.id.in_(inside)))
    found = [_case(connection, row) for row in connection.execute(query.order_by(CaseRow.created_at.desc(), CaseRow.id))]
    note(case.id for case in found)
    return found


def code_names(connection: Connection, account: int) -> list[str]:
    """The code names of the cases that an account owns."""
    return [*connection.scalars(select(CaseRow.code_name).where(CaseRow.owner == account))]


def case_for(connection: Connection, case_id: str, account: int) -> Case | None:
    """A case for those whose it is; None for anybody else, as if there were none."""
    case = case_with(connection, case_id)
    if case is None or account not in {case.owner, *case.members}:
        return None
    note((case.id,))
    return case


def case_with(connection: Connection, case_id: str) -> Case | None:
    """A case by its id, whosever it is: for the program's own work, never for what somebody asks to see."""
    row = connection.execute(select(CaseRow.__table__).where(CaseRow.id == case_id)).first()
    return _case(connection, row) if row else None


def _case(connection: Connection, row: Any) -> Case:
    members = connection.scalars(select(CaseMemberRow.account).where(CaseMemberRow.case_id == row.id))
    return Case(
        id=row.id,
        code_name=row.code_name,
        owner=row.owner,
        created_at=datetime.fromisoformat(row.created_at),
        purge_after=datetime.fromisoformat(row.purge_after),
        need=row.need,
        members=frozenset(members),
        ended=row.ended or "",
        holds=holds(calls(connection, row.id)),
    )


def change_case(connection: Connection, case: Case) -> None:
    """Write down another code name, a changed need, another end of its keeping, or what came of it."""
    told = {
        "code_name": case.code_name,
        "need": dict(case.need),
        "purge_after": utc(case.purge_after),
        "ended": case.ended or None,
    }
    connection.execute(update(CaseRow).where(CaseRow.id == case.id).values(**told))


def let_in(connection: Connection, case_id: str, account: int) -> None:
    """Let a colleague into a case; nothing changes for one who is in already."""
    known = connection.scalar(
        select(CaseMemberRow.account).where(CaseMemberRow.case_id == case_id, CaseMemberRow.account == account)
    )
    if known is None:
        connection.execute(insert(CaseMemberRow), {"case_id": case_id, "account": account})


def put_out(connection: Connection, case_id: str, account: int) -> None:
    """Let a colleague into a case no longer."""
    connection.execute(delete(CaseMemberRow).where(CaseMemberRow.case_id == case_id, CaseMemberRow.account == account))


def purge_case(connection: Connection, case_id: str) -> None:
    """Erase a case with all that hangs on it."""
    connection.execute(delete(CaseRow).where(CaseRow.id == case_id))


def forget_need(connection: Connection, token: str) -> None:
    """Erase a need that was kept under an opaque name."""
    connection.execute(delete(AskedRow).where(AskedRow.token == token))


def forget_needs_like(connection: Connection, need: Mapping[str, Any]) -> None:
    """Erase the kept needs that say the same as this one, at whatever time, with whatever must-haves and travel limit."""
    for token, kept in connection.execute(select(AskedRow.token, AskedRow.need)).all():
        if _essence(kept) == _essence(need):
            forget_need(connection, token)


def _essence(need: Mapping[str, Any]) -> dict[str, Any]:
    return {name: said for name, said in need.items() if name not in _VARIED}


def cases_due(connection: Connection, now: datetime) -> tuple[str, ...]:
    """The cases whose time is over."""
    return tuple(connection.scalars(select(CaseRow.id).where(CaseRow.purge_after <= utc(now)).order_by(CaseRow.id)))


# --- what is done by hand, and what was seen -----------------------------------------------------------------------


def add_step(connection: Connection, case_id: str, step: Step) -> None:
    """Append something done to the board by hand."""
    row = {name: getattr(step, name) for name in ("listing_id", "because", "account", "place")}
    connection.execute(insert(CaseStepRow), row | {"case_id": case_id, "kind": str(step.kind), "at": utc(step.at)})


def steps(connection: Connection, case_id: str) -> list[Step]:
    """Everything done to the board by hand, in its order."""
    rows = connection.execute(select(CaseStepRow.__table__).where(CaseStepRow.case_id == case_id).order_by(CaseStepRow.id))
    known = sameness(connection)
    return [_step(row, known.stands_for(row.listing_id)) for row in rows]


def _step(row: Any, listing_id: str) -> Step:
    return Step(listing_id, StepKind(row.kind), row.because, row.account, datetime.fromisoformat(row.at), row.place)


def seen(connection: Connection, case_id: str, account: int) -> Seen | None:
    """What an account last saw of a board; None before the first look."""
    mine = CaseSeenRow.case_id == case_id, CaseSeenRow.account == account
    row = connection.execute(select(CaseSeenRow.at, CaseSeenRow.stood).where(*mine)).first()
    if row is None:
        return None
    known = sameness(connection)
    merged_first = sorted(row.stood.items(), key=lambda one: one[0] not in known.merged)
    return Seen(datetime.fromisoformat(row.at), {known.stands_for(key): told for key, told in merged_first})


def remember_seen(connection: Connection, case_id: str, account: int, now: Seen) -> None:
    """Remember what an account sees of a board."""
    connection.execute(delete(CaseSeenRow).where(CaseSeenRow.case_id == case_id, CaseSeenRow.account == account))
    row = {"case_id": case_id, "account": account, "at": utc(now.at), "stood": dict(now.stood)}
    connection.execute(insert(CaseSeenRow), row)


# --- calls ---------------------------------------------------------------------------------------------------------


def claim_call(connection: Connection, call: Call, now: datetime) -> Call:
    """Take a call on: one's own is prolonged, one whose claim ran out is taken over; raises Taken where somebody is on it."""
    for known in calls(connection, call.case_id, call.listing_id):
        if known.closed_at is None:
            if known.account != call.account and known.open_at(now):
                raise Taken("somebody else is on this call")
            taken = {"account": call.account, "claim_until": utc(call.claim_until)}
            connection.execute(update(CaseCallRow).where(CaseCallRow.id == known.id).values(**taken))
            return calls(connection, call.case_id, call.listing_id)[-1]
    try:
        connection.execute(insert(CaseCallRow), _call_row(call))
    except IntegrityError as error:
        raise Taken("somebody else has just taken this call") from error
    return calls(connection, call.case_id, call.listing_id)[-1]


def change_call(connection: Connection, call: Call) -> None:
    """Write down what a call has come to so far; which listing was called stays as it was written."""
    row = {name: told for name, told in _call_row(call).items() if name != "listing_id"}
    connection.execute(update(CaseCallRow).where(CaseCallRow.id == call.id).values(**row))


def release_call(connection: Connection, call: Call) -> None:
    """Give a call that came to nothing back."""
    connection.execute(delete(CaseCallRow).where(CaseCallRow.id == call.id, CaseCallRow.closed_at.is_(None)))


def calls(connection: Connection, case_id: str, listing_id: str | None = None) -> list[Call]:
    """A case's calls, to one listing or to all, in the order in which they were taken on."""
    known = sameness(connection)
    query = select(*_CALL).where(CaseCallRow.case_id == case_id).order_by(CaseCallRow.id)
    found = query if listing_id is None else query.where(CaseCallRow.listing_id.in_(known.family(listing_id)))
    called = (_call(row) for row in connection.execute(found))
    return [replace(call, listing_id=known.stands_for(call.listing_id)) for call in called]


def _call_row(call: Call) -> dict[str, Any]:
    told = {name: getattr(call, name) for name in ("case_id", "listing_id", "account", "reached", "outcome")}
    times = {name: getattr(call, name) for name in ("claimed_at", "claim_until", "closed_at", "call_back_at")}
    written = {name: utc(moment) if moment else None for name, moment in times.items()}
    return told | written | {"spoke_with": call.spoke_with or None, "answers": dict(call.answers)}


def _call(row: Any) -> Call:
    told = row._asdict()
    for name in ("claimed_at", "claim_until", "closed_at", "call_back_at"):
        told[name] = datetime.fromisoformat(told[name]) if told[name] else None
    told["reached"] = Reached(row.reached) if row.reached else None
    told["outcome"] = Outcome(row.outcome) if row.outcome else None
    return Call(**(told | {"spoke_with": row.spoke_with or ""}))
