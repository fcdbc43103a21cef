"""Which listings a newer file lacks, and which of these may stand in rows of it that could not be read. Pure.

Where a source has no ids of its own, a listing's is made of its name and place: a row whose ZIP code or name can't be read
has another, and the listing that it is about would be taken for gone.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Set
from typing import Any, Final

from directory.listing import Statement

TELLING: Final = ("organization", "program", "address_1", "city", "phone", "intake_1")
"""The fields by which a row that could not be read may be known again."""
_ENOUGH: Final = (("name", "street"), ("name", "phone"), ("street", "phone"), ("name", "city"), ("street", "city"))
_SIGNS: Final = re.compile(r"[\W_]+")
_TEN: Final = 10


def missing(covered: Set[str], last: Mapping[str, str], here: Set[str]) -> list[str]:
    """What a file does not name of the listings that it covers; `last` has the digest of each, "" where it was withdrawn."""
    return sorted(one for one in covered if last.get(one) and one not in here)


def may_be_unread(lacking: Iterable[Statement], unread: Iterable[Mapping[str, str]]) -> frozenset[str]:
    """The local ids of those that agree with a row that could not be read in two things that tell places apart."""
    known = {mark for row in unread for mark in _marks(row)}
    return frozenset(one.local_id for one in lacking if not known.isdisjoint(_marks(one.values)))


def _marks(values: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    telephone = "".join(filter(str.isdigit, str(values.get("phone") or values.get("intake_1") or "")))
    said = {
        "name": _plain(values, "organization", "program"),
        "street": _plain(values, "address_1"),
        "city": _plain(values, "city"),
        "phone": telephone[:_TEN],
    }
    yield from ((one, other, said[one], said[other]) for one, other in _ENOUGH if said[one] and said[other])


def _plain(values: Mapping[str, Any], *names: str) -> str:
    return "".join(_SIGNS.sub("", str(values.get(name) or "").casefold()) for name in names)
