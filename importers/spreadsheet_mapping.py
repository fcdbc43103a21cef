"""The file in which staff say what somebody's table means: read whole, and everything wrong in it is said at once.

The law: each refusal names the file, the key, what stands there, and what could.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from directory import days, values
from directory.normalize import FIELDS
from directory.problems import CannotUnderstand
from directory.vocabulary import SourceKind
from importers.base import Meaning, Source, refuse, tidy
from importers.contents import expect_no_device
from importers.reading_toml import Reading, nearest

LARGEST_MAPPING: Final = 1 << 20
EVERY: Final = Source.load(Path(__file__).with_name("spreadsheet.toml"))
_KEYS: Final = (
    "name", "title", "publisher", "licence", "kind", "observed", "at_least", "at_most", "sheet", "header", "encoding", "id",
    "days", "ignore", "columns", "always", "yes_no", "terms", "separators",
)  # fmt: skip
_ENCODINGS: Final = ("utf-8", "cp1252", "latin-1", "utf-16")
_LIKE_A_DAY: Final = re.compile(r"[0-9]{4}-[0-9]")
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{1,39}")
_TAKEN: Final = frozenset(("demo", "demo_calls", "listings", "calls", "spreadsheet"))


@dataclass(frozen=True, slots=True)
class SheetMapping(Source):
    """A source that staff described. Columns are named tidy and in small letters, as the header is read.

    `columns` names our field for a column; `phrases` holds “column: phrase”; `yes_no` what a yes affirms; `always` what
    every row says; `observed` a day, or its column; `header` its row, 0 for the first that is not empty; `order` how days
    are written, "" where the column shows it.
    """

    yes_no: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    separators: Mapping[str, str] = field(default_factory=dict)
    spoken: tuple[str, ...] = ()
    always: Mapping[str, str] = field(default_factory=dict)
    always_yes: tuple[str, ...] = ()
    always_no: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    observed: str = ""
    sheet: str = ""
    header: int = 0
    encoding: str = ""
    order: str = ""

    def phrase(self, column: str, phrase: str) -> Meaning | None:
        """What a phrase in a column means; None for one that the mapping does not have."""
        return self.phrases.get(f"{column}: {heading(phrase)}")

    @property
    def used(self) -> dict[str, str]:
        """Every column that the mapping names, with the part of the mapping that names it."""
        named = dict.fromkeys(self.columns, "[columns]")
        named |= dict.fromkeys(self.yes_no, "[yes_no]") | dict.fromkeys(self.spoken, "[terms]") | dict.fromkeys(self.ids, "id")
        return named if not self.observed or values.is_day(self.observed) else named | {self.observed: "observed"}


def heading(text: str) -> str:
    """A header or phrase as it is compared: without capitals and needless spaces."""
    return tidy(text).casefold()


def load(path: Path) -> SheetMapping:
    """The mapping in a TOML file; raises CannotUnderstand with everything that is wrong in it."""
    told = _toml(path)
    reading = Reading(path.name, told, _KEYS)
    mapping = _mapping(reading)
    if reading.problems:
        raise CannotUnderstand(*reading.problems)
    return mapping


def _toml(path: Path) -> dict[str, Any]:
    expect_no_device(path)
    if path.stat().st_size > LARGEST_MAPPING:
        raise refuse(path.name, "this is no mapping: it is larger than any can be", fix="Give a TOML file")
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n"))
    except UnicodeDecodeError:
        raise refuse(path.name, "the mapping is not UTF-8 text", fix="Save it as UTF-8") from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        fix = 'Texts stand in quotation marks, such as title = "Centers of Franklin County"'
        raise refuse(path.name, "the mapping is not TOML", str(error)[:120], fix) from None


def _mapping(reading: Reading) -> SheetMapping:
    columns = _columns(reading)
    always, sure = _always(reading)
    at_least = reading.number("at_least", EVERY.at_least, 0)
    at_most = reading.number("at_most", EVERY.at_most, 1)
    if at_least > at_most:
        reading.wrong("at_most", "is less than at_least", at_most, f"Enter a number from {max(at_least, 1)} to 1000000")
    return SheetMapping(
        name=_name(reading),
        title=reading.text("title", "Say what the table is, such as “Centers of Franklin County”", needed=True),
        publisher=reading.text("publisher", "Say who keeps the table, such as “Franklin County Health”", needed=True),
        licence=reading.text("licence", "Say whether it may be used, such as “given to us for referrals”"),
        kind=_kind(reading),
        at_least=at_least,
        at_most=at_most,
        complete=(),
        columns=columns,
        phrases=_phrases(reading),
        yes_no=_yes_no(reading),
        separators=_separators(reading),
        spoken=tuple(heading(column) for column in reading.table("terms", "")),
        always=always,
        always_yes=tuple(sorted(sure.yes)),
        always_no=tuple(sorted(sure.no)),
        ids=tuple(heading(column) for column in reading.texts("id")),
        ignore=tuple(heading(column) for column in reading.texts("ignore")),
        observed=_observed(reading),
        sheet=reading.text("sheet", "Give the sheet's name"),
        header=reading.number("header", 0, 0),
        encoding=_choice(reading, "encoding", _ENCODINGS),
        order=_choice(reading, "days", (days.MONTH_FIRST, days.DAY_FIRST)),
    )


def _name(reading: Reading) -> str:
    fix = "Enter a short name in small letters, digits and _, such as franklin_county; listings will be called by it"
    name = reading.text("name", fix, needed=True)
    if name and (not _NAME.fullmatch(name) or name in _TAKEN):
        reading.wrong("name", "is taken" if name in _TAKEN else "can't be the name of a source", name, fix)
    return name


def _kind(reading: Reading) -> SourceKind:
    kinds = {str(kind): kind for kind in SourceKind if kind is not SourceKind.STAFF_CALL}
    told = reading.text("kind", f"Possible are: {', '.join(kinds)}", needed=True)
    if told and told not in kinds:
        reading.wrong("kind", "is no kind of source", told, nearest(told, kinds))
    return kinds.get(told, SourceKind.WEB)


def _choice(reading: Reading, key: str, possible: tuple[str, ...]) -> str:
    told = reading.text(key, f"Possible are: {', '.join(possible)}")
    if told and told not in possible:
        reading.wrong(key, "is not one of the possible words", told, nearest(told, possible))
    return told


def _observed(reading: Reading) -> str:
    fix = "Enter a day as 2026-11-24, or the column that holds it"
    told = reading.text("observed", fix)
    if _LIKE_A_DAY.match(told) and not values.is_day(told):
        reading.wrong("observed", "is no day", told, fix)
    return told if values.is_day(told) else heading(told)


def _columns(reading: Reading) -> dict[str, str]:
    """Our field by their column; both are named once."""
    named: dict[str, str] = {}
    for ours, theirs in reading.table("columns", 'organization = "Name"').items():
        key = f"[columns] {ours}"
        if ours not in FIELDS:
            reading.wrong(key, "is a field that nobody knows", ours, nearest(ours, FIELDS))
        elif not isinstance(theirs, str) or not theirs.strip():
            reading.wrong(key, "should name a column in quotation marks", theirs, f'Write {ours} = "the column\'s header"')
        elif heading(theirs) in named:
            reading.wrong(key, f"names a column that {named[heading(theirs)]} has already", theirs, "Name each column once")
        else:
            named[heading(theirs)] = ours
    given = {*named.values(), *reading.table("always", "")}
    lacking = [ours for ours, spec in FIELDS.items() if spec.required and ours not in given]
    if lacking and not reading.problems:
        fix = 'Name their columns, or what holds for every row under [always], such as state_province = "OH"'
        reading.wrong("[columns]", f"lacks {', '.join(lacking)}, which every listing needs", fix=fix)
    return named


def _always(reading: Reading) -> tuple[dict[str, str], Meaning]:
    told = dict(reading.table("always", 'state_province = "OH"'))
    sure = reading.terms("[always] terms", told.pop("terms", []))
    said: dict[str, str] = {}
    for ours, value in told.items():
        key = f"[always] {ours}"
        if ours not in FIELDS:
            reading.wrong(key, "is a field that nobody knows", ours, nearest(ours, ("terms", *FIELDS)))
        elif ours in reading.table("columns", ""):
            reading.wrong(key, "is said under [columns] too", value, "Leave one of them")
        elif not isinstance(value, str):
            reading.wrong(key, "should be a text in quotation marks", value, f'Write {ours} = "..."')
        else:
            reading.check(key, value, FIELDS[ours].read)
            said[ours] = value
    return said, sure


def _yes_no(reading: Reading) -> dict[str, tuple[str, ...]]:
    said: dict[str, tuple[str, ...]] = {}
    for column, told in reading.table("yes_no", '"Accepts Medicaid" = ["payer.medicaid"]').items():
        meaning = reading.terms(f"[yes_no] {column}", told)
        if meaning.no or meaning.implied:
            reading.wrong(f"[yes_no] {column}", "names what a yes affirms; a no denies it", told, "Leave out - and ~")
        said[heading(column)] = tuple(sorted(meaning.yes))
    return said


def _phrases(reading: Reading) -> dict[str, Meaning]:
    said: dict[str, Meaning] = {}
    for column, told in reading.table("terms", '"Gender" = { "Men" = ["sex.male"] }').items():
        if not isinstance(told, dict):
            fix = f'Write [terms."{column}"] and below it "phrase" = ["payer.medicaid"]'
            reading.wrong(f"[terms] {column}", "should be a table of phrases", told, fix)
            continue
        for phrase, terms in told.items():
            key = f"[terms.“{column}”] {phrase}"
            named = f"{heading(column)}: {heading(phrase)}"
            if named in said:
                reading.wrong(key, "stands there twice, capitals and spaces apart", phrase, "Leave one of them")
            said[named] = reading.terms(key, terms)
    return said


def _separators(reading: Reading) -> dict[str, str]:
    said: dict[str, str] = {}
    spoken = {heading(column) for column in reading.table("terms", "")}
    for column, sign in reading.table("separators", '"Services" = ";"').items():
        if not isinstance(sign, str) or not sign:
            reading.wrong(f"[separators] {column}", "should be the sign between two phrases", sign, 'Write it as ";"')
        elif heading(column) not in spoken:
            reading.wrong(f"[separators] {column}", "has no phrases under [terms]", column, nearest(heading(column), spoken))
        else:
            said[heading(column)] = sign
    return said
