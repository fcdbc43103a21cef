"""What was done about the checking of a listing, and what of it stands: its file. Pure.

Everything is a step that is appended: what was checked, approved or complained of is never changed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Final

from directory.listing import Listing
from directory.vetting_items import INTEREST, ITEMS, Ask, Item
from directory.vocabulary import PUBLISHED, VettingState

SOON: Final = timedelta(days=60)
"""So long before its end an approval can be renewed, and waits in the queue."""
UNDER_WORK: Final = (VettingState.IN_REVIEW, VettingState.SUSPENDED, VettingState.REJECTED)
"""What can be approved. Who was suspended or rejected stays so until two people have approved."""


class StepKind(StrEnum):
    """What somebody did about the checking of a listing."""

    OPENED = "opened"
    CHECKED = "checked"
    APPROVED = "approved"
    REJECTED = "rejected"
    COMPLAINED = "complained"


class Outcome(StrEnum):
    """What a check found, or what a question was answered."""

    MET = "met"
    NOT_MET = "not_met"
    NOT_APPLICABLE = "not_applicable"
    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


ANSWERS: Final = (Outcome.NO, Outcome.YES, Outcome.UNKNOWN)
FOUND: Final = (Outcome.MET, Outcome.NOT_MET, Outcome.NOT_APPLICABLE)


@dataclass(frozen=True, slots=True)
class Who:
    """Who does something in the checking, and when: the account's number, and how it stands with what it did."""

    account: int
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Step:
    """Something done about the checking of a listing.

    `words` are the evidence of a check, the conditions of an approval (or ""), or the reason; `until` is the last day on which
    what was checked holds.
    """

    kind: StepKind
    who: Who
    item: str = ""
    outcome: Outcome | None = None
    words: str = ""
    until: date | None = None

    @property
    def ends(self) -> date:
        """The last day on which it holds: the one it was given, or a year after it was written down."""
        return self.until or _a_year_after(self.who.at.date())


@dataclass(frozen=True, slots=True)
class File:
    """A listing with every step of its checking so far, in the order of time, at a moment."""

    listing: Listing
    steps: Sequence[Step]
    now: datetime

    @property
    def state(self) -> VettingState:
        """How far it is checked."""
        return self.listing.vetting(self.now)

    def standing(self, item: Item) -> Step | None:
        """The check of an item that stands: the newest, as long as it holds."""
        return self._newest(item.code)

    def answer(self, item: Item, ask: Ask, account: int | None = None) -> Step | None:
        """The answer to a question that stands, of one account where it is named.

        What people say of themselves stands no longer than the state in which the listing was when they said it.
        """
        found = self._newest(item.named(ask), account)
        return None if found and item.personal and found.who.at < self._since else found

    @property
    def renewable(self) -> bool:
        """Whether its approval ends soon, so that two people may approve anew before families lose it."""
        taken = [one for one in self.listing.vettings if one.at <= self.now]
        ends = [max(taken, key=lambda one: one.order).until if taken else None, self.listing.licence_expires]
        return self.state in PUBLISHED and min(filter(None, ends), default=date.max) <= (self.now + SOON).date()

    @property
    def _since(self) -> datetime:
        """Since when its checking has been in the state in which it is; the first moment of all where nobody has begun."""
        taken = (one.at for one in self.listing.vettings if one.at <= self.now)
        return max(taken, default=datetime.min.replace(tzinfo=UTC))

    def _newest(self, about: str, account: int | None = None) -> Step | None:
        named = (one for one in reversed(self.steps) if one.kind is StepKind.CHECKED and one.item == about)
        found = next((one for one in named if account is None or one.who.account == account), None)
        return None if found is None or found.ends < self.now.date() else found

    def outcome(self, item: Item, account: int | None = None) -> Outcome | None:
        """What was found of an item; None where it, or one of its questions, is open: who does not know has not said no."""
        if not item.asks:
            step = self.standing(item)
            return step.outcome if step else None
        told = [step.outcome if step else None for ask in item.asks for step in [self.answer(item, ask, account)]]
        if Outcome.YES in told:
            return Outcome.NOT_MET
        return Outcome.MET if all(one is Outcome.NO for one in told) else None

    def affirmed(self, item: Item, account: int | None = None) -> str:
        """What the questions answered yes mean, each with its evidence; "" where there is none."""
        steps = [(ask, self.answer(item, ask, account)) for ask in item.asks]
        return "; ".join(f"{ask.yes} ({step.words})" for ask, step in steps if step and step.outcome is Outcome.YES)

    @property
    def needed(self) -> tuple[Item, ...]:
        """What is to be checked of this listing."""
        return tuple(item for item in ITEMS if item.applies(self.listing))

    @property
    def open_items(self) -> tuple[Item, ...]:
        """What was not found to be as it should be, or not looked at, or too long ago."""
        return tuple(item for item in self.needed if self.outcome(item) not in (Outcome.MET, Outcome.NOT_APPLICABLE))

    @property
    def awaits_approval(self) -> bool:
        """Whether anybody may approve: what is being checked, or what ends soon."""
        return self.state in UNDER_WORK or self.renewable

    @property
    def approval(self) -> Step | None:
        """The first of the two approvals, where nothing was written into the file since, but what people said of themselves.

        Who says of themselves that they have a tie to the program, or that they do not know, takes their approval back by it.
        """
        of_listing = [one for one in self.steps if one.item.partition(".")[0] != INTEREST.code]
        last = of_listing[-1] if of_listing else None
        if last is None or last.kind is not StepKind.APPROVED or not self.awaits_approval:
            return None
        if self.renewable and last.who.at <= self._since:
            return None
        return last if self.outcome(INTEREST, last.who.account) is Outcome.MET else None

    @property
    def unanswered(self) -> Step | None:
        """A complaint or a rejection after which nothing was checked anew."""
        weighty = (StepKind.CHECKED, StepKind.COMPLAINED, StepKind.REJECTED)
        last = next((one for one in reversed(self.steps) if one.kind in weighty), None)
        return last if last and last.kind is not StepKind.CHECKED else None

    @property
    def holds_until(self) -> date:
        """How long an approval of today would hold: a year at most, and no longer than the license or anything checked."""
        steps = [step for item in self.needed for step in (self.standing(item), *(self.answer(item, ask) for ask in item.asks))]
        days = [step.ends for step in steps if step]
        licence = self.listing.licence_expires
        return min([_a_year_after(self.now.date()), *days, *([licence] if licence else [])])


def _a_year_after(day: date) -> date:
    return day.replace(year=day.year + 1, day=28 if (day.month, day.day) == (2, 29) else day.day)
