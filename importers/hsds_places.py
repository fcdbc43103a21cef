"""Services of HSDS 3 to rows, one for each place of those about treatment of substance use; the rest is counted. Pure."""

import re
from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from importers.base import Meaning, Row, Source, refuse, said_by, tidy
from importers.bounds import Holding
from importers.documents import cells
from importers.hsds_hours import intake_hours, said

_ABOUT: Final = frozenset(
    ("care.substance_use", "care.withdrawal", "care.recovery_residence", "treats.opioid", "treats.alcohol")
)
_ABOUT_GROUPS: Final = ("moud", "withdrawal")
_NOT_A_VOICE: Final = frozenset(("fax", "pager", "text", "textphone", "tty", "tdd", "sms", "video"))
_OF_INTAKE: Final = re.compile(r"\b(?:intake|admission)s?\b", re.IGNORECASE)
MOST_OF_ONE: Final = 500
MOST_IN_ALL: Final = 500_000
"""Telephones, hours and the like that are looked through for all places together: what is said once is said at each."""
LINE: Final = "\n"
_PLACES: Final = "service_at_locations"
_HEADINGS: Final = {
    "id": "service_at_location.id", "organization": "organization.name", "program": "service.name",
    **{name: f"address.{name}" for name in ("address_1", "address_2", "city", "state_province", "postal_code")},
    "latitude": "location.latitude", "longitude": "location.longitude", "phone": "phone.number", "intake_1": "phone.number",
    "website": "service.url", "intake_hours": "schedule", "status": "service.status", "languages": "language",
    "minimum_age": "service.minimum_age", "maximum_age": "service.maximum_age", "observed": "service.last_modified",
    "terms": "taxonomy_term",
}  # fmt: skip
"""What a row's columns are called in HSDS, whether they come from a document or from the tables of a package."""


def day_of(written: Any) -> date | None:
    """The day of a date or a time as HSDS writes it; None for anything else."""
    try:
        return datetime.fromisoformat(written).date() if isinstance(written, str) else None
    except ValueError:
        return None


def observed(service: Mapping[str, Any], latest: date | None) -> date | None:
    """The later of the days on which a service was assured and changed; a day that is still to come says nothing."""
    days = (day_of(service.get("assured_date")), day_of(service.get("last_modified")))
    return max((day for day in days if day and (latest is None or day <= latest)), default=None)


class Sieve:
    """Takes the places of services that are about treatment of substance use, and counts what it leaves out and why."""

    def __init__(self, source: Source, day: date | None) -> None:
        self.rows: list[Row] = []
        self.others = self.placeless = 0
        self.terms_of_others: Counter[str] = Counter()
        self._source = source
        self._known = {phrase.casefold(): phrase for phrase in source.phrases}
        self._day = day
        self._holding = Holding()
        self._in_all = 0

    def take(self, service: Mapping[str, Any], where: str) -> None:
        """One service: a row for each of its places; refuses one that has more of anything than a service can."""
        _expect_few(service, where)
        places = [place for place in _listed(service, _PLACES) if _address(place)]
        phrases, unknown = self._terms(service)
        if not _about(said_by(self._source.phrases[phrase] for phrase in phrases)):
            self.others += 1
            self.terms_of_others.update((*phrases, *unknown))
            return
        self.placeless += not places
        for place in places:
            self._expect_few_in_all(service, place, where)
            terms = [term for some in (phrases, unknown, *self._terms(place)) for term in some]
            told = _cells(service, place, self._day) | {"terms": LINE.join(dict.fromkeys(terms))}
            row = Row(where, len(self.rows) + 1, cells(told) | {"terms": told["terms"]})
            row.headings = _HEADINGS
            self.rows.append(self._holding.hold(row))

    def _expect_few_in_all(self, service: Mapping[str, Any], place: Mapping[str, Any], where: str) -> None:
        """Refuse a file in which everything is said everywhere: to look through it would take hours."""
        owners = (service, _object(service, "organization"), place, _object(place, "location"))
        self._in_all += sum(
            len(found) for one in owners for name, found in one.items() if name != _PLACES and isinstance(found, list)
        )
        if self._in_all > MOST_IN_ALL:
            what = "the services have more telephones, hours and terms at all their places than a directory can"
            raise refuse(where, what, f"more than {MOST_IN_ALL:,}", "Ask the sender for the services again")

    def _terms(self, told: Mapping[str, Any]) -> tuple[list[str], list[str]]:
        """The phrases that this has a term of, and the names of its terms that nobody knows."""
        phrases: list[str] = []
        unknown: list[str] = []
        for attribute in _listed(told, "attributes"):
            term = _object(attribute, "taxonomy_term")
            name, code, taxonomy = (tidy(str(term.get(part) or "")) for part in ("name", "code", "taxonomy"))
            ways = (f"{taxonomy}: {name}", name, f"{taxonomy}: {code}")
            phrase = next((self._known[way.casefold()] for way in ways if way.casefold() in self._known), "")
            if phrase:
                phrases.append(phrase)
            elif name or code:
                unknown.append(name or code)
        return phrases, unknown


