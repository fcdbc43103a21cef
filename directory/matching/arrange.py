"""The list as somebody arranges it by hand: what is dropped makes room, what is chosen stands.

What the list promises is judged again for the list as it then stands.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from directory.matching.compose import BACKUPS, PRESENTED, Composed, compose, in_order, promised
from directory.matching.rank import Ranking


@dataclass(frozen=True, slots=True)
class ByHand:
    """What was done to a list by hand, in ids: what was dropped, what was chosen, and the places given, the latest last.

    `watched` changes nothing: of these listings too it is told what became of them. `allowed` may stand although they
    require stopping medication.
    """

    dropped: tuple[str, ...] = ()
    chosen: tuple[str, ...] = ()
    places: tuple[tuple[str, int], ...] = ()
    watched: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()

    @property
    def touched(self) -> tuple[str, ...]:
        """Everything of which it is told what became of it."""
        return tuple(dict.fromkeys((*self.dropped, *self.chosen, *self.watched)))


NOTHING: Final = ByHand()


def rows_of(ranking: Ranking, ids: Iterable[str]) -> list[int]:
    """The rows of these listings; those that are not in the directory, or set aside, have none."""
    positions = (ranking.columns.position(one) for one in ids)
    rows = (ranking.row(position) for position in positions if position >= 0)
    return [row for row in rows if row >= 0]


def arranged(ranking: Ranking, by_hand: ByHand) -> Composed:
    """The composed list without what was dropped, and with those chosen that may be presented; the places given last."""
    if not by_hand.dropped and not by_hand.chosen:
        return compose(ranking)
    chosen = [row for row in rows_of(ranking, by_hand.chosen) if not ranking.call_first[row]]
    composed = compose(ranking, rows_of(ranking, by_hand.dropped))
    own = [row for row in (*composed.presented, *composed.backups) if row not in chosen]
    room = max(0, PRESENTED + BACKUPS - len(chosen))
    listed = _placed(ranking, in_order(ranking, [*own[:room], *chosen]), by_hand.places)
    return Composed(tuple(listed[:PRESENTED]), tuple(listed[PRESENTED:]), promised(ranking, listed))


def _placed(ranking: Ranking, listed: list[int], places: Iterable[tuple[str, int]]) -> list[int]:
    for listing_id, place in places:
        for row in rows_of(ranking, [listing_id]):
            if row in listed:
                listed.remove(row)
                listed.insert(place - 1, row)
    return listed
