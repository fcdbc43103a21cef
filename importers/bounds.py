"""How much of a file is held: more than any directory needs, and little enough for a small machine."""

from collections.abc import Iterable, Iterator, Mapping
from sys import getsizeof
from typing import Any, Final, TypeVar

from directory.problems import CannotUnderstand
from directory.search import analysis
from importers.base import Row, refuse

MOST_ROWS: Final = 250_000
MOST_COLUMNS: Final = 2_000
MOST_MEMORY: Final = 128 << 20
"""Bytes that the rows of one file may take while they are read, about ten times those of the federal directory."""
MOST_FILLED: Final = 2_500_000
"""Filled cells of one file: each takes sixty bytes more than its text. A download of 26,000 facilities has two million."""
MOST_TEXT: Final = 64 << 20
"""Bytes that their filled cells may take to be imported: what is made of them takes six times as much until all is stored."""
MOST_IMPORTED: Final = 80_000
"""Rows of one file that can be imported, six times the federal directory's: each takes 3,000 bytes until it is stored."""
MOST_PROBLEMS: Final = 100_000
"""So much may be wrong with one file: a word about each is held, and nobody reads as many."""
MOST_WORDS: Final = 150_000
"""Different words in the names and cities of one file: the index takes some 420 bytes for each while it is built."""
MOST_SAID: Final = 104 << 20
"""Bytes of what all rows affirm and deny, as sets: what is made of rows until all is stored takes less than four times that."""
Thing = TypeVar("Thing")
_ROW: Final = 88
_CELL: Final = 8


class Holding:
    """Rows taken one by one and weighed, until they are too many."""

    __slots__ = ("_filled", "_rows", "_weight")

    def __init__(self) -> None:
        self._rows = 0
        self._filled = 0
        self._weight = 0

    def hold(self, row: Row) -> Row:
        """A row that did not come from a table, weighed as one of a table is."""
        self._weigh(row.where, list(row.filled))
        return row

    def take(self, where: str, row: list[str]) -> list[str]:
        """The row, weighed; refuses the file at the row, named by `where`, that is too wide or one too many."""
        self._weigh(where, row)
        return row

    def _weigh(self, where: str, row: list[str]) -> None:
        self._rows += 1
        self._filled += len(row) - row.count("")
        # Empty texts and single characters exist once in a program, whatever number of cells shows them.
        self._weight += _ROW + _CELL * len(row) + sum(getsizeof(cell) for cell in row if len(cell) > 1)
        if len(row) > MOST_COLUMNS:
            raise _too_much(where, f"{len(row):,} columns", f"{MOST_COLUMNS:,} columns are read")
        if self._rows > MOST_ROWS:
            raise _too_much(where, "more rows", f"{MOST_ROWS:,} rows are read")
        if self._filled > MOST_FILLED:
            raise _too_much(where, "more filled cells", f"{MOST_FILLED:,} filled cells are read")
        if self._weight > MOST_MEMORY:
            raise _too_much(where, "more text", f"{MOST_MEMORY >> 20} million bytes of text are read")


def once(things: list[Thing]) -> Iterator[Thing]:
    """Things in their order, each not held any longer once it was had."""
    things.reverse()
    while things:
        yield things.pop()


def expect_importable(rows: Iterable[Row]) -> None:
    """Refuse a file, at its row, of which all that is made until it is stored would not fit into memory."""
    text = 0
    for number, row in enumerate(rows, start=1):
        if number > MOST_IMPORTED:
            raise _too_much(row.where, "more rows", f"{MOST_IMPORTED:,} rows can be imported")
        text += _ROW + sum(getsizeof(cell) + _CELL for cell in row.filled if len(cell) > 1)
        if text > MOST_TEXT:
            raise _too_much(row.where, "more text", f"{MOST_TEXT >> 20} million bytes of text are read")


def expect_storable(said: int, where: str) -> None:
    """Refuse a file, at its row, whose rows so far say more than would fit into memory until all is stored."""
    if said > MOST_SAID:
        raise _too_much(where, "more facts", f"{MOST_SAID >> 20} million bytes of facts are read")


class Words:
    """The words that the index will hold of a file's names and cities, counted until they are too many."""

    def __init__(self) -> None:
        self._met: set[int] = set()

    def meet(self, values: Mapping[str, Any], where: str) -> None:
        """Those of a listing; refuses the file at its row, named by `where`, that has one too many."""
        for name in ("organization", "program", "city"):
            self._met.update(map(hash, analysis.words(str(values.get(name, "")))))
        if len(self._met) > MOST_WORDS:
            raise _too_much(where, "more words", f"{MOST_WORDS:,} different words of names and cities can be imported")


def expect_readable(problems: int, where: str) -> None:
    """Refuse a file, at its row, with which so much is wrong that nobody could read it."""
    if problems > MOST_PROBLEMS:
        what = f"more is wrong with the file than can be told: at most {MOST_PROBLEMS:,} things are"
        raise refuse(where, what, "more", "Use the file as the publisher gives it, or mend what stands in its columns")


def _too_much(where: str, found: str, most: str) -> CannotUnderstand:
    fix = "Check that it is a table of centers, and leave out what is not needed"
    return refuse(where, f"the file is larger than a directory can be: at most {most}", found, fix)
