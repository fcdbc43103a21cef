"""One listing as one line of JSON, and back: the interchange format that docs/listings.md describes. Pure.

A line is taken whole or not at all. There is one canonical way of writing a listing, and it reads back to the same.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from directory.availability import ATTEMPTS, Bucket, Report
from directory.listing import Located, Provenance, Statement, Vetting
from directory.normalize import COORDINATES, FIELDS, WITHHELD
from directory.resolve import Said, Since, resolve
from directory.store import EXCHANGED, Recorded
from directory.values import in_reach, withholds
from directory.vocabulary import BedState, Channel
from importers.listing_fields import LINE, REPORT, STATEMENT, VETTING, BadLine, fields, object_of, shown

FORMAT: Final = "referral-directory-listings"
VERSION: Final = 1
SOURCE: Final = EXCHANGED
_HEADER_FIX: Final = f'The first line is {{"format":"{FORMAT}","version":{VERSION}}}'
_NAMING: Final = ("organization", "program", "address_1", "address_2", "city", "state_province", "postal_code")
WITHOUT_BEDS: Final = ATTEMPTS | {BedState.FULL, BedState.CLOSED_TO_INTAKE}
"""What says that there is no bed, or says nothing of beds."""
_FURTHEST_AHEAD: Final = timedelta(hours=14)
"""Where on earth it is tomorrow first, the day is this far ahead of UTC."""


@dataclass(frozen=True, slots=True)
class Context:
    """What a line need not say: where it stands, who brings it, and what time it is, since nobody observes the future."""

    reference: str
    recorded_by: str
    now: datetime


@dataclass(frozen=True, slots=True)
class Line:
    """What one line says of one listing, and of those that were merged into it: each statement and report of one of them."""

    listing_id: str
    statements: tuple[Statement, ...]
    parts: Mapping[str, Since]
    merged: tuple[str, ...] = ()

    @property
    def since(self) -> Since:
        """All reports and steps of vetting, of whichever part."""
        return Since.together(self.parts.values())


# --- reading ---------------------------------------------------------------------------------------------------------


def read_header(raw: bytes) -> None:
    """Refuse a first line that is not this format's header."""
    told = object_of(raw)
    if told.get("format") != FORMAT:
        raise BadLine("the first line is not the header of a file of listings", shown(told.get("format")), _HEADER_FIX)
    if told != {"format": FORMAT, "version": VERSION} or isinstance(told["version"], bool):
        raise BadLine("the header has another version, or something beside it", shown(told.get("version")), _HEADER_FIX)


def read_line(raw: bytes, context: Context) -> Line:
    """What a line says; raises BadLine, in words for whoever wrote it."""
    told = fields(object_of(raw), "the line", LINE, required=())
    statements = [fields(one, f"statement {n}", STATEMENT, ("kind", "observed_at")) for n, one in _numbered(told, "statements")]
    _none_unsaid(statements)
    listing_id = told.get("id") or _derived_id(statements)
    reports = [fields(one, f"report {n}", REPORT, ("state", "observed_at")) for n, one in _numbered(told, "availability")]
    vettings = [fields(one, f"vetting {n}", VETTING, ("state", "at")) for n, one in _numbered(told, "vetting")]
    line = Line(listing_id, tuple(_statement(one, listing_id, context) for one in statements), {}, told.get("merged", ()))
    _of_its_own((*statements, *reports, *vettings), line)
    found: dict[str, tuple[list[Report], list[Vetting]]] = {key: ([], []) for key in (listing_id, *line.merged)}
    for number, one in enumerate(reports, start=1):
        found[one.get("about", listing_id)][0].append(_report(one, f"report {number}", context))
    for one in vettings:
        found[one.get("about", listing_id)][1].append(_vetting(one, context))
    return replace(line, parts={key: Since(tuple(both[0]), tuple(both[1])) for key, both in found.items() if any(both)})


def _of_its_own(told: Iterable[Mapping[str, Any]], line: Line) -> None:
    """A line speaks of its own listing and of those that were merged into it, and of no other."""
    if line.listing_id in line.merged:
        raise BadLine("the line merges the listing into itself", line.listing_id, "Leave its own id out of merged")
    for one in told:
        if "about" in one and one["about"] not in (line.listing_id, *line.merged):
            raise BadLine("it is about a listing that is not merged into this one", one["about"], "Name it in merged")


