"""Imports for the site's staff: the same as on the command line, told as data for a page."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from directory.database import Database
from directory.problems import CannotUnderstand, Loudness
from directory.resolve import Locate
from directory.web.staff_import import Proposed, Wish
from importers import listing_line
from importers.contents import digest_of
from importers.listings import import_listings
from importers.orders import Order, Summary
from importers.pipeline import import_file
from importers.sources import SOURCES, by_name, others_file
from importers.spreadsheet_command import proposed, understood
from importers.table_export import table_lines

_MAPPED: Final = "spreadsheet"
_TABLE: Final = "A table that somebody sent, with its mapping (docs/spreadsheets.md)"
_OURS: Final = "A file of listings, JSON Lines as in docs/listings.md"


class BrowserImports:
    """Looks at files and imports them into a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def sources(self) -> Mapping[str, str]:
        """What can be imported, by name; the invented listings are not."""
        real = {one.source.name: f"{one.source.title}: {one.file_help}" for one in SOURCES if one.source.name != "demo"}
        return real | {_MAPPED: _TABLE, listing_line.SOURCE: _OURS}

    @property
    def mapped(self) -> str:
        """A table needs its mapping."""
        return _MAPPED

    def look(self, wish: Wish) -> Mapping[str, Any]:
        """What a file would change."""
        return self._told(wish, dry_run=True)

    def carry_out(self, wish: Wish) -> Mapping[str, Any]:
        """Import a file."""
        return self._told(wish, dry_run=False)

    def propose(self, wish: Wish) -> Proposed:
        """A mapping for a table, or why there can be none."""
        try:
            found = proposed(wish.path)
        except CannotUnderstand as error:
            return Proposed(told=_as_told(_refused(wish, error)))
        return Proposed(found.text, found.phrases, found.columns)

    def table(self, locate: Locate, now: datetime) -> bytes:
        """All listings as a CSV table."""
        return b"".join(line.encode() for line in table_lines(self._database, locate, now))

    def _told(self, wish: Wish, dry_run: bool) -> Mapping[str, Any]:
        chosen = {name: getattr(wish, name) for name in ("observed_at", "covers", "skip_unknown", "force_because")}
        try:
            summary = self._done(wish, Order(wish.by, wish.now, dry_run, **chosen))
        except CannotUnderstand as error:
            summary = _refused(wish, error)
        return _as_told(summary)

    def _done(self, wish: Wish, order: Order) -> Summary:
        if wish.source == listing_line.SOURCE:
            return import_listings(self._database, wish.path, order)
        if wish.source == _MAPPED and wish.mapping:
            taken = frozenset(one.source.name for one in SOURCES)
            importer = understood(wish.mapping, wish.skip_unknown, taken)
            return import_file(self._database, importer, wish.path, order)
        return import_file(self._database, by_name(wish.source), wish.path, order)


def _refused(wish: Wish, error: CannotUnderstand) -> Summary:
    why = (*others_file(wish.source, wish.path), *error.problems)
    return Summary(wish.source, wish.path.name, digest_of(wish.path), problems=why)


def _as_told(summary: Summary) -> Mapping[str, Any]:
    """A summary as data: the loudest problems first, all counted by kind, and what stands in conflict."""
    ordered = sorted(summary.problems, key=lambda problem: [*Loudness].index(problem.loudness), reverse=True)
    told = replace(summary, problems=tuple(ordered)).as_recorded()
    seen = {name: value for name, value in summary.as_json().items() if name in ("changes", "contradictions")}
    return told | seen | {"imported": summary.imported}
