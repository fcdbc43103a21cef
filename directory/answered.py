"""The answer to a need, and the JSON in which programs get it (docs/options.schema.json)."""

from collections.abc import Set
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from directory.asking import written_need
from directory.listing import Listing
from directory.matching.compose import Guarantee
from directory.matching.criterion import WEIGHTS_VERSION
from directory.matching.explain import Entry, Finding
from directory.matching.facets import Facet
from directory.matching.loosen import Loosening
from directory.matching.sifting import weights_for
from directory.need import Need
from directory.vocabulary import HELPLINES, label


@dataclass(frozen=True, slots=True)
class MeetingList:
    """What the family is shown: the ids of up to three options and two backups, in order, and what the list guarantees."""

    presented: tuple[str, ...]
    backups: tuple[str, ...]
    guarantees: tuple[Guarantee, ...]

    @property
    def sentences(self) -> tuple[str, ...]:
        """What the list can't promise."""
        return tuple(guarantee.sentence for guarantee in self.guarantees if not guarantee.met)


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer to a need: options, whom to call first, what was set aside and why, and what stands beside that.

    `named` are the listings that the words name, with whatever became of them; `bridges` places with medication the same
    day; `no_bridge` says that there is none, `unchecked` that some may fit that nobody here has checked; `loosenings` are given
    where fewer than three listings fit. `by_hand` are the listings that somebody chose or dropped, with whatever would
    otherwise become of them. `behind` says since when newer facts are being taken in that it may lack; None for none.
    """

    need: Need
    listings: int
    option_count: int
    call_first_count: int
    aside_counts: dict[str, int]
    options: tuple[Entry, ...]
    call_first: tuple[Entry, ...]
    set_aside: tuple[Entry, ...]
    meeting: MeetingList
    bridges: tuple[Entry, ...] = ()
    no_bridge: str = ""
    named: tuple[Entry, ...] = ()
    unchecked: str = ""
    by_hand: tuple[Entry, ...] = ()
    facets: tuple[Facet, ...] = ()
    loosenings: tuple[Loosening, ...] = ()
    behind: datetime | None = None

    def presented(self) -> tuple[Entry, ...]:
        """The entries of the list: options, then backups."""
        by_id = {entry.listing.id: entry for entry in self.options}
        return tuple(by_id[key] for key in (*self.meeting.presented, *self.meeting.backups) if key in by_id)

    def dialling(self, wrong: Set[str]) -> "Answered":
        """The same, where of each center the numbers that were found wrong come last: the first is the one that is told."""
        if not wrong:
            return self

        def right(listing: Listing) -> Listing:
            return replace(listing, phones=tuple(sorted(listing.phones, key=lambda phone: phone.number in wrong)))

        def told(entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
            return tuple(replace(one, listing=right(one.listing), then=one.then and right(one.then)) for one in entries)

        return replace(
            self,
            options=told(self.options),
            call_first=told(self.call_first),
            set_aside=told(self.set_aside),
            bridges=told(self.bridges),
            named=told(self.named),
            by_hand=told(self.by_hand),
        )

    def said_between(self) -> tuple[date, date] | None:
        """The oldest and the newest day on which anybody said what is shown; None where nothing is shown."""
        shown = (*self.options, *self.call_first)
        days = [finding.observed_at for entry in shown for finding in entry.findings if finding.observed_at]
        return (min(days), max(days)) if days else None

    def as_json(self) -> dict[str, Any]:
        """The answer in the form that docs/options.schema.json describes."""
        return {
            "need": written_need(self.need),
            "as_of": self.need.as_of.isoformat(),
            "leaves_at": self.need.leaves.isoformat(),
            "weights": {"version": WEIGHTS_VERSION, "points": dict(weights_for(self.need)), "changed": dict(self.need.weights)},
            "counts": {
                "listings": self.listings,
                "options": self.option_count,
                "call_first": self.call_first_count,
                "set_aside": self.aside_counts,
            },
            "list": {
                "presented": list(self.meeting.presented),
                "backups": list(self.meeting.backups),
                "guarantees": [{"name": one.name, "met": one.met, "sentence": one.sentence} for one in self.meeting.guarantees],
            },
            "named": [_entry_json(entry) for entry in self.named],
            "options": [_entry_json(entry) for entry in self.options],
            "call_first": [_entry_json(entry) for entry in self.call_first],
            "bridges": [_entry_json(entry) for entry in self.bridges],
            "no_bridge": self.no_bridge,
            "unchecked": self.unchecked,
            "set_aside": [_entry_json(entry) for entry in self.set_aside],
            "facets": [{"term": f.code, "label": label(f.code), "leaves": f.leaves, "known": f.known} for f in self.facets],
            "loosenings": [{"words": one.words, "fits": one.fits} for one in self.loosenings],
            "helplines": [{"for": purpose, "number": number} for purpose, number in HELPLINES],
        }


def _center_json(listing: Listing) -> dict[str, Any]:
    phone = listing.phone
    return {
        "id": listing.id,
        "name": listing.name,
        "organization": listing.organization,
        "place": listing.address.place,
        "phone": str(phone) if phone else None,
        "phone_kind": str(phone.kind) if phone else None,
    }


def _entry_json(entry: Entry) -> dict[str, Any]:
    listing = entry.listing
    return _center_json(listing) | {
        "miles": None if entry.miles is None else round(entry.miles, 1),
        "approximate": bool(listing.point and listing.point.approximate),
        "arrives_at": entry.way.arrives.isoformat(timespec="minutes") if entry.way.arrives else None,
        "tier": entry.tier or None,
        "points": entry.points,
        "range": [entry.low, entry.high],
        "bed": entry.bed,
        "intake": entry.intake,
        "then": entry.then.id if entry.then else None,
        "second_step": _center_json(entry.then) if entry.then else None,
        "first_if": list(entry.first_if),
        "findings": [_finding_json(finding) for finding in entry.findings],
        "questions": list(entry.questions),
    }


def _finding_json(finding: Finding) -> dict[str, Any]:
    return {
        "criterion": finding.criterion,
        "answer": str(finding.answer),
        "points": finding.points,
        "of": finding.of,
        "because": finding.because,
        "ask": finding.ask or None,
        "source": finding.source or None,
        "observed_at": finding.observed_at.isoformat() if finding.observed_at else None,
    }
