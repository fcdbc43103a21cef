"""A board in words: the one thing to do next, what the desk says of a case, and the cards with what was done by hand."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from directory.board import Board, Doing
from directory.case import Case, Step, StepKind
from directory.confirming import FRESH, Clock
from directory.matching.beds import standing_for
from directory.matching.explain import Entry
from directory.matching.wording import moment
from directory.need import Need

STEPS: Final = {
    StepKind.ADDED: "Added by hand",
    StepKind.DROPPED: "Dropped by hand",
    StepKind.RESTORED: "Restored",
    StepKind.PLACED: "Placed by hand",
    StepKind.ALLOWED: "Allowed by hand, though it requires stopping medication",
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
    if doing is Doing.FINISH:
        words = "Finish your call: what it came to, and until when they hold"
        return Next(doing, words, board.unfinished, "Go on with the call")
    if doing is Doing.CALL:
        entries = board.waiting or board.answered.call_first
        when = "Call ahead, and ask again then" if board.planned else "Call now"
        return Next(doing, f"{when}: {_left(board)}", entries[0], "Open the call sheet")
    if doing is Doing.CONFIRM:
        due = board.clock.due(board.now) if board.clock else ()
        if not due:
            first = board.answered.presented()[0]
            words = "Call now: nobody has called for this person yet, and a bed is only sure once it is held"
            return Next(doing, words, first, "Open the call sheet")
        return Next(doing, f"Ask again: {_said(due[0], need)}", due[0], "Open the call sheet")
    if doing is Doing.HAND_OUT:
        again = "The list has changed since it was handed out" if board.changed is not None else "The list is ready"
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


def _said(entry: Entry, need: Need) -> str:
    report = standing_for(entry.listing, need)
    if report is None:
        return f"nobody has said whether {entry.listing.name} has a bed"
    if not report.confirms:
        return f"what is known of the beds of {entry.listing.name} came in a file, and nobody has confirmed it"
    when = report.observed_at.astimezone(need.as_of.tzinfo)
    old = "is too old" if when + FRESH <= need.as_of else "will be too old when they leave"
    return f"what {entry.listing.name} said of its beds at {moment(when, need.as_of.date())} {old}"


def again(clock: Clock | None, now: datetime) -> str:
    """How many of a list are to be asked again before they leave, and from when on; "" for none."""
    if clock is None or clock.by is None:
        return ""
    when = "now" if clock.by <= now else f"from {moment(clock.by.astimezone(now.tzinfo), now.date())}"
    return f"{len(clock.again)} of {clock.of} {'needs' if len(clock.again) == 1 else 'need'} a call again {when}"


def line(board: Board) -> Line:
    """What the desk says of a case."""
    if board.case.ended:
        return Line(board.case, board.case.ended, "Erase it")
    calls = len(board.waiting)
    parts = [
        f"{calls} call{'' if calls == 1 else 's'} open" if calls else "",
        again(board.clock, board.now),
        f"{len(board.moved)} center{'' if len(board.moved) == 1 else 's'} changed" if board.moved else "",
    ]
    ready = len(board.answered.meeting.presented)
    words = ", ".join(filter(None, parts)) or f"{ready} option{'' if ready == 1 else 's'} on the list"
    planned = f"Planned for {moment(board.need.as_of, board.now.date())}: " if board.planned else ""
    told = next_thing(board)
    return Line(
        board.case, planned + words, f"{told.button}: {told.entry.listing.name}" if told.entry else told.button or told.words
    )


def by_hand(board: Board, names: dict[int, str]) -> dict[str, str]:
    """What was last done by hand to each listing, why, and by whom."""
    return {key: _step(step, names, board.now) for key, step in board.reasons.items() if key}


def _step(step: Step, names: dict[int, str], now: datetime) -> str:
    at = step.at.astimezone(now.tzinfo)
    because = f": {step.because}" if step.because else ""
    who = names.get(step.account, "a colleague")
    return f"{STEPS[step.kind]}{because} ({who}, {moment(at, now.date())})"


def places(count: int) -> dict[str, str]:
    """The places that can be given on a list of so many."""
    return {str(number): f"No. {number}" for number in range(1, max(count, 1) + 1)}
