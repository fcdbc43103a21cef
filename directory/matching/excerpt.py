"""A few listings of the columns by themselves, as they are or as they would be if something were confirmed of each."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from directory.availability import Report
from directory.matching import bits
from directory.matching.bits import WORDS
from directory.matching.columns import Columns, drawn, spread
from directory.matching.gathering import reports_told
from directory.vocabulary import is_plan

EACH: Final = ("zone", "hours_known", "organization", "number", "called", "confirmed", "licensed_until")
SEVERAL: Final = {
    "hours_at": ("hours_opens", "hours_closes"),
    "report_at": ("report_state", "report_seen", "report_hold", "report_expires", "report_wait", "report_bucket"),
    "vetting_at": ("vetting_state", "vetting_since", "vetting_until"),
}
"""What listings have several of: where the part of each begins, and what stands there."""


@dataclass(frozen=True, slots=True)
class Hope:
    """What could be confirmed of a listing: terms that it would have, terms that it would lack, and a report about its beds."""

    yes: tuple[str, ...] = ()
    no: tuple[str, ...] = ()
    report: Report | None = None


def excerpt(columns: Columns, positions: NDArray[np.intp]) -> Columns:
    """The listings at these positions, in this order, each as often as it is named; they can't be searched by place."""
    parts: dict[str, Any] = {name: getattr(columns, name)[positions] for name in (*EACH, "approximate", "id_rank")}
    parts |= {name: getattr(columns, name)[:, positions] for name in ("yes", "no", "personal", "centred")}
    for starts, names in SEVERAL.items():
        row_of, at = spread(getattr(columns, starts), positions)
        parts[starts] = _starts(row_of, len(positions))
        parts |= {name: getattr(columns, name)[at] for name in names}
    first, stop = (columns.plan_position.searchsorted(positions, side) for side in ("left", "right"))
    row_of, at = drawn(first, stop)
    parts |= {"plan_position": row_of.astype(np.int32)}
    parts |= {name: getattr(columns, name)[at] for name in ("plan_number", "plan_taken")}
    ids = tuple(columns.ids[at] for at in positions.tolist())
    return replace(columns, ids=ids, cells=np.zeros(1, np.int32), planes=bits.planes_of(parts["yes"]), **parts)


def without(columns: Columns, gone: NDArray[np.intp]) -> Columns:
    """All but the listings at these positions, given in order; the others close up, and can be searched by place as before."""
    kept = np.delete(np.arange(len(columns)), gone)
    return replace(excerpt(columns, kept), cells=(columns.cells - gone.searchsorted(columns.cells)).astype(np.int32))


def supposed(columns: Columns, positions: NDArray[np.intp], hopes: Sequence[Hope]) -> Columns:
    """The same, each listing as it would be if what is hoped for it were confirmed by a call."""
    alone = excerpt(columns, positions)
    terms = _with_terms(alone, hopes) if any(hope.yes or hope.no for hope in hopes) else {}
    return replace(alone, **(terms | _with_reports(alone, hopes)))


def _with_terms(alone: Columns, hopes: Sequence[Hope]) -> dict[str, Any]:
    on, off = (_bits([getattr(hope, name) for hope in hopes]) for name in ("yes", "no"))
    yes = (alone.yes | on) & ~off
    said = {"no": (alone.no & ~on) | off, "personal": (alone.personal | on) & ~off, "planes": bits.planes_of(yes)}
    return said | {"yes": yes} | _with_plans(alone, hopes)


def _bits(terms: Sequence[tuple[str, ...]]) -> NDArray[np.uint64]:
    """The closed terms of each listing as words of 64 bits."""
    held = np.zeros((WORDS, len(terms)), np.uint64)
    for row, codes in enumerate(terms):
        for word, mask in bits.masks(codes):
            held[word, row] |= mask
    return held


def _with_plans(alone: Columns, hopes: Sequence[Hope]) -> dict[str, Any]:
    hoped = [(row, code) for row, hope in enumerate(hopes) for code in hope.yes if is_plan(code)]
    if not hoped:
        return {}
    plans = (*alone.plans, *{code for _, code in hoped if code not in alone.plans})
    rows, numbers = np.array([(row, plans.index(code)) for row, code in hoped], np.int32).T
    said = np.isin(alone.plan_position * len(plans) + alone.plan_number, rows * len(plans) + numbers)
    return {
        "plans": plans,
        "plan_number": np.concatenate([alone.plan_number[~said], numbers]),
        "plan_position": np.concatenate([alone.plan_position[~said], rows]),
        "plan_taken": np.concatenate([alone.plan_taken[~said], np.ones(len(rows), np.bool_)]),
    }


def _with_reports(alone: Columns, hopes: Sequence[Hope]) -> dict[str, Any]:
    """The reports hoped for come last, each among those of its listing."""
    rows = [row for row, hope in enumerate(hopes) if hope.report]
    new = reports_told([hope.report for hope in hopes if hope.report], alone.buckets)
    row_of = np.concatenate([spread(alone.report_at, np.arange(len(alone)))[0], np.array(rows, np.intp)])
    order = np.argsort(row_of, kind="stable")
    told = {name: np.concatenate([getattr(alone, name), new[name]])[order] for name in SEVERAL["report_at"]}
    return told | {"buckets": new["buckets"], "report_at": _starts(row_of, len(alone))}


def _starts(row_of: NDArray[np.intp], count: int) -> NDArray[np.int32]:
    starts = np.zeros(count + 1, np.int32)
    np.cumsum(np.bincount(row_of, minlength=count), out=starts[1:])
    return starts
