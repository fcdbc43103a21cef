"""The pages that anybody may read without a need: a listing, where it is checked or who asks is signed in, and the ranking."""

from typing import Final

from flask import Blueprint, abort, make_response, redirect
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as Redirect

from directory.matching.beds import NOT_KNOWN, OUTSIDE_HOURS
from directory.matching.criteria import BY_NAME, CRITERIA
from directory.matching.criterion import WEIGHTS_VERSION
from directory.matching.rank import MEANINGS, TIERS
from directory.web import told, words
from directory.web.language import to
from directory.web.opened import now, opened, page
from directory.web.roles import a_family, anybody

reading: Final = Blueprint("reading", __name__)


@reading.get("/listings/<listing_id>")
@anybody
def listing(listing_id: str) -> ResponseReturnValue:
    """Everything that is known of a listing; one that was merged leads to the one that stays.

    Families are told of one that they may not see the same as of one that is not there.
    """
    found = opened().listings([listing_id]).get(listing_id)
    if a_family() and (found is None or not found.published(now())):
        return make_response(page("families_hidden.html"), 404)
    if found is None:
        abort(404)
    if found.id != listing_id:
        return _moved(to("reading.listing", listing_id=found.id))
    moment = now()
    decisive, beside = told.facts_by_group(found)
    return page(
        "listing.html",
        listing=found,
        history=told.history(found, moment),
        clock_name=found.timezone.replace("_", " ") or "UTC",
        weekly=told.weekly(found.intake_hours) if found.intake_hours else [],
        latest=told.clock(found.latest_arrival) if found.latest_arrival else "",
        licence=told.licence(found),
        vetting=told.vetting(found, moment),
        practical=told.practical(found),
        decisive=decisive,
        beside=beside,
        voice=told.speaker(found),
        not_known=told.not_known(found, moment),
    )


def _moved(address: str) -> Redirect:
    """Moved, and to be asked for again: a merge can be taken back, and then the page is back in its place."""
    response = redirect(address, 301)
    response.headers["Cache-Control"] = "no-cache"
    return response


@reading.get("/how-options-are-ranked")
@anybody
def ranking() -> str:
    """How options are ranked, from the criteria themselves."""
    return page(
        "ranking.html",
        criteria=CRITERIA,
        tiers=TIERS,
        meanings=MEANINGS,
        version=WEIGHTS_VERSION,
        admit=BY_NAME["admit"],
        bases=words.bases(),
        freshness=words.freshness(),
        unknown=NOT_KNOWN,
        outside=OUTSIDE_HOURS,
    )
