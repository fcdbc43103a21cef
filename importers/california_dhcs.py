"""California's licence register, a layer of a map: as its JSON, or as the CSV that its site exports. One row a license.

It is the authority for whether a program is licensed, until when, and for how many beds; the day of its license is told as it
stands, also where it has passed. Programs that are outpatient only have no bed to send anybody to, and are left out.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from directory.normalize import ParsedRecord
from directory.problems import Loudness, Problem
from importers.base import Batch, Importer, Row, Source, refuse, tidy
from importers.bounds import Holding, once
from importers.contents import listed
from importers.delimited import read_csv
from importers.documents import cells, is_document, read_json

COLUMNS: Final = (
    "application_number", "facility_name", "legal_entity_name", "facility_address1", "facility_address2", "facility_city",
    "facility_state", "facility_zip", "facility_phone", "program_code", "type_of_application", "lic_expiration_date",
    "treatment_capacity", "total_capacity", "target_population", "incident_medical_services", "adolescent_waiver",
    "latitude", "longitude", "additional_facility_locations",
)  # fmt: skip
OUTPATIENT_ONLY: Final = "NON"
_COMPANY: Final = re.compile(r",? (llc|inc|incorporated|corp|corporation|lp|llp)\.?$")
_STATE: Final = "CA"
_MAY_STAND_FOR_IT: Final = frozenset(("", "C"))
_ROWS_IN: Final = ("records", "features")
_OF_A_FEATURE: Final = ("attributes", "properties")
_AGAIN: Final = "Export the layer again, all of it"


@dataclass(frozen=True, slots=True)
class _Layer:
    """The rows of a layer, the day on which it was fetched where the file says so, and whether they are all of it."""

    rows: list[Row]
    fetched: date | None = None
    whole: bool = True
    problems: tuple[Problem, ...] = ()


def read(path: Path, source: Source) -> Batch:
    """The licenses that are of use here; says how many were left out, and when the file is only some of the register."""
    layer = _document(path) if is_document(path) else _export(path)
    kept = [row for row in layer.rows if tidy(row.look("program_code")).upper() != OUTPATIENT_ONLY]
    further = sum(bool(tidy(row.look("additional_facility_locations"))) for row in kept)
    problems = list(layer.problems)
    if len(kept) < len(layer.rows):
        found = f"{len(layer.rows) - len(kept):,} of {len(layer.rows):,} rows"
        what = f"programs that are outpatient only ({OUTPATIENT_ONLY}) are left out"
        problems.append(Problem(Loudness.NOTICE, path.name, what, found))
    if further:
        what = "licenses that cover further houses are listed at their first address"
        problems.append(Problem(Loudness.NOTICE, path.name, what, f"{further:,} of {len(kept):,}"))
    return Batch(kept, layer.fetched, problems=tuple(problems), covers=None if layer.whole else frozenset())


def _export(path: Path) -> _Layer:
    sheet = read_csv(path)
    return _Layer(sheet.table(COLUMNS), problems=sheet.problems)


def _document(path: Path) -> _Layer:
    told = read_json(path)
    records = next((told[name] for name in _ROWS_IN if isinstance(told, dict) and isinstance(told.get(name), list)), None)
    if records is None:
        found = listed(told) if isinstance(told, dict) else f"a {type(told).__name__}"
        raise refuse(path.name, f"the document has no list “{'” or “'.join(_ROWS_IN)}”", found, _AGAIN)
    holding = Holding()
    rows = [holding.hold(_row(path.name, number, record)) for number, record in enumerate(once(records), start=1)]
    count = told.get("record_count", len(rows))
    whole = count == len(rows) and told.get("exceededTransferLimit") is not True
    what = "the file is only some of the register; nothing is taken as gone"
    partly = Problem(Loudness.NOTICE, path.name, what, f"{len(rows):,} rows", _AGAIN)
    return _Layer(rows, _day(told.get("retrieved_at")), whole, () if whole else (partly,))


def _row(file: str, number: int, record: Any) -> Row:
    where = f"{file}, record {number}"
    inner = next((record[name] for name in _OF_A_FEATURE if isinstance(record, dict) and name in record), record)
    if not isinstance(inner, dict):
        raise refuse(where, "the record is no object with the columns of the register", type(inner).__name__, _AGAIN)
    named = {name.strip().casefold(): text for name, text in cells(inner).items() if text}
    columns, headings = _written(tuple(inner))
    missing = [column for column in COLUMNS if column not in columns]
    if missing:
        raise refuse(where, f"the record lacks {', '.join(missing)}", listed(columns), _AGAIN)
    row = Row(where, number, named, columns)
    row.headings = headings
    return row


@lru_cache(maxsize=8)
def _written(names: tuple[str, ...]) -> tuple[dict[str, int], dict[str, str]]:
    """The columns of a record with these names, and how it writes them; nearly all records have the same."""
    headings = {name.strip().casefold(): name.strip() for name in names}
    return {column: place for place, column in enumerate(headings)}, headings


def _day(written: Any) -> date | None:
    try:
        return datetime.fromisoformat(written).date() if isinstance(written, str) else None
    except ValueError:
        return None


# --- one license ---------------------------------------------------------------------------------------------------


def parse(row: Row, batch: Batch, source: Source) -> ParsedRecord:
    """One license as a listing. Raises BadRow, in words, for one without a number, which is its name here."""
    number = tidy(row.look("application_number"))
    if not number:
        raise row.bad("the license has no Application_Number", "application_number")
    said = row.said({column: [source.meaning(phrase)] for column, phrase in _phrases(row).items()})
    values = {ours: row.take(theirs).strip() for theirs, ours in source.columns.items()}
    capacity, notices = _capacity(row)
    named = {"program": _program(row, values["organization"]), "capacity": capacity}
    place = {"city": row.take("facility_city").strip(" ,"), "state_province": _state(row.take("facility_state"))}
    reached = {"phone": row.take("facility_phone").strip().rstrip("Xx ")}
    term = {"licence_expires": _expires(row.take("lic_expiration_date"))}
    return ParsedRecord(
        local_id=number,
        where=row.where,
        values=values | named | place | reached | term,
        yes=said.yes,
        no=said.no | (row.answered(said.yes, source.complete) - said.yes),
        problems=notices,
    )


def _phrases(row: Row) -> dict[str, str]:
    """What the cells with the State's own words say, each as it stands in [phrases]; an empty cell says nothing."""
    code, kind = (tidy(row.take(column)) for column in ("program_code", "type_of_application"))
    population = tidy(row.take("target_population")).rpartition("---")[2]
    waiver, medical = (tidy(row.take(column)) for column in ("adolescent_waiver", "incident_medical_services"))
    non_medical = ", RES-DETOX" if (code, medical) == ("RES-DETOX", "No") else ""
    told = {
        "program_code": code,
        "type_of_application": kind,
        "target_population": population,
        "adolescent_waiver": waiver and f"Adolescent_Waiver: {waiver}",
        "incident_medical_services": medical and f"Incident_Medical_Services: {medical}{non_medical}",
    }
    return {column: phrase.strip() for column, phrase in told.items() if phrase.strip()}


