"""What a line of listings says that is not recorded already; of merged listings for each part on its own."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection

from directory import store
from directory.listing import Statement
from directory.resolve import NOTHING_SINCE, Said, Since, standing
from directory.store import Recorded
from importers.listing_fields import BadLine
from importers.listing_line import Line, withheld, without_street

_CONTENT: Final = frozenset(("values", "yes", "no"))


def already_there(connection: Connection, lines: Sequence[Line]) -> dict[str, Recorded]:
    """What is recorded already, by the id of each line: of all that it names, as if that were one listing."""
    known = store.sameness(connection)
    named = {line.listing_id: {known.stands_for(key) for key in (line.listing_id, *line.merged)} for line in lines}
    found = {one.listing_id: one for one in store.recorded(connection, sorted(set().union(*named.values())))}
    told: dict[str, Recorded] = {}
    for listing_id, roots in named.items():
        ones = [found[root] for root in sorted(roots) if root in found]
        if ones:
            said = sorted((one for each in ones for one in each.said), key=lambda one: one.order)
            parts = {key: since for one in ones for key, since in _held(one).items()}
            told[listing_id] = Recorded(listing_id, tuple(said), Since.together(parts.values()), parts)
    return told


def news(line: Line, before: Recorded) -> Recorded:
    """What a line says that is not there already: each statement as often as it was said, each report once."""
    hidden = withheld(before.said)
    there = Counter(_identity(one.statement, hidden) for one in before.said)
    last = before.said[-1].order if before.said else 0
    said: list[Said] = []
    for number, statement in enumerate(line.statements, start=1):
        identity = _identity(statement, hidden)
        if there[identity]:
            there[identity] -= 1
        else:
            said.append(Said(last + number, statement))
    held = _held(before)
    parts = {key: _new_since(since, held.get(key, NOTHING_SINCE)) for key, since in line.parts.items()}
    return Recorded(line.listing_id, tuple(said), Since.together(parts.values()), parts, line.merged)


def _new_since(told: Since, there: Since) -> Since:
    reports = [one for one in dict.fromkeys(told.reports) if one not in there.reports]
    vettings = [one for one in dict.fromkeys(told.vettings) if one not in there.vettings]
    return Since(tuple(reports), tuple(vettings))


def _identity(statement: Statement, hidden: bool) -> tuple[Any, ...]:
    """What makes two statements the same."""
    rest = (getattr(statement, name) for name in Statement.__dataclass_fields__ if name not in _CONTENT)
    return *_content(statement, hidden), *rest


def _content(statement: Statement, hidden: bool) -> tuple[Any, ...]:
    """What a statement says; of a withheld address the street is in no file, whoever gave it once."""
    told = without_street(statement) if hidden else statement.values
    return frozenset(told.items()), statement.yes, statement.no


def check_newer(before: Recorded, new: Recorded) -> None:
    """Refuse a line that would put what a source said on an earlier day in place of what it said last."""
    last = {(one.statement.source, one.statement.local_id): one.statement.provenance.observed_at for one in before.said}
    would_stand = {
        (one.statement.source, one.statement.local_id): one.statement.provenance.observed_at
        for one in new.said
        if one.statement.restates or one.statement.withdrawn
    }
    for place, day in would_stand.items():
        if place in last and day < last[place]:
            found = f"{place[0]}: {day}, against {last[place]}"
            fix = "Leave that statement out; if it is right, undo the newer one or say it as of a later day"
            raise BadLine("it is older than what its source said last", found, fix)


def check_repeats(line: Line, before: Recorded, new: Recorded) -> None:
    """Refuse a line by which a source would say again, on a later day, what it only said here and not in the line."""
    hidden = withheld(before.said)
    last = before.said[-1].order if before.said else 0
    in_line = [Said(last + number, statement) for number, statement in enumerate(line.statements, start=1)]
    for one in new.said:
        if not one.statement.repeats:
            continue
        told = {_content(other.statement, hidden) for other in _stands_before(one, in_line)}
        here = _stands_before(one, (*before.said, *new.said))
        later = one.statement.provenance.observed_at
        dated = [other.statement for other in here if other.statement.provenance.observed_at < later]
        if any(_content(other, hidden) not in told for other in dated):
            found = f"{one.statement.source}: {later}"
            fix = "Put what it says again before it in the same line, or leave it out"
            raise BadLine(
                "a source says something again that it does not say in this line, and here it said otherwise", found, fix
            )


def _stands_before(one: Said, said: Sequence[Said]) -> list[Said]:
    """What of it stands of the same source when something is said."""
    same = one.statement.source, one.statement.local_id
    return standing([s for s in said if s.order < one.order and (s.statement.source, s.statement.local_id) == same])


def with_news(before: Recorded, new: Recorded) -> Recorded:
    """What is recorded of a listing once the news are added."""
    parts = {
        key: Since.together((_held(before).get(key, NOTHING_SINCE), new.parts.get(key, NOTHING_SINCE)))
        for key in (*_held(before), *new.parts)
    }
    return Recorded(before.listing_id, (*before.said, *new.said), Since.together(parts.values()), parts)


def _held(recorded: Recorded) -> Mapping[str, Since]:
    return recorded.parts or {recorded.listing_id: recorded.since}
