"""What staff look at next, what helps most first; and how fresh the facts are that families can see."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from directory import store, values
from directory.account import Who as Auditor
from directory.conflicts import Opened
from directory.listing import Listing, Provenance, Statement
from directory.proposing import known_proposals
from directory.referral import Directory
from directory.resolve import PHONES
from directory.vetting_desk import SOURCE, CheckingDesk, NoSuchListing, known_as
from directory.vetting_file import SOON
from directory.vocabulary import PERSONAL, Answer, SourceKind, VettingState

FRESH: Final = timedelta(days=90)
REFERENCE: Final = "staff, by telephone"
MOST: Final = 200
"""So many contradictions and pairs are shown at most; their own pages have all."""


class Reason(StrEnum):
    """Why staff should look at a listing; the order is that of the work."""

    ON_CASE = "on_case"
    SUSPENDED = "suspended"
    LAPSING = "lapsing"
    CORRECTION = "correction"
    ATTESTED = "attested"
    CONFLICT = "conflict"
    DUPLICATE = "duplicate"
    NEVER_CONFIRMED = "never_confirmed"


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do: why, about which listing, in words; the moment that orders it among its like, and what it is about."""

    reason: Reason
    listing: Listing
    words: str
    due: datetime
    about: str = ""


@dataclass(frozen=True, slots=True)
class Freshness:
    """Of one State (\"\" for all): how many facts families can see, and how many of them a person confirmed in 90 days."""

    state: str
    facts: int
    confirmed: int

    @property
    def share(self) -> int:
        """Whole percent, rounded down, so that it never says more than is so."""
        return 100 * self.confirmed // self.facts if self.facts else 0


# --- what to do next ---------------------------------------------------------------------------------------------------


def tasks(directory: Directory, now: datetime) -> list[Task]:
    """Everything that waits, what helps most first; of one reason the soonest first."""
    with directory.database.reading() as connection:
        held, published = store.on_cases(connection), store.once_published(connection)
        wrong, answered = store.corrections(connection), store.attestations(connection)
        contradicted = store.open_conflicts(connection, MOST)
        ids = {*held, *published, *(one["listing_id"] for one in (*wrong, *answered))}
        ids |= {one.conflict.listing_id for one in contradicted}
        found = {one.id: one for one in store.listings(connection, directory.gazetteer.locate, sorted(ids))}
    told = [
        *_on_cases(found, held, now),
        *_suspended([found[key] for key in published if key in found and key not in held], now),
        *_lapsing([found[key] for key in published if key in found], now),
        *_corrections(found, wrong),
        *_attested(found, answered),
        *_contradicted(found, contradicted),
        *_twice(directory, now),
        *_never_confirmed([found[key] for key in published if key in found], now),
    ]
    order = list(Reason)
    return sorted(told, key=lambda task: (order.index(task.reason), task.due, task.listing.id, task.about))


def _on_cases(found: dict[str, Listing], held: dict[str, int], now: datetime) -> Iterator[Task]:
    for listing_id, cases in held.items():
        listing = found.get(listing_id)
        if listing is None or listing.published(now):
            continue
        state = str(listing.vetting(now)).replace("_", " ")
        on = "a case" if cases == 1 else f"{cases} cases"
        yield Task(Reason.ON_CASE, listing, f"On {on}, and {'not vetted' if state == 'new' else state}", now - timedelta(cases))


def _suspended(published: Iterable[Listing], now: datetime) -> Iterator[Task]:
    """What a complaint or a check took off the lists, and nobody has decided about since."""
    for listing in published:
        if listing.vetting(now) is VettingState.SUSPENDED:
            last = max((one for one in listing.vettings if one.at <= now), key=lambda one: one.order)
            yield Task(Reason.SUSPENDED, listing, f"Suspended: {last.because or 'no reason is written down'}", last.at)


def _lapsing(published: Iterable[Listing], now: datetime) -> Iterator[Task]:
    for listing in published:
        last = max((one for one in listing.vettings if one.at <= now), key=lambda one: one.order)
        ends = min(filter(None, (last.until, listing.licence_expires)), default=None)
        state = listing.vetting(now)
        if state is VettingState.LAPSED:
            yield Task(Reason.LAPSING, listing, "Lapsed: families do not see it any more", last.at)
        elif ends and listing.published(now) and ends <= (now + SOON).date():
            due = datetime.combine(ends, now.timetz())
            yield Task(Reason.LAPSING, listing, f"Lapses on {ends:%B} {ends.day}, {ends.year}", due)


def _corrections(found: dict[str, Listing], wrong: Sequence[Any]) -> Iterator[Task]:
    for one in wrong:
        if one["listing_id"] in found:
            listing, told = found[one["listing_id"]], str(one["kind"]).replace("_", " ").capitalize()
            about = {phone.number: str(phone) for phone in listing.phones}.get(one["found"], one["found"])
            words = f"{told}: {about}" if about else told
            opened_at = datetime.fromisoformat(one["opened_at"])
            yield Task(Reason.CORRECTION, listing, words, opened_at, str(one["id"]))


def _attested(found: dict[str, Listing], answered: Sequence[Any]) -> Iterator[Task]:
    for one in answered:
        if one["listing_id"] in found:
            at = datetime.fromisoformat(one["answered_at"])
            yield Task(Reason.ATTESTED, found[one["listing_id"]], "The center told us what is so", at, one["digest"])


