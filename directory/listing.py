"""A listing and its parts, in HSDS 3.0 names, and the statements that it is resolved from. Frozen; no input or output."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from directory.availability import Report
from directory.hours import Hours, read_clock
from directory.vocabulary import PUBLISHED, Answer, SourceKind, VettingState


@dataclass(frozen=True, slots=True)
class Provenance:
    """Who said a thing: the source's name and kind, where in it, the day it speaks of, and who recorded it."""

    source: str
    kind: SourceKind
    reference: str
    observed_at: date
    recorded_by: str


@dataclass(frozen=True, slots=True)
class Fact:
    """An answer about one term, with who said it."""

    answer: Answer
    provenance: Provenance


class PhoneKind(StrEnum):
    """Whom a number reaches. The order is the one in which a counselor should try them."""

    INTAKE = "intake"
    MAIN = "main"


@dataclass(frozen=True, slots=True)
class Phone:
    """A telephone number: ten digits, an extension or "", and whom it reaches."""

    number: str
    extension: str
    kind: PhoneKind

    def __str__(self) -> str:
        """The number as people read it: 614-555-0101 ext. 12."""
        extension = f" ext. {self.extension}" if self.extension else ""
        return f"{self.number[:3]}-{self.number[3:6]}-{self.number[6:]}{extension}"


@dataclass(frozen=True, slots=True)
class Point:
    """Degrees north and east on WGS 84; `approximate` when it is the middle of a ZIP code or city and not the door."""

    latitude: float
    longitude: float
    approximate: bool = False


def point_of(values: Mapping[str, Any]) -> Point | None:
    """The coordinates among a listing's values; None where they are not both there."""
    latitude, longitude = values.get("latitude"), values.get("longitude")
    return Point(float(latitude), float(longitude)) if latitude and longitude else None


@dataclass(frozen=True, slots=True)
class Located:
    """Where an address is, None where nobody knows it, and the name of its time zone, "" likewise."""

    point: Point | None = None
    timezone: str = ""


@dataclass(frozen=True, slots=True)
class Vetting:
    """A step in the checking of a listing: what it became, when, by whom, until which day, and why. Never changed."""

    state: VettingState
    at: datetime
    by: str
    until: date | None = None
    because: str = ""

    @property
    def order(self) -> tuple[datetime, int, date]:
        """Sorts steps by time; of those of one moment the more careful comes last and so stands."""
        return self.at, list(VettingState).index(self.state), self.until or date.max


@dataclass(frozen=True, slots=True)
class Address:
    """Where a listing is. A `confidential` address is withheld by its source: no street, never mapped or geocoded."""

    address_1: str
    address_2: str
    city: str
    state_province: str
    postal_code: str
    confidential: bool = False

    @property
    def place(self) -> str:
        """Town and State, as a list for the family writes it."""
        return f"{self.city}, {self.state_province}"


@dataclass(frozen=True, slots=True)
class Statement:
    """What one source says of one listing at one time. Appended, never overwritten.

    `values` holds texts by field name (see `normalize.FIELDS`), `yes` and `no` the terms it affirms and denies. A
    statement that `restates` says everything its source has to say and so stands in place of that source's earlier
    ones; a `withdrawn` one says that the source's newest edition no longer has the listing; one that does neither and says
    nothing `repeats`, as of its own day, what the source says already. `about` is the id of another source's listing, for
    who speaks of what somebody else listed: a call, an attestation.
    """

    source: str
    local_id: str
    provenance: Provenance
    values: Mapping[str, Any] = field(default_factory=dict)
    yes: frozenset[str] = frozenset()
    no: frozenset[str] = frozenset()
    restates: bool = True
    withdrawn: bool = False
    about: str = ""

    @property
    def listing_id(self) -> str:
        """The listing that it speaks of: `about`, or the source's own name for it, with the source in front."""
        return self.about or f"{self.source}:{self.local_id}"

    @property
    def name(self) -> str:
        """What it calls the listing, as `Listing.name`; "" where it says nothing of that."""
        return ", ".join(self.values[one] for one in ("organization", "program") if self.values.get(one))

    @property
    def repeats(self) -> bool:
        """Whether it says only that what its source said holds on this later day too."""
        return not (self.restates or self.withdrawn or self.values or self.yes or self.no)

    @property
    def point(self) -> Point | None:
        """The coordinates that it gives."""
        return point_of(self.values)


@dataclass(frozen=True, slots=True)
class Listing:
    """One program at one place, as we hold it: resolved from its statements, field by field.

    `reports` and `vettings` stand in the order of time. `latest_arrival` is a time of day such as 21:00, or "";
    `capacity` counts the beds that its licence allows.
    `practical` has what to know before leaving, by the names of `normalize.PRACTICAL`.
    """

    id: str
    organization: str
    program: str
    address: Address
    phones: tuple[Phone, ...] = ()
    website: str = ""
    point: Point | None = None
    facts: Mapping[str, Fact] = field(default_factory=dict)
    said_by: Mapping[str, Provenance] = field(default_factory=dict)
    withdrawn: Provenance | None = None
    confirmed_at: date | None = None
    timezone: str = ""
    intake_hours: Hours | None = None
    latest_arrival: str = ""
    licence_number: str = ""
    licence_expires: date | None = None
    capacity: int | None = None
    practical: Mapping[str, str] = field(default_factory=dict)
    reports: tuple[Report, ...] = ()
    vettings: tuple[Vetting, ...] = ()

    @property
    def arrivals(self) -> Hours | None:
        """The hours, in its own time zone, in which somebody may arrive to be admitted; None where nobody said."""
        if self.intake_hours is None or not self.latest_arrival:
            return self.intake_hours
        return self.intake_hours.until_last_arrival(read_clock(self.latest_arrival))

    def vetting(self, at: datetime) -> VettingState:
        """How far it is checked at a moment: the last step taken by then.

        Lapsed once that step's last day is over; what was vetted, also once its license is known to have ended.
        """
        taken = [one for one in self.vettings if one.at <= at]
        if not taken:
            return VettingState.NEW
        last = max(taken, key=lambda one: one.order)
        ended = self.answer("status.licensed") is Answer.NO or (self.licence_expires or date.max) < at.date()
        over = (last.until or date.max) < at.date() or (ended and last.state in PUBLISHED)
        return VettingState.LAPSED if over else last.state

    def published(self, at: datetime) -> bool:
        """Whether families may see it by themselves: somebody here checked it, and it is not known to have closed."""
        return self.vetting(at) in PUBLISHED and self.answer("status.operating") is not Answer.NO

    @property
    def name(self) -> str:
        """What to ask for on the telephone: the organization, then the program where it has a name of its own."""
        return f"{self.organization}, {self.program}" if self.program else self.organization

    @property
    def phone(self) -> Phone | None:
        """The number to call first: an intake line where there is one, else the main number."""
        return next(iter(self.phones), None)

    def answer(self, code: str) -> Answer:
        """What is known of a term."""
        fact = self.facts.get(code)
        return fact.answer if fact else Answer.UNKNOWN

    def says(self, *codes: str) -> bool:
        """Whether any of the terms is a known yes."""
        return any(fact.answer is Answer.YES for fact in map(self.facts.get, codes) if fact)
