"""What a hand-out says otherwise than one made earlier, in the words of the sheet: what is not printed changes nothing.

What time alone moves is no change: an arrival by whoever has not left yet, and the hour by which to call again.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from directory.handout.sheet import Bridge, Sheet, Told, sheet
from directory.handout.snapshot import Snapshot
from directory.handout.telling import Teller

_Lines = dict[str, str]
_Told = Iterator[tuple[str, str, tuple[str, ...]]]
"""What is said otherwise: of which listing by its id, its name, the sentences."""
_CENTERS: Final = ("options", "backups", "bridges")
_ROUNDED: Final = timedelta(minutes=1)
"""Moments stand in a snapshot without their seconds."""


@dataclass(frozen=True, slots=True)
class Change:
    """What is said otherwise of one center, or of the whole list: its name, and a sentence for each thing."""

    name: str
    sentences: tuple[str, ...]


def changes(printed: Snapshot, now: Snapshot) -> tuple[Change, ...]:
    """What `now` says otherwise than `printed`, in the order of the list that it is now."""
    before, after = sheet(_moved_on(printed, now)), sheet(now)
    told: dict[str, Change] = {}
    for key, name, sentences in (*_listed(before, after), *_bridges(before, after), *_whole(before, after)):
        known = told.get(key, Change(name, ()))
        told[key] = Change(known.name, (*known.sentences, *sentences))
    return tuple(change for change in told.values() if change.sentences)


# --- what time alone moves -----------------------------------------------------------------------------------------


def _moved_on(printed: Snapshot, now: Snapshot) -> Snapshot:
    """A snapshot with the moments of a later one, where nothing but time moved them."""
    later = {center["id"]: center for part in _CENTERS for center in now[part]}
    as_of = datetime.fromisoformat(now.get("planned_for") or now["as_of"])
    moved = {part: [_center(center, later.get(center["id"]), as_of) for center in printed[part]] for part in _CENTERS}
    return {**printed, **moved}


def _center(center: dict[str, Any], later: Mapping[str, Any] | None, as_of: datetime) -> dict[str, Any]:
    """A center as it was printed; whoever would leave only now arrives when the later snapshot says.

    Whether it was checked was not always written down, and then nothing is said to have changed in it.
    """
    if later is None:
        return center
    moved = [name for name in ("call_again_by",) if name in later]
    moved += [name for name in ("checked",) if name in later and name not in center]
    if later["arrives_at"] and later["minutes"]:
        way = timedelta(minutes=later["ready"] + later["minutes"]) + _ROUNDED
        moved += ["arrives_at"] if datetime.fromisoformat(later["arrives_at"]) - as_of <= way else []
    return center | {name: later[name] for name in moved}


# --- option by option ----------------------------------------------------------------------------------------------


def _listed(before: Sheet, after: Sheet) -> _Told:
    was = {one.data["id"]: one for one in before.listed}
    now = {one.data["id"]: one for one in after.listed}
    stayed = [key for key in was if key in now]
    order = {key: place for place, key in enumerate(stayed)}
    kept = [key for key in now if key in was]
    for key, one in now.items():
        if key not in was:
            yield key, one.name, (f"new: {_low(one.kind)}",)
            continue
        moved = order[key] != kept.index(key) or _section(before, was[key]) != _section(after, one)
        sentences = [f"now {_low(one.kind)}, was {_low(was[key].kind)}"] if moved and was[key].kind != one.kind else []
        yield key, one.name, (*sentences, *_otherwise(_lines(was[key], before), _lines(one, after)))
    for key, one in was.items():
        if key not in now:
            yield key, one.name, (f"no longer on the list, was {_low(one.kind)}",)


def _section(whole: Sheet, one: Told) -> bool:
    return one in whole.options


def _low(kind: str) -> str:
    return kind[:1].lower() + kind[1:]


def _lines(one: Told, whole: Sheet) -> _Lines:
    """Everything that is printed of a center, each part under its label."""
    say = whole.words.say
    return {
        "Name": one.name,
        "Place": f"{one.town} · {one.way}",
        say("field.call"): f"{one.phone}, {one.line}; {one.asked}" if one.line else one.phone,
        say("field.status"): Teller(whole.words, whole.when).status(one.data | {"tried": None}),
        "Arrival": one.there,
        **dict(one.fields),
        say("field.address"): one.street,
        "Beside it": " ".join(note for note in one.notes if note != one.unchecked),
        "Our check": one.unchecked or "checked by us",
        say("rules.heading"): " ".join(one.rules),
        say("questions.heading"): " ".join(one.questions),
    }


def _otherwise(before: _Lines, after: _Lines) -> Iterator[str]:
    for label, words in after.items():
        was = before[label]
        if was != words:
            yield f"{label}: {words or 'nothing'} (printed: {was or 'nothing'})"


# --- the second page -----------------------------------------------------------------------------------------------


def _bridges(before: Sheet, after: Sheet) -> _Told:
    was, now = _bridges_of(before), _bridges_of(after)
    where = after.words.say("bridge.heading")
    for key, one in now.items():
        told = tuple(_otherwise(_of_bridge(was[key]), _of_bridge(one))) if key in was else (f"new under “{where}”",)
        yield key, one.name, told
    yield from ((key, one.name, (f"no longer under “{where}”",)) for key, one in was.items() if key not in now)


def _bridges_of(whole: Sheet) -> dict[str, Bridge]:
    return {center["id"]: one for center, one in zip(whole.snapshot["bridges"], whole.bridges, strict=True)}


def _of_bridge(one: Bridge) -> _Lines:
    return {"Place": one.way, "Call": one.phone, "Medication": one.starts}


def _whole(before: Sheet, after: Sheet) -> _Told:
    if before.planned != after.planned:
        yield "list", "The list", (f"{after.planned or 'for now'} (printed: {before.planned or 'for now'})",)
    yield from _promises(before, after)


def _promises(before: Sheet, after: Sheet) -> _Told:
    new = tuple(words for words in after.not_promised if words not in before.not_promised)
    gone = tuple(f"no longer: {words}" for words in before.not_promised if words not in after.not_promised)
    yield "", after.words.say("promise.heading"), (*new, *gone)