def _expect_few(told: Mapping[str, Any], where: str) -> None:
    """Refuse a service of which each place would be compared with too much: all of it is said at each of its places."""
    places = _listed(told, _PLACES)
    owners = (told, _object(told, "organization"), *places, *(_object(place, "location") for place in places))
    for owner in owners:
        for name, found in owner.items():
            if isinstance(found, list) and len(found) > MOST_OF_ONE:
                what = f"a service has more “{name}” than any can have"
                raise refuse(where, what, f"{len(found):,}, more than {MOST_OF_ONE}", "Ask the sender for the services again")


def _about(said: Meaning) -> bool:
    return any(term in _ABOUT or term.partition(".")[0] in _ABOUT_GROUPS for term in said.yes)


def _listed(told: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """The objects of a list; none where there is no list, as feeds write null or leave it out."""
    found = told.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _object(told: Mapping[str, Any], name: str) -> dict[str, Any]:
    found = told.get(name)
    return found if isinstance(found, dict) else {}


def _address(place: Mapping[str, Any]) -> dict[str, Any]:
    """Where the place is: a physical address before any other; of a postal one only the town, since nobody goes to a box."""
    addresses = _listed(_object(place, "location"), "addresses")
    physical = next((one for one in addresses if said(one, "address_type").casefold() != "postal"), None)
    return physical or ({**addresses[0], "address_1": "", "address_2": ""} if addresses else {})


def _cells(service: Mapping[str, Any], place: Mapping[str, Any], day: date | None) -> dict[str, Any]:
    """A service at a place as one row, in the names of `[columns]` and of `parse`; still as the file writes it."""
    location, organization, address = _object(place, "location"), _object(service, "organization"), _address(place)
    seen = observed(service, day)
    schedules = [one for owner in (place, service) for one in _listed(owner, "schedules")]
    languages = [one for owner in (service, location) for one in _listed(owner, "languages")]
    main, intake = _telephones(place, service, location, organization)
    return {
        "id": place.get("id") or f"{service.get('id', '')}-{location.get('id', '')}",
        "organization": organization.get("name") or service.get("name"),
        "program": service.get("name") if organization.get("name") else "",
        **{name: address.get(name) for name in ("address_1", "address_2", "city", "state_province", "postal_code")},
        "latitude": location.get("latitude"),
        "longitude": location.get("longitude"),
        "phone": main,
        "intake_1": intake,
        "website": service.get("url") or organization.get("website") or organization.get("url"),
        "intake_hours": intake_hours(schedules, seen or day),
        "status": service.get("status"),
        "minimum_age": service.get("minimum_age"),
        "maximum_age": service.get("maximum_age"),
        "languages": ", ".join(said(one, "name") or said(one, "language") for one in languages),
        "observed": seen.isoformat() if seen else "",
    }


def _telephones(*owners: Mapping[str, Any]) -> tuple[str, str]:
    """The number of the closest owner that has one, and of the closest that has one for intake."""
    phones = [one for owner in owners for one in _listed(owner, "phones")]
    voices = [one for one in phones if said(one, "type").casefold() not in _NOT_A_VOICE]
    of_intake = [bool(_OF_INTAKE.search(said(one, "description"))) for one in voices]
    main, intake = ([one for one, of in zip(voices, of_intake, strict=True) if of is wanted] for wanted in (False, True))
    return _number(main), _number(intake)


def _number(phones: list[dict[str, Any]]) -> str:
    for phone in phones:
        number, extension = (said(phone, part).strip(' "') for part in ("number", "extension"))
        if number:
            return f"{number} x{extension.removesuffix('.0')}" if extension else number
    return ""
