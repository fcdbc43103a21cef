"""Files of listings for tests: written by hand or exported, and what an import makes of them. Everybody here is invented."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from directory import store
from directory.database import Database
from directory.listing import Listing
from directory.places import Gazetteer
from importers.export import exported
from importers.listings import import_listings
from importers.pipeline import Order, Summary
from tests.builders import PLACES

NOW: Final = datetime(2026, 3, 13, 20, 0, tzinfo=UTC)
ORDER: Final = Order("a test", NOW)
DOC: Final = Path(__file__).parent.parent / "docs" / "listings.md"
EXAMPLES: Final = re.findall(r"```json\n(.*?)```", DOC.read_text(encoding="utf-8"), re.DOTALL)
LOCATE: Final = Gazetteer(PLACES).locate
HEADER: Final = {"format": "referral-directory-listings", "version": 1}
NAMED: Final = {"organization": "Example House", "city": "Columbus", "state_province": "OH", "postal_code": "43215"}
Bring = Callable[..., Summary]


def a_line(**fields: Any) -> dict[str, Any]:
    """The least that makes a listing."""
    return {"statements": [{"kind": "web", "observed_at": "2026-03-01", "values": NAMED}]} | fields


def held(database: Database) -> dict[str, Listing]:
    """The listings by id."""
    with database.reading() as connection:
        return {listing.id: listing for listing in store.listings(connection, LOCATE)}


def text_of(database: Database) -> str:
    """What an export writes."""
    return "".join(exported(database))


def carry(text: str, into: Database, path: Path) -> Summary:
    """Import a text as a file."""
    path.write_text(text, encoding="utf-8", newline="\n")
    return import_listings(into, path, ORDER)


def counts(summary: Summary) -> tuple[int, int, int, int]:
    """New, changed, unchanged and refused."""
    return summary.new, summary.changed, summary.unchanged, summary.refused


def changes(database: Database) -> tuple[int, int]:
    """The number of the last change, and how many listings there are."""
    with database.reading() as connection:
        return store.counter(connection), store.count(connection)


def bringing(database: Database, folder: Path) -> Bring:
    """What imports a file with some lines below the header."""

    def imported(*lines: Any, order: Order = ORDER) -> Summary:
        texts = [json.dumps(HEADER), *(line if isinstance(line, str) else json.dumps(line) for line in lines)]
        path = folder / "by-hand.jsonl"
        path.write_text("\n".join(texts) + "\n", encoding="utf-8")
        return import_listings(database, path, order)

    return imported
