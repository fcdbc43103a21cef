"""The directory out into a table that any spreadsheet program opens: one row a listing, whole or not at all.

No cell can be taken for a formula: one that begins as a formula does gets an apostrophe in front. Unknown is an empty cell,
never a no; a withheld address stays withheld.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

from directory.database import Database
from directory.listing import Listing
from directory.portions import of_each
from directory.resolve import Locate
from directory.vocabulary import BY_GROUP, Answer, label
from importers.export import replace_file

_GROUPS: Final = ("status", "care", "setting", "treats", "moud", "payer", "sex", "age")
CODES: Final = tuple(term.code for group in _GROUPS for term in BY_GROUP[group])
"""The terms that have a column."""
HEADER: Final = (
    "id", "name", "street", "more of the street", "city", "state", "zip", "address withheld", "phones", "website",
    "latitude", "longitude", "place", "vetting", "confirmed", *(f"{label(code)} ({code})" for code in CODES),
)  # fmt: skip
_STARTS_A_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
_SHOWN: Final = {Answer.YES: "yes", Answer.NO: "no", Answer.UNKNOWN: ""}


def export_table(database: Database, path: Path, locate: Locate, now: datetime) -> int:
    """Write every listing as it stands at a moment; returns how many. Raises what `replace_file` does."""
    return replace_file(path, table_lines(database, locate, now)) - 1


def table_lines(database: Database, locate: Locate, now: datetime) -> Iterator[str]:
    """The table line by line, its heading first; all listings are of one moment, and nobody who writes waits for them."""
    yield "\ufeff" + _line(HEADER)
    _, lines = of_each(database, locate, lambda listing: _line(_row(listing, now)))
    yield from lines.values()


def neutral(cell: str) -> str:
    """A cell that no spreadsheet program takes for a formula."""
    return f"'{cell}" if cell.startswith(_STARTS_A_FORMULA) else cell


def _line(cells: Iterable[str]) -> str:
    written = io.StringIO(newline="")
    csv.writer(written).writerow(cells)
    return written.getvalue()


def _row(listing: Listing, now: datetime) -> list[str]:
    """A listing's cells; its degrees are numbers that were written here, and stay numbers."""
    address, point = listing.address, listing.point
    hidden = address.confidential
    street = ("", "") if hidden else (address.address_1, address.address_2)
    where = (address.city, address.state_province, address.postal_code, "yes" if hidden else "no")
    reached = ("; ".join(map(str, listing.phones)), listing.website)
    degrees = (f"{point.latitude:.6f}", f"{point.longitude:.6f}") if point else ("", "")
    placed = ("about" if point.approximate else "exact") if point else ""
    confirmed = listing.confirmed_at.isoformat() if listing.confirmed_at else ""
    before = map(neutral, (listing.id, listing.name, *street, *where, *reached))
    return [*before, *degrees, placed, str(listing.vetting(now)), confirmed, *(_SHOWN[listing.answer(one)] for one in CODES)]
