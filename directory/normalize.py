"""What a source said, still text, to a statement or to problems. The one table of a listing's fields is here."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType
from typing import Any, Final

from directory import values
from directory.listing import Phone, PhoneKind, Provenance, Statement
from directory.problems import Loudness, Problem, in_columns
from directory.spoken import say
from directory.vocabulary import label

NONE: Final[Mapping[str, Any]] = MappingProxyType({})
"""Nothing by name; one for all rows, of which there are many."""


@dataclass(frozen=True, slots=True)
class ParsedRecord:
    """A row in our field names, its values still the source's text.

    `local_id` is the source's own name for the listing, or a digest of what names it there; two records of one file
    that share it are told apart by `distinguish`. `where` is the file and row, for problems. `observed_at` is the day that
    the row speaks of, where it says one of its own. `side` names which of its source's lists the row stands on, where one
    place can stand on several. `contrary` has each term that the row both affirms and denies, with the columns that do.
    """

    local_id: str
    where: str
    values: dict[str, str]
    yes: frozenset[str] = frozenset()
    no: frozenset[str] = frozenset()
    distinguish: str = ""
    observed_at: date | None = None
    side: str = ""
    problems: tuple[Problem, ...] = field(default=(), compare=False)
    contrary: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: NONE, compare=False)


@dataclass(frozen=True, slots=True)
class Field:
    """How a field's text is read, what people call it, and whether a row without it is of any use."""

    read: Callable[[str], Any]
    called: str
    required: bool = False


PRACTICAL: Final = {
    "ask_for": say("whom to ask for"),
    "walk_in": say("whether people may come without an appointment"),
    "night_care": say("who is there at night"),
    "precertification": say("who approves before arrival, and how long that takes"),
    "upfront_cost": say("what is to be paid up front"),
    "total_cost": say("what the whole stay costs"),
    "refund": say("what is paid back to who leaves early"),
    "length_of_stay": say("how long people stay"),
    "next_step": say("what follows the stay"),
    "transport": say("how people get there"),
    "bring": say("what to bring"),
    "not_bring": say("what to leave at home"),
    "phone_rules": say("rules about telephones"),
    "smoking_rules": say("rules about smoking"),
    "family_contact": say("when the family may call or visit, and what must be signed"),
    "discharge_medication": say("naloxone and medication on leaving"),
}
"""What nobody is ranked by but everybody must know before leaving; each is one line of text."""

FIELDS: Final = {
    "organization": Field(values.some_text, "name", required=True),
    "program": Field(values.text, "program name"),
    "address_1": Field(values.text, "street"),
    "address_2": Field(values.text, "street, second line"),
    "city": Field(values.some_text, "city", required=True),
    "state_province": Field(values.state_province, "State", required=True),
    "postal_code": Field(values.postal_code, "ZIP code", required=True),
    "confidential": Field(values.yes_or_no, "address withheld"),
    "latitude": Field(values.latitude, "latitude"),
    "longitude": Field(values.longitude, "longitude"),
    "intake_1": Field(values.phone, "intake telephone"),
    "intake_2": Field(values.phone, "second intake telephone"),
    "intake_1a": Field(values.phone, "other intake telephone"),
    "intake_2a": Field(values.phone, "other second intake telephone"),
    "phone": Field(values.phone, "main telephone"),
    "website": Field(values.website, "web address"),
    "intake_hours": Field(values.weekly_hours, "intake hours"),
    "latest_arrival": Field(values.clock, "latest arrival"),
    "licence_number": Field(values.text, "license number"),
    "licence_expires": Field(values.written_day, "last day of the license"),
    "capacity": Field(values.whole_number(1, 10_000), "licensed beds"),
    "direct_line": Field(values.phone, "direct line to admissions"),
    **{name: Field(values.text, called) for name, called in PRACTICAL.items()},
}

COORDINATES: Final = ("latitude", "longitude")
WITHHELD: Final = frozenset(("address_1", "address_2", *COORDINATES))
"""What is not kept of a listing whose address is withheld: never mapped, geocoded, enriched or exported."""


