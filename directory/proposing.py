"""The pairs that may be one place: worked out from all listings, which takes seconds, and kept for everybody who asks.

What is kept is a cache beside the database: ids, and the numbers that many listings share. A pair is weighed anew from the
listings as they are whenever it is shown, so that nothing is proposed that is not so any more; what came since is not in it
before the next working out.
"""

import json
import logging
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final
from weakref import WeakKeyDictionary

from sqlalchemy import Connection

from directory import duplicates, store
from directory.duplicates import PROPOSED, Proposal, compared
from directory.portions import of_each
from directory.referral import Directory
from directory.sameness import Sameness

_LOG: Final = logging.getLogger(__name__)
Pair = tuple[str, str]
_FILE: Final = "proposals.json"


@dataclass(frozen=True, slots=True)
class _WorkedOut:
    """The pairs as of a change, by ids, and the numbers that many listings share."""

    counter: int
    pairs: tuple[Pair, ...]
    shared: dict[str, int]


_SHOWN: Final[WeakKeyDictionary[Directory, tuple[int, _WorkedOut, list[Proposal]]]] = WeakKeyDictionary()
"""What was last shown, as of which change, and from what it was made."""


def proposals(directory: Directory) -> list[Proposal]:
    """The pairs of which nobody decided, the likeliest first; worked out first unless that is done elsewhere."""
    kept = work_out(directory) if behind(directory) and not directory.index.may_lag else _read(directory)
    return _now(directory, kept) or []


def known_proposals(directory: Directory) -> list[Proposal] | None:
    """The same as far as they were worked out, weighed as the listings are now; None where nobody worked any out yet."""
    return _now(directory, _read(directory))


def _now(directory: Directory, kept: _WorkedOut | None) -> list[Proposal] | None:
    with directory.database.reading() as connection:
        counter = store.counter(connection)
        if kept is None or kept.counter > counter:
            return None
        known = _SHOWN.get(directory)
        if known is None or known[:2] != (counter, kept):
            known = _SHOWN[directory] = counter, kept, _weighed(directory, connection, kept)
        apart = _apart(store.sameness(connection))
    return [one for one in known[2] if one.ids not in apart]


def behind(directory: Directory) -> bool:
    """Whether the directory has changed since they were worked out."""
    kept = _read(directory)
    with directory.database.reading() as connection:
        return kept is None or kept.counter != store.counter(connection)


def work_out(directory: Directory) -> _WorkedOut:
    """Work them out from all listings, and keep them where anything can be written."""
    counter, listings = of_each(directory.database, directory.gazetteer.locate, duplicates.compared_part)
    pairs = tuple(one.ids for one in duplicates.proposals(listings.values()))
    found = _WorkedOut(counter, pairs, duplicates.switchboards(listings.values()))
    file = _file(directory)
    new = file.with_name(f"{file.name}.{secrets.token_hex(4)}")
    try:
        new.write_text(json.dumps(asdict(found)), encoding="utf-8")
        new.replace(file)
    except OSError as error:
        new.unlink(missing_ok=True)
        _LOG.warning("The pairs that may be one place can't be kept: %s", error)
    return found


def _file(directory: Directory) -> Path:
    return directory.settings.instance / _FILE


def _read(directory: Directory) -> _WorkedOut | None:
    """What is kept; None where that is nothing, or nothing that can be read."""
    try:
        told = json.loads(_file(directory).read_text(encoding="utf-8"))
        pairs = tuple((str(one), str(other)) for one, other in told["pairs"])
        shared = {str(number): int(count) for number, count in told["shared"].items()}
        return _WorkedOut(int(told["counter"]), pairs, shared)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def _weighed(directory: Directory, connection: Connection, kept: _WorkedOut) -> list[Proposal]:
    """The pairs between the listings that stand now."""
    known = store.sameness(connection)
    standing = {pair for one, other in kept.pairs if len(pair := _pair(known, one, other)) == 2}
    ids = sorted({key for pair in standing for key in pair})
    now = {listing.id: listing for listing in store.listings(connection, directory.gazetteer.locate, ids)}
    weighed = [compared(now[pair[0]], now[pair[1]], kept.shared) for pair in standing if now.keys() >= set(pair)]
    return sorted((one for one in weighed if one.score >= PROPOSED), key=lambda one: (-one.score, one.ids))


def _apart(known: Sameness) -> set[tuple[str, ...]]:
    """The pairs that are two places: also where one of the two stands for the listing of which somebody said so."""
    return {_pair(known, one, other) for one, other in known.different}


def _pair(known: Sameness, one: str, other: str) -> tuple[str, ...]:
    """The ids of the listings that stand for two, in order; one alone where they are one by now."""
    return tuple(sorted({known.stands_for(one), known.stands_for(other)}))
