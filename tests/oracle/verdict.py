"""Where one listing ends for one need, criterion by criterion."""

from datetime import datetime
from fractions import Fraction

from directory.listing import Listing
from directory.need import Need
from directory.vocabulary import Answer

REASONS = (
    "travel", "operating", "licence", "setting", "treats", "exclusive", "sex", "age", "pregnancy", "medication",
    "withdrawal", "level", "payment", "exclusions", "must", "admit", "trust",
)  # fmt: skip
"""The order in which the first reason to set a listing aside is looked for."""

WEIGHTS = {
    "admit": 28, "level": 12, "withdrawal": 12, "medication": 14, "payment": 14, "travel": 8, "trust": 8, "preferences": 4,
}  # fmt: skip


class Verdict:
    """Set aside with reasons, or call first, or ready, with the points of each criterion and between what they lie.

    `ready` says that nothing but a second step can be missing, `unit_only` that it is a unit for withdrawal alone.
    """

    def __init__(self, listing: Listing, need: Need) -> None:
        self.listing = listing
        self.need = need
        self.yes = {code for code, fact in listing.facts.items() if fact.answer is Answer.YES}
        self.no = {code for code, fact in listing.facts.items() if fact.answer is Answer.NO}
        self.reasons: set[str] = set()
        self.call_first = False
        self.asks: set[str] = set()
        self.doubts: set[str] = set()
        self.points: dict[str, int] = {}
        self.lows: dict[str, int] = {}
        self.highs: dict[str, int] = {}
        self.miles: float | None = None
        self.arrival: datetime | None = None
        self.level_met = False
        self.on_site = False
        self.ready = False
        self.held = False
        self.reported: datetime | None = None

    def out(self, reason: str) -> None:
        """A known conflict."""
        self.reasons.add(reason)

    def ask(self, criterion: str, first: bool = False) -> None:
        """Something unknown; `first` where nobody may be sent before it is known."""
        self.asks.add(criterion)
        self.call_first = self.call_first or first
        self.doubts |= {criterion} if first else set()

    def score(self, name: str, share: float | Fraction, unknown: bool = False) -> None:
        """Points of a share, in whole numbers; an unknown one lies between nothing and everything."""
        self.between(name, share, 0 if unknown else share, 1 if unknown else share)

    def between(self, name: str, share: float | Fraction, low: float | Fraction, high: float | Fraction) -> None:
        """Points of a share that lies between two others."""
        of = (WEIGHTS | dict(self.need.weights))[name]
        self.points[name], self.lows[name], self.highs[name] = (round(of * part) for part in (share, low, high))

    @property
    def aside(self) -> str:
        """The reason it is set aside, the first in the order of reasons; "" where it is not."""
        return next((reason for reason in REASONS if reason in self.reasons), "")

    @property
    def total(self) -> int:
        """The points shown."""
        return sum(self.points.values())

    @property
    def low(self) -> int:
        """The points with everything unknown at nothing."""
        return sum(self.lows.values())

    @property
    def high(self) -> int:
        """The points with everything unknown at its best."""
        return sum(self.highs.values())

    @property
    def unit_only(self) -> bool:
        """Whether it is a unit that manages this withdrawal, and what follows is not known to be there."""
        unit = self.yes & {"setting.residential_withdrawal", "setting.inpatient_withdrawal"}
        return bool(unit and self.on_site and self.need.dependent_on and not self.level_met)

    @property
    def ties(self) -> tuple[bool, float, int, float, str]:
        """What decides between equal points: held, fresher, fewer open questions, nearer, id."""
        fresh = -self.reported.timestamp() if self.reported else float("inf")
        near = float("inf") if self.miles is None else self.miles
        return not self.held, fresh, len(self.asks), near, self.listing.id
