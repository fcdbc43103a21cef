"""A case for the time of a meeting, and what is done about it. Frozen; it says what is needed and never who needs it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from directory import asking
from directory.matching.arrange import ByHand
from directory.need import Need
from directory.places import Gazetteer

KEPT: Final = timedelta(days=30)
"""So long after its meeting a case is erased, whatever anybody does."""


class StepKind(StrEnum):
    """What can be done to the board by hand."""

    ADDED = "added"
    DROPPED = "dropped"
    RESTORED = "restored"
    PLACED = "placed"
    ALLOWED = "allowed"


class Reached(StrEnum):
    """Who answered a call."""

    PERSON = "person"
    VOICEMAIL = "voicemail"
    NO_ANSWER = "no_answer"
    WRONG_NUMBER = "wrong_number"
    DISCONNECTED = "disconnected"
    CALL_CENTER = "call_center"


WRONG: Final = (Reached.WRONG_NUMBER, Reached.DISCONNECTED)
"""What callers find who have the wrong number."""


class Outcome(StrEnum):
    """What a call came to."""

    ACCEPTED = "accepted"
    CONDITIONAL = "conditional"
    DECLINED = "declined"
    WAITLIST = "waitlist"
    CALL_BACK = "call_back"
    NEEDS_INFORMATION = "needs_information"


class EndKind(StrEnum):
    """How a meeting ended."""

    ADMITTED = "admitted"
    PLAN_B = "plan_b"
    DID_NOT_GO = "did_not_go"
    NO_PLACE = "no_place"


@dataclass(frozen=True, slots=True)
class Ending:
    """What came of a meeting: how it ended, which center admitted on which day, and which ones turned the person away."""

    kind: EndKind
    on: date
    admitted_by: str = ""
    turned_away_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """A meeting's case: an opaque id, its code name, its owner's account number, and the need as `written_need` gives it.

    `members` are the colleagues who were let in; `ended` is what came of it, or ""; `holds` are the
    beds that its calls came to, as `Need.holds` names them.
    """

    id: str
    code_name: str
    owner: int
    created_at: datetime
    purge_after: datetime
    need: Mapping[str, Any]
    members: frozenset[int] = frozenset()
    ended: str = ""
    holds: frozenset[tuple[str, datetime]] = frozenset()

    def needed(self, gazetteer: Gazetteer, now: datetime) -> Need:
        """What it needs as of now by the clock of its place, or as of the moment that is planned for; its own holds count."""
        return replace(asking.read_kept(self.need, gazetteer, now), holds=self.holds)


@dataclass(frozen=True, slots=True)
class Step:
    """Something done to the board by hand: to which listing, what, at which place if it was placed, why, by whom and when."""

    listing_id: str
    kind: StepKind
    because: str
    account: int
    at: datetime
    place: int | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """A call for a case: who claimed it and until when; once closed, whom it reached and what it came to."""

    id: int
    case_id: str
    listing_id: str
    account: int
    claimed_at: datetime
    claim_until: datetime
    closed_at: datetime | None = None
    reached: Reached | None = None
    outcome: Outcome | None = None
    call_back_at: datetime | None = None
    spoke_with: str = ""
    answers: Mapping[str, Any] = field(default_factory=dict)

    @property
    def held_until(self) -> datetime | None:
        """Until when a bed is held, as this call came to it; None where none is."""
        until = self.answers.get("held_until")
        return datetime.fromisoformat(until) if until else None

    def unfinished(self, account: int, now: datetime) -> bool:
        """Whether an account has it still to end: on it now, or with answers written down before the claim ran out."""
        return self.account == account and self.closed_at is None and (self.open_at(now) or bool(self.answers.get("given")))

    def open_at(self, now: datetime) -> bool:
        """Whether somebody is on it at a moment: not closed, and the claim has not run out."""
        return self.closed_at is None and now < self.claim_until


@dataclass(frozen=True, slots=True)
class Handout:
    """A frozen list as it was handed out: its number, who made it and when, its content, and until when it is shared."""

    id: int
    case_id: str
    account: int
    made_at: datetime
    snapshot: Mapping[str, Any]
    share_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """What stood on the board when somebody last looked: for each listing what would be pointed out if it moved."""

    at: datetime
    stood: Mapping[str, Any]


def holds(calls: Iterable[Call]) -> frozenset[tuple[str, datetime]]:
    """The reports of a held bed that these calls, given in their order, came to: the last one to each listing decides."""
    told = {call.listing_id: call.answers for call in calls if call.answers.get("report")}
    moments = {key: said["report"][0] for key, said in told.items() if said.get("held_until")}
    return frozenset((key, datetime.fromisoformat(at)) for key, at in moments.items())


def by_hand(steps: Iterable[Step]) -> ByHand:
    """What all steps together come to; of two about one listing the later counts.

    A place, and what was allowed, is kept until the listing is dropped.
    """
    dropped: dict[str, None] = {}
    chosen: dict[str, None] = {}
    places: dict[str, int] = {}
    allowed: dict[str, None] = {}
    for step in steps:
        dropped.pop(step.listing_id, None)
        if step.kind is StepKind.DROPPED:
            dropped[step.listing_id] = None
            for done in (chosen, places, allowed):
                done.pop(step.listing_id, None)
        if step.kind in (StepKind.ADDED, StepKind.PLACED, StepKind.ALLOWED):
            chosen[step.listing_id] = None
        if step.kind is StepKind.ALLOWED:
            allowed[step.listing_id] = None
        if step.kind is StepKind.PLACED and step.place:
            places.pop(step.listing_id, None)
            places[step.listing_id] = step.place
    return ByHand(tuple(dropped), tuple(chosen), tuple(places.items()), allowed=tuple(allowed))
