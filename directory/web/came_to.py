"""What a call came to, in a sentence: on the board, in the queue and on the call sheet alike."""

from datetime import datetime
from typing import Final

from directory.call_sheet import pronouns
from directory.case import Call, Outcome, Reached
from directory.matching.wording import moment
from directory.need import Need

_MISSED: Final = {
    Reached.NO_ANSWER: "Nobody answered at",
    Reached.VOICEMAIL: "Voicemail at",
    Reached.WRONG_NUMBER: "Wrong number, dialed at",
    Reached.DISCONNECTED: "Number disconnected, dialed at",
}
_OUTCOMES: Final = {
    Outcome.ACCEPTED: "takes {him}",
    Outcome.CONDITIONAL: "takes {him} on a condition",
    Outcome.WAITLIST: "{he} is on their waiting list",
    Outcome.NEEDS_INFORMATION: "they need to know more first",
    Outcome.DECLINED: "they declined",
}


def came_to(call: Call, need: Need, now: datetime) -> str:
    """What a closed call came to, by the clock of the case; "" for one that is open."""
    if call.closed_at is None or call.reached is None:
        return ""

    def clock(when: datetime) -> str:
        return moment(when.astimezone(need.as_of.tzinfo), now.astimezone(need.as_of.tzinfo).date())

    missed = _MISSED.get(call.reached)
    began = missed or ("Call center reached at" if call.reached is Reached.CALL_CENTER else "Reached at")
    ended = _OUTCOMES[call.outcome].format(**pronouns(need)) if call.outcome in _OUTCOMES else ""
    until = call.held_until if missed is None else None
    held = f"bed held until {clock(until)}" if until and until > now else "their hold is over" if until else ""
    back = f"call back at {clock(call.call_back_at)}" if call.call_back_at else ""
    spoke = f"spoke with {call.spoke_with}" if call.spoke_with else ""
    return ", ".join(filter(None, (f"{began} {clock(call.closed_at)}", ended, held, back, spoke)))


def last_calls(calls: tuple[Call, ...], need: Need, now: datetime) -> dict[str, str]:
    """What the last closed call to each listing came to, of a case's calls in their order."""
    return {call.listing_id: came_to(call, need, now) for call in calls if call.closed_at is not None}
