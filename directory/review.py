"""What an import brings to review, and what staff do about it: contradictions are opened, settled, and opened again.

Each is part of one transaction; what people confirmed stands until one of them decides.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from directory import conflicts, store
from directory.account import Who
from directory.conflicts import Conflict, Decision, Far, Opened, Settled
from directory.database import Database
from directory.listing import Statement


@dataclass(frozen=True, slots=True)
class Review:
    """What new statements contradict: conflicts to open, and open ones that are over."""

    to_open: tuple[Conflict, ...] = ()
    over: tuple[Opened, ...] = ()


class AlreadySettled(LookupError):
    """There is no such conflict in this state: somebody else was first."""


def review(connection: Connection, statements: Sequence[Statement], far: Far) -> Review:
    """What statements that are about to be appended contradict, of what people confirmed and of where their ZIP code is."""
    confirmed = store.confirmed(connection)
    told = [one for one in statements if not one.withdrawn]
    mine = {one.listing_id: one for one in told if one.listing_id in confirmed}
    standing = store.stands_for(connection, mine)
    recorded = {one.listing_id: one.said for one in store.recorded(connection, [*mine])}
    said = {key: recorded[root] for key, root in standing.items()}
    found = [conflict for key, one in mine.items() for conflict in conflicts.with_people(said[key], one)]
    found += [conflict for one in told if one.point for conflict in conflicts.with_its_zip(one, far)]
    spoke = {conflict.listing_id for conflict in found} | mine.keys() | {one.listing_id for one in told if one.point}
    known = store.conflicts_of(connection, sorted(spoke))
    before = {key: one.statement for key in said for one in said[key] if _same_place(one.statement, mine[key])}
    return Review(tuple(conflicts.to_open(found, known, before)), tuple(conflicts.overtaken(known, found, told)))


def _same_place(one: Statement, other: Statement) -> bool:
    """Whether two statements are of one source about what it has as one place; merged listings have several of one source."""
    return (one.source, one.local_id) == (other.source, other.local_id)


def record(connection: Connection, reviewed: Review, run_id: int | None, who: Who) -> None:
    """Write down what a review found."""
    store.add_conflicts(connection, reviewed.to_open, run_id, who.at)
    over = Settled(Decision.OVERTAKEN, who.at, who.name, "the source says something else by now")
    for one in reviewed.over:
        store.settle_conflict(connection, one.number, over)


def settle(database: Database, number: int, settled: Settled, who: Who) -> None:
    """Decide a conflict; to take the new is a statement of staff, of today. Raises AlreadySettled.

    `who` stands in the audit; beside the listing stands `settled.by`.
    """
    with database.writing() as connection:
        opened = store.conflict(connection, number)
        if opened is None or not store.settle_conflict(connection, number, settled):
            raise AlreadySettled(number)
        if settled.decision is Decision.TAKEN:
            store.append(connection, [conflicts.taken(opened.conflict, settled.by, settled.at.date())], None)
        store.audit(connection, who, f"conflict {settled.decision}", opened.conflict.listing_id)


def open_again(database: Database, number: int, by: str, who: Who) -> None:
    """Take a decision back; what was said with it is said no more. Raises AlreadySettled."""
    with database.writing() as connection:
        opened = store.conflict(connection, number)
        if opened is None or opened.settled is None or not store.reopen_conflict(connection, number):
            raise AlreadySettled(number)
        if opened.settled.decision is Decision.TAKEN:
            store.append(connection, [conflicts.taken_back(opened.conflict, by, who.at.date())], None)
        store.audit(connection, who, "conflict opened again", opened.conflict.listing_id)
