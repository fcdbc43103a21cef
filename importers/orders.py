"""How a file is to be imported, which file it is, and what came of it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Final

from directory.conflicts import Conflict
from directory.problems import Problem
from importers.differences import Change

SHOWN: Final = 20
"""How many listings of each kind a summary names, where nobody asks for all of them."""

KEPT: Final = 1_000
"""How many problems a record of an import keeps in full; all of them are counted by kind."""


@dataclass(frozen=True, slots=True)
class Order:
    """How a file is to be imported: for whom, at what time, whether only to look, and why to force it if it is forced.

    `observed_at` is the day that the file speaks of, for a file that does not say it. `skip_unknown` leaves out the facts
    whose phrases nobody knows, which otherwise stop the file. `covers` are the States of which a file has everything that
    does not say it itself. `most` is how many listings of each kind the summary names.
    """

    recorded_by: str
    now: datetime
    dry_run: bool = False
    force_because: str = ""
    observed_at: date | None = None
    skip_unknown: bool = False
    covers: frozenset[str] | None = None
    most: int = SHOWN


@dataclass(frozen=True, slots=True)
class File:
    """A file by name and content, and the digest of everything that decides how it is read."""

    source: str
    name: str
    sha256: str
    mapping_sha256: str


@dataclass(frozen=True, slots=True)
class Summary:
    """What came of an import; `imported` is False where the directory took nothing of the file.

    `fields` counts the changed listings by what people call the field or term; `changes` names some of them.
    `conflicts` counts what contradicts what stands, `contradictions` has some of that.
    """

    source: str
    file: str
    sha256: str
    rows: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    gone: int = 0
    refused: int = 0
    problems: tuple[Problem, ...] = ()
    fields: Mapping[str, int] = field(default_factory=dict)
    changes: tuple[Change, ...] = ()
    conflicts: int = 0
    contradictions: tuple[Conflict, ...] = ()
    imported: bool = False

    def as_json(self) -> dict[str, Any]:
        """The summary as it is printed."""
        apart = ("problems", "fields", "changes", "conflicts", "contradictions", "imported")
        told = {name: getattr(self, name) for name in self.__dataclass_fields__ if name not in apart}
        told |= {"problems": [problem.as_json() for problem in self.problems]}
        told |= {"fields": dict(self.fields), "changes": [change.as_json() for change in self.changes]}
        return told | {"conflicts": self.conflicts, "contradictions": [one.as_json() for one in self.contradictions]}

    def as_recorded(self) -> dict[str, Any]:
        """The summary as it is kept: of problems the first thousand and how many of each kind, of changes the counts."""
        kinds = Counter(problem.what for problem in self.problems)
        told = replace(self, problems=self.problems[:KEPT], changes=(), contradictions=()).as_json()
        return told | {"kinds": dict(kinds.most_common()), "imported": self.imported}
