"""The checking of one listing: its items with their evidence, two approvals, complaints, and its history."""

from collections.abc import Callable
from typing import Final

from flask import Blueprint, abort, g, request, url_for
from werkzeug.wrappers import Response as Redirect

from directory import values, vetting
from directory.listing import Listing
from directory.problems import CannotUnderstand, Loudness, Problem
from directory.vetting_desk import CheckingDesk, NoSuchListing
from directory.vetting_file import ANSWERS, FOUND, File, Outcome, Step, StepKind, Who
from directory.vetting_items import BY_CODE, INTEREST, TITLES, Ask, Item
from directory.web import forms, words
from directory.web import told as told_of
from directory.web.back import done, refused
from directory.web.opened import now, opened, page
from directory.web.roles import needs

vetting_pages: Final = Blueprint("vetting_pages", __name__, url_prefix="/listings/<listing_id>")
OUTCOMES: Final = {
    Outcome.MET: "As it should be",
    Outcome.NOT_MET: "Not as it should be",
    Outcome.NOT_APPLICABLE: "Does not apply",
    Outcome.NO: "No",
    Outcome.YES: "Yes",
    Outcome.UNKNOWN: "Not known",
}
_FIELDS: Final = ("item", "answers", "outcome", "evidence", "until", "because")
"""What is mended where it was entered. All else is a decision that can't be taken, and is told with its why."""
WORDS: Final = {
    "outcomes": OUTCOMES,
    "found": {code: words for code, words in OUTCOMES.items() if code in FOUND},
    "answers": ANSWERS,
    "interest": INTEREST,
}
"""What the forms of the steps are made of (vetting_steps.html)."""
STEPS: Final = {
    StepKind.OPENED: "Review begun",
    StepKind.CHECKED: "Checked",
    StepKind.APPROVED: "Approved",
    StepKind.REJECTED: "Rejected",
    StepKind.COMPLAINED: "Complaint",
}


def the_desk() -> CheckingDesk:
    """The desk of whoever is signed in, at this moment."""
    return CheckingDesk(opened(), g.account, now())


@vetting_pages.get("/vetting")
@needs("staff", "admin")
def show(listing_id: str) -> str:
    """What was checked, what is open, and what can be done next."""
    return _show(listing_id, {})


@vetting_pages.post("/vetting/open")
@needs("staff", "admin")
def begin(listing_id: str) -> Redirect | tuple[str, int]:
    """Begin to check, or anew."""
    return _done(listing_id, lambda desk: desk.open(listing_id))


@vetting_pages.post("/vetting/check")
@needs("staff", "admin")
def check(listing_id: str) -> Redirect | tuple[str, int]:
    """Write down what a check found."""
    item = request.form.get("item", "")
    return _done(listing_id, lambda desk: desk.check(listing_id, _found(item)), f"item-{item}", item)


@vetting_pages.post("/vetting/answer")
@needs("staff", "admin")
def answer(listing_id: str) -> Redirect | tuple[str, int]:
    """Write down the answers to an item's questions."""
    item = BY_CODE.get(request.form.get("item", ""))
    if item is None or not item.asks or item.personal:
        abort(404)
    return _done(listing_id, lambda desk: _answer(desk, listing_id, item), f"item-{item.code}", item.code)


@vetting_pages.post("/vetting/approve")
@needs("staff", "admin")
def approve(listing_id: str) -> Redirect | tuple[str, int]:
    """Say of oneself what is asked, which stands in any case, and give the first or the second approval."""

    def do(desk: CheckingDesk) -> None:
        if any(_field("answer", ask) in request.form for ask in INTEREST.asks):
            _answer(desk, listing_id, INTEREST)
        desk.approve(listing_id, request.form.get("conditions", ""))

    return _done(listing_id, do)


@vetting_pages.post("/vetting/reject")
@needs("staff", "admin")
def reject(listing_id: str) -> Redirect | tuple[str, int]:
    """Send nobody there."""
    return _done(listing_id, lambda desk: desk.reject(listing_id, request.form.get("because", "")), "", "reject")


@vetting_pages.get("/complaint")
@needs("counselor", "staff", "admin")
def complaint(listing_id: str) -> str:
    """Say what happened there."""
    return _complaint(listing_id, {})


@vetting_pages.post("/complaint")
@needs("counselor", "staff", "admin")
def complain(listing_id: str) -> str | tuple[str, int]:
    """Suspend it at once; the page names the open cases that hold it."""
    try:
        holding = the_desk().complain(listing_id, request.form.get("because", ""))
    except NoSuchListing:
        abort(404)
    except CannotUnderstand as error:
        return _complaint(listing_id, _told(error)), 422
    return page("vetting_suspended.html", listing=_listing(listing_id), holding=holding)


