"""Reports about beds: appended, never changed. What stands at a moment is derived from them, never stored. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any, Final

from directory.vocabulary import BedState, Channel

ATTEMPTS: Final = frozenset((BedState.NO_ANSWER, BedState.WOULD_NOT_SAY))
"""What a call came to that nobody answered, or answered without saying: it never changes the last real state."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """Whom the beds of a report are for; None where it is for everybody.

    `sex` and `level` are words of the closed lists, `age` the short name of an age band (`adult`), `funded` whether the
    bed is paid with public funds.
    """

    sex: str | None = None
    age: str | None = None
    level: str | None = None
    funded: bool | None = None


FOR_EVERYBODY: Final = Bucket()
_WORSE: Final = {state: place for place, state in enumerate(BedState)}


@dataclass(frozen=True, slots=True)
class Report:
    """What somebody learned of a listing's beds at a time (with its offset from UTC), and how.

    `beds` is how many are open, one that is held among them, `wait_hours` how long the waiting list is, `hold_until` until
    when a bed is held, and `expires_at` when the report is to be forgotten; None where nobody said.
    """

    state: BedState
    observed_at: datetime
    channel: Channel
    recorded_by: str
    bucket: Bucket = FOR_EVERYBODY
    beds: int | None = None
    wait_hours: int | None = None
    hold_until: datetime | None = None
    expires_at: datetime | None = None

    @property
    def tells(self) -> BedState:
        """The state that it amounts to: no bed at all is full, whatever it is called."""
        return BedState.FULL if self.beds == 0 and self.state in (BedState.OPEN, BedState.LIMITED) else self.state

    @property
    def confirms(self) -> bool:
        """Whether a person asked or answered: what came in a file is a report, and never a confirmation."""
        return self.channel is not Channel.IMPORT

    @property
    def order(self) -> tuple[Any, ...]:
        """Sorts reports by time; of those of one moment the worse comes last and so stands."""
        return self.observed_at, _WORSE[self.tells], tuple([str(getattr(self, name)) for name in _REST])

    @property
    def beside(self) -> "Report | None":
        """What a hold says to all for whom the bed is not held: of several beds that the others are open, of the only one that
        none is left while it is held; nothing (None) where nobody counted them.
        """
        if self.beds is None:
            return None
        if self.beds > 1:
            return replace(self, state=BedState.OPEN)
        ends = [end for end in (self.hold_until, self.expires_at) if end]
        return replace(self, state=BedState.FULL, beds=None, hold_until=None, expires_at=min(ends, default=None))

    def stands(self, at: datetime) -> bool:
        """Whether it says anything of that moment: a real state, already known, not expired, its hold not over."""
        ends = [end for end in (self.expires_at, self.hold_until if self.state is BedState.HELD else None) if end]
        return self.state not in ATTEMPTS and self.observed_at <= at and all(at < end for end in ends)


_REST: Final = tuple(field.name for field in fields(Report) if field.name != "observed_at")


def taken_back(report: Report) -> Report:
    """The report that takes another back: the same again, to be forgotten at its very moment."""
    return replace(report, expires_at=report.observed_at)


def kept(reports: Iterable[Report]) -> list[Report]:
    """The reports without those that were taken back, and without what took them back."""
    told = list(reports)
    gone = {replace(one, expires_at=None) for one in told if one.expires_at == one.observed_at}
    return [one for one in told if replace(one, expires_at=None) not in gone] if gone else told


def told(reports: Iterable[Report]) -> list[Report]:
    """The reports, and with each hold what it says to everybody else; in the order of time."""
    every = list(reports)
    beside = [one.beside for one in every if one.state is BedState.HELD]
    return sorted((*every, *filter(None, beside)), key=lambda one: one.order) if beside else every


def standing(reports: Iterable[Report], at: datetime, concerns: Callable[[Report], bool]) -> Report | None:
    """The newest report of a real state that concerns the person; None where there is none, or it says nothing any more.

    What came before it never stands again: that a bed was open says nothing once somebody said that all are taken. A hold that
    concerns the person stands while it lasts, whatever others are told of the beds meanwhile.
    """
    real = [one for one in told(reports) if one.state not in ATTEMPTS and one.observed_at <= at and concerns(one)]
    lasting = [one for one in real if one.state is BedState.HELD and one.stands(at)]
    newest = max(lasting or real, key=lambda one: one.order, default=None)
    return newest if newest and newest.stands(at) else None
