"""A checked center as families see it, at a readable address that stays valid; and telling us that something is wrong.

Whoever tells us is asked for no name, and nothing that they tell is ever shown: it becomes a task for staff.
"""

from typing import Final

from flask import Blueprint, abort, make_response, redirect, request
from flask.typing import ResponseReturnValue

from directory import browsing, screening, store
from directory.accounts import Refused, limits
from directory.listing import Listing
from directory.public_address import address_of
from directory.public_data import data_of
from directory.web import families_words as words
from directory.web.language import gettext as _
from directory.web.language import to
from directory.web.opened import now, opened, page, register
from directory.web.roles import anybody

families_listing: Final = Blueprint("families_listing", __name__)
_LONGEST: Final = 200
ABOUT_PHONES: Final = ("wrong_number", "disconnected")
WRONG: Final = (*ABOUT_PHONES, "closed", "moved", "something_else")


@families_listing.get("/centers/<state>/<city>/<name>")
@anybody
def center(state: str, city: str, name: str) -> ResponseReturnValue:
    """A center. Its name may have changed since: the end of the address finds it, and leads on to where it stands now."""
    listing = _found(name)
    if listing is None:
        return make_response(page("families_hidden.html"), 404)
    address = address_of(listing)
    if address != {"state": state, "city": city, "name": name}:
        return redirect(to("families_listing.center", **address), 301)
    return _shown(listing)


@families_listing.post("/centers/<state>/<city>/<name>/report")
@anybody
def report(state: str, city: str, name: str) -> ResponseReturnValue:
    """Take down what is wrong, as a task for staff; too many from one network are not taken."""
    listing = _found(name)
    if listing is None:
        return make_response(page("families_hidden.html"), 404)
    said = " ".join(request.form.get("words", "").split())
    problem = _problem(listing, said)
    if problem:
        return _shown(listing, problem), 422
    try:
        limits.count(register(), limits.reporting(register(), request.remote_addr or ""), now())
    except Refused:
        return _shown(listing, _("There were too many reports from your network. Please try again in 15 minutes.")), 429
    with opened().database.writing() as connection:
        store.open_correction(connection, listing.id, (request.form["wrong"], _told(listing, said)), now())
    return redirect(to("families_listing.reported", _anchor="main"), 303)


@families_listing.get("/centers/reported")
@anybody
def reported() -> str:
    """Thanks."""
    return page("families_reported.html")


def _found(name: str) -> Listing | None:
    return browsing.listing_at(opened(), name.rpartition("-")[2], now())


def _shown(listing: Listing, problem: str = "") -> str:
    known, denied, unknown = words.known(listing)
    return page(
        "families_center.html",
        listing=listing,
        data=data_of(listing, to("families_listing.center", "en", **address_of(listing), _external=True)),
        address=address_of(listing),
        call_line=words.phone_line,
        beds=words.beds(listing, now()),
        known=known,
        denied=denied,
        unknown=unknown,
        more=words.more(listing),
        excluded=words.excluded(listing),
        questions=words.questions(listing),
        checked=words.checked(listing, now()),
        holds_until=words.holds_until(listing, now()),
        condition=words.condition(listing, now()),
        confirmed=words.confirmed(listing, now().date()),
        problem=problem,
        sent=request.form,
    )


def _problem(listing: Listing, said: str) -> str:
    """What is to be mended in a report, in words; "" where it can be taken."""
    wrong = request.form.get("wrong", "")
    if wrong and wrong not in WRONG:
        abort(400)
    if not wrong:
        return _("Choose what is wrong.")
    if wrong == "something_else" and not said:
        return _("Say in a few words what is wrong.")
    if wrong in ABOUT_PHONES and listing.phones and not _number(listing):
        return _("Choose the number that is wrong.")
    if len(said) > _LONGEST:
        return _("Please use at most %(most)d letters.", most=_LONGEST)
    if screening.doubts(said, f"{listing.name} {listing.address.place}") and not request.form.get("sure"):
        return _("This may tell who somebody is. Leave out names and numbers of persons, or tick that there are none.")
    return ""


def _number(listing: Listing) -> str:
    """The number that a report is about: the one that was chosen, or the only one that there is; "" where neither is so."""
    numbers = [str(phone) for phone in listing.phones]
    chosen = request.form.get("number", "")
    return chosen if chosen in numbers else numbers[0] if len(numbers) == 1 else ""


def _told(listing: Listing, said: str) -> str:
    """What staff read: the number that it is about, and the words. Never the bare number, which a call of ours finds wrong."""
    number = _number(listing) if request.form["wrong"] in ABOUT_PHONES else ""
    return ": ".join(filter(None, ("told by a visitor of the site", number, said)))
