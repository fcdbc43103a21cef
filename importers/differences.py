"""What a newer file would change, in people's words: listing by listing, field by field, old and new. Pure."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from directory.listing import Statement
from directory.normalize import FIELDS, in_words
from directory.vocabulary import label

NOT_SAID: Final = "not said"
_ANOTHER: Final = frozenset(FIELDS[name].called for name in ("organization", "address_1"))
"""Where both differ, it may be another center to which its source gave the id of one before."""


class ChangeKind(StrEnum):
    """What became of a listing between two files of a source."""

    CHANGED = "changed"
    GONE = "gone"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field or term by what people call it, with what stood there and what stands there now; never empty words."""

    called: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Change:
    """A listing by its id, name and town, and what a file does to it; only what is changed has fields."""

    kind: ChangeKind
    listing_id: str
    name: str
    place: str
    fields: tuple[FieldChange, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The change for programs."""
        told: dict[str, Any] = {"kind": str(self.kind), "id": self.listing_id, "name": self.name, "place": self.place}
        return told | {"fields": [{"field": one.called, "old": one.old, "new": one.new} for one in self.fields]}


def between(before: Statement, after: Statement) -> tuple[FieldChange, ...]:
    """The fields, then the terms, in which what a source says of a listing differs from what it said before."""
    return (*_fields(before, after), *_terms(before, after))


def _fields(before: Statement, after: Statement) -> Iterator[FieldChange]:
    for name, field in FIELDS.items():
        old, new = before.values.get(name), after.values.get(name)
        if old != new:
            yield FieldChange(field.called, _value(name, old), _value(name, new))


def _terms(before: Statement, after: Statement) -> Iterator[FieldChange]:
    for code in sorted((before.yes ^ after.yes) | (before.no ^ after.no)):
        yield FieldChange(label(code), _answer(before, code), _answer(after, code))


def _value(name: str, value: Any) -> str:
    return NOT_SAID if value is None else in_words(name, value)


def _answer(statement: Statement, code: str) -> str:
    if code in statement.yes:
        return "yes"
    return "no" if code in statement.no else NOT_SAID


def changed(before: Statement, after: Statement) -> Change:
    """A listing of which the source now says something else."""
    return _change(ChangeKind.CHANGED, after, between(before, after))


def gone(before: Statement) -> Change:
    """A listing that the newest file no longer has."""
    return _change(ChangeKind.GONE, before)


def new(after: Statement) -> Change:
    """A listing that the source did not have before."""
    return _change(ChangeKind.NEW, after)


def _change(kind: ChangeKind, told: Statement, fields: tuple[FieldChange, ...] = ()) -> Change:
    values = told.values
    return Change(kind, told.listing_id, told.name, f"{values.get('city', '')}, {values.get('state_province', '')}", fields)


class Changes:
    """Changes as they come: how many of each kind, in how many listings each field changed, and the first of each kind."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._some: dict[ChangeKind, list[Change]] = {kind: [] for kind in ChangeKind}
        self._fields = Counter[str]()
        self.counts = Counter[ChangeKind]()
        self.others: list[Change] = []
        """Those that have another name and another street than before."""

    def add(self, change: Change) -> None:
        """Count a change, and keep it where it is one of the first of its kind."""
        self.counts[change.kind] += 1
        called = {one.called for one in change.fields}
        self._fields.update(called)
        if called >= _ANOTHER:
            self.others.append(change)
        if len(self._some[change.kind]) < self._most:
            self._some[change.kind].append(change)

    def include(self, others: "Changes") -> None:
        """Count other changes too, after these."""
        self._fields += others._fields
        self.counts += others.counts
        self.others += others.others
        for kind, some in self._some.items():
            some += others._some[kind][: max(0, self._most - len(some))]

    @property
    def fields(self) -> Mapping[str, int]:
        """In how many listings each field or term changed, the most frequent first."""
        return dict(sorted(self._fields.items(), key=lambda pair: (-pair[1], pair[0])))

    @property
    def some(self) -> tuple[Change, ...]:
        """The first changes of each kind: what is changed first, then what is gone, then what is new."""
        return tuple(change for kind in ChangeKind for change in self._some[kind])
