"""Calls on a phone: whom to call next, the call sheet answered by tapping, and what is learned of beds outside a case.

Every tap is a form that is sent and comes back to the same place; no script is needed.
"""

import re
from datetime import datetime, timedelta
from typing import Final, cast

from flask import Blueprint, Response, abort, g, make_response, redirect, request, url_for
from werkzeug.wrappers import Response as Redirect

from directory import call_queue, call_sheet, calling, screening, store
from directory.account import Account, Who
from directory.call_sheet import DECLINES, TYPED
from directory.calling import Closing, Doubtful, Line, NoCall, NotYours, Said
from directory.case import Outcome, Reached
from directory.free_text import Written
from directory.hours import read_clock
from directory.learned import Desk, hold_until
from directory.listing import Listing
from directory.problems import CannotUnderstand
from directory.values import text
from directory.web import call_words
from directory.web.came_to import last_calls
from directory.web.opened import now, opened, page
from directory.web.roles import needs

calls: Final = Blueprint("calls", __name__)
_WRONG = dict[str, tuple[str, str, bool]]
"""By item, or by part of the closing form: what was typed, what is wrong with it, and whether one may say that it is none."""
_LONGEST: Final = 60
_AT_ONCE: Final = 3
"""So many calls of the queue are shown whole; the others wait below, in a line each."""


def desk(known: str = "") -> Desk:
    """Whoever is signed in, at this moment; words in `known` are nobody's name."""
    account = cast(Account, g.account)

    def doubts(words: str) -> list[screening.Doubt]:
        return screening.doubts(words, known, unlisted=False)

    return Desk(opened(), account.id, f"{account.role}-{account.id}", now(), doubts)


# --- the queue ---------------------------------------------------------------------------------------------------------


@calls.get("/calls")
@needs("counselor")
def queue() -> str:
    """Whom to call next, across all one's cases."""
    due, clocks = call_queue.queue(desk())
    shown = [call_words.due(one, now()) for one in due]
    urgent, fresh = (
        [call_words.clock(case, one, now()) for case, one in clocks if bool(one.by) is wanted] for wanted in (True, False)
    )
    ended = [call_words.ended(one, opened(), now()) for one in call_queue.just_ended(desk())]
    return page("calls_queue.html", due=shown, at_once=_AT_ONCE, ended=ended, urgent=urgent, fresh=fresh)


# --- the call sheet ----------------------------------------------------------------------------------------------------


@calls.get("/cases/<case_id>/calls/<listing_id>")
@needs("counselor")
def sheet(case_id: str, listing_id: str) -> str:
    """The call sheet for a center."""
    return _sheet(Line(case_id, listing_id), {})


@calls.post("/cases/<case_id>/calls/<listing_id>/claim")
@needs("counselor")
def claim(case_id: str, listing_id: str) -> Redirect | Response:
    """Take the call on."""
    line = Line(case_id, listing_id)
    try:
        calling.claim(desk(), line)
    except store.Taken:
        return make_response(_sheet(line, {}), 409)
    except NotYours:
        abort(404)
    _note("call begun", case_id)
    return _back(line, "ask")


@calls.post("/cases/<case_id>/calls/<listing_id>/release")
@needs("counselor")
def release(case_id: str, listing_id: str) -> Redirect | Response:
    """Give the call back."""
    line = Line(case_id, listing_id)
    try:
        calling.release(desk(), line)
    except (store.Taken, NoCall):
        return _back(line, "")
    except NotYours:
        abort(404)
    return _back(line, "")


@calls.post("/cases/<case_id>/calls/<listing_id>/answer")
@needs("counselor")
def answer(case_id: str, listing_id: str) -> Redirect | Response:
    """Write one answer down."""
    line = Line(case_id, listing_id)
    item, typed = request.form.get("item", ""), request.form.get("typed", "")
    said = Said(item, request.form.get("answer") or TYPED + typed, "sure" in request.form)
    try:
        calling.answer(desk(_names(listing_id)), line, said)
    except store.Taken:
        return _taken(line, typed)
    except NotYours:
        abort(404)
    except Doubtful as doubt:
        return _again(line, {item: (typed, f"{doubt}. Leave it out, or tick that it is none.", True)})
    except ValueError as error:
        return _again(line, {item: (typed, f"{error}.", False)})
    return _back(line, f"item-{item}")


@calls.post("/cases/<case_id>/calls/<listing_id>/undo")
@needs("counselor")
def undo(case_id: str, listing_id: str) -> Redirect | Response:
    """Take the last answer back."""
    line = Line(case_id, listing_id)
    try:
        calling.undo(desk(), line)
    except store.Taken:
        return _taken(line, "")
    except NoCall:
        return _back(line, "")
    except NotYours:
        abort(404)
    return _back(line, "ask")


