"""A need against one generation of the index: the whole answer, in which nothing is read from anywhere else."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from directory.answered import Answered, MeetingList
from directory.listing import Listing
from directory.matching import explain
from directory.matching.arrival import Pace
from directory.matching.columns import Columns
from directory.matching.compose import BACKUPS, PRESENTED, Composed, bridges, compose, no_bridge
from directory.matching.criteria import BY_NAME
from directory.matching.explain import Beside, Entry
from directory.matching.facets import facets
from directory.matching.loosen import ENOUGH, Loosening, loosenings
from directory.matching.rank import BRIDGE, FIRST_STEP, Ranking, nearest_beyond, rank
from directory.matching.suppose import first_if
from directory.need import Need
from directory.search.words import Words

BRIDGES_SHOWN: Final = 3
NAMED_SHOWN: Final = 3
Listings = Callable[[Sequence[str]], Mapping[str, Listing]]
"""Ids to listings; an id that is not known any more is left out."""


@dataclass(frozen=True, slots=True)
class Asking:
    """What is asked of: the listings as columns and as words, what each of them says, and how people travel."""

    columns: Columns
    words: Words
    listings: Listings
    pace: Pace

    def ranking(self, need: Need) -> Ranking:
        """Every listing's place for a need."""
        relevance = (lambda positions: self.words.relevance(need.words, positions)) if need.words else None
        return rank(self.columns, need, relevance, self.pace)


@dataclass(frozen=True, slots=True)
class _Shown:
    """What is to be shown of a ranking: rows of options and calls, and positions of what stands beside them."""

    ranking: Ranking
    composed: Composed
    options: tuple[int, ...]
    calls: tuple[int, ...]
    aside: list[tuple[int, str, float]]
    named: list[tuple[int, str, float]]
    bridges: list[tuple[int, float]]

    def positions(self) -> set[int]:
        """Everything of which something is shown."""
        ranking = self.ranking
        at = {int(ranking.block.positions[row]) for row in (*self.options, *self.calls)}
        at |= {one[0] for one in (*self.aside, *self.named)} | {one[0] for one in self.bridges}
        steps = (ranking.second_step(row) for row in self.options if ranking.tier(row) == FIRST_STEP)
        return at | {position for position in steps if position is not None}


def answer(asking: Asking, need: Need, limit: int) -> Answered:
    """The list for a need: at most `limit` entries of each kind, everything counted."""
    ranking = asking.ranking(need)
    shown = _shown(asking, ranking, limit)
    at = sorted(shown.positions())
    ids = {position: asking.columns.ids[position] for position in at}
    known = asking.listings(tuple(ids.values()))
    found = {position: known[key] for position, key in ids.items() if key in known}
    entries = _entries(ranking, (*shown.options, *shown.calls), found)
    calls = int(ranking.call_first.sum())
    return Answered(
        need=need,
        listings=len(asking.columns),
        option_count=len(ranking.block) - calls,
        call_first_count=calls,
        aside_counts=ranking.counts(),
        options=tuple(entries[row] for row in shown.options if row in entries),
        call_first=tuple(entries[row] for row in shown.calls if row in entries),
        set_aside=_beside(shown.aside, ranking, found),
        meeting=_meeting(shown),
        bridges=tuple(_bridge(ranking, at, miles, found) for at, miles in shown.bridges if at in found),
        no_bridge=no_bridge(need) if need.opioids and not shown.bridges else "",
        named=_beside(shown.named, ranking, found),
        facets=facets(ranking),
        loosenings=_loosenings(asking, ranking),
    )


def best_places(asking: Asking, need: Need, most: int) -> list[str]:
    """The ids of those for which it matters most how long the way takes: the first of the order, and the bridges."""
    ranking = asking.ranking(need)
    rows = (*ranking.first(most, calls=False), *ranking.first(most, calls=True))[:most]
    beside = (at for at, _ in bridges(ranking, BRIDGES_SHOWN + PRESENTED + BACKUPS))
    positions = dict.fromkeys((*(int(ranking.block.positions[row]) for row in rows), *beside))
    return [asking.columns.ids[at] for at in positions]


