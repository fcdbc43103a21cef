"""Open Referral's format (HSDS): services with their organization and places, as JSON of 3.0 and 3.1, a feed, or a CSV package.

A directory in it holds every kind of service. Those with a term about treatment of substance use, by `[phrases]`, are taken,
one listing for each place; the others are left out and counted. Nothing in it is a bed tonight: `service_capacity` is not read.
"""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

from directory.normalize import ParsedRecord
from directory.problems import CannotUnderstand, Loudness, Problem
from importers import hsds_feed
from importers.base import Batch, Importer, Meaning, Row, Source, refuse, said_by, tidy
from importers.bounds import once
from importers.contents import listed
from importers.documents import read_json
from importers.hsds_package import is_package, read_package
from importers.hsds_places import LINE, Sieve, day_of, observed

_OPERATING: Final = {
    "active": Meaning(yes=frozenset(("status.operating",))),
    "inactive": Meaning(no=frozenset(("status.operating",))),
    "defunct": Meaning(no=frozenset(("status.operating",))),
    "temporarily closed": Meaning(no=frozenset(("status.operating",))),
}
_AGES: Final = {"age.child": (0, 17), "age.young_adult": (18, 25), "age.adult": (26, 64), "age.senior": (65, 120)}
_EVERYWHERE_ONE: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_TOLD: Final = 20
_AGAIN: Final = "Export the services again, with their organization and places"
_MEAN: Final = "say what its term means in [phrases] of importers/hsds.toml"
_ADD: Final = "To take them, say what their terms mean in [phrases] of importers/hsds.toml"


# --- a file to rows ------------------------------------------------------------------------------------------------


def read(path: Path, source: Source) -> Batch:
    """The places of the services that are about treatment of substance use, and what was left out; refuses a file without any.

    Nothing is ever gone: the file does not say whose it is, so another one says nothing of what it lacks.
    """
    told = {} if is_package(path) else _document(path)
    services, problems = (told["contents"], []) if told else read_package(path)
    day = day_of(told.get("fetched")) or _newest(services, datetime.fromtimestamp(path.stat().st_mtime, UTC).date())
    sifted = Sieve(source, day)
    count = len(services)
    for number, service in enumerate(once(services), start=1):
        if not isinstance(service, dict):
            raise refuse(f"{path.name}, service {number}", "this is no service", type(service).__name__, _AGAIN)
        sifted.take(service, str(service.get("where") or f"{path.name}, service {number}"))
    if not sifted.rows:
        raise _nothing_to_list(path.name, count, sifted)
    return Batch(sifted.rows, day, problems=(*problems, *_left_out(path.name, count, sifted)), covers=frozenset())


def _document(path: Path) -> dict[str, Any]:
    """One service, a list of them, or a page with `contents`, as a page."""
    told = read_json(path)
    if isinstance(told, list):
        return {"contents": told}
    if isinstance(told, dict) and isinstance(told.get("contents"), list):
        return told
    if isinstance(told, dict) and {"id", "name"} <= told.keys() and ("organization" in told or "service_at_locations" in told):
        return {"contents": [told]}
    found = listed(told) if isinstance(told, dict) else type(told).__name__
    raise refuse(path.name, "the document is neither a service, nor a list or a page of services", found, _AGAIN)


def _newest(services: list[Any], latest: date) -> date | None:
    """The day that a file speaks of which does not say: its newest, where each of its services has one."""
    days = [observed(service, latest) for service in services if isinstance(service, dict)]
    return max(filter(None, days), default=None) if None not in days else None


def _nothing_to_list(file: str, count: int, sifted: Sieve) -> CannotUnderstand:
    """Why there is nothing in a file for this directory, in words for whoever was sent it."""
    told = f"{count:,} service{'' if count == 1 else 's'}"
    if sifted.placeless:
        what = "the services that are about treatment of substance use have no address, so that nobody could go there"
        return refuse(file, what, f"{sifted.placeless:,} of {told}", "Ask the sender for their addresses")
    what = "no service with an address is about treatment of substance use, and this directory lists no others"
    terms = _counted(sifted.terms_of_others)
    if not terms:
        return refuse(
            file, what, f"{told}, without any term that says what it is", "Ask the sender for the terms of its services"
        )
    return refuse(file, what, f"{told}; by their terms {terms}", f"If one of these is, {_MEAN}; else leave the file")


def _left_out(file: str, count: int, sifted: Sieve) -> Iterator[Problem]:
    if sifted.others:
        what = "services that are not about treatment of substance use are left out"
        found = f"{sifted.others:,} of {count:,}; about {_counted(sifted.terms_of_others) or 'nothing that they say'}"
        yield Problem(Loudness.NOTICE, file, what, found, _ADD)
    if sifted.placeless:
        what = "services without an address, such as those by telephone, are left out"
        yield Problem(Loudness.NOTICE, file, what, f"{sifted.placeless:,} of {count:,}")


def _counted(terms: Counter[str]) -> str:
    """The commonest terms first; those that are as common by name."""
    first = sorted(terms.items(), key=lambda one: (-one[1], one[0]))[:_TOLD]
    return ", ".join(f"“{term}” {count:,}" for term, count in first)


# --- a row to a record ---------------------------------------------------------------------------------------------


def parse(row: Row, batch: Batch, source: Source) -> ParsedRecord:
    """One service at one place. An id that is unique only in its own directory is joined by the names that it has there."""
    written, names = row.take("id"), row.digest("organization", "program")
    said = row.said(
        {
            "terms": [source.meaning(term) for term in row.take("terms").split(LINE)],
            "languages": [_spoken(row.take("languages"), source)],
            "minimum_age": [_ages(row.take("minimum_age"), row.take("maximum_age"))],
            "status": [_OPERATING.get(row.take("status").strip().casefold(), Meaning())],
        }
    )
    seen = row.take("observed")
    return ParsedRecord(
        local_id=written if _EVERYWHERE_ONE.fullmatch(written) else f"{written[:40]}-{names}",
        where=row.where,
        values={ours: row.take(theirs) for theirs, ours in source.columns.items()},
        yes=said.yes,
        no=said.no,
        observed_at=date.fromisoformat(seen) if seen else None,
    )


def _spoken(languages: str, source: Source) -> Meaning:
    """The languages among our terms; that a directory does not name one says nothing."""
    spoken = said_by(source.phrases.get(tidy(name).capitalize(), Meaning()) for name in languages.split(","))
    return Meaning(yes=frozenset(term for term in spoken.yes if term.startswith("language.")))


def _ages(lowest: str, highest: str) -> Meaning:
    """The age groups wholly inside what is accepted, and those wholly outside; a group that is cut through is unknown."""
    first, last = (_years(written) for written in (lowest, highest))
    if first is None and last is None:
        return Meaning()
    least, most = first or 0, last or 120
    yes = frozenset(term for term, (young, old) in _AGES.items() if least <= young and old <= most)
    return Meaning(yes, frozenset(term for term, (young, old) in _AGES.items() if old < least or most < young))


def _years(written: str) -> int | None:
    """Whole years above 0; None where there are none: 0 is how directories write that there is no limit."""
    try:
        years = int(float(written))
    except (ValueError, OverflowError):
        return None
    return years if 0 < years <= 120 else None


importer = Importer(
    Source.beside(__file__),
    read,
    parse,
    "JSON of HSDS 3 (a service, a list or a page), or a CSV package as folder or .zip",
    fetch_url=hsds_feed.fetch,
)
