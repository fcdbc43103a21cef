"""The board of a case: the list as it stands, what to do next, and what moved since somebody last looked. Pure."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Any, Final

from directory.answered import Answered
from directory.case import Call, Case, Step, StepKind
from directory.confirming import Clock, clock
from directory.handout import Change
from directory.listing import Address
from directory.matching.beds import standing_for
from directory.matching.compose import PRESENTED
from directory.matching.criteria import BY_NAME
from directory.matching.explain import Entry
from directory.matching.rank import CALL, TIERS
from directory.matching.wording import attempts_in_words
from directory.need import Need
from directory.normalize import PRACTICAL
from directory.vocabulary import VettingState

_WHERE: Final = "where"


class Doing(StrEnum):
    """What there is to do next for a case."""

    FINISH = "finish"
    CALL = "call"
    CONFIRM = "confirm"
    HAND_OUT = "hand_out"
    LOOSEN = "loosen"
    END = "end"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Moved:
    """What moved about one listing since somebody last looked: its id and name, and a sentence for each thing."""

    listing_id: str
    name: str
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class Board:
    """A case as it stands `now`: the answer as it is arranged by hand, the steps, the calls, the last hand-out.

    `moved` is what moved since the account that looks, `looker`, last said that it has seen the board. `changed` is what the
    last hand-out says otherwise than one made now; None where nothing was handed out.
    """

    case: Case
    answered: Answered
    now: datetime
    steps: tuple[Step, ...] = ()
    calls: tuple[Call, ...] = ()
    changed: tuple[Change, ...] | None = None
    moved: tuple[Moved, ...] = ()
    looker: int = 0

    @property
    def need(self) -> Need:
        """What is needed, as of the moment of the board."""
        return self.answered.need

    @property
    def planned(self) -> bool:
        """Whether the board stands as of a moment that is still to come."""
        return self.need.as_of > self.now

    @cached_property
    def reasons(self) -> dict[str, Step]:
        """The last thing that was done by hand to each listing."""
        return {step.listing_id: step for step in self.steps}

    @cached_property
    def dropped(self) -> tuple[Entry, ...]:
        """What was dropped by hand."""
        return self._touched(lambda step: step.kind is StepKind.DROPPED)

    @cached_property
    def against(self) -> tuple[Entry, ...]:
        """What was chosen by hand although something stands in the way."""
        chosen = self._touched(lambda step: step.kind in (StepKind.ADDED, StepKind.PLACED))
        return tuple(entry for entry in chosen if entry.reason)

    @cached_property
    def stopping(self) -> tuple[Entry, ...]:
        """What is set aside because it requires stopping medication, and may be allowed with a reason; the nearest first."""
        entries = {entry.listing.id: entry for entry in (*self.against, *self.answered.set_aside)}
        return tuple(entry for entry in entries.values() if _only_stops(entry, self.need))

    def _touched(self, wanted: Callable[[Step], bool]) -> tuple[Entry, ...]:
        reasons = self.reasons
        by_hand = self.answered.by_hand
        return tuple(entry for entry in by_hand if (step := reasons.get(entry.listing.id)) is not None and wanted(step))

    @cached_property
    def waiting(self) -> tuple[Entry, ...]:
        """The calls that are still to be made, as many as the list lacks options: those never tried come first."""
        lacking = PRESENTED - len(self.answered.meeting.presented)
        tried = {call.listing_id for call in self.calls if call.closed_at is not None}
        taken = {call.listing_id for call in self.calls if call.open_at(self.now)}
        callable_now = [entry for entry in self.answered.call_first if entry.listing.id not in taken]
        return tuple(sorted(callable_now, key=lambda entry: entry.listing.id in tried)[: max(0, lacking)])

    @cached_property
    def unfinished(self) -> Entry | None:
        """The center on whose call the one who looks is, or in which they wrote something down and did not end it."""
        mine = [call.listing_id for call in self.calls if call.unfinished(self.looker, self.now)]
        known = (*self.answered.by_hand, *self.answered.options, *self.answered.call_first)
        return next((entry for entry in known if entry.listing.id in mine), None)

    @property
    def called(self) -> bool:
        """Whether anybody called for this case: what others were told is no answer for this person."""
        return any(call.closed_at is not None for call in self.calls)

    @cached_property
    def clock(self) -> Clock | None:
        """Whose beds must be asked for again before they leave; None once they have left."""
        return clock(self.answered)

    @property
    def doing(self) -> Doing:
        """What is to be done next."""
        if self.case.ended:
            return Doing.NOTHING
        if self.unfinished:
            return Doing.FINISH
        if self.need.meeting_ends and self.now > self.need.meeting_ends + timedelta(hours=2):
            return Doing.END
        if self.waiting:
            return Doing.CALL
        if self.clock and self.clock.due(self.now):
            return Doing.CONFIRM
        if self.answered.presented():
            if self.changed is None and not self.called:
                return Doing.CONFIRM
            return Doing.END if self.changed == () else Doing.HAND_OUT
        return Doing.CALL if self.answered.call_first else Doing.LOOSEN


def _only_stops(entry: Entry, need: Need) -> bool:
    """Whether nothing but having to stop medication stands in the way; what somebody is on already can't be overridden."""
    medication = [finding.criterion for finding in entry.findings] == ["medication"]
    return bool(entry.reason) and medication and not need.taking and entry.listing.says("moud.must_stop")


