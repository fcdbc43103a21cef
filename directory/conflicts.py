"""Where a source contradicts what stands: what a person confirmed, or where a ZIP code is. Pure; people settle it.

What a person confirmed goes on standing until somebody decides. The same pair of sayings is opened once; it is opened again
only where the source came back to it after it had said something else.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from directory.listing import Address, Point, Provenance, Statement
from directory.normalize import COORDINATES, FIELDS, in_words
from directory.resolve import AUTHORITY, LICENSING_WINS, Said, standing
from directory.vocabulary import PERSONAL, Answer, SourceKind, label

PLACE: Final = "place"
"""What a conflict is about whose two sides are a listing's ZIP code and its coordinates."""
SOURCE: Final = "review"
"""The source of what staff decided."""
_NOT_COMPARED: Final = frozenset((*COORDINATES, "confidential"))

Far = Callable[[Address, Point], float | None]
"""How many miles a point is from an address's ZIP code, where that is too far to be true; else None."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of two sayings: a field's value, an answer, or a place, and who said it when."""

    value: Any
    provenance: Provenance

    def as_json(self) -> dict[str, Any]:
        """The side for programs."""
        by = self.provenance
        told = {"value": self.value, "source": by.source, "kind": str(by.kind), "reference": by.reference}
        return told | {"observed_at": by.observed_at.isoformat(), "recorded_by": by.recorded_by}


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two sayings about one field, term or place of a listing: what stands, and what was said against it.

    `name` is what the listing is called, "" where nobody has said or looked it up.
    """

    listing_id: str
    about: str
    stands: Side
    said: Side
    name: str = field(default="", compare=False)

    @property
    def pair(self) -> tuple[str, str, str, str, str]:
        """What makes two conflicts the same: the sayings and the source, whatever the day."""
        return self.listing_id, self.about, str(self.stands.value), str(self.said.value), self.said.provenance.source

    def as_json(self) -> dict[str, Any]:
        """The conflict for programs."""
        told = {"listing_id": self.listing_id, "name": self.name, "about": self.about, "called": self.called}
        return told | {"stands": self.stands.as_json(), "said": self.said.as_json()}

    def in_words(self, side: Side) -> str:
        """One of its sides as people read it."""
        if self.about == PLACE:
            return f"{'the ZIP code' if side is self.stands else 'the point'} {side.value}"
        return in_words(self.about, side.value) if self.about in FIELDS else str(side.value)

    @property
    def who(self) -> str:
        """The listing that it is about, as it can be told and looked up."""
        return f"{self.name} ({self.listing_id})" if self.name else self.listing_id

    @property
    def called(self) -> str:
        """What people call the thing that it is about."""
        if self.about == PLACE:
            return "where it is"
        return FIELDS[self.about].called if self.about in FIELDS else label(self.about)


class Decision(StrEnum):
    """How a conflict ended: as staff decided, or because the source says something else by now."""

    KEPT = "kept"
    TAKEN = "taken"
    OVERTAKEN = "overtaken"


@dataclass(frozen=True, slots=True)
class Settled:
    """How a conflict ended, when, and by whom."""

    decision: Decision
    at: datetime
    by: str
    because: str = ""


@dataclass(frozen=True, slots=True)
class Opened:
    """A conflict in the directory: its number, since when it is open, and how it was settled if it was."""

    number: int
    conflict: Conflict
    at: datetime
    settled: Settled | None = None

    def as_json(self) -> dict[str, Any]:
        """The conflict with its number and how it ended, for programs."""
        end = self.settled
        told = (
            {"decision": str(end.decision), "settled_at": end.at.isoformat(), "by": end.by, "because": end.because}
            if end
            else {}
        )
        return {"number": self.number, "opened_at": self.at.isoformat()} | self.conflict.as_json() | told


# --- finding ---------------------------------------------------------------------------------------------------------


def with_people(said: Sequence[Said], new: Statement) -> Iterator[Conflict]:
    """Where a new statement says otherwise than what a person confirmed and what goes on standing.

    What speaks of an earlier day than the confirmation says nothing new and is no conflict; nor is what takes its place:
    a newer word of somebody who weighs as much, and what a register of licenses says of a license.
    """
    confirmed: dict[str, Side] = {}
    for person in (one.statement for one in standing(said)):
        if person.provenance.kind in PERSONAL and person.source != new.source:
            confirmed |= {about: Side(value, person.provenance) for about, value in _sayings(person)}
    name = new.name or next((one.statement.name for one in said if one.statement.name), "")
    decides = LICENSING_WINS if new.provenance.kind is SourceKind.LICENSING else ()
    for about, value in _sayings(new):
        stands = confirmed.get(about)
        if stands is None or about.startswith(decides) or not _differ(stands.value, value):
            continue
        if _later(new.provenance, stands.provenance) and not _as_weighty(new.provenance, stands.provenance):
            yield Conflict(new.listing_id, about, stands, Side(value, new.provenance), name)


def _later(new: Provenance, stands: Provenance) -> bool:
    return new.observed_at >= stands.observed_at


def _as_weighty(new: Provenance, stands: Provenance) -> bool:
    return AUTHORITY[new.kind] >= AUTHORITY[stands.kind]


def _sayings(statement: Statement) -> Iterator[tuple[str, Any]]:
    yield from ((name, value) for name, value in statement.values.items() if name not in _NOT_COMPARED)
    yield from ((code, str(Answer.YES)) for code in statement.yes)
    yield from ((code, str(Answer.NO)) for code in statement.no)


def _differ(one: Any, other: Any) -> bool:
    return " ".join(str(one).casefold().split()) != " ".join(str(other).casefold().split())


def with_its_zip(new: Statement, far: Far) -> Iterator[Conflict]:
    """Where a statement's coordinates are too far from its own ZIP code; either side can be wrong."""
    point = new.point
    if point is None:
        return
    values = new.values
    address = Address("", "", values.get("city", ""), values.get("state_province", ""), values.get("postal_code", ""))
    if far(address, point) is not None:
        zip_code = f"{address.postal_code} ({address.place})"
        written = ", ".join(values[name] for name in COORDINATES)
        yield Conflict(new.listing_id, PLACE, Side(zip_code, new.provenance), Side(written, new.provenance), new.name)


