"""A few listings changed in the columns, without building them all anew: new reports, facts, vetting.

What a listing is called and where it is may not change by this: the search for words and places stands on that.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from directory.listing import Listing
from directory.matching.bits import NUMBER
from directory.matching.columns import Columns, as_given
from directory.matching.excerpt import SEVERAL

_EACH: Final = ("hours_known", "organization", "number", "called", "confirmed", "licensed_until")
_BITS: Final = ("yes", "no", "personal")


def mended(columns: Columns, changed: Sequence[Listing], renamed: Collection[str] = ()) -> Columns | None:
    """The columns with these listings as they are now; None where one is new, renamed or moved, so that all must be built.

    Those that may be `renamed` are named by their ids: others were merged into them, and the words that find them stay.
    """
    places = {key: position for position, key in enumerate(columns.ids)}
    known = sorted((listing for listing in changed if listing.id in places), key=lambda listing: places[listing.id])
    at = np.array([places[listing.id] for listing in known], dtype=np.intp)
    if len(known) < len(changed):
        return None
    new = as_given(known)
    same = columns.called[at] == new.called
    if not (same | (_in_place(columns, new, at) & np.isin([listing.id for listing in known], list(renamed)))).all():
        return None
    zones, zone = _joined(columns.zones, new.zones, new.zone)
    buckets, bucket = _joined(columns.buckets, new.buckets, new.report_bucket)
    new = replace(new, report_bucket=bucket)
    parts: dict[str, Any] = {name: _with(getattr(columns, name), at, getattr(new, name)) for name in _EACH}
    parts |= {name: _with_bits(getattr(columns, name), at, getattr(new, name)) for name in _BITS}
    for starts, names in SEVERAL.items():
        parts |= _spliced(columns, new, at, (starts, names))
    parts |= {"zone": _with(columns.zone, at, zone), "zones": zones, "buckets": buckets, "planes": _planes(columns, new, at)}
    return replace(columns, **parts, **_plans(columns, new, at))


def moved(columns: Columns, listings: Sequence[Listing]) -> set[str]:
    """The ids of those, all of them listings of the columns, that the columns have at another place."""
    at = np.array([columns.position(listing.id) for listing in listings], dtype=np.intp)
    kept = _in_place(columns, as_given(listings), at)
    return {listing.id for listing, stays in zip(listings, kept.tolist(), strict=True) if not stays}


def _in_place(columns: Columns, new: Columns, at: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Of each listing whether it has the same point in both, or none in both."""
    known, there = columns.centred[:, at], new.centred
    same = ((known == there) | (np.isnan(known) & np.isnan(there))).all(axis=0) & (columns.approximate[at] == new.approximate)
    return np.asarray(same, dtype=np.bool_)


def _with(old: NDArray[Any], at: NDArray[np.intp], new: NDArray[Any]) -> NDArray[Any]:
    changed = old.copy()
    changed[at] = new
    return changed


def _with_bits(old: NDArray[np.uint64], at: NDArray[np.intp], new: NDArray[np.uint64]) -> NDArray[np.uint64]:
    changed = old.copy()
    changed[:, at] = new
    return changed


def _joined(old: Sequence[Any], new: Sequence[Any], numbers: NDArray[Any]) -> tuple[tuple[Any, ...], NDArray[Any]]:
    """A list with what another has beside it, and numbers into that other as numbers into the whole."""
    whole = (*old, *(one for one in new if one not in old))
    places = np.array([whole.index(one) for one in new], dtype=numbers.dtype)
    return whole, places[numbers] if len(numbers) else numbers


def _spliced(columns: Columns, new: Columns, at: NDArray[np.intp], group: tuple[str, Sequence[str]]) -> dict[str, Any]:
    """What listings have several of, with the parts of the changed ones replaced."""
    starts, names = group
    old_at, new_at = getattr(columns, starts), getattr(new, starts)
    counts = np.diff(old_at)
    counts[at] = np.diff(new_at)
    told: dict[str, Any] = {starts: np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)}
    for name in names:
        old, fresh, pieces, done = getattr(columns, name), getattr(new, name), [], 0
        for number, position in enumerate(at.tolist()):
            pieces += [old[done : old_at[position]], fresh[new_at[number] : new_at[number + 1]]]
            done = int(old_at[position + 1])
        told[name] = np.concatenate([*pieces, old[done:]])
    return told


def _planes(columns: Columns, new: Columns, at: NDArray[np.intp]) -> NDArray[np.uint64]:
    """The planes with the bits of the changed listings set or cleared."""
    bytes_of = columns.planes.copy().view(np.uint8)
    held = np.unpackbits(new.planes.view(np.uint8), axis=1, bitorder="little")[:, : len(at)]
    for number, position in enumerate(at.tolist()):
        byte, bit = position >> 3, np.uint8(1 << (position & 7))
        bytes_of[:, byte] = np.where(held[:, number] == 1, bytes_of[:, byte] | bit, bytes_of[:, byte] & ~bit)
    assert len(bytes_of) == len(NUMBER)
    return bytes_of.view(np.uint64)


def _plans(columns: Columns, new: Columns, at: NDArray[np.intp]) -> dict[str, Any]:
    """The plans that are known to be taken or not, by the position of the whole."""
    plans, numbers = _joined(columns.plans, new.plans, new.plan_number)
    kept = ~np.isin(columns.plan_position, at)
    positions = np.concatenate([columns.plan_position[kept], at[new.plan_position].astype(np.int32)])
    order = np.argsort(positions, kind="stable")
    return {
        "plans": plans,
        "plan_number": np.concatenate([columns.plan_number[kept], numbers])[order],
        "plan_position": positions[order],
        "plan_taken": np.concatenate([columns.plan_taken[kept], new.plan_taken])[order],
    }
