"""FindTreatment.gov's locator: a reply of its interface, saved or fetched, with one object a facility and its services by name.

The reply holds names, never codes, so it does not matter which year's codes SAMHSA uses. `frid` names a facility only in old
replies, so a place is named as in SAMHSA's other files.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from directory import values
from directory.normalize import ParsedRecord
from directory.problems import Loudness, Problem
from importers import samhsa
from importers.base import Batch, Importer, Row, Source, refuse
from importers.bounds import Holding, once
from importers.documents import cells, read_json
from importers.samhsa_locator_pages import FETCHED, fetch

COLUMNS: Final = (*samhsa.PLACE, "phone", "intake1", "intake2", "website", "latitude", "longitude", "type", "services")
SIDES: Final = {
    "su": samhsa.SUBSTANCE_USE, "sa": samhsa.SUBSTANCE_USE, "mh": samhsa.MENTAL_HEALTH, "otp": samhsa.OPIOID_TREATMENT,
}  # fmt: skip
MOST_NAMES: Final = 5_000
"""Names of services in one reply; the survey asks for some 350."""
LONGEST_SERVICES: Final = 131_072
"""Characters in which the services of one facility are written; the longest are some 5,000."""
_PLACES: Final = {column: place for place, column in enumerate(COLUMNS)}
_OTP: Final = ("Type of Opioid Treatment", "Federally-certified Opioid Treatment Program")
_PLACE: Final = "_irow"
"""At which place of the reply a facility stands: no two have the same, whoever they are."""
_AS_IT_CAME: Final = "Use the reply as the locator gives it"


def read(path: Path, source: Source) -> Batch:
    """The facilities of a reply, and what the names of their services mean; refuses a document that is no reply."""
    told = read_json(path)
    if not isinstance(told, dict) or not isinstance(told.get("rows"), list):
        raise refuse(path.name, "the document is not a reply of the locator: it has no list “rows”", fix=_AS_IT_CAME)
    rows: list[Row] = []
    twice = _twice(path.name, told["rows"])
    problems, holding = [*_partial(path.name, told), *twice], Holding()
    for number, one in enumerate(once(told["rows"]), start=1):
        where = f"{path.name}, row {number}"
        if isinstance(one, dict):
            row = Row(where, number, _texts(one), _PLACES)
            row.headings = _headings(tuple(one))
            rows.append(holding.hold(row))
            odd = _unreadable(row.at("services"), one.get("services"))
            problems += odd
            if odd:
                row.doubt(frozenset())
        else:
            found = json.dumps(one)[:80]
            problems.append(Problem(Loudness.ROW, where, "the row is no facility and was left out", found, _AS_IT_CAME))
    named = _named(rows)
    codes = samhsa.meanings(path.name, [(f"{f1}: {name}", f1, name) for f1, name in sorted(named | {_OTP})], source)
    fetched = told.get(FETCHED)
    if not isinstance(fetched, dict):
        return Batch(rows, samhsa.day_in(path.name), codes, tuple(problems), frozenset())
    covered = frozenset[str]() if twice else _covered(fetched)
    return Batch(rows, samhsa.day_in(str(fetched.get("day"))), codes, tuple(problems), covered, counted=not twice)


def _named(rows: Iterable[Row]) -> set[tuple[str, str]]:
    """The services that a reply names, with their category; refuses one that names more than any survey asks about."""
    named: set[tuple[str, str]] = set()
    for row in rows:
        named.update(_services(row.look("services")))
        if len(named) > MOST_NAMES:
            found = f"more than {MOST_NAMES:,}"
            raise refuse(row.at("services"), "the reply names more services than there are", found, _AS_IT_CAME)
    return named


def _covered(fetched: dict[str, Any]) -> frozenset[str]:
    state = fetched.get("state")
    return frozenset((state,)) if isinstance(state, str) and state in values.STATES else frozenset()


def _texts(told: dict[str, Any]) -> dict[str, str]:
    """A facility's values by our columns, as far as it has any; what older and newer replies call differently has one name."""
    written = {name.casefold(): text for name, text in cells(told).items()}
    texts = {column: written.get(column, "") for column in COLUMNS}
    texts["type"] = written.get("type_facility") or written.get("typefacility", "")
    services = told.get("services")
    written_out = json.dumps(services) if isinstance(services, list) else "[]"
    texts["services"] = written_out if len(written_out) <= LONGEST_SERVICES else "[]"
    texts["zip"] = texts["zip"].partition("-")[0].strip()
    if texts["zip"].isdigit():
        texts["zip"] = texts["zip"].zfill(5)
    return {column: text for column, text in texts.items() if text}