@calls.post("/cases/<case_id>/calls/<listing_id>/close")
@needs("counselor")
def close(case_id: str, listing_id: str) -> Redirect | Response:
    """End the call, and on to the next."""
    line = Line(case_id, listing_id)
    found = opened().listings([listing_id]).get(listing_id)
    if found is None:
        abort(404)
    try:
        calling.close(desk(), line, _closing(found))
    except store.Taken:
        typed = (request.form.get(name, "") for name in ("call_back_at", "spoke_with"))
        return _taken(line, ", ".join(filter(None, typed)))
    except NotYours:
        abort(404)
    except ValueError as error:
        return _again(line, {"close": ("", f"{error}.", False)})
    except CannotUnderstand as error:
        return _again(line, {"close": ("", "", False), "spoke_with": ("", f"{error.problems[0].fix}.", True)})
    _note("call ended", case_id)
    return redirect(url_for("calls.queue"), 303)


def _closing(listing: Listing) -> Closing:
    """What the form says of the end of a call; raises ValueError with what to enter."""
    form = request.form
    if form.get("reached", "") not in [*Reached]:
        raise ValueError("Choose who answered")
    outcome = form.get("outcome", "")
    back = form.get("call_back_at", "").strip()
    numbers = {str(phone.number) for phone in listing.phones}
    number = form.get("number", "")
    return Closing(
        reached=Reached(form["reached"]),
        outcome=Outcome(outcome) if outcome in [*Outcome] else None,
        because=form.get("because", "") if outcome == Outcome.DECLINED else "",
        call_back_at=_moment(back, listing) if back else None,
        spoke_with=Written(text(form.get("spoke_with", ""))[:_LONGEST], "sure" in form),
        number=number if number in numbers else next((phone.number for phone in listing.phones), ""),
    )


def _moment(written: str, listing: Listing) -> datetime:
    """The next time that the clock of the center shows this; in so many minutes where only a number stands there."""
    minutes = re.fullmatch(r"(\d{1,3}) ?min(?:utes)?", written)
    if minutes:
        return now() + timedelta(minutes=int(minutes[1]))
    read_clock(written)
    return hold_until(written, now(), listing)


def _sheet(line: Line, wrong: _WRONG) -> str:
    try:
        standing = call_queue.standing(desk(), line.case_id, line.listing_id)
    except NotYours:
        abort(404)
    entry = standing.entry(line.listing_id)
    if entry is None:
        abort(404)
    call = standing.open_call(line.listing_id)
    with opened().database.reading() as connection:
        tasks = store.corrections(connection, [line.listing_id])
        taken = call if call and call.open_at(now()) and call.account != g.account.id else None
        by = store.registered_as(connection, taken.account).account.name if taken else ""
    given = dict(call.answers.get("given", {})) if call else {}
    made = call_words.Sheet(standing, entry, given, call.answers.get("taps", []) if call else [])
    return page(
        "calls_sheet.html",
        case=standing.case,
        need=standing.need,
        entry=entry,
        listing=entry.listing,
        phones=call_words.phones(entry.listing, {task["found"] for task in tasks}),
        mine=bool(call and call.open_at(now()) and call.account == g.account.id),
        until=call_words.at(call.claim_until, standing.need) if call and call.open_at(now()) else "",
        taken_by=by,
        came_to=last_calls(standing.calls, standing.need, now()).get(line.listing_id, ""),
        first=made.first(),
        folded=made.folded(),
        last=made.last(),
        last_item=made.last_item,
        begun=bool(given),
        who=call_sheet.who(standing.need),
        wrong=wrong,
        declines=DECLINES,
        outcomes=call_words.OUTCOMES,
        missed=call_words.MISSED,
        sent=request.form,
    )


def _names(listing_id: str) -> str:
    found = opened().listings([listing_id]).get(listing_id)
    return f"{found.name} {found.address.place}" if found else ""


def _again(line: Line, wrong: _WRONG) -> Response:
    return make_response(_sheet(line, wrong), 422)


def _taken(line: Line, typed: str) -> Response:
    """Somebody else is on it: what was tapped is not written down, what was typed is shown."""
    return make_response(_sheet(line, {"taken": (typed, "", False)}), 409)


def _back(line: Line, anchor: str) -> Redirect:
    where = url_for("calls.sheet", case_id=line.case_id, listing_id=line.listing_id, _anchor=anchor or None)
    return redirect(where, 303)


def _note(action: str, case_id: str) -> None:
    with opened().database.writing() as connection:
        store.audit(connection, Who(g.account.name, now()), action, case_id)