def _found(item: str) -> Step:
    """What the form says of a check; raises CannotUnderstand for a day or an outcome that can't be read."""
    return _step(item, request.form.get("outcome", ""), request.form.get("evidence", ""))


def _answer(desk: CheckingDesk, listing_id: str, item: Item) -> None:
    """Write down what the form answers otherwise than it stands; raises CannotUnderstand where nothing is answered at all.

    The form comes filled in with what stands, but for the last day: so that day belongs to the answers that changed alone.
    """
    file, account = desk.file(listing_id), desk.account.id if item.personal else None
    given = [
        (file.answer(item, ask, account), _step(item.named(ask), chosen, request.form.get(_field("evidence", ask), "")))
        for ask in item.asks
        if (chosen := request.form.get(_field("answer", ask), ""))
    ]
    new = [one for known, one in given if not _stands(known, one)]
    if not new and any(one.until and known and known.until != one.until for known, one in given):
        fix = "Change an answer or its evidence, such as who said so anew; the day is kept with what changes"
        raise CannotUnderstand(Problem(Loudness.VALUE, "until", "has no answer that it would belong to", fix=fix))
    if new or not given:
        desk.answer(listing_id, item, new)


def _field(of: str, ask: Ask) -> str:
    return f"{of}-{ask.code}"


def _stands(known: Step | None, one: Step) -> bool:
    """Whether it is what stands, word for word."""
    return known is not None and (known.outcome, known.words) == (one.outcome, " ".join(one.words.split()))


def _step(item: str, written: str, evidence: str) -> Step:
    day = request.form.get("until", "").strip()
    try:
        outcome = Outcome(written) if written else None
        until = values.day(day) if day else None
    except ValueError as error:
        raise CannotUnderstand(Problem(Loudness.VALUE, "until", "can't be read", day, str(error))) from None
    if outcome is None:
        raise CannotUnderstand(Problem(Loudness.VALUE, "outcome", "is not chosen", fix="Choose what you found"))
    return Step(StepKind.CHECKED, Who(0, "", now()), item, outcome, evidence, until)


def _told(error: CannotUnderstand) -> dict[str, str]:
    """What to mend, by field, or why it can't be done."""
    return {one.where: forms.sentence(one) if one.where in _FIELDS else _why(one) for one in error.problems}


def _why(problem: Problem) -> str:
    found = f": {problem.found}" if problem.found else ""
    return f"{words.told(problem.what)}{found}. {problem.fix}."


def _done(
    listing_id: str, do: Callable[[CheckingDesk], None], anchor: str = "", part: str = "approve"
) -> Redirect | tuple[str, int]:
    """Do it and show the file; or what to mend beside the `part` that it belongs to, on the page where it was sent."""
    try:
        do(the_desk())
    except NoSuchListing:
        abort(404)
    except CannotUnderstand as error:
        wrong = {part: _told(error)}
        return refused(wrong, lambda: _show(listing_id, wrong)), 422
    return done(url_for("vetting_pages.show", listing_id=listing_id, _anchor=anchor or None))


def _show(listing_id: str, wrong: dict[str, dict[str, str]]) -> str:
    desk = the_desk()
    try:
        file = desk.file(listing_id)
    except NoSuchListing:
        abort(404)
    return page(
        "vetting_file.html",
        listing=file.listing,
        file=file,
        state=told_of.vetting(file.listing, desk.now),
        open_items=file.open_items,
        standing={item.code: file.standing(item) for item in file.needed},
        holding=desk.holding(listing_id),
        kinds=STEPS,
        barred=barred(file, desk.account.id),
        titles=TITLES,
        may_begin=may_begin(file),
        **WORDS,
        wrong=wrong,
        typed_at="",
        sent=request.form,
    )


def barred(file: File, account: int) -> str:
    """Why it can't be approved, whatever is entered; "" where nothing bars."""
    try:
        vetting.may_approve(file, account, under_conditions=True)
    except CannotUnderstand as error:
        return " ".join(map(_why, error.problems))
    return ""


def may_begin(file: File) -> bool:
    """Whether its checking is to be begun, or begun anew."""
    try:
        vetting.opened(file, Who(0, "", file.now))
    except CannotUnderstand:
        return False
    return True


def _complaint(listing_id: str, wrong: dict[str, str]) -> str:
    return page("vetting_complaint.html", listing=_listing(listing_id), told=wrong, sent=request.form)


def _listing(listing_id: str) -> Listing:
    found = opened().listings([listing_id]).get(listing_id)
    if found is None:
        abort(404)
    return found
