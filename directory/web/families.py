"""What families see without an account: where are you, and which checked centers are there. In English and in Spanish.

What somebody looks for goes by POST and is kept for a day under an opaque name, so that no address, title or log has it.
"""

import re
import secrets
from typing import Final

from flask import Blueprint, make_response, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as Redirect

from directory import browsing, store
from directory.browsing import Wanted
from directory.places import UnknownPlace
from directory.values import STATES
from directory.web import families_words as words
from directory.web import kept_list
from directory.web.choices import Values
from directory.web.language import gettext as _
from directory.web.language import to
from directory.web.opened import now, opened, page
from directory.web.pages import KEPT
from directory.web.roles import anybody

families: Final = Blueprint("families", __name__)
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{22}")
PER_PAGE: Final = 20
_MOST: Final = 2000
_LONGEST: Final = 80
ANYWHERE: Final = "anywhere"
WITHIN: Final = ("25", "50", "100", "250", ANYWHERE)
_USUAL: Final[Values] = {"within": ["100"]}


@families.get("/")
@anybody
def home() -> str:
    """One question."""
    return page("families_home.html", form=_USUAL, wrong="", places=())


@families.get("/centers")
@anybody
def centers() -> str:
    """The form: where, and what for."""
    return _form(_USUAL)


@families.post("/centers")
@anybody
def look() -> ResponseReturnValue:
    """Keep what is looked for under an opaque name and go there; or the form again, with what to mend."""
    form: Values = {"near": [_place()], "within": [request.form.get("within", "100")], "look": request.form.getlist("look")}
    try:
        wanted = _wanted(form)
    except UnknownPlace as error:
        return _form(form, words.unknown_place(bool(form["near"][0]), bool(error.choices)), error.choices), 422
    return _keep(wanted, request.form.get("kept", ""))


def _place() -> str:
    """The place as typed, or the one chosen among several of that name while the name stayed the same."""
    near, choice = request.form.get("near", ""), request.form.get("near_choice", "")
    plain = choice if choice and near == request.form.get("near_asked") else near
    return "".join(letter if letter.isprintable() else " " for letter in plain).strip()[:_LONGEST]


def _wanted(form: Values) -> Wanted:
    where = browsing.place(form["near"][0], opened().gazetteer)
    within = form["within"][0]
    limit = None if within == ANYWHERE or where.near is None else float(within if within in WITHIN else _USUAL["within"][0])
    return Wanted(where.near, limit, where.state, tuple(code for code in form["look"] if code in browsing.BY_CODE))


def _form(form: Values, wrong: str = "", places: tuple[str, ...] = (), kept: str = "") -> str:
    held = request.form.get("kept", kept)
    return page("families_search.html", form=form, wrong=wrong, places=places, kept=held, **_offered())


def form_for_list(kept: str) -> str:
    """The form, with a list that was kept (see `kept_list`) in it, so that what is found can be put on it."""
    return _form(_USUAL, kept=kept)


def _offered() -> dict[str, object]:
    return {"groups": words.offered(), "within": words.within(WITHIN)}


def _keep(wanted: Wanted, kept: str) -> Redirect:
    """Keep what is looked for, and go there. A list goes along in the address, where it is one of ours: it is never stored."""
    token, moment = secrets.token_urlsafe(16), now()
    with opened().database.writing() as connection:
        store.keep_need(connection, token, wanted.written(), moment, moment + KEPT)
    return redirect(to("families.found", token=token, **_along(kept)), 303)


@families.get("/centers/found/<token>")
@anybody
def found(token: str) -> ResponseReturnValue:
    """The checked centers that may have what is looked for, the nearest first, as of now."""
    wanted = _kept(token)
    if wanted is None:
        return make_response(page("families_gone.html"), 404)
    here = browsing.look(browsing.published(opened(), now()), wanted)
    shown, along = asked_for(request.args.get("show", "")), _along(request.args.get("list", request.args.get("kept", "")))
    return page(
        "families_found.html",
        token=token,
        kept=along.get("list", ""),
        ticked=request.args.getlist("center"),
        drawn=words.mapped([one.listing for one in here.results[:PER_PAGE]], wanted.near.point if wanted.near else None),
        form=_filled(wanted),
        wrong="",
        places=(),
        call_line=words.phone_line,
        total=len(here.results),
        headline=words.headline(here, wanted),
        looked_for=[_(choice.label) for choice in wanted.choices],
        results=[words.result(one, now(), wanted) for one in here.results[:shown]],
        beyond=[words.result(one, now(), wanted) for one in here.beyond],
        without=[(choice.code, _(choice.label), count) for choice, count in here.without],
        more=min(PER_PAGE, len(here.results) - shown),
        shown=shown,
        **_offered(),
    )


@families.post("/centers/found/<token>/without")
@anybody
def without(token: str) -> ResponseReturnValue:
    """The same search without one of its wishes."""
    wanted = _kept(token)
    if wanted is None:
        return make_response(page("families_gone.html"), 404)
    left = tuple(code for code in wanted.chosen if code != request.form.get("choice"))
    return _keep(Wanted(wanted.near, wanted.within, wanted.state, left), request.form.get("kept", ""))


def _along(kept: str) -> dict[str, str]:
    """The list that goes along, for an address; none where it is not one of ours."""
    return {"list": kept} if kept_list.read(kept, now().date()) else {}


def _kept(token: str) -> Wanted | None:
    if not _TOKEN.fullmatch(token):
        return None
    with opened().database.reading() as connection:
        kept = store.kept_need(connection, token, now())
    try:
        return browsing.read(kept, opened().gazetteer) if kept else None
    except UnknownPlace:
        return None


def _filled(wanted: Wanted) -> Values:
    near = wanted.near.written if wanted.near else STATES[wanted.state]
    within = ANYWHERE if wanted.near and wanted.within is None else f"{wanted.within or 100:.0f}"
    return {"near": [near], "within": [within], "look": list(wanted.chosen)}


def asked_for(wanted: str) -> int:
    """How many centers a page is asked to show."""
    return min(max(int(wanted), PER_PAGE), _MOST) if re.fullmatch(r"[0-9]{1,4}", wanted) else PER_PAGE
