"""A board in words: the one thing to do next, what the desk says of a case, and the cards with what was done by hand."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from directory.board import Board, Doing
from directory.case import Case, Step, StepKind
from directory.matching.explain import Entry
from directory.matching.wording import hour, moment

STEPS: Final = {
    StepKind.ADDED: "Added by hand",
    StepKind.DROPPED: "Dropped by hand",
    StepKind.RESTORED: "Restored",
    StepKind.PLACED: "Placed by hand",
}


@dataclass(frozen=True, slots=True)
class Next:
    """What to do next: the words above it, the center that it is about, the words of its button and where that leads."""

    doing: Doing
    words: str
    entry: Entry | None = None
    button: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A case on the desk: what is left to do in one line, and the one thing to do next."""

    case: Case
    words: str
    next: str


def next_thing(board: Board) -> Next:
    """The one thing to do next."""
    doing, need = board.doing, board.need
    if doing is Doing.CALL:
        entries = board.waiting or board.answered.call_first
        return Next(doing, f"Call now: {_left(board)}", entries[0], "Open the call sheet")
    if doing is Doing.CONFIRM:
        entry, until = board.to_confirm[0]
        return Next(doing, f"Ask again: {_said(entry, until, need.as_of)}", entry, "Open the call sheet")
    if doing is Doing.HAND_OUT:
        again = "The list has changed since it was handed out" if board.printed else "The list is ready"
        return Next(doing, again, button="Make the hand-out")
    if doing is Doing.END:
        return Next(doing, "The list is handed out. When it is over, say how it ended", button="Say how it ended")
    if doing is Doing.LOOSEN:
        return Next(doing, "No center fits this need. Change what is asked", button="Change the need")
    return Next(doing, board.case.ended, button="Erase this case")


def _left(board: Board) -> str:
    if not board.waiting:
        return "the first that may admit"
    lacking = len(board.waiting)
    return "the list lacks one option" if lacking == 1 else f"the list lacks {lacking} options"


def _said(entry: Entry, until: datetime, now: datetime) -> str:
    return f"what {entry.listing.name} said of its beds is too old since {hour(until.astimezone(now.tzinfo))}"


def to_confirm(board: Board) -> str:
    """How many of the list are to be asked again before they leave, and by when; "" for none."""
    due = board.to_confirm
    if not due:
        return ""
    first, now = due[0][1], board.need.as_of
    when = "now" if first <= now else f"by {moment(first.astimezone(now.tzinfo), now.date())}"
    return f"{len(due)} of {len(board.answered.presented())} need a call again {when}"


def line(board: Board) -> Line:
    """What the desk says of a case."""
    if board.case.ended:
        return Line(board.case, board.case.ended, "Erase it")
    calls = len(board.waiting)
    parts = [
        f"{calls} call{'' if calls == 1 else 's'} open" if calls else "",
        f"re-confirm {to_confirm(board).replace(' need a call again', '')}" if board.to_confirm else "",
        f"{len(board.moved)} center{'' if len(board.moved) == 1 else 's'} changed" if board.moved else "",
    ]
    ready = len(board.answered.meeting.presented)
    words = ", ".join(filter(None, parts)) or f"{ready} option{'' if ready == 1 else 's'} on the list"
    told = next_thing(board)
    return Line(board.case, words, f"{told.button}: {told.entry.listing.name}" if told.entry else told.button or told.words)


def by_hand(board: Board, names: dict[int, str]) -> dict[str, str]:
    """What was last done by hand to each listing, why, and by whom."""
    return {key: _step(step, names, board.need.as_of) for key, step in board.reasons.items() if key}


def _step(step: Step, names: dict[int, str], now: datetime) -> str:
    at = step.at.astimezone(now.tzinfo)
    because = f": {step.because}" if step.because else ""
    who = names.get(step.account, "a colleague")
    return f"{STEPS[step.kind]}{because} ({who}, {moment(at, now.date())})"


def places(count: int) -> dict[str, str]:
    """The places that can be given on a list of so many."""
    return {str(number): f"No. {number}" for number in range(1, max(count, 1) + 1)}
