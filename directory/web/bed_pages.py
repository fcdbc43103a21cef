"""The page on which whoever may reports on a center's beds, outside a case."""

from typing import Final
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug.wrappers import Response as Redirect

from directory import bed_reports, store
from directory.availability import Bucket
from directory.bed_reports import Told
from directory.call_sheet import becomes
from directory.calling import NotYours
from directory.hours import read_clock
from directory.learned import hold_until
from directory.listing import Listing
from directory.values import one_of, some_text
from directory.vocabulary import SEXES, BedState, codes
from directory.web import call_words, told
from directory.web.calls import desk
from directory.web.opened import now, opened, page
from directory.web.roles import needs

beds: Final = Blueprint("beds", __name__)


@beds.get("/listings/<listing_id>/report")
@needs("counselor", "staff")
def report(listing_id: str) -> str:
    """Report on a center's beds."""
    return _report(listing_id, "")


@beds.post("/listings/<listing_id>/report")
@needs("counselor", "staff")
def send_report(listing_id: str) -> Redirect | tuple[str, int]:
    """Write a report down; or the page again, with what to mend."""
    found = opened().listings([listing_id]).get(listing_id)
    if found is None:
        abort(404)
    try:
        bed_reports.report(desk(), listing_id, _told(found))
    except ValueError as error:
        return _report(listing_id, f"{error}."), 422
    return redirect(url_for("beds.report", listing_id=listing_id), 303)


@beds.post("/listings/<listing_id>/report/undo")
@needs("counselor", "staff")
def undo_report(listing_id: str) -> Redirect:
    """Take one's own last report back."""
    try:
        bed_reports.take_back(desk(), listing_id)
    except NotYours:
        abort(404)
    return redirect(url_for("beds.report", listing_id=listing_id), 303)


def _told(listing: Listing) -> Told:
    """What the form reports; raises ValueError with what to enter."""
    if "again" in request.form:
        same = bed_reports.again(listing, now())
        if same is None:
            raise ValueError("Nothing stands any more that could be said again: choose what they say")
        return same
    code = request.form.get("answer", "")
    choice = becomes(call_words.BEDS, code)
    hold = request.form.get("hold", "").strip()
    until = hold_until(some_text(hold), now(), listing) if hold and read_clock(hold) >= 0 else None
    state = BedState(choice.report["state"])
    holds = until is not None and state in (BedState.OPEN, BedState.LIMITED)
    beds, wait = choice.report.get("beds"), choice.report.get("wait_hours")
    return Told(BedState.HELD if holds else state, beds, wait, until if holds else None, _bucket())


def _bucket() -> Bucket:
    sex, age, funded = (request.form.get(name, "") for name in ("sex", "age", "funded"))
    return Bucket(
        sex=one_of(SEXES)(sex) if sex else None,
        age=one_of(codes("age"))(age) if age else None,
        funded={"yes": True, "no": False}.get(funded),
    )


def _report(listing_id: str, wrong: str) -> str:
    found = opened().listings([listing_id]).get(listing_id)
    if found is None:
        abort(404)
    here = desk()
    with opened().database.reading() as connection:
        mine = [bed_reports.last_of(here, one) for one in store.recorded(connection, [listing_id])]
    zone = ZoneInfo(found.timezone) if found.timezone else None
    return page(
        "calls_report.html",
        listing=found,
        phones=call_words.phones(found, set()),
        stands=call_words.still(found, now()),
        history=told.history(found, now())[:5],
        clock_name=str(zone or "UTC").replace("_", " "),
        mine=any(mine),
        beds=call_words.BEDS,
        sexes=SEXES,
        ages=call_words.AGES,
        wrong=wrong,
        sent=request.form,
    )
