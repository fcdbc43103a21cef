"""What a source is, what one row of it is, and the small protocol that every importer follows."""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from directory.listing import Point
from directory.normalize import ParsedRecord
from directory.problems import CannotUnderstand, Loudness, Problem
from directory.vocabulary import BY_GROUP, SourceKind, is_term
from importers.row import Meaning as Meaning  # an importer has all that it is made of from here
from importers.row import Row as Row
from importers.row import said_by as said_by
from importers.row import tidy as tidy

_KNOWN_KEYS: Final = frozenset((
    "title", "publisher", "licence", "url", "kind", "at_least", "at_most", "phrases_from", "codes_from", "codes_in",
    "parts", "complete", "columns", "made_from", "phrases",
))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Source:
    """A publisher's file, described in the TOML beside its importer.

    `complete` names the lists in which silence is a no once any term of the list is given. `columns` names our field
    for each of the file's columns that is copied as it stands. `codes` is the source's own table of codes, where its files
    do not hold one. `parts` are the named parts that it publishes in files of their own: the local ids of a part begin
    with its name and a hyphen, so that a file of one part says nothing of another.
    `phrases_in` is the file to which people add a phrase, `codes_in` where its own files say what a code means.
    `made_from` names the file's column for each of our fields that is not copied but made from it, so that a problem can
    name it.
    """

    name: str
    title: str
    publisher: str
    licence: str
    kind: SourceKind
    at_least: int
    at_most: int
    complete: tuple[tuple[str, ...], ...]
    columns: Mapping[str, str]
    phrases: Mapping[str, Meaning]
    codes: Mapping[str, Any] = field(default_factory=dict)
    parts: tuple[str, ...] = ()
    phrases_in: str = ""
    codes_in: str = ""
    made_from: Mapping[str, str] = field(default_factory=dict)

    def meaning(self, phrase: str, *, otherwise: str = "", called: str = "") -> Meaning:
        """What a phrase means, or else what `otherwise` does; where the table has neither, a meaning that is unknown.

        Hand what it returns to `Row.said`. `called` is how people find the phrase in the file.
        """
        known = self.phrases.get(tidy(phrase)) or self.phrases.get(tidy(otherwise))
        return known or Meaning(unknown=frozenset((called or tidy(phrase),)))

    @classmethod
    def load(cls, path: Path) -> "Source":
        """The source in a TOML file; raises ValueError for a key or a term that does not exist."""
        with path.open("rb") as file:
            told = tomllib.load(file)
        unknown = told.keys() - _KNOWN_KEYS
        if unknown:
            raise ValueError(f"{path.name}: unknown keys {sorted(unknown)}; known are {sorted(_KNOWN_KEYS)}")
        phrases: dict[str, Any] = dict(told.get("phrases", {}))
        if "phrases_from" in told:
            phrases = _beside(path, told["phrases_from"])["phrases"] | phrases
        return cls(
            name=path.stem,
            title=told["title"],
            publisher=told["publisher"],
            licence=told["licence"],
            kind=SourceKind(told["kind"]),
            at_least=told["at_least"],
            at_most=told["at_most"],
            complete=tuple(_expand(path, terms) for terms in told.get("complete", [])),
            columns=told.get("columns", {}),
            phrases={tidy(phrase): _meaning(path, phrase, terms) for phrase, terms in phrases.items()},
            codes=_beside(path, told["codes_from"]) if "codes_from" in told else {},
            parts=tuple(told.get("parts", ())),
            phrases_in=f"importers/{told.get('phrases_from', path.name)}",
            codes_in=told.get("codes_in", ""),
            made_from=told.get("made_from", {}),
        )

    @classmethod
    def beside(cls, importer: str) -> "Source":
        """The source whose TOML stands beside an importer's file (`__file__`)."""
        return cls.load(Path(importer).with_suffix(".toml"))


