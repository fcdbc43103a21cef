"""How much of a file is held: more than any directory needs, and little enough for a small machine."""

from collections.abc import Collection, Iterable, Iterator
from sys import getsizeof
from typing import Final, TypeVar

from directory.problems import CannotUnderstand
from importers.base import Row, refuse

MOST_ROWS: Final = 250_000
MOST_COLUMNS: Final = 2_000
MOST_MEMORY: Final = 128 << 20
"""Bytes that the rows of one file may take while they are read, about ten times those of the federal directory."""
MOST_TEXT: Final = 64 << 20
"""Bytes that their filled cells may take to be imported: what is made of them takes six times as much until all is stored."""
MOST_SAID: Final = 120 << 20
"""Bytes of what all rows affirm and deny, as sets: what is made of rows until all is stored takes less than four times that."""
Thing = TypeVar("Thing")
_ROW: Final = 88
_CELL: Final = 8


class Holding:
    """Rows taken one by one and weighed, until they are too many."""

    __slots__ = ("_rows", "_weight")

    def __init__(self) -> None:
        self._rows = 0
        self._weight = 0

    def hold(self, row: Row) -> Row:
        """A row that did not come from a table, weighed as one of a table is."""
        self._weigh(row.where, tuple(row.filled))
        return row

    def take(self, where: str, row: list[str]) -> list[str]:
        """The row, weighed; refuses the file at the row, named by `where`, that is too wide or one too many."""
        self._weigh(where, row)
        return row

    def _weigh(self, where: str, row: Collection[str]) -> None:
        self._rows += 1
        # Empty texts and single characters exist once in a program, whatever number of cells shows them.
        self._weight += _ROW + _CELL * len(row) + sum(getsizeof(cell) for cell in row if len(cell) > 1)
        if len(row) > MOST_COLUMNS:
            raise _too_much(where, f"{len(row):,} columns", f"{MOST_COLUMNS:,} columns")
        if self._rows > MOST_ROWS:
            raise _too_much(where, "more rows", f"{MOST_ROWS:,} rows")
        if self._weight > MOST_MEMORY:
            raise _too_much(where, "more text", f"{MOST_MEMORY >> 20} million bytes of text")


def once(things: list[Thing]) -> Iterator[Thing]:
    """Things in their order, each not held any longer once it was had."""
    things.reverse()
    while things:
        yield things.pop()


def expect_importable(rows: Iterable[Row]) -> None:
    """Refuse a file, at its row, of which all that is made until it is stored would not fit into memory."""
    text = 0
    for row in rows:
        text += _ROW + sum(getsizeof(cell) + _CELL for cell in row.filled if len(cell) > 1)
        if text > MOST_TEXT:
            raise _too_much(row.where, "more text", f"{MOST_TEXT >> 20} million bytes of text")


def expect_storable(said: int, where: str) -> None:
    """Refuse a file, at its row, whose rows so far say more than would fit into memory until all is stored."""
    if said > MOST_SAID:
        raise _too_much(where, "more facts", f"{MOST_SAID >> 20} million bytes of facts")


def _too_much(where: str, found: str, most: str) -> CannotUnderstand:
    fix = "Check that it is a table of centers, and leave out what is not needed"
    return refuse(where, f"the file is larger than a directory can be: at most {most} are read", found, fix)
