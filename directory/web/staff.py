"""The staff's own pages: what to look at next, each done in place, and how fresh the published facts are."""

from collections import Counter
from typing import Final

from flask import Blueprint, abort, current_app, request, url_for
from werkzeug.wrappers import Response as Redirect

from directory import proposing, store, upkeep
from directory.conflicts import PLACE
from directory.upkeep import Reason
from directory.vetting_desk import NoSuchListing
from directory.web.back import Refused, done, on_queue, refused
from directory.web.opened import now, opened, page
from directory.web.roles import needs
from directory.web.staff_duplicates import anchor
from directory.web.staff_queue import CHECKING, waiting
from directory.web.staff_review import KINDS
from directory.web.vetting_pages import WORDS, the_desk

staff: Final = Blueprint("staff", __name__)
HEADINGS: Final = {
    Reason.ON_CASE: "On cases, and not vetted",
    Reason.SUSPENDED: "Suspended, to be looked into",
    Reason.LAPSING: "Lapsing soon, or lapsed",
    Reason.CORRECTION: "Wrong numbers and closed centers",
    Reason.ATTESTED: "Centers have answered",
    Reason.CONFLICT: "Contradicted by a newer file",
    Reason.DUPLICATE: "May be one place",
    Reason.NEVER_CONFIRMED: "Published, never confirmed by a person",
}
STEPS: Final = dict.fromkeys(CHECKING, "Check it") | {
    Reason.CORRECTION: "Say what is right",
    Reason.ATTESTED: "Look at what the center says",
    Reason.CONFLICT: "Decide between the two",
    Reason.DUPLICATE: "Compare them side by side",
    Reason.NEVER_CONFIRMED: "Call, and confirm its facts",
}
_FEW: Final = 12


@staff.get("/staff")
@needs("staff", "admin")
def home() -> str:
    """What to do next, and the freshness of what families see."""
    return _home(on_queue())


@staff.post("/staff/corrections/<int:number>")
@needs("staff", "admin")
def correct(number: int) -> Redirect | tuple[str, int]:
    """Settle a correction with the right number, as closed for good, or as right after all."""
    chosen = request.form.get("becomes", "")
    given = request.form.get("number", "")
    if chosen == "number" and not given.strip():
        return _refused(number, "Enter the right number, such as 614-555-0101."), 422
    try:
        upkeep.correct(the_desk(), number, given if chosen == "number" else "", closed=chosen == "closed")
    except NoSuchListing:
        abort(404)
    except ValueError as error:
        return _refused(number, f"{error}."), 422
    return done(url_for("staff.home", _anchor="main"))


def _refused(number: int, words: str) -> str:
    wrong = {f"number-{number}": {"number": words}}
    return refused(wrong, lambda: _home(Refused(wrong=wrong)))


@staff.post("/listings/<listing_id>/confirm")
@needs("staff", "admin")
def confirm(listing_id: str) -> Redirect:
    """All that is published of it was read to the center, and is so."""
    try:
        upkeep.confirm(the_desk(), listing_id)
    except NoSuchListing:
        abort(404)
    return done(url_for("vetting_pages.show", listing_id=listing_id))


def _home(refused: Refused) -> str:
    moment = now()
    found = upkeep.tasks(opened(), moment)
    whole = refused.whole or request.args.get("all", "") == "yes"
    counts = Counter(task.reason for task in found)
    shown = [task for reason in Reason for task in [task for task in found if task.reason is reason][: None if whole else _FEW]]
    queue = waiting(shown, whole)
    with opened().database.reading() as connection:
        contradictions, unchecked = store.count_conflicts(connection), store.count_unchecked(connection)
    total, *states = upkeep.freshness(opened(), moment)
    return page(
        "staff_home.html",
        counts=counts,
        by_reason={reason: [one for one in queue if one.task.reason is reason] for reason in Reason if counts[reason]},
        more=len(shown) < len(found),
        steps_called=STEPS,
        wrong=refused.wrong,
        refused_at=refused.at,
        elsewhere=refused.at not in {one.at for one in queue},
        typed_at=f"{refused.at}-",
        kinds=KINDS,
        place=PLACE,
        anchor=anchor,
        **WORDS,
        headings=HEADINGS,
        contradictions=contradictions,
        unchecked=unchecked,
        looking=proposing.behind(opened()),
        imports=current_app.extensions["importing"] is not None,
        freshness=total,
        states=states,
    )
