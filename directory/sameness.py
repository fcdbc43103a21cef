"""What people decided about listings that may be one place: which stand as part of which, and which are two. Pure.

Decisions are steps that are appended; what stands is derived from them. Taken back, everything is as before.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Final

from directory.listing import Listing, Vetting
from directory.problems import CannotUnderstand, Loudness, Problem
from directory.vocabulary import PUBLISHED, VettingState


class Decision(StrEnum):
    """What somebody decided: one place, or that no longer; two places, or that no longer."""

    MERGED = "merged"
    TAKEN_APART = "taken_apart"
    DIFFERENT = "different"
    RECONSIDERED = "reconsidered"


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision about two listings: of a merge `listing_id` is the one that goes into `other_id`, which stays."""

    decision: Decision
    listing_id: str
    other_id: str
    at: datetime
    by: str
    because: str = ""

    @property
    def pair(self) -> tuple[str, str]:
        """The two ids in order."""
        return min(self.listing_id, self.other_id), max(self.listing_id, self.other_id)


@dataclass(frozen=True)
class Sameness:
    """What stands of all decisions: by each merged listing the decision that merged it, and the pairs that are two places."""

    merged: Mapping[str, Decided] = field(default_factory=dict)
    different: Mapping[tuple[str, str], Decided] = field(default_factory=dict)

    @classmethod
    def of(cls, decided: Iterable[Decided]) -> "Sameness":
        """What a history, in its order, comes to."""
        merged: dict[str, Decided] = {}
        different: dict[tuple[str, str], Decided] = {}
        for one in decided:
            if one.decision is Decision.MERGED:
                merged[one.listing_id] = one
                different.pop(one.pair, None)
            elif one.decision is Decision.TAKEN_APART:
                merged.pop(one.listing_id, None)
            elif one.decision is Decision.DIFFERENT:
                different[one.pair] = one
            else:
                different.pop(one.pair, None)
        return cls(merged, different)

    def stands_for(self, listing_id: str) -> str:
        """The listing that stands for this one: itself, or what it was merged into, however often that was merged on."""
        while listing_id in self.merged:
            listing_id = self.merged[listing_id].other_id
        return listing_id

    @cached_property
    def families(self) -> dict[str, tuple[str, ...]]:
        """By each listing that stands for others: itself, then those merged into it, by id."""
        found: dict[str, list[str]] = {}
        for listing_id in sorted(self.merged):
            found.setdefault(self.stands_for(listing_id), []).append(listing_id)
        return {root: (root, *others) for root, others in found.items()}

    def family(self, listing_id: str) -> tuple[str, ...]:
        """All listings that are one with this one, the one that stands for them first."""
        root = self.stands_for(listing_id)
        return self.families.get(root, (root,))

    def check(self, new: Decided) -> None:
        """Refuse a decision that makes no sense as things stand; raises CannotUnderstand, in words."""
        if new.listing_id == new.other_id:
            raise _no("is one listing, not two", "Choose two listings", new.listing_id)
        if new.decision in (Decision.MERGED, Decision.DIFFERENT):
            for listing_id in (new.listing_id, new.other_id):
                if listing_id in self.merged:
                    what = f"is part of {self.stands_for(listing_id)} already"
                    raise _no(what, "Take that merge back first, or choose the listing that stays", listing_id)
        known = self.merged.get(new.listing_id)
        if new.decision is Decision.TAKEN_APART and (known is None or known.other_id != new.other_id):
            raise _no("is not merged", "Look at the list of merges: it may have been taken back already", new.listing_id)
        if new.decision is Decision.RECONSIDERED and new.pair not in self.different:
            raise _no("was not said to be another place", "Look at the list of decisions", " and ".join(new.pair))


NOTHING_DECIDED: Final = Sameness()


# --- how far the whole is checked --------------------------------------------------------------------------------------


def vetting_merged(stays: Listing, goes: Listing, who: tuple[str, datetime]) -> Vetting | None:
    """What becomes of the checking where two listings are one: the more careful of both states; None where it stands so anyway.

    Of a listing that nobody ever checked nothing is known, and so nothing changes.
    """
    by, at = who
    checked_ones = [one for one in (stays, goes) if one.vettings]
    if not checked_ones:
        return None
    careful = max(checked_ones, key=lambda one: _CAREFUL.index(one.vetting(at)))
    state = careful.vetting(at)
    together = replace(stays, vettings=(*stays.vettings, *goes.vettings))
    days = [last.until for one in checked_ones if (last := _last(one, at)) and last.until]
    until = min(days, default=None) if state in PUBLISHED else None
    stands = _last(together, at)
    if stands and (together.vetting(at), stands.until) == (state, until):
        return None
    last = _last(careful, at)
    conditions = last.because if last and last.because else ""
    return Vetting(state, at, by, until, conditions or (f"{MERGED}: {goes.id} is the same place"))


def vetting_before(own: Sequence[Vetting], merge_at: datetime, who: tuple[str, datetime]) -> Vetting | None:
    """What stood before a merge, again, where the merge wrote the last step of this listing's own; None for nothing to do."""
    by, at = who
    taken = sorted((one for one in own if one.at <= at), key=lambda one: one.order)
    if not taken or taken[-1].at != merge_at:
        return None
    before = next((one for one in reversed(taken) if one.at < merge_at), Vetting(VettingState.NEW, at, by))
    return replace(before, at=at, by=by)


MERGED: Final = "Merged"
_CAREFUL: Final = (
    VettingState.NEW,
    VettingState.VETTED,
    VettingState.VETTED_WITH_CONDITIONS,
    VettingState.IN_REVIEW,
    VettingState.LAPSED,
    VettingState.SUSPENDED,
    VettingState.REJECTED,
)
"""States from the one that warns of least; what was never checked warns of nothing."""


def _last(listing: Listing, at: datetime) -> Vetting | None:
    return max((one for one in listing.vettings if one.at <= at), key=lambda one: one.order, default=None)


def _no(what: str, fix: str, found: str) -> CannotUnderstand:
    return CannotUnderstand(Problem(Loudness.VALUE, "listing", what, found, fix))