def _program(row: Row, organization: str) -> str:
    """The facility's own name, where it is another than that of the company that holds the license."""
    name = row.take("facility_name").strip()
    alike = (_COMPANY.sub("", tidy(one).casefold()) for one in (name, organization))
    return "" if next(alike) == next(alike) else name


def _capacity(row: Row) -> tuple[str, tuple[Problem, ...]]:
    """The beds for treatment; 0 stands for a program without any. A word where there are more of them than beds in all."""
    treatment, total = (row.take(column).strip() for column in ("treatment_capacity", "total_capacity"))
    problems: tuple[Problem, ...] = ()
    if treatment.isdecimal() and total.isdecimal() and int(treatment) > int(total):
        what = "the license has more beds for treatment than beds in all"
        fix = "Ask the center how many beds it has, and record the answer"
        where = row.at("treatment_capacity", "total_capacity")
        problems = (Problem(Loudness.NOTICE, where, what, f"{treatment} of {total}", fix),)
    return "" if treatment == "0" else treatment, problems


def _state(written: str) -> str:
    """The register is of one State, and a few rows have lost half of its name."""
    return _STATE if written.strip().upper() in _MAY_STAND_FOR_IT else written


def _expires(written: str) -> str:
    """The last day, from 12/31/2026; as it stands where it is no such day, which is then said."""
    try:
        return datetime.strptime(written.strip(), "%m/%d/%Y").date().isoformat()
    except ValueError:
        return written


importer = Importer(Source.beside(__file__), read, parse, "the register's JSON, or its CSV export")