def _shown(asking: Asking, ranking: Ranking, limit: int) -> _Shown:
    need = ranking.need
    composed = compose(ranking)
    chosen = (*composed.presented, *composed.backups)
    options = dict.fromkeys((*ranking.first(limit, calls=False).tolist(), *chosen))
    calls = tuple(ranking.first(limit, calls=True).tolist())
    named = asking.words.named(need.words, NAMED_SHOWN) if need.words else []
    return _Shown(
        ranking=ranking,
        composed=composed,
        options=tuple(options),
        calls=calls,
        aside=_nearest_aside(ranking, limit),
        named=[(at, *ranking.whereabouts(at)) for at in named],
        bridges=_bridges(ranking, (*options, *calls), chosen),
    )


def _bridges(ranking: Ranking, shown: Sequence[int], chosen: Sequence[int]) -> list[tuple[int, float]]:
    """Bridges that are not on the page already; where there is no other, those that are not on the list itself."""
    return bridges(ranking, BRIDGES_SHOWN, shown) or bridges(ranking, BRIDGES_SHOWN, chosen)


def _entries(ranking: Ranking, rows: Sequence[int], found: Mapping[int, Listing]) -> dict[int, Entry]:
    """The rows as they are shown, with what would put each first and what follows the first of two steps."""
    shown = [(row, found[at]) for row in rows if (at := int(ranking.block.positions[row])) in found]
    wishes = first_if(ranking, shown, rows[0]) if rows else {}
    return {
        row: explain.entry(ranking, row, listing, Beside(_second_step(ranking, row, found), wishes.get(row, ())))
        for row, listing in shown
    }


def _second_step(ranking: Ranking, row: int, found: Mapping[int, Listing]) -> Listing | None:
    if ranking.tier(row) != FIRST_STEP:
        return None
    position = ranking.second_step(row)
    return None if position is None else found.get(position)


def _meeting(shown: _Shown) -> MeetingList:
    def names(rows: Iterable[int]) -> tuple[str, ...]:
        ranking = shown.ranking
        return tuple(ranking.columns.ids[int(ranking.block.positions[row])] for row in rows)

    return MeetingList(names(shown.composed.presented), names(shown.composed.backups), shown.composed.guarantees)


def _bridge(ranking: Ranking, at: int, miles: float, found: Mapping[int, Listing]) -> Entry:
    return explain.apart(found[at], ranking.need, miles, BRIDGE, ranking.block.pace)


def _nearest_aside(ranking: Ranking, limit: int) -> list[tuple[int, str, float]]:
    """The nearest listings that were set aside; past the travel limit only where the limit holds too few."""
    inside = [(at, criterion.name, miles) for at, criterion, miles in ranking.nearest_aside(limit)]
    placed = [one for one in inside if not math.isnan(one[2])]
    past = [(at, "travel", miles) for at, miles in nearest_beyond(ranking.columns, ranking.need, limit - len(placed))]
    return [*placed, *past, *(one for one in inside if math.isnan(one[2]))][:limit]


def _beside(some: Sequence[tuple[int, str, float]], ranking: Ranking, found: Mapping[int, Listing]) -> tuple[Entry, ...]:
    """Listings with the criterion that ruled each out; those with none stand in the order and are shown as there."""
    told: list[Entry] = []
    for at, name, miles in (one for one in some if one[0] in found):
        if name:
            told.append(explain.set_aside(BY_NAME[name], ranking.need, found[at], miles, ranking.block.pace))
        else:
            told.append(explain.entry(ranking, ranking.row(at), found[at]))
    return tuple(told)


def _loosenings(asking: Asking, ranking: Ranking) -> tuple[Loosening, ...]:
    if len(ranking.block) >= ENOUGH:
        return ()
    return loosenings(ranking.need, lambda need: len(rank(asking.columns, need, None, asking.pace).block))
