"""What a person does with the directory: open it, and ask it for the list."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from directory import places, routing, store
from directory.answered import Answered, MeetingList
from directory.database import Database
from directory.listing import Listing
from directory.matching import explain
from directory.matching.arrival import Pace
from directory.matching.compose import BACKUPS, PRESENTED, Composed, bridges, compose, no_bridge
from directory.matching.criteria import BY_NAME
from directory.matching.explain import Entry
from directory.matching.facets import facets
from directory.matching.loosen import ENOUGH, Loosening, loosenings
from directory.matching.rank import BRIDGE, Ranking, nearest_beyond, rank
from directory.matching.suppose import first_if
from directory.need import Need
from directory.places import Gazetteer
from directory.problems import CannotUnderstand, Loudness, Problem
from directory.search.generations import Generation, Index
from directory.settings import Settings

BRIDGES_SHOWN: Final = 3
NAMED_SHOWN: Final = 3
ROUTED: Final = 60


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

    @property
    def pace(self) -> Pace:
        """How fast people are taken to travel."""
        return Pace(self.settings.speed_mph, self.settings.road_factor)

    def listings(self, ids: Sequence[str]) -> dict[str, Listing]:
        """These listings as the database has them now, by id."""
        with self.database.reading() as connection:
            return {listing.id: listing for listing in store.listings(connection, self.gazetteer.locate, ids)}


@dataclass(frozen=True, slots=True)
class _Asked:
    """A need against one generation: the ranking, the composed list, and what else is to be shown, by position."""

    ranking: Ranking
    composed: Composed
    rows: tuple[int, ...]
    calls: tuple[int, ...]
    aside: list[tuple[int, str, float]]
    named: list[tuple[int, str, float]]
    bridges: list[tuple[int, float]]

    @property
    def positions(self) -> set[int]:
        """Everything of which something is shown."""
        at = {int(self.ranking.block.positions[row]) for row in (*self.rows, *self.calls)}
        then = {self.ranking.second_step(row) for row in self.rows} - {None}
        beside = {one[0] for one in (*self.aside, *self.named)} | {one[0] for one in self.bridges}
        return at | beside | {position for position in then if position is not None}


def options(directory: Directory, need: Need, limit: int = 10) -> Answered:
    """The list for a need: at most `limit` entries of each kind, everything counted.

    What is shown is read from the database, whatever the index says.
    """
    generation = directory.index.current()
    asked = _ask(generation, need, _pace(directory, generation, need), limit)
    ranking, ids = asked.ranking, generation.columns.ids
    found = directory.listings([ids[at] for at in asked.positions])
    by_position = {at: found[ids[at]] for at in asked.positions if ids[at] in found}
    call_count = int(ranking.call_first.sum())
    first = next(iter((*asked.rows, *asked.calls)), None)
    shown = [(row, by_position[int(ranking.block.positions[row])]) for row in (*asked.rows, *asked.calls)]
    wishes = first_if(ranking, shown, first) if first is not None else {}
    entries = {row: replace(explain.entry(ranking, row, one), first_if=wishes.get(row, ())) for row, one in shown}
    return Answered(
        need=need,
        listings=len(generation.columns),
        option_count=len(ranking.block) - call_count,
        call_first_count=call_count,
        aside_counts=ranking.counts(),
        options=tuple(_with_second_step(ranking, row, entries[row], by_position) for row in asked.rows),
        call_first=tuple(entries[row] for row in asked.calls),
        set_aside=_asides(asked.aside, ranking, by_position),
        meeting=_meeting(asked),
        bridges=tuple(_bridge(ranking, at, miles, by_position) for at, miles in asked.bridges if at in by_position),
        no_bridge=no_bridge(need) if need.opioids and not asked.bridges else "",
        named=_asides(asked.named, ranking, by_position),
        facets=facets(ranking),
        loosenings=_loosenings(generation, ranking),
    )


def _pace(directory: Directory, generation: Generation, need: Need) -> Pace:
    """How people travel; where a routing service is set up, with its minutes to those that are best by straight miles."""
    straight, url = directory.pace, directory.settings.routing_url
    if not url or need.near is None:
        return straight
    ranking = _rank(generation, need, straight)
    rows = (*ranking.first(ROUTED, calls=False), *ranking.first(ROUTED, calls=True))
    best = [int(ranking.block.positions[row]) for row in rows[:ROUTED]]
    beside = [at for at, _ in bridges(ranking, BRIDGES_SHOWN + PRESENTED + BACKUPS)]
    found = directory.listings([generation.columns.ids[at] for at in dict.fromkeys((*best, *beside))])
    points = {key: listing.point for key, listing in found.items() if listing.point}
    return replace(straight, measured=routing.minutes(url, need.near.point, points))


def _rank(generation: Generation, need: Need, pace: Pace) -> Ranking:
    relevance = generation.words.relevance(need.words) if need.words else None
    return rank(generation.columns, need, relevance, pace)


def _ask(generation: Generation, need: Need, pace: Pace, limit: int) -> _Asked:
    ranking = _rank(generation, need, pace)
    composed = compose(ranking)
    chosen = (*composed.presented, *composed.backups)
    rows = tuple(dict.fromkeys((*(int(row) for row in ranking.first(limit, calls=False)), *chosen)))
    named = generation.words.named(need.words, NAMED_SHOWN) if need.words else []
    return _Asked(
        ranking=ranking,
        composed=composed,
        rows=rows,
        calls=tuple(int(row) for row in ranking.first(limit, calls=True)),
        aside=_nearest_aside(ranking, limit),
        named=[(at, *ranking.whereabouts(at)) for at in named],
        bridges=bridges(ranking, BRIDGES_SHOWN, chosen),
    )


def _meeting(asked: _Asked) -> MeetingList:
    def names(rows: Iterable[int]) -> tuple[str, ...]:
        ranking = asked.ranking
        return tuple(ranking.columns.ids[int(ranking.block.positions[row])] for row in rows)

    return MeetingList(names(asked.composed.presented), names(asked.composed.backups), asked.composed.guarantees)


def _with_second_step(ranking: Ranking, row: int, entry: Entry, found: dict[int, Listing]) -> Entry:
    """An option of the second tier with the program that follows it."""
    if entry.tier != "B":
        return entry
    return replace(entry, then=found.get(ranking.second_step(row) or -1))


def _bridge(ranking: Ranking, at: int, miles: float, found: dict[int, Listing]) -> Entry:
    return explain.apart(found[at], ranking.need, miles, BRIDGE, ranking.block.pace)


def _nearest_aside(ranking: Ranking, limit: int) -> list[tuple[int, str, float]]:
    """The nearest listings that were set aside; past the travel limit only where the limit holds too few."""
    inside = [(at, criterion.name, miles) for at, criterion, miles in ranking.nearest_aside(limit)]
    placed = [one for one in inside if not math.isnan(one[2])]
    past = [(at, "travel", miles) for at, miles in nearest_beyond(ranking.columns, ranking.need, limit - len(placed))]
    return [*placed, *past, *(one for one in inside if math.isnan(one[2]))][:limit]


def _asides(some: Sequence[tuple[int, str, float]], ranking: Ranking, found: dict[int, Listing]) -> tuple[Entry, ...]:
    """Listings with the criterion that ruled each out; those with none stand in the order and are shown as there."""
    told: list[Entry] = []
    for at, name, miles in (one for one in some if one[0] in found):
        if name:
            told.append(explain.set_aside(BY_NAME[name], ranking.need, found[at], miles, ranking.block.pace))
        else:
            told.append(explain.entry(ranking, ranking.row(at), found[at]))
    return tuple(told)


def _loosenings(generation: Generation, ranking: Ranking) -> tuple[Loosening, ...]:
    if len(ranking.block) >= ENOUGH:
        return ()
    pace = ranking.block.pace
    return loosenings(ranking.need, lambda need: len(rank(generation.columns, need, None, pace).block))
