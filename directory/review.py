"""What an import brings to review, and what staff do about it: contradictions are opened, settled, and opened again.

Each is part of one transaction; what people confirmed stands until one of them decides.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from directory import conflicts, store
from directory.account import Who
from directory.conflicts import Conflict, Decision, Far, Opened, Settled
from directory.database import Database
from directory.listing import Statement
from directory.resolve import Said


@dataclass(frozen=True, slots=True)
class Review:
    """What new statements contradict: conflicts to open, and open ones that are over."""

    to_open: tuple[Conflict, ...] = ()
    over: tuple[Opened, ...] = ()


@dataclass(frozen=True, slots=True)
class Saying:
    """A statement that is about to be appended: what was recorded of its listing before, and what comes beside it.

    Only what was recorded before can be contradicted: what a file says against itself was settled where it comes from.
    """

    new: Statement
    before: Sequence[Said] = ()
    beside: Sequence[Said] = ()

    def contradictions(self) -> Iterator[Conflict]:
        """Where it says otherwise than what a person confirmed."""
        if not self.before:
            return
        here = {one.statement.provenance for one in self.before}
        found = conflicts.with_people((*self.before, *self.beside), self.new)
        yield from (conflict for conflict in found if conflict.stands.provenance in here)


class AlreadySettled(LookupError):
    """There is no such conflict in this state: somebody else was first."""


def review(connection: Connection, new: Sequence[Statement], again: Sequence[Statement], far: Far) -> Review:
    """What statements that are about to be appended contradict, of what people confirmed and of where their ZIP code is.

    `again` are those by which a source only repeats on a later day what it said: people may have confirmed otherwise since.
    """
    confirmed = store.confirmed(connection)
    statements = [*new, *(one for one in again if one.listing_id in confirmed)]
    mine = [one.listing_id for one in statements if one.listing_id in confirmed]
    standing = store.stands_for(connection, mine)
    recorded = {one.listing_id: one.said for one in store.recorded(connection, mine)}
    said = {key: recorded[root] for key, root in standing.items()}
    return weigh(connection, [Saying(one, said.get(one.listing_id, ())) for one in statements], far)


def weigh(connection: Connection, sayings: Sequence[Saying], far: Far) -> Review:
    """The same of statements of which it is known already what was recorded before."""
    told = [one for one in sayings if not one.new.withdrawn]
    found = [conflict for one in told for conflict in one.contradictions()]
    found += [conflict for one in told if one.new.point for conflict in conflicts.with_its_zip(one.new, far)]
    spoke = {one.new.listing_id for one in told if one.before or one.new.point}
    known = store.conflicts_of(connection, sorted(spoke))
    before = {
        (one.new.listing_id, one.new.source): there.statement
        for one in told
        for there in one.before
        if _same_place(there.statement, one.new) and not there.statement.repeats
    }
    over = conflicts.overtaken(known, found, [one.new for one in told])
    return Review(tuple(conflicts.to_open(found, known, before)), tuple(over))


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