def in_words(name: str, value: Any) -> str:
    """A field's value as people read it."""
    if FIELDS[name].read is values.phone:
        number, _, extension = str(value).partition("x")
        return str(Phone(number, extension, PhoneKind.MAIN))
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def normalize(
    record: ParsedRecord, provenance: Provenance, headings: Mapping[str, str] = NONE
) -> tuple[Statement | None, list[Problem]]:
    """A statement of everything in the record that could be read, and a problem for everything that could not.

    `headings` names the file's own column of each field, so that problems can. A bad optional value costs only itself; a
    bad or missing required one costs the row, and there is no statement. A term that is affirmed and denied at once is
    left unknown.
    """
    record = _without_place(record)
    swapped = _swapped(record, _where(record, headings, *COORDINATES))
    read, unreadable = _read(record, headings, COORDINATES if swapped else ())
    problems = [*record.problems, *swapped, *unreadable]
    if any(problem.loudness is Loudness.ROW for problem in unreadable):
        return None, problems
    problems += _unplaced(_where(record, headings, *COORDINATES), read)
    both = record.yes & record.no
    problems += [_contradiction(record, code) for code in sorted(both)]
    statement = Statement(
        source=provenance.source,
        local_id=record.local_id,
        provenance=provenance,
        values=read,
        yes=record.yes - both if both else record.yes,
        no=record.no - both if both else record.no,
    )
    return statement, problems


def _without_place(record: ParsedRecord) -> ParsedRecord:
    """The record without what would lead to a withheld address, also where only its street says that it is withheld."""
    told = record.values
    said = values.withholds(told.get("address_1", "")) or values.withheld_in_words(told.get("address_2", ""))
    if not said and not _is_yes(told.get("confidential", "")):
        return record
    return replace(record, values={name: text for name, text in told.items() if name not in WITHHELD} | {"confidential": "yes"})


def _is_yes(text: str) -> bool:
    try:
        return values.yes_or_no(text)
    except ValueError:
        return False


def _read(record: ParsedRecord, headings: Mapping[str, str], unused: Sequence[str]) -> tuple[dict[str, Any], list[Problem]]:
    """The values that could be read, of all fields but the unused ones, and a problem for each that could not."""
    read: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, spec in FIELDS.items():
        raw = "" if name in unused else record.values.get(name, "")
        if not raw.strip() and not spec.required:
            continue
        try:
            value = spec.read(raw)
        except ValueError as error:
            problems.append(_unreadable(_where(record, headings, name), spec, raw, str(error)))
            continue
        if value not in ("", None):
            read[name] = value
    return read, problems


def _where(record: ParsedRecord, headings: Mapping[str, str], *names: str) -> str:
    """The file and row, and the columns in which these fields stand there, where that is known."""
    return in_columns(record.where, [headings[name] for name in names if name in headings])


def _swapped(record: ParsedRecord, where: str) -> list[Problem]:
    """A problem where longitude stands for latitude and the other way round; then neither is used."""
    try:
        latitude, longitude = (float(record.values.get(name) or "?") for name in COORDINATES)
    except ValueError:
        return []
    if values.in_reach(latitude, longitude) or not values.in_reach(longitude, latitude):
        return []
    what = "latitude and longitude seem to be swapped; neither was used"
    return [Problem(Loudness.VALUE, where, what, f"{latitude:g}, {longitude:g}", "Put each in its own column")]


def _unplaced(where: str, read: dict[str, Any]) -> list[Problem]:
    """Takes coordinates out that are no place: one without the other, or a point where no center can be. Says why."""
    given = [read[name] for name in COORDINATES if name in read]
    if len(given) == len(COORDINATES) and values.in_reach(*map(float, given)):
        return []
    for name in COORDINATES:
        read.pop(name, None)
    if len(given) < len(COORDINATES):
        return []
    what = "the coordinates lie outside the United States and its territories; they were not used"
    return [Problem(Loudness.VALUE, where, what, ", ".join(given), "Ask the center where it is")]


def _unreadable(where: str, spec: Field, raw: str, fix: str) -> Problem:
    loudness = Loudness.ROW if spec.required else Loudness.VALUE
    cost = "the row was left out" if spec.required else "the value was left out"
    what = f"the {spec.called} {'is missing' if not raw.strip() else 'could not be read'}; {cost}"
    return Problem(loudness, where, what, raw.strip()[:80], fix)


def _contradiction(record: ParsedRecord, code: str) -> Problem:
    where = in_columns(record.where, record.contrary.get(code, ()))
    what = f"the row both affirms and denies “{label(code)}”; it is kept as unknown"
    return Problem(Loudness.NOTICE, where, what, fix="Ask the center and record the answer")


def answered(yes: frozenset[str], complete: Iterable[Iterable[str]]) -> frozenset[str]:
    """The known noes of closed lists: where at least one term of a complete list is affirmed, the others are denied."""
    denied: set[str] = set()
    for terms in complete:
        listed = frozenset(terms)
        if listed & yes:
            denied |= listed - yes
    return frozenset(denied)