def _contradicted(found: dict[str, Listing], contradicted: Sequence[Opened]) -> Iterator[Task]:
    for one in contradicted:
        if one.conflict.listing_id in found:
            conflict = one.conflict
            sides = (conflict.in_words(side) for side in (conflict.stands, conflict.said))
            words = f"{conflict.called.capitalize()}: we hold {' and a newer file says '.join(sides)}"
            yield Task(Reason.CONFLICT, found[one.conflict.listing_id], words, one.at, str(one.number))


def _twice(directory: Directory, now: datetime) -> Iterator[Task]:
    """The pairs that were worked out already: to work them out takes seconds, and is done elsewhere (`directory.builder`)."""
    for one in (known_proposals(directory) or ())[:MOST]:
        words = f"May be one place with {one.second.name}"
        yield Task(Reason.DUPLICATE, one.first, words, now - timedelta(one.score), one.second.id)


def _never_confirmed(published: Iterable[Listing], now: datetime) -> Iterator[Task]:
    for listing in published:
        if listing.published(now) and listing.confirmed_at is None:
            yield Task(Reason.NEVER_CONFIRMED, listing, "Published, and no person has confirmed its facts", now)


# --- done in place -----------------------------------------------------------------------------------------------------


def confirm(desk: CheckingDesk, listing_id: str) -> None:
    """Say that what is published of a listing was read to the center, and is so; raises NoSuchListing."""
    with desk.directory.database.writing() as connection:
        recorded = next(iter(store.recorded(connection, [listing_id])), None)
        if recorded is None:
            raise NoSuchListing(listing_id)
        found = next(store.listings(connection, desk.directory.gazetteer.locate, [listing_id]))
        said = {answer: frozenset(code for code, fact in found.facts.items() if fact.answer is answer) for answer in Answer}
        phones = {name: one for name, one in _numbers(recorded).items() if name in PHONES}
        told = Statement(
            SOURCE, f"{listing_id}/confirmed", _by(desk), phones, said[Answer.YES], said[Answer.NO], about=listing_id
        )
        store.append(connection, [told], None)
        store.audit(connection, Auditor(desk.account.name, desk.now), "facts confirmed", listing_id)


def correct(desk: CheckingDesk, number: int, number_now: str, closed: bool = False) -> str:
    """Settle a correction: with the right number, or as closed for good; with neither, what was held is right.

    Returns the listing's id. Raises ValueError, in words, for a number that can't be read, NoSuchListing for no such task.
    """
    right = values.phone(number_now) if number_now.strip() else ""
    with desk.directory.database.writing() as connection:
        task = next((one for one in store.corrections(connection) if one["id"] == number), None)
        if task is None:
            raise NoSuchListing(str(number))
        listing_id = str(task["listing_id"])
        recorded = next(iter(store.recorded(connection, [listing_id])))
        told = Statement(SOURCE, f"{listing_id}/correction-{number}", _by(desk), about=listing_id)
        if closed:
            told = replace(told, no=frozenset(("status.operating",)))
        elif right:
            told = replace(told, values=_replacing(_numbers(recorded), str(task["found"]), right))
        if told.values or told.no:
            store.append(connection, [told], None)
        store.close_correction(connection, number, desk.now)
        store.audit(connection, Auditor(desk.account.name, desk.now), "correction settled", listing_id)
    return listing_id


def _by(desk: CheckingDesk) -> Provenance:
    return Provenance(SOURCE, SourceKind.STAFF_CALL, REFERENCE, desk.now.date(), known_as(desk.account))


def _numbers(recorded: store.Recorded) -> dict[str, str]:
    """Its telephone numbers by field, as they stand last in what was said."""
    told: dict[str, str] = {}
    for one in recorded.said:
        told |= {name: one.statement.values[name] for name in PHONES if name in one.statement.values}
    return told


def _replacing(numbers: dict[str, str], wrong: str, right: str) -> dict[str, str]:
    """The fields in which the wrong number stands, with the right one; where it stands nowhere, the direct line."""
    digits = "".join(filter(str.isdigit, wrong))[:10]
    held = {name: right for name, said in numbers.items() if said.partition("x")[0] == digits}
    return held or {"direct_line": right}


# --- how fresh the published facts are ----------------------------------------------------------------------------------


def freshness(directory: Directory, now: datetime) -> list[Freshness]:
    """The share of published facts that a person confirmed in 90 days: of all first, then State by State."""
    with directory.database.reading() as connection:
        ids = store.once_published(connection)
        found = list(store.listings(connection, directory.gazetteer.locate, ids))
    published = [listing for listing in found if listing.published(now)]
    states = sorted({listing.address.state_province for listing in published})
    return [_freshness("", published, now)] + [
        _freshness(state, [one for one in published if one.address.state_province == state], now) for state in states
    ]


def _freshness(state: str, published: Sequence[Listing], now: datetime) -> Freshness:
    said = [
        by for listing in published for by in (*(fact.provenance for fact in listing.facts.values()), *listing.said_by.values())
    ]
    since = (now - FRESH).date()
    return Freshness(state, len(said), sum(by.kind in PERSONAL and by.observed_at >= since for by in said))