def stood(answered: Answered) -> dict[str, Any]:
    """What stands on a board, of each listing on it: what would be pointed out if it moved."""
    listed = {entry.listing.id for entry in answered.presented()}
    shown = (*answered.options, *answered.call_first)
    return {entry.listing.id: _stands(entry, answered, entry.listing.id in listed) for entry in shown}


def _stands(entry: Entry, answered: Answered, listed: bool) -> dict[str, Any]:
    listing, need = entry.listing, answered.need
    report = standing_for(listing, need)
    told = [report.state, report.observed_at, report.beds, report.hold_until] if report else []
    attempt = next((one.observed_at for one in reversed(listing.reports) if one.observed_at <= need.as_of), None)
    return {
        "name": listing.name,
        _WHERE: "list" if listed else "call" if entry.tier == CALL else "option",
        "tier": entry.tier,
        "points": entry.points,
        "bed": [str(part) if part is not None else "" for part in told],
        "tried": str(attempt) if attempts_in_words(listing, need, entry.way) else "",
        "vetting": str(listing.vetting(need.as_of)),
        "address": _address(listing.address),
        "phone": str(listing.phone or ""),
        "other_phones": [str(phone) for phone in listing.phones[1:]],
        "hours": f"{listing.intake_hours or ''} {listing.latest_arrival}".strip(),
        "practical": dict(listing.practical),
        "answers": {finding.criterion: str(finding.answer) for finding in entry.findings},
    }


def _address(address: Address) -> str:
    if address.confidential:
        return f"{address.place}, withheld"
    return ", ".join(filter(None, (address.address_1, address.address_2, f"{address.place} {address.postal_code}".strip())))


def moved(before: Mapping[str, Any], answered: Answered) -> tuple[Moved, ...]:
    """What moved since `before` stood: about each listing that was on the board then, or came onto the list since."""
    now = stood(answered)
    entries = {entry.listing.id: entry for entry in (*answered.by_hand, *answered.options, *answered.call_first)}
    told: list[Moved] = []
    for key in dict.fromkeys((*now, *before)):
        sentences = tuple(_changes(before.get(key), now.get(key), (entries.get(key), answered)))
        if sentences:
            told.append(Moved(key, (now.get(key) or before[key])["name"], sentences))
    return tuple(told)


def _changes(old: Any, new: Any, now: tuple[Entry | None, Answered]) -> Iterator[str]:
    entry, answered = now
    if new is None or entry is None:
        if entry is None:
            yield "no longer in the directory"
        elif entry.reason:
            yield f"now set aside: {entry.reason}"
        elif old[_WHERE] == "list":
            yield "no longer on the board"
    elif old is None:
        if new[_WHERE] == "list":
            yield "new on the list"
    else:
        yield from _differences(old, new, entry, answered.need)


def _differences(old: Mapping[str, Any], new: Mapping[str, Any], entry: Entry, need: Need) -> Iterator[str]:
    if old[_WHERE] != new[_WHERE] and "list" in (old[_WHERE], new[_WHERE]):
        yield "now on the list" if new[_WHERE] == "list" else "no longer on the list"
    if old["tier"] != new["tier"]:
        yield f"was {_tier(old['tier'])}, now {_tier(new['tier'])}"
    if old["bed"] != new["bed"] or old["tried"] != new["tried"]:
        yield f"beds: {entry.bed}"
    if old["vetting"] != new["vetting"]:
        yield f"vetting: was {_vetting(old['vetting'])}, now {_vetting(new['vetting'])}"
    for name, answer in new["answers"].items():
        was = old["answers"].get(name, answer)
        if was != answer and name != "admit" and (name != "trust" or old["vetting"] == new["vetting"]):
            yield f"{BY_NAME[name].title}: was {was}, now {answer}: {_because(entry, name)}"
    yield from _how_to_get_there({**new, **old}, new)
    if old["hours"] != new["hours"]:
        yield f"intake hours: {entry.intake}"
    yield from _practical(old.get("practical", new["practical"]), new["practical"])
    if old["points"] != new["points"]:
        yield f"was {old['points']} points, now {new['points']}"


def _how_to_get_there(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    if old["address"] != new["address"]:
        yield f"the address was {old['address']}, now {new['address']}"
    if old["phone"] != new["phone"]:
        yield f"the number to call was {old['phone'] or 'not known'}, now {new['phone'] or 'not known'}"
    if old["other_phones"] != new["other_phones"]:
        were, now = (", ".join(told["other_phones"]) or "none" for told in (old, new))
        yield f"other numbers were {were}, now {now}"


def _practical(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[str]:
    for name in dict.fromkeys((*new, *old)):
        if name not in new:
            yield f"{PRACTICAL[name]}: not known any more, was: {old[name]}"
        elif old.get(name) != new[name]:
            yield f"{PRACTICAL[name]}: {new[name]}"


def _tier(code: str) -> str:
    return TIERS[code].lower()


def _vetting(state: str) -> str:
    return str(VettingState(state)).replace("_", " ")


def _because(entry: Entry, criterion: str) -> str:
    return next(finding.because for finding in entry.findings if finding.criterion == criterion)
