"""The checked centers by State, on a map and as a list: pages about places, the same for everybody and for search engines.

A State's page says nothing about who opens it; what somebody looks for never stands in an address (see `families`).
"""

from typing import Final

from flask import Blueprint, abort, redirect, request
from flask.typing import ResponseReturnValue

from directory import browsing, map_drawing
from directory.public_address import STATE_BY_SLUG, STATE_SLUGS
from directory.values import STATES
from directory.web import families_words as words
from directory.web.families import PER_PAGE, asked_for
from directory.web.language import to
from directory.web.opened import now, opened, page
from directory.web.roles import anybody

families_places: Final = Blueprint("families_places", __name__)


@families_places.get("/centers/states")
@anybody
def states() -> str:
    """All States: a map to choose from, and the same as a list with how many centers there are."""
    there = browsing.by_state(browsing.published(opened(), now()))
    by_name = sorted(STATES.items(), key=lambda one: one[1])
    return page(
        "families_states.html",
        map=map_drawing.country(),
        states=STATES,
        slugs=STATE_SLUGS,
        counted=[(code, name, len(there.get(code, ()))) for code, name in by_name],
    )


@families_places.get("/centers/<state>")
@anybody
def state(state: str) -> ResponseReturnValue:
    """The checked centers of a State, by city."""
    code = STATE_BY_SLUG.get(state)
    if code is None and state.upper() in STATES:
        return redirect(to("families_places.state", state=STATE_SLUGS[state.upper()]), 301)
    if code is None:
        abort(404)
    there = browsing.by_state(browsing.published(opened(), now())).get(code, [])
    shown = asked_for(request.args.get("show", ""))
    return page(
        "families_state.html",
        code=code,
        state=state,
        name=STATES[code],
        total=len(there),
        results=[words.center(one, now()) for one in there[:shown]],
        drawn=words.mapped(there[:PER_PAGE]),
        more=min(PER_PAGE, len(there) - shown),
        shown=shown,
        ticked=request.args.getlist("center"),
        call_line=words.phone_line,
    )
