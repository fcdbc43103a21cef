"""What stands on the pages of calls: computed here, so that the templates only write it down."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Final

from directory.bed_reports import stands
from directory.call_queue import Due, Standing, Why
from directory.call_sheet import TYPED, Item, Question, is_open, items, sheet
from directory.case import Call, Case, Outcome, Reached
from directory.confirming import Clock
from directory.listing import Listing, Phone
from directory.matching.arrival import Way
from directory.matching.explain import Entry
from directory.matching.wording import bed_in_words, moment
from directory.need import Need
from directory.referral import Directory
from directory.vocabulary import BY_GROUP, Answer
from directory.web.board_words import again
from directory.web.came_to import came_to
from directory.web.told import zone_of

OUTCOMES: Final = {
    Outcome.ACCEPTED: "They take the person",
    Outcome.CONDITIONAL: "They take the person, on a condition",
    Outcome.WAITLIST: "On their waiting list",
    Outcome.NEEDS_INFORMATION: "They need to know more first",
    Outcome.CALL_BACK: "Call back later",
    Outcome.DECLINED: "They declined",
}
MISSED: Final = {
    Reached.NO_ANSWER: "Nobody answered",
    Reached.VOICEMAIL: "Voicemail",
    Reached.WRONG_NUMBER: "Wrong number",
    Reached.DISCONNECTED: "Number disconnected",
}
BEDS: Final[Item] = items(Need(as_of=datetime(2000, 1, 1, tzinfo=UTC)))["bed.state"]
AGES: Final = {term.code.partition(".")[2]: term.label for term in BY_GROUP["age"]}
_WHY: Final = {
    Why.MINE: "You are on this call",
    Why.CALL_BACK: "A call back was agreed",
    Why.HOLD: "Their hold ends",
    Why.AGAIN: "Ask again: what they said will be too old when the meeting ends",
    Why.FIRST: "Next in the order of the board",
    Why.TRIED: "Tried a short while ago",
    Why.LATER: "Call back later",
    Why.WRONG: "Wrong number. Staff are asked to find the right one",
    Why.TAKEN: "A colleague is on this call",
}


def at(when: datetime, need: Need) -> str:
    """A moment by the clock of the case."""
    return moment(when.astimezone(need.as_of.tzinfo), need.as_of.date())


def phones(listing: Listing, wrong: set[str]) -> list[tuple[Phone, str]]:
    """The numbers in the order in which to dial them; those that were found wrong last, each with what was found."""
    told = [(phone, "reported wrong" if phone.number in wrong else "") for phone in listing.phones]
    return sorted(told, key=lambda one: bool(one[1]))


# --- the sheet ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asked:
    """An item as it is shown: what was answered in this call ("" for nothing, its typed words apart), and what is known."""

    item: Item
    answer: str
    typed: str
    known: str


@dataclass(frozen=True)
class Sheet:
    """A call's sheet: the case as it stands, the listing's place in it, the answers so far, and the taps."""

    standing: Standing
    entry: Entry
    given: Mapping[str, str]
    taps: Sequence[Any]

    def first(self) -> list[tuple[Question, list[Asked]]]:
        """What the need leaves open and nobody knows, and what was answered in this call."""
        return [told for told in map(self._open, sheet(self.standing.need)) if told[1]]

    def folded(self) -> list[tuple[Question, list[Asked]]]:
        """Everything else."""
        first = {shown.item.code for _, some in self.first() for shown in some}
        rest = (
            (question, [self._asked(item) for item in question.items if item.code not in first])
            for question in sheet(self.standing.need)
        )
        return [told for told in rest if told[1]]

    def last(self) -> str:
        """The last tap in words; "" where there is none to take back."""
        if not self.taps:
            return ""
        code = self.taps[-1][0]
        item = items(self.standing.need).get(code)
        answered = self.given.get(code, "")
        choice = item.choice(answered) if item else None
        says = choice.says if choice else answered.removeprefix(TYPED)
        return f"{item.asks.rstrip('?')}: {says}" if item else "an answer"

    def _open(self, question: Question) -> tuple[Question, list[Asked]]:
        """A question with those of its items that come first."""
        answered = any(item.code in self.given for item in question.items)
        if not answered and not is_open(question, self.standing.need, self._unknown):
            return question, []
        return question, [shown for shown in map(self._asked, question.items) if not shown.known]

    @property
    def last_item(self) -> str:
        """The item of the last tap; "" where there is none."""
        return str(self.taps[-1][0]) if self.taps else ""

    @cached_property
    def _unknown(self) -> set[str]:
        """The criteria whose answers are wanted: why it was set aside too, and the bed, which no call goes without."""
        asking = {one.criterion for one in self.entry.findings if one.ask or (self.entry.reason and one.answer is Answer.NO)}
        return asking | {"admit"}

    def _asked(self, item: Item) -> Asked:
        answered = self.given.get(item.code, "")
        typed = answered.removeprefix(TYPED) if answered.startswith(TYPED) else ""
        return Asked(item, "" if typed else answered, typed, "" if answered else known(self.entry.listing, item))


def known(listing: Listing, item: Item) -> str:
    """What is known already of what an item asks; "" for nothing."""
    for choice in item.choices:
        said = [(code, Answer.YES) for code in choice.yes] + [(code, Answer.NO) for code in choice.no]
        if said and not choice.values and all(listing.answer(code) is answer for code, answer in said):
            return choice.says
    name = item.field or next((name for choice in item.choices for name in choice.values), "")
    found = listing.practical.get(name) or getattr(listing, name, None) if name else None
    return str(found) if found else ""


# --- the queue ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Row:
    """A call in the queue, as it is shown."""

    case: Case
    entry: Entry
    why: str
    phone: Phone | None
    taken: bool
    planned: datetime | None
    called: str


def due(one: Due, now: datetime) -> Row:
    """A call in the queue, in words."""
    when = f" {_moment(one.at, one.entry.listing, now)}" if one.at else ""
    said = {
        Why.CALL_BACK: f"A call back was agreed for{when}",
        Why.HOLD: f"Their hold ends at{when}",
        Why.AGAIN: "Ask again now: what they said is too old for the meeting"
        if _past(one, now)
        else f"Ask again from{when} on",
        Why.TRIED: f"Tried at{when}: call the others first",
        Why.LATER: f"Call back at{when}",
        Why.TAKEN: f"A colleague is on this call until{when}",
    }
    called = came_to(one.called, one.need, now) if one.called else ""
    return Row(one.case, one.entry, said.get(one.why, _WHY[one.why]), one.phone, one.why is Why.TAKEN, one.planned, called)


def ended(told: tuple[Case, Listing, Call], directory: Directory, now: datetime) -> tuple[Case, Listing, str]:
    """A call that was just ended: its case, whom it was to, and what it came to."""
    case, listing, call = told
    return case, listing, came_to(call, case.needed(directory.gazetteer, now), now)


def clock(case: Case, told: Clock, now: datetime) -> tuple[Case, str]:
    """The re-confirm clock in a sentence, also where nobody needs a call again."""
    here = now.astimezone(told.by.tzinfo) if told.by else now
    fresh = f"all {told.of} on the list are fresh until they leave" if told.of else "nobody is on the list yet"
    return case, again(told, here) or fresh


def still(listing: Listing, now: datetime) -> str:
    """What stands of its beds, to be said again; "" where nothing does."""
    report = stands(listing, now)
    here = now.astimezone(zone_of(listing))
    return bed_in_words(report, Need(as_of=here), Way(None, None, here)).partition(", said")[0] if report else ""


def _past(one: Due, now: datetime) -> bool:
    return one.at is not None and one.at <= now


def _moment(when: datetime, listing: Listing, now: datetime) -> str:
    zone = zone_of(listing)
    return moment(when.astimezone(zone), now.astimezone(zone).date())
