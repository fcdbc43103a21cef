"""One row of a file, and what phrases in it mean: every column is taken once, and a problem can name its column."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from directory.normalize import NONE, answered
from directory.problems import in_columns


@dataclass(frozen=True, slots=True)
class Meaning:
    """The terms that one of a source's phrases affirms, denies, and implies unless the same row denies them.

    `unknown` holds the phrase itself where nobody has said yet what it means, `among` then the terms of which it may be one;
    none of them where it may be any.
    """

    yes: frozenset[str] = frozenset()
    no: frozenset[str] = frozenset()
    implied: frozenset[str] = frozenset()
    unknown: frozenset[str] = frozenset()
    among: frozenset[str] = frozenset()


def tidy(phrase: str) -> str:
    """A phrase without the spaces at its edges and the doubled ones inside, as sources vary them."""
    return " ".join(phrase.split())


def said_by(meanings: Iterable[Meaning]) -> Meaning:
    """What several phrases of one row say together; the implied terms that nobody denies count as affirmed.

    Raises ValueError for a phrase that nobody knows, which costs the row; `Row.said` costs the file, or the facts alone.
    """
    told = tuple(meanings)
    unknown = frozenset[str]().union(*(meaning.unknown for meaning in told))
    if unknown:
        raise ValueError(f"nobody has said what “{'”, “'.join(sorted(unknown))}” means")
    no = frozenset[str]().union(*(meaning.no for meaning in told))
    implied = frozenset[str]().union(*(meaning.implied for meaning in told)) - no
    return Meaning(implied.union(*(meaning.yes for meaning in told)), no)


class BadRow(ValueError):
    """A row that can't be understood, in words, and where: file, row and column."""

    def __init__(self, where: str, what: str) -> None:
        super().__init__(what)
        self.where = where


class Row:
    """One row of a file: each column is taken once, and what nobody took is reported.

    `headings` has each column as the file itself writes it; it is empty where there is no header line. `unknown` has the
    phrases that nobody knows, each with its place, `contrary` the terms that are affirmed and denied, with their headings.
    """

    __slots__ = ("_cells", "_columns", "_doubts", "_left", "contrary", "headings", "number", "unknown", "where")

    def __init__(self, where: str, number: int, cells: dict[str, str], columns: Mapping[str, int] | None = None) -> None:
        """A row of these cells, by column; `columns` numbers all columns, where `cells` holds only those that are filled."""
        self.where = where
        self.number = number
        self.headings: Mapping[str, str] = NONE
        self.unknown: Mapping[str, str] = NONE
        self.contrary: Mapping[str, tuple[str, ...]] = NONE
        self._cells = cells
        self._columns = columns if columns is not None else {column: place for place, column in enumerate(cells)}
        self._left = -1  # a bit for each column, all set
        self._doubts: tuple[frozenset[str], ...] = ()

    def take(self, column: str) -> str:
        """The cell's text, which is then used up; raises KeyError for a column that the file does not have."""
        text = self.look(column)
        self._left ^= 1 << self._columns[column]
        return text

    def said(self, by_column: Mapping[str, Iterable[Meaning]]) -> Meaning:
        """What the row's phrases say together, given by the column that holds them.

        Those that nobody knows are noted, and stop the file or are left out; so is what contradicts itself.
        """
        told = {column: tuple(meanings) for column, meanings in by_column.items()}
        places = {phrase: self.at(column) for column, some in told.items() for one in some for phrase in one.unknown}
        self.unknown = places or NONE
        if places:
            self.doubt(*(one.among for some in told.values() for one in some if one.unknown))
        said = said_by(one for some in told.values() for one in some if not one.unknown)
        both = said.yes & said.no
        self.contrary = {code: self._headings_saying(code, told) for code in both} if both else NONE
        return said

    def _headings_saying(self, code: str, told: Mapping[str, Sequence[Meaning]]) -> tuple[str, ...]:
        """The headings of the columns that affirm or deny a term."""
        saying = [column for column, some in told.items() if any(code in one.yes | one.no for one in some)]
        return tuple(self.headings[column] for column in saying if column in self.headings)

    def doubt(self, *among: frozenset[str]) -> None:
        """Note that something of the row was not understood, each time with the terms of which it may be one; none for any."""
        self._doubts += among

    def answered(self, yes: frozenset[str], complete: Iterable[Iterable[str]]) -> frozenset[str]:
        """The known noes of closed lists (`normalize.answered`), but of those in which something was not understood."""
        lists = map(frozenset[str], complete)
        return answered(yes, [one for one in lists if all(doubt and doubt.isdisjoint(one) for doubt in self._doubts)])

    def at(self, *columns: str) -> str:
        """The file, the row and these columns, as the file itself calls them."""
        return in_columns(self.where, [self.headings[column] for column in columns if column in self.headings])

    def bad(self, what: str, *columns: str) -> BadRow:
        """The error for a row that can't be understood because of what stands in these columns."""
        return BadRow(self.at(*columns), what)

    def digest(self, *columns: str) -> str:
        """Twelve characters that name what stands in these columns, whatever its capitals and spaces."""
        named = "\x1f".join(tidy(self.look(column)).casefold() for column in columns)
        return hashlib.sha256(named.encode()).hexdigest()[:12]

    @property
    def filled(self) -> Iterable[str]:
        """The texts that stand in the row, taken or not."""
        return self._cells.values()

    @property
    def beside(self) -> str:
        """The text that stands under no heading and that nobody took; "" mostly."""
        return self.look("") if "" in self.left else ""

    def let_go(self) -> None:
        """Hold the cells no longer: a large file's rows are not needed beside what was made of them."""
        self._cells = {}

    @property
    def left(self) -> tuple[str, ...]:
        """The columns that have not been taken."""
        return tuple(column for column, place in self._columns.items() if self._left >> place & 1)

    def look(self, column: str) -> str:
        """The cell's text, which stays; raises KeyError for a column that the file does not have or that was taken."""
        if not self._left >> self._columns[column] & 1:
            raise KeyError(column)
        return self._cells.get(column, "")
