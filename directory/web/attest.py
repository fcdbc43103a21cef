"""The link by which a center attests its own facts: made by staff, answered by the center, looked at before it is published."""

from datetime import datetime
from typing import Any, Final

from flask import Blueprint, abort, render_template, request, url_for
from werkzeug.wrappers import Response as Redirect

from directory import attestation, store
from directory.attestation import GROUPS, OPEN_FOR, VALUES
from directory.listing import Listing
from directory.normalize import FIELDS
from directory.problems import CannotUnderstand
from directory.vetting_desk import NoSuchListing
from directory.vocabulary import BY_GROUP
from directory.vocabulary import GROUPS as ALL_GROUPS
from directory.web import forms
from directory.web.back import done
from directory.web.opened import now, opened, page
from directory.web.roles import anybody, needs
from directory.web.vetting_pages import the_desk

attest: Final = Blueprint("attest", __name__)
_HINTS: Final = {
    "address_1": "Such as 12 Sample Street; empty where it is kept secret",
    "address_2": "Such as Building B",
    "phone": "With its area code, such as 614-555-0101",
    "direct_line": "The number that admissions answers itself, such as 614-555-0102",
    "website": "Such as www.example.org",
    "intake_hours": "Such as Mo-Fr 8:00-22:00; Sa 10:00-18:00, or 24/7",
    "latest_arrival": "The last time at which somebody may come, such as 9 pm",
    "ask_for": "A desk or a role, such as admissions; no name of a person",
    "upfront_cost": "Such as $200 at the door, or nothing",
    "length_of_stay": "Such as 28 to 90 days",
    "transport": "Such as pick-up from the bus station",
    "bring": "Such as identity card, medicines in their bottles",
    "not_bring": "Such as mouthwash with alcohol",
}
_LABELS: Final = {group.code: group.label for group in ALL_GROUPS}


@attest.post("/listings/<listing_id>/attestation")
@needs("staff", "admin")
def invite(listing_id: str) -> str:
    """A letter with a link that works once."""
    desk = the_desk()
    try:
        token = attestation.invite(desk, listing_id)
    except NoSuchListing:
        abort(404)
    found = _listing(listing_id)
    until = desk.now + OPEN_FOR
    link = url_for("attest.form", token=token, _external=True)
    return page(
        "attest_letter.html", listing=found, letter=attestation.letter(found, link, f"{until:%B} {until.day}, {until.year}")
    )


@attest.get("/attest/<token>")
@anybody
def form(token: str) -> str | tuple[str, int]:
    """What we hold, for the center to correct."""
    listing_id = _invited(token)
    return _over() if listing_id is None else _form(token, _listing(listing_id), {})


@attest.post("/attest/<token>")
@anybody
def answer(token: str) -> str | tuple[str, int]:
    """Keep what the center says; or the form again, with what to mend."""
    listing_id = _invited(token)
    if listing_id is None:
        return _over()
    try:
        answers = attestation.read(request.form)
    except CannotUnderstand as error:
        return _form(token, _listing(listing_id), {one.where: forms.sentence(one) for one in error.problems}), 422
    with opened().database.writing() as connection:
        kept = attestation.answer(connection, token, answers, now())
    if not kept:
        return _over()
    sentence = "Thank you. Somebody here looks at it before anybody sees it, and may call you about it."
    return render_template("message.html", title="We have it", sentence=sentence)


@attest.get("/staff/attestations/<digest>")
@needs("staff", "admin")
def look(digest: str) -> str:
    """What a center says beside what we hold."""
    waiting = _waiting(digest)
    found = _listing(waiting["listing_id"])
    return page(
        "attest_look.html",
        listing=found,
        digest=digest,
        answered_at=datetime.fromisoformat(waiting["answered_at"]),
        differences=attestation.differences(found, waiting["answers"]),
    )


@attest.post("/staff/attestations/<digest>")
@needs("staff", "admin")
def settle(digest: str) -> Redirect:
    """Publish what is believed of it, or nothing."""
    waiting = _waiting(digest)
    answers = waiting["answers"]
    everything = [*answers["values"], *answers["yes"], *answers["no"]]
    differing = {one.name for one in attestation.differences(_listing(waiting["listing_id"]), answers)}
    taken = set(request.form.getlist("take"))
    refused = everything if request.form.get("publish") != "yes" else sorted(differing - taken)
    try:
        listing_id = attestation.settle(the_desk(), digest, refused)
    except NoSuchListing:
        abort(404)
    return done(url_for("vetting_pages.show", listing_id=listing_id))


def _invited(token: str) -> str | None:
    with opened().database.reading() as connection:
        return store.invited_attestation(connection, attestation.digest_of(token), now())


def _waiting(digest: str) -> Any:
    with opened().database.reading() as connection:
        found = next((one for one in store.attestations(connection) if one["digest"] == digest), None)
    return found or abort(404)


def _listing(listing_id: str) -> Listing:
    return opened().listings([listing_id]).get(listing_id) or abort(404)


def _over() -> tuple[str, int]:
    sentence = "The link was used already, or its two weeks are over. Please ask us for another one."
    return render_template("message.html", title="This link works no more", sentence=sentence), 404


def _form(token: str, listing: Listing, told: dict[str, str]) -> str:
    sent = request.form if request.method == "POST" else None
    held = attestation.held(listing)
    values = [
        (name, FIELDS[name].called.capitalize(), _HINTS[name], sent.get(name, "") if sent else held.get(name, ""))
        for name in VALUES
    ]
    groups = [
        {
            "label": _LABELS[code],
            "terms": [(term, sent.get(term.code, "") if sent else _stands(listing, term.code)) for term in BY_GROUP[code]],
        }
        for code in GROUPS
    ]
    return page("attest.html", token=token, listing=listing, told=told, fields=values, groups=groups)


def _stands(listing: Listing, code: str) -> str:
    answer = str(listing.answer(code))
    return answer if answer in ("yes", "no") else ""
