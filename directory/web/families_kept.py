"""Centers that somebody chose: kept as a list that its address opens again for 30 days, or set side by side.

What is chosen goes by POST and comes back sealed into an address. There is no cookie, no account, and nothing is stored here.
"""

from datetime import date
from typing import Final

from flask import Blueprint, Response, make_response, redirect, request
from flask.typing import ResponseReturnValue

from directory import browsing
from directory.listing import Listing
from directory.public_address import short_id
from directory.web import families_comparing as comparing
from directory.web import families_words as words
from directory.web import kept_list
from directory.web.families import form_for_list
from directory.web.kept_list import KeptList
from directory.web.language import day, to
from directory.web.language import gettext as _
from directory.web.opened import now, opened, page
from directory.web.roles import anybody

families_kept: Final = Blueprint("families_kept", __name__)


@families_kept.post("/list")
@anybody
def keep() -> ResponseReturnValue:
    """Put what is ticked on the list, or take one off, and go there."""
    before = kept_list.read(request.form.get("kept", ""), _today())
    chosen = kept_list.together(before.centers if before else (), request.form.getlist("center"))
    chosen = tuple(one for one in chosen if one not in request.form.getlist("drop"))
    if not chosen and not before:
        return _choose(chosen, _("Tick at least one center.")), 422
    if len(chosen) > kept_list.MOST:
        return _choose(chosen, _("A list holds %(most)d centers at most. Take the tick off some.", most=kept_list.MOST)), 422
    return redirect(to("families_kept.kept", token=kept_list.seal(chosen, _today())), 303)


@families_kept.get("/list/<token>")
@anybody
def kept(token: str) -> ResponseReturnValue:
    """The list with what is known now; what has gone from it is said."""
    held = kept_list.read(token, _today())
    if held is None:
        return _over()
    listings = _listings(held.centers)
    there = [one for one in listings.values() if one]
    return page(
        "families_list.html",
        token=token,
        until=day(held.until),
        address=to("families_kept.kept", token=token, _external=True),
        as_of=comparing.facts_as_of(there, now()),
        call_line=words.phone_line,
        entries=[_entry(number, one, held) for number, one in enumerate(listings.values(), 1)],
        shorts=[*listings],
        there=len(there),
        most=comparing.MOST,
    )


@families_kept.get("/list/<token>/text")
@anybody
def text(token: str) -> ResponseReturnValue:
    """The list as a file of plain text."""
    held = kept_list.read(token, _today())
    if held is None:
        return _over()
    address = to("families_kept.kept", token=token, _external=True)
    until = _("Kept until %(day)s: %(address)s", day=day(held.until), address=address)
    response = make_response(comparing.in_text([*_listings(held.centers).values()], now(), until))
    response.mimetype = "text/plain"
    response.headers["Content-Disposition"] = 'attachment; filename="centers.txt"'
    return response


@families_kept.get("/list/<token>/more")
@anybody
def more(token: str) -> ResponseReturnValue:
    """The form to look for more centers, with the list kept in the page."""
    return form_for_list(token) if kept_list.read(token, _today()) else _over()


@families_kept.post("/compare")
@anybody
def choose() -> ResponseReturnValue:
    """Set what is ticked side by side: four at most."""
    chosen = kept_list.together(request.form.getlist("center"))
    chosen = tuple(one for one in chosen if one not in request.form.getlist("drop"))
    if not chosen:
        return _choose(chosen, _("Tick the centers to compare, up to %(most)d.", most=comparing.MOST)), 422
    if len(chosen) > comparing.MOST:
        wrong = _("Only %(most)d centers fit side by side. Take the tick off some.", most=comparing.MOST)
        return _choose(chosen, wrong), 422
    return redirect(to("families_kept.compare", token=kept_list.seal(chosen, _today())), 303)


@families_kept.get("/compare/<token>")
@anybody
def compare(token: str) -> ResponseReturnValue:
    """The centers side by side: what differs first."""
    held = kept_list.read(token, _today())
    if held is None or len(held.centers) > comparing.MOST:
        return _over()
    chosen = _listings(held.centers)
    listings = [one for one in chosen.values() if one]
    rows = comparing.rows(listings, now())
    return page(
        "families_compare.html",
        centers=[(short_id(one.id), words.center(one, now())) for one in listings],
        differing=[row for row in rows if row.differs],
        alike=[row for row in rows if not row.differs],
        as_of=comparing.facts_as_of(listings, now()),
        gone=len(chosen) - len(listings),
        call_line=words.phone_line,
    )


def _today() -> date:
    return now().date()


def _listings(short: tuple[str, ...]) -> dict[str, Listing | None]:
    """By short id the centers as they are now, None for one that is not shown; of those that became one only the first."""
    found = zip(short, browsing.listings_at(opened(), short, now()), strict=True)
    told: dict[str, tuple[str, Listing | None]] = {}
    for said, one in found:
        told.setdefault(one.id if one else said, (said, one))
    return dict(told.values())


def _entry(number: int, listing: Listing | None, held: KeptList) -> dict[str, object]:
    if listing is None:
        return {"shown": None, "gone": comparing.gone(number)}
    shown = words.center(listing, now())
    return {"shown": shown, "since": comparing.changed_since(listing, held.made, now()), "questions": words.questions(listing)}


def _choose(chosen: tuple[str, ...], wrong: str) -> str:
    """What was ticked, to be mended."""
    there = [(short, one.name) for short, one in _listings(chosen).items() if one]
    held = request.form.get("kept", "")
    kept_token = held if kept_list.read(held, _today()) else ""
    return page("families_choose.html", chosen=there, wrong=wrong, kept=kept_token, comparing=request.path.endswith("/compare"))


def _over() -> Response:
    return make_response(page("families_list_over.html"), 404)
