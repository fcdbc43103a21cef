"""A center says of its own facts what is so, by a link that staff send it. Nothing of it is published before staff have looked.

The link holds 128 random bits, of which only a digest is kept; it works for two weeks, once.
"""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection

from directory import store, values
from directory.account import Who as Auditor
from directory.listing import Listing, Phone, PhoneKind, Provenance, Statement
from directory.normalize import FIELDS
from directory.problems import CannotUnderstand, Loudness, Problem
from directory.vetting_desk import CheckingDesk, NoSuchListing, known_as
from directory.vocabulary import BY_GROUP, Answer, SourceKind, label

OPEN_FOR: Final = timedelta(days=14)
SOURCE: Final = "attestations"
REFERENCE: Final = "the center's own statement, by a link"
VALUES: Final = (
    "address_1", "address_2", "phone", "direct_line", "website", "intake_hours", "latest_arrival", "ask_for", "upfront_cost",
    "length_of_stay", "transport", "bring", "not_bring",
)  # fmt: skip
GROUPS: Final = ("withdrawal", "moud", "sex", "age", "accepts", "only", "payer")
"""What a center is asked: these values, and the terms of these groups."""
TERMS: Final = tuple(term for group in GROUPS for term in BY_GROUP[group])


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that a center said otherwise than we hold it, or that nobody had said: in words, and by its name."""

    name: str
    title: str
    held: str
    said: str


def invite(desk: CheckingDesk, listing_id: str) -> str:
    """A link's token for a center; raises NoSuchListing."""
    token = secrets.token_urlsafe(16)
    with desk.directory.database.writing() as connection:
        _listing(desk, connection, listing_id)
        who = (desk.account.id, desk.now, desk.now + OPEN_FOR)
        store.invite_attestation(connection, digest_of(token), listing_id, who)
        store.audit(connection, Auditor(desk.account.name, desk.now), "attestation invited", listing_id)
    return token


def digest_of(token: str) -> str:
    """How a link's token is kept."""
    return hashlib.sha256(token.encode()).hexdigest()


def read(given: Mapping[str, str]) -> dict[str, Any]:
    """What a center entered, by field and term; raises CannotUnderstand with a problem for each value that can't be read."""
    entered: dict[str, Any] = {}
    problems: list[Problem] = []
    for name in VALUES:
        written = given.get(name, "").strip()
        try:
            if written:
                entered[name] = FIELDS[name].read(written)
        except ValueError as error:
            problems.append(
                Problem(Loudness.VALUE, name, f"the {FIELDS[name].called} could not be read", written[:80], str(error))
            )
    if problems:
        raise CannotUnderstand(*problems)
    said = {answer: sorted(term.code for term in TERMS if given.get(term.code) == answer) for answer in ("yes", "no")}
    return {"values": entered, **said}


def answer(connection: Connection, token: str, answers: Mapping[str, Any], now: datetime) -> bool:
    """Keep what a center said until staff look; False for a link that works no more."""
    return store.answer_attestation(connection, digest_of(token), answers, now)


def differences(listing: Listing, answers: Mapping[str, Any]) -> Sequence[Difference]:
    """What a center said otherwise than we hold it."""
    known = held(listing)
    told: list[Difference] = []
    for name, said in answers["values"].items():
        stands = known.get(name, "")
        if not stands or FIELDS[name].read(stands) != said:
            told.append(Difference(name, FIELDS[name].called.capitalize(), stands, _as_people_write(name, str(said))))
    for said in (Answer.YES, Answer.NO):
        for code in answers[str(said)]:
            if listing.answer(code) is not said:
                told.append(Difference(code, label(code), str(listing.answer(code)), str(said)))
    return told


def held(listing: Listing) -> dict[str, str]:
    """What we hold of the values that a center is asked."""
    address = listing.address
    hours = str(listing.intake_hours) if listing.intake_hours else ""
    told = {
        "address_1": address.address_1,
        "address_2": address.address_2,
        "website": listing.website,
        "intake_hours": hours,
        "latest_arrival": listing.latest_arrival,
        "phone": next((str(one) for one in listing.phones if one.kind is PhoneKind.MAIN), ""),
        "direct_line": next((str(one) for one in listing.phones if one.kind is PhoneKind.INTAKE), ""),
    }
    return told | dict(listing.practical)


def _as_people_write(name: str, said: str) -> str:
    if FIELDS[name].read is not values.phone:
        return said
    number, _, extension = said.partition("x")
    return str(Phone(number, extension, PhoneKind.MAIN))


def settle(desk: CheckingDesk, digest: str, refused: Sequence[str]) -> str:
    """Publish what a center said, without what staff refused of it; all refused, nothing is. Returns the listing's id.

    Raises NoSuchListing where nothing of that digest waits.
    """
    with desk.directory.database.writing() as connection:
        waiting = next((one for one in store.attestations(connection) if one["digest"] == digest), None)
        if waiting is None:
            raise NoSuchListing(digest)
        listing_id, answers = waiting["listing_id"], waiting["answers"]
        told = {name: said for name, said in answers["values"].items() if name not in refused}
        yes, no = (frozenset(answers[said]) - frozenset(refused) for said in ("yes", "no"))
        if told or yes or no:
            day = datetime.fromisoformat(waiting["answered_at"]).date()
            by = Provenance(SOURCE, SourceKind.ATTESTATION, REFERENCE, day, known_as(desk.account))
            store.append(connection, [Statement(SOURCE, listing_id, by, told, yes, no, about=listing_id)], None)
        store.settle_attestation(connection, digest, desk.now, known_as(desk.account))
        store.audit(connection, Auditor(desk.account.name, desk.now), "attestation settled", listing_id)
    return str(listing_id)


def _listing(desk: CheckingDesk, connection: Connection, listing_id: str) -> Listing:
    found = next(store.listings(connection, desk.directory.gazetteer.locate, [listing_id]), None)
    if found is None:
        raise NoSuchListing(listing_id)
    return found


def letter(listing: Listing, link: str, until: str) -> str:
    """The text that staff send to a center, as a letter or e-mail of their own."""
    return "\n".join(
        (
            f"To admissions at {listing.name}, {listing.address.place}",
            "",
            "Counselors and families find your program in our directory when somebody has to be admitted the same evening.",
            "What we hold of you may have changed. Please look through it and tell us what is so:",
            "",
            link,
            "",
            f"The link works once, until {until}. It asks for no name and nothing about patients. Being listed is free.",
            "We look at what you tell us before anybody sees it, and we may call you about it.",
        )
    )