def _beside(path: Path, name: str) -> dict[str, Any]:
    with path.with_name(name).open("rb") as file:
        return tomllib.load(file)


def _expand(path: Path, terms: list[str]) -> tuple[str, ...]:
    expanded: list[str] = []
    for term in terms:
        expanded += [t.code for t in BY_GROUP[term[:-2]]] if term.endswith(".*") else [_known(path, term)]
    return tuple(expanded)


def _meaning(path: Path, phrase: str, terms: list[str]) -> Meaning:
    if not isinstance(terms, list):
        raise ValueError(f'{path.name}: “{phrase}” needs a list of terms, such as ["payer.medicaid"]')
    marked = {mark: frozenset(_known(path, t[1:]) for t in terms if t[0] == mark) for mark in "-~"}
    return Meaning(frozenset(_known(path, t) for t in terms if t[0] not in marked), marked["-"], marked["~"])


def _known(path: Path, term: str) -> str:
    if not is_term(term):
        raise ValueError(f"{path.name}: “{term}” is not a term of directory/vocabulary.toml")
    return term


@dataclass(frozen=True, slots=True)
class Batch:
    """What one file holds: its rows, the day that it speaks of, and what its own code sheet says the codes mean.

    A code of which nobody knows the meaning has one that is unknown (`Source.meaning`), and stops the file even unused.
    `covers` are the States of which it has every listing that its source has: only there can one be gone. None stands
    for the whole source, the empty set for a file that is only some of it. `part` is which of its source's named parts it
    is, "" for the one without a name: nothing of another part is gone. `counted` says that the file itself tells how many
    rows it should have, and has them. `named_at` has the place at which the code sheet names a phrase that nobody knows.
    """

    rows: list[Row]
    observed_at: date | None = None
    codes: Mapping[str, Meaning] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    covers: frozenset[str] | None = None
    part: str = ""
    counted: bool = False
    named_at: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Joining:
    """The exact rule by which several rows of one source are one listing: in words, and as a function.

    The function gets the records that share a local id, no two of them alike, and returns them joined, or as they were.
    """

    rule: str
    join: Callable[[list[ParsedRecord]], list[ParsedRecord]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which listings to fetch of a source that answers questions: a State's, or those within some miles of a point.

    `asked` is how the point was given, such as a ZIP code. `base_url` is another server than the source's own; it must be
    https or on this machine, unless `plain_http` says otherwise.
    """

    state: str = ""
    near: Point | None = None
    asked: str = ""
    within: float = 0.0
    base_url: str = ""
    plain_http: bool = False


Fetch = Callable[[Wanted, Path, datetime, Callable[[int, int], None]], Path]
"""Fetches what is wanted into a folder and returns the one file that now holds all of it, to be read like any other.

It is told the time, and tells how many pages it has and of how many. What was fetched before an error stays in the folder
and is not asked for again. Raises CannotUnderstand, in words, where the source does not answer as it should.
"""


@dataclass(frozen=True, slots=True)
class Importer:
    """A source with its two functions: a file to rows, and a row to a record in our field names.

    `joining` is for a source that has one place in several rows, `fetch` for one that can be asked over the network,
    `fetch_url` for a format in which whoever publishes has an address of his own (`Wanted.base_url`). `mapped` is for tables
    of which each has a mapping of its own: the importer that a mapping's file makes, which leaves unknown phrases out or not.
    """

    source: Source
    read: Callable[[Path, Source], Batch]
    parse: Callable[[Row, Batch, Source], ParsedRecord]
    file_help: str
    joining: Joining | None = None
    fetch: Fetch | None = None
    fetch_url: Fetch | None = None
    mapped: Callable[[Path, bool], "Importer"] | None = None


def refuse(where: str, what: str, found: str = "", fix: str = "") -> CannotUnderstand:
    """The error for a file of which nothing can be imported."""
    return CannotUnderstand(Problem(Loudness.FILE, where, what, found, fix))