@lru_cache(maxsize=8)
def _headings(names: tuple[str, ...]) -> dict[str, str]:
    """How the reply itself calls our columns; as we do what it leaves out. Nearly all facilities have the same names."""
    written = {name.casefold(): name for name in names}
    headings = {column: written.get(column, column) for column in COLUMNS}
    return headings | {"type": written.get("type_facility") or written.get("typefacility", "type_facility")}


def _partial(file: str, told: dict[str, Any]) -> Iterator[Problem]:
    count, rows = told.get("recordCount"), len(told["rows"])
    if isinstance(count, int) and count > rows:
        what = "the reply is a page of a longer one; nothing is taken for gone that it does not name"
        yield Problem(Loudness.NOTICE, file, what, f"{rows:,} of {count:,} facilities", "Fetch the rest too")


def _twice(file: str, rows: list[Any]) -> list[Problem]:
    """A word about facilities that a reply has more than once: so many others may be missing, although the count is right."""
    facilities = ({name: one[name] for name in sorted(one) if name != _PLACE} for one in rows if isinstance(one, dict))
    told = Counter(hash(json.dumps(one)) for one in facilities)
    count = told.total() - len(told)
    if not count:
        return []
    what = "the reply has facilities twice, so that others may be missing; nothing is taken for gone that it does not name"
    return [Problem(Loudness.NOTICE, file, what, f"{count:,} of {told.total():,}", "Fetch it again")]


def _unreadable(where: str, services: object) -> list[Problem]:
    """A word about services that are not as the locator writes them; null is how it writes that it knows none."""
    if isinstance(services, list) and len(json.dumps(services)) > LONGEST_SERVICES:
        what, found = "the services are longer than any facility's; they were left out", f"{len(services):,} services"
        return [Problem(Loudness.VALUE, where, what, found, _AS_IT_CAME)]
    odd = [one for one in services if not _legible(one)] if isinstance(services, list) else [services] * (services is not None)
    what = "a service is not as the locator writes it; it was left out"
    return [Problem(Loudness.VALUE, where, what, json.dumps(one)[:80], _AS_IT_CAME) for one in odd]


def _legible(service: object) -> bool:
    return isinstance(service, dict) and isinstance(service.get("f1"), str) and isinstance(service.get("f3"), str)


def _services(written: str) -> Iterator[tuple[str, str]]:
    """Category and name of each service of a row."""
    for one in json.loads(written):
        if _legible(one):
            yield from ((one["f1"], name.strip()) for name in one["f3"].split(";") if name.strip())


def parse(row: Row, batch: Batch, source: Source) -> ParsedRecord:
    """One facility as one of the locator's lists has it. Raises BadRow, in words, for a list that nobody knows."""
    written = row.take("type").strip()
    side = SIDES.get(written.casefold())
    if side is None:
        raise row.bad(f"the type of facility “{written}” is none of {', '.join(SIDES).upper()}", "type")
    services = [*_services(row.take("services")), *([_OTP] if side == samhsa.OPIOID_TREATMENT else [])]
    record = samhsa.facility(row, source, {"services": (batch.codes[f"{f1}: {name}"] for f1, name in services)})
    return replace(record, side=side)


importer = Importer(
    Source.beside(__file__),
    read,
    parse,
    "a reply of the locator saved as .json, or fetched with --state or --near",
    samhsa.JOINING,
    fetch,
)
