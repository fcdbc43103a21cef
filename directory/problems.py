"""What went wrong with somebody's input, in words that say where, what was found and what to do."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Loudness(StrEnum):
    """How much a problem costs: nothing but attention, one value, one row, or the whole file."""

    NOTICE = "notice"
    VALUE = "value"
    ROW = "row"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to look at: `where` (file and row, or the field), `what` is wrong, what was `found`, how to `fix` it.

    `choices` are the values that would do, where there are a few.
    """

    loudness: Loudness
    where: str
    what: str
    found: str = ""
    fix: str = ""
    choices: tuple[str, ...] = ()

    def __str__(self) -> str:
        """The problem as one line for a terminal."""
        found = f" (found: {self.found})" if self.found else ""
        fix = f" {self.fix}." if self.fix else ""
        return f"{self.where}: {self.what}{found}.{fix}"

    def as_json(self) -> dict[str, str]:
        """The problem as it stands in an import's summary."""
        return {
            "where": self.where,
            "what": self.what,
            "found": self.found,
            "fix": self.fix,
        }


def in_columns(where: str, headings: Sequence[str]) -> str:
    """A row's place with its columns, by the file's own headings; the place alone where none are known."""
    if not headings:
        return where
    return f"{where}, column{'s' if len(headings) > 1 else ''} {' and '.join(f'“{one}”' for one in headings)}"


class CannotUnderstand(Exception):
    """Input that can't be used at all; carries every `Problem` found, so that all are mended in one go."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems
