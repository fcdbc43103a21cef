"""A center as machines read it on its public page: schema.org's words, with nothing that is not known. Pure.

Said is what somebody said and nothing else: no street that is withheld, no stars, no reviews, no hours that are not those of
intake. The kind is MedicalOrganization: `MedicalClinic` would say of a residence that it is a clinic.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, Final

from directory.hours import Hours
from directory.listing import Address, Listing, Phone, PhoneKind

_CONTACTS: Final = {PhoneKind.INTAKE: "intake", PhoneKind.MAIN: "main line"}


def data_of(listing: Listing, address: str) -> Mapping[str, Any]:
    """The center in schema.org's words; `address` is that of its page on this site."""
    told: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "MedicalOrganization",
        "@id": address,
        "mainEntityOfPage": address,
        "name": listing.name,
        "address": _place(listing.address),
    }
    if listing.phone:
        told["telephone"] = _number(listing.phone)
        told["contactPoint"] = [_contact(phone, listing.intake_hours) for phone in listing.phones]
    if listing.website:
        told["url"] = listing.website
    return told


def _place(address: Address) -> Mapping[str, str]:
    """Town and State alone where the street is withheld: a ZIP code may be one house."""
    place = {"@type": "PostalAddress", "addressLocality": address.city, "addressRegion": address.state_province}
    if address.confidential:
        return place | {"addressCountry": "US"}
    street = ", ".join(filter(None, (address.address_1, address.address_2)))
    return place | ({"streetAddress": street} if street else {}) | {"postalCode": address.postal_code, "addressCountry": "US"}


def _number(phone: Phone) -> str:
    return f"+1-{phone}"


def _contact(phone: Phone, hours: Hours | None) -> Mapping[str, Any]:
    """A number and whom it reaches; the hours of intake belong to the intake line alone, the center itself may open longer."""
    told: dict[str, Any] = {"@type": "ContactPoint", "telephone": _number(phone), "contactType": _CONTACTS[phone.kind]}
    if phone.kind is PhoneKind.INTAKE and hours is not None:
        told["hoursAvailable"] = list(_opening(hours))
    return told


_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_DAY: Final = 24 * 60


def _opening(hours: Hours) -> Iterator[Mapping[str, Any]]:
    """Each span as schema.org writes it: a day, opening and closing; one that closes after midnight closes before it opens."""
    if hours.always:
        yield {"@type": "OpeningHoursSpecification", "dayOfWeek": [*_DAYS], "opens": "00:00", "closes": "23:59"}
        return
    for start, end in hours.spans:
        for opens, closes in _by_day(start, end):
            day = _DAYS[opens // _DAY % len(_DAYS)]
            yield {"@type": "OpeningHoursSpecification", "dayOfWeek": day, "opens": _clock(opens), "closes": _clock(closes)}


def _by_day(start: int, end: int) -> Iterator[tuple[int, int]]:
    """A span in parts that are shorter than a day each."""
    while end - start >= _DAY:
        midnight = (start // _DAY + 1) * _DAY
        yield start, midnight - 1
        start = midnight
    if end > start:
        yield start, end if end % _DAY else end - 1


def _clock(minute: int) -> str:
    return f"{minute % _DAY // 60:02d}:{minute % 60:02d}"


def newest(listing: Listing, now: datetime) -> date:
    """The day of the newest thing that is known of it or was done about it, by then."""
    said = [fact.provenance.observed_at for fact in listing.facts.values()]
    said += [provenance.observed_at for provenance in listing.said_by.values()]
    done = [step.at.date() for step in listing.vettings] + [report.observed_at.date() for report in listing.reports]
    return max((day for day in (*said, *done) if day <= now.date()), default=now.date())
