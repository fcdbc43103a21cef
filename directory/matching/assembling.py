"""The columns of many listings out of those of portions of them: nobody has to hold all listings at once. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from directory.listing import Listing
from directory.matching import grid
from directory.matching.columns import Columns, as_given, degrees
from directory.matching.excerpt import EACH, SEVERAL, excerpt

PORTION: Final = 500
"""So many listings are made columns of at once."""


def columns_of(listings: Iterable[Listing]) -> Columns:
    """The columns of these listings; their own order does not matter."""
    ordered = sorted(listings, key=lambda listing: listing.id)
    return placed(as_given(ordered), [degrees(listing) for listing in ordered])


def placed(columns: Columns, points: Sequence[tuple[float, float]]) -> Columns:
    """The same listings, given in the order of their ids, cell by cell, so that they can be searched by place."""
    order, cells = grid.spatial_order(np.array(points, dtype=np.float64).reshape(-1, 2))
    return replace(excerpt(columns, order), id_rank=order.astype(np.int32), cells=cells)


def joined(parts: Sequence[Columns]) -> Columns:
    """The listings of several columns one after another, in the order given; they can't be searched by place."""
    parts = parts or [as_given(())]
    told: dict[str, Any] = {name: _end_to_end(parts, name) for name in (*EACH, "approximate", "plan_taken")}
    told |= {name: _end_to_end(parts, name) for names in SEVERAL.values() for name in names}
    told |= {
        name: np.concatenate([getattr(one, name) for one in parts], axis=1) for name in ("yes", "no", "personal", "centred")
    }
    told |= {starts: _starts([getattr(one, starts) for one in parts]) for starts in SEVERAL}
    told |= _numbered(parts, "zones", "zone") | _numbered(parts, "buckets", "report_bucket")
    told |= _numbered(parts, "plans", "plan_number")
    before = np.cumsum([0, *(len(one) for one in parts)])
    positions = [one.plan_position + np.int32(start) for one, start in zip(parts, before, strict=False)]
    ids = tuple(chain.from_iterable(one.ids for one in parts))
    told |= {"ids": ids, "id_rank": np.arange(len(ids), dtype=np.int32), "cells": np.zeros(1, dtype=np.int32)}
    return Columns(**told, plan_position=np.concatenate(positions).astype(np.int32))


def _end_to_end(parts: Sequence[Columns], name: str) -> NDArray[Any]:
    return np.concatenate([getattr(one, name) for one in parts], axis=-1)


def _starts(parts: Sequence[NDArray[np.int32]]) -> NDArray[np.int32]:
    """Where the part of each listing begins, of all."""
    counts = np.concatenate([np.diff(one) for one in parts])
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)


def _numbered(parts: Sequence[Columns], names: str, numbers: str) -> dict[str, Any]:
    """A list of names with those of all, each once, and the numbers into the lists of the parts as numbers into that."""
    every: dict[str, tuple[int, Any]] = {}
    for name in chain.from_iterable(getattr(one, names) for one in parts):
        every.setdefault(str(name), (len(every), name))
    told = [_into(every, getattr(one, names), getattr(one, numbers)) for one in parts]
    return {names: tuple(name for _, name in every.values()), numbers: np.concatenate(told)}


def _into(every: Mapping[str, tuple[int, Any]], names: Sequence[Any], numbers: NDArray[Any]) -> NDArray[Any]:
    places = np.array([every[str(name)][0] for name in names], dtype=numbers.dtype)
    return places[numbers] if len(numbers) else numbers
