"""Names and streets as two sources write them: in one short form, and how alike two of them are. Pure."""

import string
from collections.abc import Sequence
from typing import Final

from rapidfuzz import fuzz, process

_SHORT: Final = {
    "avenue": "ave", "boulevard": "blvd", "building": "bldg", "center": "ctr", "centers": "ctr", "centre": "ctr",
    "circle": "cir", "county": "cnty", "court": "ct", "department": "dept", "drive": "dr", "east": "e", "expressway": "expy",
    "floor": "fl", "fort": "ft", "highway": "hwy", "hospital": "hosp", "lane": "ln", "mount": "mt", "north": "n",
    "northeast": "ne", "northwest": "nw", "outpatient": "op", "outpt": "op", "parkway": "pkwy", "place": "pl",
    "program": "prog", "programs": "prog", "road": "rd", "room": "rm", "route": "rte", "saint": "st", "service": "servs",
    "services": "servs", "south": "s", "southeast": "se", "southwest": "sw", "square": "sq", "street": "st", "suite": "ste",
    "suites": "ste", "terrace": "ter", "unit": "ste", "west": "w",
}  # fmt: skip
"""Words to the short form in which other sources write them, for streets and names alike."""
_SILENT: Final = frozenset(("a", "and", "corp", "dba", "for", "inc", "incorporated", "llc", "ltd", "of", "the"))
_MARKS: Final = str.maketrans(dict.fromkeys(string.punctuation, " ") | {"'": None, "’": None})


def shortened(text: str) -> str:
    """A street or an address in short forms, without capitals and signs."""
    return " ".join([_SHORT.get(word, word) for word in words_of(text)])


def name_in_short(text: str) -> str:
    """A name likewise, without the words that say nothing."""
    return " ".join([_SHORT.get(word, word) for word in words_of(text) if word not in _SILENT]) if text else ""


def words_of(text: str) -> list[str]:
    """The words of a text, without capitals and signs."""
    return text.casefold().translate(_MARKS).split()


def likeness(left: Sequence[str], right: Sequence[str]) -> list[float]:
    """How alike the texts of each pair are, 0 to 100, in whatever order their words stand."""
    told: list[float] = process.cpdist(left, right, scorer=fuzz.token_sort_ratio).tolist()
    return told


def how_alike(one: str, other: str) -> float:
    """The same of one pair."""
    return fuzz.token_sort_ratio(one, other)