def _numbered(told: Mapping[str, Any], key: str) -> Iterable[tuple[int, Any]]:
    return enumerate(told.get(key, ()), start=1)


def _none_unsaid(statements: list[dict[str, Any]]) -> None:
    """Two statements of nobody in particular: the second would silently stand in place of the first."""
    nobodys = [one for one in statements if "source" not in one and "restates" not in one]
    if len(nobodys) > 1:
        fix = 'Give the others a source, such as "source": "calls"; or "restates": false where one adds to another'
        raise BadLine("several statements say no source, and the last would replace the others", fix=fix)


def _derived_id(statements: list[dict[str, Any]]) -> str:
    """The id of a listing that has none: what names it, as a digest, so that the same listing gets the same id again."""
    first = statements[0] if statements else {}
    told = first.get("values", {})
    lacking = [name for name, field in FIELDS.items() if field.required and name not in told]
    source = first.get("source", SOURCE)
    if "local_id" in first:
        named = {"id": f"{source}:{first['local_id']}"}
        return str(fields(named, "the line", LINE, ())["id"])
    if lacking:
        fix = f"Say id, or say {', '.join(lacking)} in the values of the first statement"
        raise BadLine("the line has no id, and its first statement does not name the listing", fix=fix)
    names_it = "\x1f".join(str(told.get(name, "")).casefold() for name in _NAMING)
    return f"{source}:{hashlib.sha256(names_it.encode()).hexdigest()[:12]}"


def _statement(told: Mapping[str, Any], line_id: str, context: Context) -> Statement:
    listing_id = told.get("about", line_id)
    if told["observed_at"] > (context.now + _FURTHEST_AHEAD).date():
        raise BadLine("a statement is of a day still to come", told["observed_at"].isoformat(), "Enter the day it was learned")
    source = told.get("source", SOURCE)
    local_id = told.get("local_id", listing_id.removeprefix(f"{source}:"))
    reference, recorded_by = told.get("reference", context.reference), told.get("recorded_by", context.recorded_by)
    statement = Statement(
        source=source,
        local_id=local_id,
        provenance=Provenance(source, told["kind"], reference, told["observed_at"], recorded_by),
        values=told.get("values", {}),
        yes=told.get("yes", frozenset()),
        no=told.get("no", frozenset()),
        restates=told.get("restates", True),
        withdrawn=told.get("withdrawn", False),
        about="" if listing_id == f"{source}:{local_id}" else listing_id,
    )
    if statement.yes & statement.no:
        raise BadLine(
            "a statement both affirms and denies", min(statement.yes & statement.no), "Leave it out where it is unknown"
        )
    _placed(statement)
    return statement


def _placed(statement: Statement) -> None:
    """Refuse where a withheld listing is, and coordinates that are no place."""
    told = [statement.values[name] for name in COORDINATES if name in statement.values]
    if statement.values.get("confidential") and WITHHELD & statement.values.keys():
        fix = f"Leave {', '.join(sorted(WITHHELD))} out where confidential is yes"
        raise BadLine("a withheld address has a street or coordinates", fix=fix)
    if withholds(str(statement.values.get("address_1", ""))):
        fix = 'Say "confidential": "yes" in its place'
        raise BadLine("the street says that the address is withheld", str(statement.values["address_1"]), fix)
    if told and (len(told) == 1 or not in_reach(*map(float, told))):
        fix = "Say both latitude and longitude, such as 39.96 and -83.00; west is negative"
        raise BadLine("the coordinates are no place in the United States and its territories", ", ".join(told), fix)


def _report(told: Mapping[str, Any], where: str, context: Context) -> Report:
    _past(told["observed_at"], context)
    _sensible(told, where)
    bucket = {name: told[name] for name in Bucket.__dataclass_fields__ if name in told}
    rest = {name: value for name, value in told.items() if name not in bucket and name != "about"}
    return Report(**{"channel": Channel.IMPORT, "recorded_by": context.recorded_by} | rest, bucket=Bucket(**bucket))


