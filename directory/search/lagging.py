"""A generation that lags while the next is built: nothing that is gone, and nothing shown but as the database has it. Pure."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

import numpy as np

from directory.listing import Listing
from directory.matching.excerpt import without
from directory.matching.mending import mended, moved
from directory.search import postings
from directory.search.building import Generation
from directory.search.words import Words


def left(generation: Generation, gone: Collection[str]) -> Generation:
    """A generation without the listings of these ids."""
    at = np.array([at for at, key in enumerate(generation.columns.ids) if key in gone], np.intp)
    if not len(at):
        return generation
    words = Words(postings.closed_up(generation.words.arrays, at))
    return replace(generation, columns=without(generation.columns, at), words=words)


def corrected(generation: Generation, ids: Iterable[str], now: Sequence[Listing]) -> Generation:
    """A generation in which these ids stand as they are `now`; what is gone, or stands elsewhere on the map, is not in it.

    What moved waits for the next generation, since the search by place goes by where a listing stood. So do the words that
    find what was renamed. What is new is not taken in.
    """
    held = set(generation.columns.ids).intersection(ids)
    known = [listing for listing in now if listing.id in held]
    elsewhere = moved(generation.columns, known)
    kept = [listing for listing in known if listing.id not in elsewhere]
    rest = left(generation, held - {listing.id for listing in kept})
    columns = mended(rest.columns, kept, [listing.id for listing in kept]) if kept else rest.columns
    assert columns is not None
    return replace(rest, columns=columns, checked=rest.checked | {*ids})
