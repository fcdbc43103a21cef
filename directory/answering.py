"""A need against one generation of the index: the whole answer, in which nothing is read from anywhere else."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from directory.answered import Answered, MeetingList
from directory.listing import Listing
from directory.matching import explain, unchecked
from directory.matching.arrange import NOTHING, ByHand, arranged, rows_of
from directory.matching.arrival import Pace
from directory.matching.columns import Columns
from directory.matching.compose import BACKUPS, PRESENTED, Bridge, Composed, bridges, no_bridge
from directory.matching.explain import Beside, Entry
from directory.matching.facets import facets
from directory.matching.loosen import ENOUGH, Loosening, loosenings
from directory.matching.rank import BRIDGE, FIRST_STEP, Ranking, rank
from directory.matching.sifting import nearest_beyond
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
    named_unchecked: bool
    by_hand: list[tuple[int, str, float]]
    dropped: tuple[int, ...]
    bridges: list[Bridge]

    def positions(self) -> set[int]:
        """Everything of which something is shown."""
        ranking = self.ranking
        at = {int(ranking.block.positions[row]) for row in (*self.options, *self.calls)}
        at |= {one[0] for one in (*self.aside, *self.named, *self.by_hand)} | {one.position for one in self.bridges}
        steps = (ranking.second_step(row) for row in self.options if ranking.tier(row) == FIRST_STEP)
        return at | {position for position in steps if position is not None}


def answer(asking: Asking, need: Need, limit: int, by_hand: ByHand = NOTHING) -> Answered:
    """The list for a need: at most `limit` entries of each kind, everything counted; what was dropped by hand only there."""
    ranking = asking.ranking(replace(need, allowed=frozenset(by_hand.allowed)))
    if by_hand.dropped:
        ranking = replace(ranking, without=frozenset(map(asking.columns.position, by_hand.dropped)))
    shown = _shown(asking, ranking, limit, by_hand)
    at = sorted(shown.positions())
    ids = {position: asking.columns.ids[position] for position in at}
    known = asking.listings(tuple(ids.values()))
    found = {position: known[key] for position, key in ids.items() if key in known}
    entries = _entries(ranking, (*shown.options, *shown.calls), found)
    dropped_calls = int(ranking.call_first[list(shown.dropped)].sum())
    calls = int(ranking.call_first.sum())
    return Answered(
        need=need,
        listings=len(asking.columns),
        option_count=len(ranking.block) - calls - (len(shown.dropped) - dropped_calls),
        call_first_count=calls - dropped_calls,
        aside_counts=ranking.counts(),
        options=tuple(entries[row] for row in shown.options if row in entries),
        call_first=tuple(entries[row] for row in shown.calls if row in entries),
        set_aside=_beside(shown.aside, ranking, found),
        meeting=_meeting(shown),
        bridges=tuple(_bridge(ranking, one, found) for one in shown.bridges if one.position in found),
        no_bridge=no_bridge(need) if need.opioids and not shown.bridges else "",
        named=_beside(shown.named, ranking, found),
        unchecked=_unchecked(shown),
        by_hand=_beside(shown.by_hand, ranking, found),
        facets=facets(ranking),
        loosenings=_loosenings(asking, ranking),
    )


def best_places(asking: Asking, need: Need, most: int) -> list[str]:
    """The ids of those for which it matters most how long the way takes: the first of the order, and the bridges."""
    ranking = asking.ranking(need)
    rows = (*ranking.first(most, calls=False), *ranking.first(most, calls=True))[:most]
    beside = (one.position for one in bridges(ranking, BRIDGES_SHOWN + PRESENTED + BACKUPS))
    positions = dict.fromkeys((*(int(ranking.block.positions[row]) for row in rows), *beside))
    return [asking.columns.ids[at] for at in positions]


def _shown(asking: Asking, ranking: Ranking, limit: int, by_hand: ByHand) -> _Shown:
    need, dropped = ranking.need, tuple(rows_of(ranking, by_hand.dropped))
    composed = arranged(ranking, by_hand)
    chosen = (*composed.presented, *composed.backups)
    named = asking.words.named(need.words, NAMED_SHOWN) if need.words else []
    shown = ranking.nameable(named)
    touched = [at for one in by_hand.touched if (at := asking.columns.position(one)) >= 0]
    options, calls = (_first(ranking, limit, dropped, waiting) for waiting in (False, True))
    asked_for = [row for row in rows_of(ranking, by_hand.chosen) if ranking.call_first[row]]
    return _Shown(
        ranking=ranking,
        composed=composed,
        options=tuple(dict.fromkeys((*options, *chosen))),
        calls=tuple(dict.fromkeys((*asked_for, *calls))),
        aside=_nearest_aside(ranking, limit),
        named=[(at, *ranking.whereabouts(at)) for at in shown],
        named_unchecked=len(shown) < len(named),
        by_hand=[(at, *ranking.whereabouts(at)) for at in touched],
        dropped=dropped,
        bridges=bridges(ranking, BRIDGES_SHOWN, (*options, *calls, *dropped), (*chosen, *dropped)),
    )


def _first(ranking: Ranking, limit: int, dropped: Sequence[int], calls: bool) -> list[int]:
    """The first rows of a kind, without what was dropped by hand."""
    return [row for row in ranking.first(limit + len(dropped), calls=calls).tolist() if row not in dropped][:limit]


def _entries(ranking: Ranking, rows: Sequence[int], found: Mapping[int, Listing]) -> dict[int, Entry]:
    """The rows as they are shown, with what would put each first and what follows the first of two steps."""
    shown = [(row, found[at]) for row in rows if (at := int(ranking.block.positions[row])) in found]
    ranking.look_at([row for row, _ in shown])
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


def _bridge(ranking: Ranking, one: Bridge, found: Mapping[int, Listing]) -> Entry:
    told = explain.apart(found[one.position], ranking.need, one.miles, BRIDGE, ranking.block.pace)
    return replace(told, questions=one.questions)


def _nearest_aside(ranking: Ranking, limit: int) -> list[tuple[int, str, float]]:
    """The nearest listings that were set aside; past the travel limit only where the limit holds too few."""
    inside = [(at, criterion.name, miles) for at, criterion, miles in ranking.nearest_aside(limit)]
    placed = [one for one in inside if not math.isnan(one[2])]
    beyond = nearest_beyond(ranking.columns, ranking.need, limit - len(placed))
    past = [(at, "travel", miles) for at, miles in beyond]
    return [*placed, *past, *(one for one in inside if math.isnan(one[2]))][:limit]


def _unchecked(shown: _Shown) -> str:
    """That some may fit of which nobody here has checked any, where only checked ones are asked for."""
    fitting = shown.ranking.counts().get("trust", 0)
    return unchecked.left_out(fitting, shown.named_unchecked)


def _beside(some: Sequence[tuple[int, str, float]], ranking: Ranking, found: Mapping[int, Listing]) -> tuple[Entry, ...]:
    """Listings with the criterion that ruled each out; those with none stand in the order and are shown as there."""
    told: list[Entry] = []
    put = {one.criterion.name: one for one in ranking.put}
    for at, name, miles in (one for one in some if one[0] in found):
        if name:
            told.append(explain.set_aside(put[name], ranking.need, found[at], miles, ranking.block.pace))
        else:
            told.append(explain.entry(ranking, ranking.row(at), found[at]))
    return tuple(told)


def _loosenings(asking: Asking, ranking: Ranking) -> tuple[Loosening, ...]:
    if len(ranking.block) >= ENOUGH:
        return ()
    return loosenings(ranking.need, lambda need: len(rank(asking.columns, need, None, asking.pace).block))