def _sensible(told: Mapping[str, Any], where: str) -> None:
    """Refuse what can't be meant: a bed that was held only until before it was reported, and beds where there are none."""
    seen, held, over = told["observed_at"], told.get("hold_until"), told.get("expires_at")
    if held is not None and held <= seen:
        raise BadLine(
            f"{where}, hold_until: a bed is held until before it was said",
            held.isoformat(),
            "Enter one that is after observed_at",
        )
    if over is not None and over < seen:
        raise BadLine(
            f"{where}, expires_at: it ends before it was said",
            over.isoformat(),
            "Enter one that is not before observed_at",
        )
    if told.get("beds") and told["state"] in WITHOUT_BEDS:
        fix = "Leave beds out, or enter a state such as open"
        raise BadLine(f"{where}: there are beds, and the state is {told['state']}", str(told["beds"]), fix)


def _vetting(told: Mapping[str, Any], context: Context) -> Vetting:
    _past(told["at"], context)
    return Vetting(**{"by": context.recorded_by} | {name: value for name, value in told.items() if name != "about"})


def _past(moment: datetime, context: Context) -> None:
    if moment > context.now:
        raise BadLine(
            "a report is of a time still to come", moment.isoformat(), "Enter when it was learned, and check the clock"
        )


# --- writing ---------------------------------------------------------------------------------------------------------


def header() -> str:
    """The first line of a file."""
    return _written({"format": FORMAT, "version": VERSION})


def written_line(recorded: Recorded) -> str:
    """All that was recorded of a listing, in the one canonical way; of a withheld address without its street."""
    listing_id, hidden = recorded.listing_id, withheld(recorded.said)
    parts = recorded.parts or {listing_id: recorded.since}
    reports = [(report, key) for key, since in parts.items() for report in since.reports]
    vettings = [(step, key) for key, since in parts.items() for step in since.vettings]
    told = {
        "id": listing_id,
        "merged": list(recorded.merged),
        "statements": [
            _about(one.statement.listing_id, listing_id) | _written_statement(one.statement, hidden) for one in recorded.said
        ],
        "availability": [
            _about(key, listing_id) | _written_report(one)
            for one, key in sorted(reports, key=lambda one: (one[0].order, one[1]))
        ],
        "vetting": [
            _about(key, listing_id) | _written_vetting(one)
            for one, key in sorted(vettings, key=lambda one: (one[0].at, str(one[0]), one[1]))
        ],
    }
    return _written({name: value for name, value in told.items() if value})


def withheld(said: Iterable[Said]) -> bool:
    """Whether the listing's address is withheld, whoever may have given its street."""
    told = tuple(said)
    if not any(one.statement.values.get("confidential") for one in told):
        return False
    return resolve("", told, lambda _address, _given: Located()).address.confidential


def without_street(statement: Statement) -> Mapping[str, Any]:
    """What a statement says of a listing whose address is withheld: neither its street nor its coordinates."""
    return {name: value for name, value in statement.values.items() if name not in WITHHELD}


def _written(told: Mapping[str, Any]) -> str:
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")) + "\n"


def _about(part: str, listing_id: str) -> dict[str, str]:
    """Which of the merged listings something is recorded of; nothing for the one that stays."""
    return {} if part == listing_id else {"about": part}


def _written_statement(statement: Statement, hidden: bool) -> dict[str, Any]:
    provenance = statement.provenance
    named = statement.local_id == statement.listing_id.removeprefix(f"{statement.source}:")
    told = {
        "source": statement.source,
        "local_id": None if named else statement.local_id,
        "kind": str(provenance.kind),
        "reference": provenance.reference,
        "observed_at": provenance.observed_at.isoformat(),
        "recorded_by": provenance.recorded_by,
        "restates": None if statement.restates else False,
        "withdrawn": statement.withdrawn or None,
        "values": dict(sorted((without_street(statement) if hidden else statement.values).items())) or None,
        "yes": sorted(statement.yes) or None,
        "no": sorted(statement.no) or None,
    }
    return {name: value for name, value in told.items() if value is not None}


def _written_report(report: Report) -> dict[str, Any]:
    bucket = {name: getattr(report.bucket, name) for name in Bucket.__dataclass_fields__}
    told = {name: getattr(report, name) for name in Report.__dataclass_fields__ if name != "bucket"} | bucket
    return {name: _plain(told[name]) for name in REPORT if name in told and told[name] is not None}


def _written_vetting(vetting: Vetting) -> dict[str, Any]:
    told = {name: getattr(vetting, name) for name in VETTING if name != "about"}
    return {name: _plain(value) for name, value in told.items() if value is not None and (name, value) != ("because", "")}


def _plain(value: Any) -> Any:
    """A value as JSON has it: moments in UTC with a Z, days in ISO form, words as they are."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else value
