"""Imports for the site's staff: the same as on the command line, told as data for a page."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from directory.database import Database
from directory.problems import CannotUnderstand, Loudness
from directory.resolve import Locate
from directory.web.staff_import import Proposed, Wish
from importers import attempts, listing_line, spreadsheet
from importers.attempts import Attempt
from importers.orders import Order, Summary
from importers.sources import SOURCES
from importers.spreadsheet_suggestion import suggest
from importers.table_export import table_lines

_OURS: Final = "A file of listings, JSON Lines as in docs/listings.md"


class BrowserImports:
    """Looks at files and imports them into a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def sources(self) -> Mapping[str, str]:
        """What can be imported, by name; the invented listings are not."""
        real = {one.source.name: f"{one.source.title}: {one.file_help}" for one in SOURCES if one.source.name != "demo"}
        return real | {listing_line.SOURCE: _OURS}

    @property
    def mapped(self) -> str:
        """A table needs its mapping."""
        return spreadsheet.importer.source.name

    def look(self, wish: Wish) -> Mapping[str, Any]:
        """What a file would change. One that nobody can let in is recorded once; a table waits for a better mapping."""
        return self._told(wish, dry_run=True)

    def carry_out(self, wish: Wish) -> Mapping[str, Any]:
        """Import a file."""
        return self._told(wish, dry_run=False)

    def propose(self, wish: Wish) -> Proposed:
        """A mapping for a table, or why there can be none; when a file was sent says nothing of the day that it speaks of."""
        try:
            found = suggest(wish.path, None)
        except CannotUnderstand as error:
            return Proposed(told=_as_told(attempts.refused(self._database, _attempt(wish, dry_run=True), error)))
        return Proposed(found.text, found.phrases, found.columns, found.lacking, found.dated)

    def table(self, locate: Locate, now: datetime) -> bytes:
        """All listings as a CSV table."""
        return b"".join(line.encode() for line in table_lines(self._database, locate, now))

    def _told(self, wish: Wish, dry_run: bool) -> Mapping[str, Any]:
        return _as_told(attempts.bring(self._database, _attempt(wish, dry_run)))


def _attempt(wish: Wish, dry_run: bool) -> Attempt:
    chosen = {name: getattr(wish, name) for name in ("observed_at", "covers", "skip_unknown", "force_because")}
    order = Order(wish.by, wish.now, dry_run, **chosen)
    return Attempt(wish.source, wish.path, order, wish.mapping, recorded=not (dry_run and (wish.mapping or wish.again)))


def _as_told(summary: Summary) -> Mapping[str, Any]:
    """A summary as data: the loudest problems first, all counted by kind, those of the whole file, and what contradicts."""
    ordered = sorted(summary.problems, key=lambda problem: [*Loudness].index(problem.loudness), reverse=True)
    told = replace(summary, problems=tuple(ordered)).as_recorded()
    whole = [problem.as_json() for problem in summary.problems if problem.where == summary.file]
    seen = {name: value for name, value in summary.as_json().items() if name in ("changes", "contradictions")}
    return told | seen | {"whole": whole}
