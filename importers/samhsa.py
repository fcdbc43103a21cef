"""What SAMHSA's sources have in common: what names a place, what a service's name means, and how a facility's row is said.

The survey asks substance use and mental health programs apart and lists a house that has both twice. Beds are for treatment
of substance use: those of a mental health program that does not say so are asked about.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from functools import reduce
from typing import Final

from directory.normalize import ParsedRecord
from directory.vocabulary import BY_GROUP, SETTINGS_INPATIENT, SETTINGS_RESIDENTIAL
from importers.base import Joining, Meaning, Row, Source, refuse, tidy

PLACE: Final = ("name1", "name2", "street1", "street2", "city", "state", "zip")
SUBSTANCE_USE: Final = "substance use"
OPIOID_TREATMENT: Final = "opioid treatment programs"
MENTAL_HEALTH: Final = "mental health"
_SIDES: Final = (SUBSTANCE_USE, OPIOID_TREATMENT, MENTAL_HEALTH)
_BEDS: Final = frozenset(SETTINGS_RESIDENTIAL + SETTINGS_INPATIENT)
_ASKED_OF_ALL: Final = frozenset(("setting.inpatient", "setting.residential", "setting.outpatient", "setting.outpatient_day"))
_TELEPHONES: Final = ("phone", "intake_1", "intake_2", "intake_1a", "intake_2a")
_POINT: Final = ("latitude", "longitude")
_OF_THE_PROGRAM: Final = ("setting", "sex", "age", "payer", "only")
_DAY_IN_NAME: Final = re.compile(r"(?<!\d)(20\d\d)[-_](\d\d)[-_](\d\d)(?!\d)")


def meanings(where: str, named: Iterable[tuple[str, str, str]], source: Source) -> dict[str, Meaning]:
    """What each code means, from (code, category, name); a name that means two things has its category in front.

    One that nobody knows may be any of what the others of its category mean. Refuses the file for a code that stands for
    two things.
    """
    codes: dict[str, Meaning] = {}
    of: dict[str, str] = {}
    for code, category, name in named:
        of[code] = category
        called = f"“{name}” ({category})" if name in code else f"{code} = “{name}” ({category})"
        meaning = source.meaning(f"{tidy(category)}: {tidy(name)}", otherwise=name, called=called)
        if codes.setdefault(code, meaning) != meaning:
            raise refuse(where, f"the code {code} stands for two things", name, "Use the file as the publisher gives it")
    terms: dict[str, frozenset[str]] = defaultdict(frozenset)
    for code, meaning in codes.items():
        terms[of[code]] |= meaning.yes | meaning.no | meaning.implied
    return {code: replace(one, among=terms[of[code]]) if one.unknown else one for code, one in codes.items()}


def facility(row: Row, source: Source, said: Mapping[str, Iterable[Meaning]], part: str = "") -> ParsedRecord:
    """A facility's row; its local id is a digest of its name and place, the same in all of SAMHSA's files.

    `said` has what it says by column. Takes the columns that the source's TOML names.
    """
    place, distinguish = row.digest(*PLACE), row.digest("phone", "intake1", "intake2")
    told = row.said(said)
    no = told.no | row.answered(told.yes, source.complete)
    unsaid = _unsaid(told.yes) if "care.mental_health" in told.yes else frozenset[str]()
    return ParsedRecord(
        local_id=f"{part}-{place}" if part else place,
        where=row.where,
        values={ours: row.take(theirs) for theirs, ours in source.columns.items()},
        yes=(told.yes | {"status.operating"}) - unsaid,
        no=no - unsaid,
        distinguish=distinguish,
    )


def _unsaid(yes: frozenset[str]) -> frozenset[str]:
    """What a mental health row leaves open: for whom its beds are, and which kind of a setting it has (nobody asks there)."""
    if _BEDS & yes and "care.substance_use" not in yes:
        return _BEDS
    kinds = (term.code for term in BY_GROUP["setting"] if term.code not in _ASKED_OF_ALL)
    return frozenset(kind for kind in kinds if kind.rpartition("_")[0] in yes)


def day_in(name: str) -> date | None:
    """The day in a file's name, such as `Facility_listing_2025_08_19_101500`; None where it has none that exists."""
    found = _DAY_IN_NAME.search(name)
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


# --- one place on two lists ----------------------------------------------------------------------------------------


def _join(ones: list[ParsedRecord]) -> list[ParsedRecord]:
    """The row of the first list with what the others add; as they were where a list has the place twice."""
    by_side = {one.side: one for one in ones}
    if len(by_side) < len(ones):
        return ones
    first, *others = (by_side[side] for side in _SIDES if side in by_side)
    return [reduce(_both, others, first)]


def _both(first: ParsedRecord, other: ParsedRecord) -> ParsedRecord:
    """Who is taken, in which setting and who pays are facts of a program: a mental health row adds none of them to another."""
    of_the_house = _of_the_house if other.side == MENTAL_HEALTH else frozenset[str]
    filled = {name: text for name, text in other.values.items() if not first.values.get(name, "").strip()}
    for together in (_TELEPHONES, _POINT):
        if any(first.values.get(name, "").strip() for name in together):
            filled = {name: text for name, text in filled.items() if name not in together}
    return replace(
        first,
        where=f"{first.where} and {other.where.rpartition(', ')[2]}",
        values=first.values | filled,
        yes=first.yes | (of_the_house(other.yes) - first.no),
        no=first.no | (of_the_house(other.no) - first.yes),
        problems=first.problems + other.problems,
        contrary={**other.contrary, **first.contrary},
    )


def _of_the_house(terms: frozenset[str]) -> frozenset[str]:
    return frozenset(term for term in terms if term.partition(".")[0] not in _OF_THE_PROGRAM)


JOINING: Final = Joining(
    f"a place that several of SAMHSA's lists have ({', '.join(_SIDES)}), by the same names, street, city, State and ZIP code,"
    " is one listing",
    _join,
)
