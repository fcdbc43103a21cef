"""The need: what is asked, by nobody in particular, as of a time. No name, no birth date, no address."""

from dataclasses import dataclass
from datetime import datetime

from directory.listing import Point
from directory.vocabulary import SUBSTANCES


@dataclass(frozen=True, slots=True)
class Near:
    """The place that distances count from: how to write it so that it is found again, its words for people, its point."""

    written: str
    label: str
    point: Point


@dataclass(frozen=True, slots=True)
class Need:
    """What the person needs, in the closed lists' words; None or empty where nothing was said.

    `within_miles` None means anywhere. `taking` and `wants` are medications, `applies` the admission exclusions that
    apply to the person, `must` and `nice` terms of the vocabulary. `as_of` is the moment that the answer is for.
    `travel` says whether nearer is better, farther, or neither (`vocabulary.TRAVEL`); `weights` holds the points of the
    criteria that were changed for this need. `holds` names the reports of beds that are held for this person, by listing and
    moment: they are known from the calls of a case, and nobody writes them; `allowed` names the listings that a counselor lets
    stand in it although they require stopping medication. `vetted_only` leaves out every
    listing that families do not see by themselves.
    """

    as_of: datetime
    near: Near | None = None
    within_miles: float | None = None
    travel: str = "nearer"
    meeting_ends: datetime | None = None
    leave_at: datetime | None = None
    age: int | None = None
    sex: str | None = None
    pregnant: bool | None = None
    veteran: bool | None = None
    substances: tuple[str, ...] = ()
    dependent_on: tuple[str, ...] = ()
    taking: tuple[str, ...] = ()
    wants: tuple[str, ...] = ()
    level: str | None = None
    payer: str | None = None
    plan: str = ""
    self_pay_ok: bool = False
    applies: tuple[str, ...] = ()
    must: tuple[str, ...] = ()
    nice: tuple[str, ...] = ()
    language: str | None = None
    words: str = ""
    weights: tuple[tuple[str, int], ...] = ()
    holds: frozenset[tuple[str, datetime]] = frozenset()
    allowed: frozenset[str] = frozenset()
    vetted_only: bool = False

    @property
    def leaves(self) -> datetime:
        """When the person sets off: the time said, else the end of the meeting, but never before the moment itself."""
        return max(self.as_of, self.leave_at or self.meeting_ends or self.as_of, key=datetime.timestamp)

    @property
    def opioids(self) -> bool:
        """Whether opioids are what this is about: used, depended on, or already medicated for."""
        return (
            "opioid" in self.dependent_on
            or any(SUBSTANCES[s] == "opioid" for s in self.substances)
            or bool({*self.taking, *self.wants} - ({"naltrexone_xr"} if self.substances or self.dependent_on else set()))
        )
