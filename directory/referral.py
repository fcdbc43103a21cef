"""What a person does with the directory: open it, and ask it for the list."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from directory import places, store
from directory.asking import written_need
from directory.database import Database
from directory.listing import Listing
from directory.matching import explain
from directory.matching.criteria import BY_NAME
from directory.matching.explain import Entry, Finding
from directory.matching.rank import Ranking, nearest_beyond, rank
from directory.need import Need
from directory.places import Gazetteer
from directory.problems import CannotUnderstand, Loudness, Problem
from directory.search.generations import Index
from directory.settings import Settings


class Directory:
    """Everything opened: the database, the places and the index, made ready on first use."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        try:
            settings.instance.mkdir(parents=True, exist_ok=True)
            settings.instance.chmod(0o700)
        except OSError as error:
            what = f"the folder can't be used: {error.strerror}"
            fix = "Set INSTANCE to a folder that can be written"
            raise CannotUnderstand(Problem(Loudness.FILE, "INSTANCE", what, str(settings.instance), fix)) from None
        self.database = Database(settings.database_url)
        self._gazetteer: Gazetteer | None = None
        self._index: Index | None = None

    def ready(self) -> None:
        """Bring the schema up to date and copy the ZIP codes in where they are missing."""
        self.database.upgrade()
        with self.database.reading() as connection:
            known = store.has_places(connection)
        if not known:
            with self.database.writing() as connection:
                if not store.has_places(connection):
                    store.save_places(connection, places.bundled_places())

    @property
    def gazetteer(self) -> Gazetteer:
        """Where ZIP codes and cities are."""
        if self._gazetteer is None:
            self.ready()
            with self.database.reading() as connection:
                self._gazetteer = store.gazetteer(connection)
        return self._gazetteer

    @property
    def index(self) -> Index:
        """The search index and the matcher's columns."""
        if self._index is None:
            self._index = Index(self.settings.instance / "index", self.database, self.gazetteer.locate)
        return self._index

    def listings(self, ids: Sequence[str]) -> dict[str, Listing]:
        """These listings as the database has them now, by id."""
        with self.database.reading() as connection:
            return {listing.id: listing for listing in store.listings(connection, self.gazetteer.locate, ids)}


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer to a need: options, whom to call first, and what was set aside and why."""

    need: Need
    listings: int
    option_count: int
    call_first_count: int
    aside_counts: dict[str, int]
    options: tuple[Entry, ...]
    call_first: tuple[Entry, ...]
    set_aside: tuple[Entry, ...]

    def said_between(self) -> tuple[date, date] | None:
        """The oldest and the newest day on which anybody said what is shown; None where nothing is shown."""
        shown = (*self.options, *self.call_first)
        days = [finding.observed_at for entry in shown for finding in entry.findings if finding.observed_at]
        return (min(days), max(days)) if days else None

    def as_json(self) -> dict[str, Any]:
        """The answer in the form that docs/options.schema.json describes."""
        return {
            "need": written_need(self.need),
            "as_of": self.need.as_of.isoformat(),
            "counts": {
                "listings": self.listings,
                "options": self.option_count,
                "call_first": self.call_first_count,
                "set_aside": self.aside_counts,
            },
            "options": [_entry_json(entry) for entry in self.options],
            "call_first": [_entry_json(entry) for entry in self.call_first],
            "set_aside": [_entry_json(entry) for entry in self.set_aside],
        }


def options(directory: Directory, need: Need, limit: int = 10) -> Answered:
    """The list for a need: at most `limit` entries of each kind, everything counted.

    What is shown is read from the database, whatever the index says.
    """
    generation = directory.index.current()
    relevance = generation.words.relevance(need.words) if need.words else None
    ranking = rank(generation.columns, need, relevance)
    options_rows = ranking.first(limit, calls=False)
    call_rows = ranking.first(limit, calls=True)
    aside = _aside(ranking, limit)
    positions = [int(ranking.block.positions[row]) for row in (*options_rows, *call_rows)]
    ids = [generation.columns.ids[at] for at in (*positions, *(at for at, _, _ in aside))]
    found = directory.listings(ids)
    call_count = int(ranking.call_first.sum())
    return Answered(
        need=need,
        listings=len(generation.columns),
        option_count=len(ranking.block) - call_count,
        call_first_count=call_count,
        aside_counts=ranking.counts(),
        options=_entries(ranking, options_rows, found),
        call_first=_entries(ranking, call_rows, found),
        set_aside=tuple(
            explain.set_aside(BY_NAME[name], need, found[generation.columns.ids[at]], miles)
            for at, name, miles in aside
            if generation.columns.ids[at] in found
        ),
    )


def _aside(ranking: Ranking, limit: int) -> list[tuple[int, str, float]]:
    """The nearest listings that were set aside; past the travel limit only where the limit holds too few."""
    inside = [(at, criterion.name, miles) for at, criterion, miles in ranking.nearest_aside(limit)]
    placed = [one for one in inside if not math.isnan(one[2])]
    past = [(at, "travel", miles) for at, miles in nearest_beyond(ranking.columns, ranking.need, limit - len(placed))]
    return [*placed, *past, *(one for one in inside if math.isnan(one[2]))][:limit]


def _entries(ranking: Ranking, rows: Iterable[int], found: dict[str, Listing]) -> tuple[Entry, ...]:
    ids = ranking.columns.ids
    placed = ((int(row), ids[ranking.block.positions[row]]) for row in rows)
    return tuple(explain.entry(ranking, row, found[key]) for row, key in placed if key in found)


def _entry_json(entry: Entry) -> dict[str, Any]:
    listing = entry.listing
    phone = listing.phone
    return {
        "id": listing.id,
        "name": listing.name,
        "organization": listing.organization,
        "place": listing.address.place,
        "phone": str(phone) if phone else None,
        "phone_kind": str(phone.kind) if phone else None,
        "miles": None if entry.miles is None else round(entry.miles, 1),
        "approximate": bool(listing.point and listing.point.approximate),
        "tier": entry.tier or None,
        "points": entry.points,
        "range": [entry.low, entry.high],
        "findings": [_finding_json(finding) for finding in entry.findings],
        "questions": list(entry.questions),
    }


def _finding_json(finding: Finding) -> dict[str, Any]:
    return {
        "criterion": finding.criterion,
        "answer": str(finding.answer),
        "points": finding.points,
        "of": finding.of,
        "because": finding.because,
        "ask": finding.ask or None,
        "source": finding.source or None,
        "observed_at": finding.observed_at.isoformat() if finding.observed_at else None,
    }