def to_open(
    found: Iterable[Conflict], known: Iterable[Opened], before: Mapping[tuple[str, str], Statement]
) -> Iterator[Conflict]:
    """What of the contradictions found is new; `before` is what each source last said, by listing id and source."""
    there: dict[tuple[str, ...], bool] = {}
    for one in known:
        there[one.conflict.pair] = there.get(one.conflict.pair, False) or one.settled is None
    for conflict in found:
        is_open = there.get(conflict.pair)
        last = before.get((conflict.listing_id, conflict.said.provenance.source))
        if is_open is None or (not is_open and _came_back(conflict, last)):
            there[conflict.pair] = True
            yield conflict


def _came_back(conflict: Conflict, before: Statement | None) -> bool:
    """Whether the source had said something else, or nothing, in between."""
    if before is None or conflict.about == PLACE:
        return False
    return bool(dict(_sayings(before)).get(conflict.about) != conflict.said.value)


def overtaken(known: Iterable[Opened], found: Iterable[Conflict], now_said: Iterable[Statement]) -> Iterator[Opened]:
    """The open conflicts whose source spoke again and does not contradict so any more."""
    pairs = {conflict.pair for conflict in found}
    spoke = {(one.listing_id, one.source) for one in now_said}
    for one in known:
        conflict = one.conflict
        again = (conflict.listing_id, conflict.said.provenance.source) in spoke
        if one.settled is None and again and conflict.pair not in pairs:
            yield one


# --- settling --------------------------------------------------------------------------------------------------------


def taken(conflict: Conflict, by: str, day: date) -> Statement:
    """What staff say who take the new: the other side's saying, as theirs and of today."""
    about, value = conflict.about, conflict.said.value
    told: dict[str, Any] = {}
    if about == PLACE:
        told["values"] = dict(zip(COORDINATES, str(value).split(", "), strict=True))
    elif about in FIELDS:
        told["values"] = {about: value}
    else:
        told[str(value)] = frozenset((about,))
    return replace(taken_back(conflict, by, day), **told)


def taken_back(conflict: Conflict, by: str, day: date) -> Statement:
    """What stands in place of that once staff think better of it: nothing."""
    provenance = Provenance(SOURCE, SourceKind.STAFF_CALL, "a conflict was reviewed", day, by)
    return Statement(SOURCE, f"{conflict.listing_id}/{conflict.about}", provenance, about=conflict.listing_id)
