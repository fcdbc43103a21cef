"""The checking of listings in the database: its steps are appended, and never changed; and which cases hold a listing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain
from typing import Any

from sqlalchemy import Connection, insert, select, update

from directory.store.listings import count as count_listings
from directory.store.looked import note
from directory.store.sameness import sameness, stands_for, with_standing
from directory.tables import (
    AccountRow,
    AttestationRow,
    CaseCallRow,
    CaseRow,
    CaseSeenRow,
    CaseStepRow,
    CorrectionRow,
    HandoutRow,
    VettingRow,
    VettingStepRow,
    utc,
)
from directory.vetting_file import Outcome, Step, StepKind, Who
from directory.vocabulary import PUBLISHED, VettingState


def append_vetting_step(connection: Connection, listing_id: str, step: Step) -> None:
    """Write down what somebody did about the checking of a listing."""
    row = {
        "listing_id": listing_id,
        "kind": str(step.kind),
        "account": step.who.account,
        "by": step.who.by,
        "at": utc(step.who.at),
        "item": step.item,
        "outcome": str(step.outcome) if step.outcome else None,
        "words": step.words,
        "until": step.until.isoformat() if step.until else None,
    }
    connection.execute(insert(VettingStepRow), row)


def vetting_steps(connection: Connection, listing_ids: Sequence[str]) -> Mapping[str, tuple[Step, ...]]:
    """Every step of the checking of these listings, in the order in which they were written down."""
    known = sameness(connection)
    of = {one: key for key in listing_ids for one in known.family(key)}
    query = select(VettingStepRow.__table__).where(VettingStepRow.listing_id.in_(of)).order_by(VettingStepRow.id)
    found: dict[str, tuple[Step, ...]] = dict.fromkeys(listing_ids, ())
    for row in connection.execute(query):
        found[of[row.listing_id]] += (_step(row),)
    return found


def _step(row: Any) -> Step:
    return Step(
        kind=StepKind(row.kind),
        who=Who(row.account, row.by, datetime.fromisoformat(row.at)),
        item=row.item,
        outcome=Outcome(row.outcome) if row.outcome else None,
        words=row.words,
        until=date.fromisoformat(row.until) if row.until else None,
    )


@dataclass(frozen=True, slots=True)
class Holding:
    """A case that holds a listing: its id, its code name, whose it is, and where the listing stands in it."""

    case_id: str
    code_name: str
    owner: str
    where: tuple[str, ...]


def cases_holding(connection: Connection, listing_id: str) -> list[Holding]:
    """The open cases in which a listing was called, placed by hand, shown on the board, or handed out; by code name."""
    places: dict[str, list[str]] = {}
    family = sameness(connection).family(listing_id)
    for words, query in (
        ("called", select(CaseCallRow.case_id).where(CaseCallRow.listing_id.in_(family))),
        ("placed by hand", select(CaseStepRow.case_id).where(CaseStepRow.listing_id.in_(family))),
    ):
        for case_id in connection.scalars(query.distinct()):
            places.setdefault(case_id, []).append(words)
    for case_id in dict.fromkeys(case_id for case_id, shown in _on_boards(connection) if shown in family):
        places.setdefault(case_id, []).append("on the board")
    for case_id, snapshot in connection.execute(select(HandoutRow.case_id, HandoutRow.snapshot)):
        if _names(snapshot, family) and "handed out" not in places.setdefault(case_id, []):
            places[case_id].append("handed out")
    rows = connection.execute(
        select(CaseRow.id, CaseRow.code_name, AccountRow.name)
        .join(AccountRow, AccountRow.id == CaseRow.owner)
        .where(CaseRow.id.in_([case_id for case_id, where in places.items() if where]), CaseRow.ended.is_(None))
    )
    found = sorted((Holding(*row, where=tuple(places[row.id])) for row in rows), key=lambda one: one.code_name)
    note(one.case_id for one in found)
    return found


def _on_boards(connection: Connection) -> Iterator[tuple[str, str]]:
    """Each case with each listing, under the id of then, that its board last showed to somebody."""
    for case_id, stood in connection.execute(select(CaseSeenRow.case_id, CaseSeenRow.stood).order_by(CaseSeenRow.case_id)):
        for listing_id in stood:
            yield case_id, listing_id


def _names(told: Any, family: Sequence[str]) -> bool:
    """Whether a hand-out names a listing, under any of its ids, wherever in it."""
    if isinstance(told, Mapping):
        return any(_names(value, family) for value in told.values())
    if isinstance(told, Sequence) and not isinstance(told, str):
        return any(_names(value, family) for value in told)
    return told in family


# --- what centers say of themselves ------------------------------------------------------------------------------------


def invite_attestation(connection: Connection, digest: str, listing_id: str, by: tuple[int, datetime, datetime]) -> None:
    """Write down a link that was made for a center: by which account, when, and until when it works."""
    account, made_at, expires_at = by
    row = {"digest": digest, "listing_id": listing_id, "account": account, "answers": {}}
    connection.execute(insert(AttestationRow), row | {"made_at": utc(made_at), "expires_at": utc(expires_at)})


def invited_attestation(connection: Connection, digest: str, now: datetime) -> str | None:
    """The id of the listing that a link is for; None for one that works no more."""
    query = select(AttestationRow.listing_id).where(AttestationRow.digest == digest, AttestationRow.answered_at.is_(None))
    found = connection.scalar(query.where(AttestationRow.expires_at > utc(now)))
    return stands_for(connection, [found])[found] if found else None


def answer_attestation(connection: Connection, digest: str, answers: Mapping[str, Any], now: datetime) -> bool:
    """Keep what a center said by a link, once; whether the link still worked."""
    open_still = (AttestationRow.digest == digest, AttestationRow.answered_at.is_(None), AttestationRow.expires_at > utc(now))
    told = {"answered_at": utc(now), "answers": dict(answers)}
    return bool(connection.execute(update(AttestationRow).where(*open_still).values(**told)).rowcount)


def attestations(connection: Connection) -> list[Mapping[str, Any]]:
    """What centers said that staff have not looked at, the oldest first."""
    waiting = (AttestationRow.answered_at.is_not(None), AttestationRow.settled_at.is_(None))
    query = select(AttestationRow.__table__).where(*waiting).order_by(AttestationRow.answered_at, AttestationRow.digest)
    return with_standing(connection, [row._asdict() for row in connection.execute(query)])


def settle_attestation(connection: Connection, digest: str, now: datetime, by: str) -> None:
    """Staff have looked."""
    settled = {"settled_at": utc(now), "settled_by": by}
    connection.execute(update(AttestationRow).where(AttestationRow.digest == digest).values(**settled))


# --- which listings staff look at --------------------------------------------------------------------------------------


def once_published(connection: Connection) -> list[str]:
    """The ids of the listings that were ever vetted: those that may be published now, or have lapsed."""
    return sorted({*published_under(connection).values()})


def count_unchecked(connection: Connection) -> int:
    """How many listings nobody has decided about yet: never vetted, and never rejected or suspended."""
    undecided = [str(VettingState.NEW), str(VettingState.IN_REVIEW)]
    query = select(VettingRow.listing_id).where(VettingRow.state.not_in(undecided)).distinct()
    return count_listings(connection) - len({*stands_for(connection, connection.scalars(query)).values()})


def published_under(connection: Connection) -> dict[str, str]:
    """Every id under which a listing was ever published, with the listing that stands for it now; that one among them."""
    query = select(VettingRow.listing_id).where(VettingRow.state.in_([str(state) for state in PUBLISHED]))
    standing = stands_for(connection, connection.scalars(query.distinct()))
    return standing | {key: key for key in standing.values()}


def on_cases(connection: Connection) -> dict[str, int]:
    """The listings that open cases called, placed by hand or show on their boards, each with how many cases hold it."""
    still = {*connection.scalars(select(CaseRow.id).where(CaseRow.ended.is_(None)))}
    found: dict[str, set[str]] = {}
    known = sameness(connection)
    by_hand = (connection.execute(select(table.case_id, table.listing_id)) for table in (CaseCallRow, CaseStepRow))
    for case_id, listing_id in chain(*by_hand, _on_boards(connection)):
        if case_id in still:
            found.setdefault(known.stands_for(listing_id), set()).add(case_id)
    return {listing_id: len(cases) for listing_id, cases in sorted(found.items())}


def close_correction(connection: Connection, number: int, now: datetime) -> None:
    """Staff have looked into it."""
    connection.execute(update(CorrectionRow).where(CorrectionRow.id == number).values(closed_at=utc(now)))
