"""The frozen hand-out: plain JSON data, dated and numbered, from which alone every rendering is made.

It holds what is known of the centers, as codes and times, so that any language can say it; of the need, of points, of
notes and of refusals it holds nothing. A moment stands in it by the clock of the place that it is about. `planned_for` is the
moment that a list was planned for, where it was not for now: its facts are as of its making all the same.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from directory import paper
from directory.answered import Answered
from directory.handout import frozen
from directory.handout.facts import NOTHING_TOLD, HandoutFacts, facts_of
from directory.matching.explain import Entry
from directory.need import Need

FORMAT: Final = 1
Snapshot = dict[str, Any]


def freeze(answered: Answered, extra: Mapping[str, HandoutFacts], number: int, made_at: datetime) -> Snapshot:
    """The list of an answer with what calls told of each center, by its listing's id, as it is at this moment."""
    need = answered.need
    listed = answered.presented()
    options = [entry for entry in listed if entry.listing.id in answered.meeting.presented]
    return {
        "format": FORMAT,
        "number": number,
        "made_at": _at(made_at, need),
        "as_of": _at(min(need.as_of, made_at), need),
        "planned_for": _at(need.as_of, need) if need.as_of > made_at else "",
        "demonstration": paper.invented(answered),
        "options": [_option(entry, need, extra) for entry in options],
        "backups": [_option(entry, need, extra) for entry in listed[len(options) :]],
        "bridges": [frozen.bridge(entry, need) for entry in answered.bridges],
        "not_promised": [one.name for one in answered.meeting.guarantees if not one.met],
    }


def as_it_stands(answered: Answered, number: int, made_at: datetime) -> Snapshot:
    """The list of an answer with what the centers said on the telephone."""
    return freeze(answered, {entry.listing.id: facts_of(entry.listing) for entry in answered.presented()}, number, made_at)


def _option(entry: Entry, need: Need, extra: Mapping[str, HandoutFacts]) -> dict[str, Any]:
    return frozen.option(entry, need, extra.get(entry.listing.id, NOTHING_TOLD))


def _at(when: datetime, need: Need) -> str:
    return when.astimezone(need.as_of.tzinfo).isoformat(timespec="minutes")
