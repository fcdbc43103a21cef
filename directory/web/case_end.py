"""The page about a case itself: its name, who is in it, how it ended, and its erasure."""

from datetime import date
from typing import Final

from flask import Blueprint, abort, g, redirect, request, url_for
from werkzeug.wrappers import Response as Redirect

from directory import store, values
from directory.case import Case, Ending, EndKind
from directory.meetings import Desk
from directory.problems import CannotUnderstand, Loudness, Problem
from directory.web.cases import text, the_desk, told
from directory.web.opened import opened, page
from directory.web.roles import needs

case_end: Final = Blueprint("case_end", __name__, url_prefix="/cases")
ENDINGS: Final = {
    EndKind.ADMITTED: "Admitted by the first choice",
    EndKind.PLAN_B: "Plan B was used: admitted elsewhere",
    EndKind.DID_NOT_GO: "The person did not go",
    EndKind.NO_PLACE: "No center admitted",
}


@case_end.get("/<case_id>/about")
@needs("counselor")
def about(case_id: str) -> str:
    """The case's name and colleagues, its end and its erasure."""
    desk = the_desk()
    return _about(desk, desk.case(case_id), {})


@case_end.post("/<case_id>/name")
@needs("counselor")
def rename(case_id: str) -> Redirect | tuple[str, int]:
    """Another code name."""
    desk = the_desk()
    case = desk.case(case_id)
    try:
        desk.rename(case, text("code_name"))
    except CannotUnderstand as error:
        return _about(desk, case, told(error)), 422
    return _back(case)


@case_end.post("/<case_id>/colleagues")
@needs("counselor")
def let_in(case_id: str) -> Redirect | tuple[str, int]:
    """Let a colleague in."""
    desk = the_desk()
    case = desk.case(case_id)
    try:
        desk.let_in(case, text("colleague").text)
    except CannotUnderstand as error:
        return _about(desk, case, told(error)), 422
    return _back(case)


@case_end.post("/<case_id>/colleagues/<int:account>/out")
@needs("counselor")
def put_out(case_id: str, account: int) -> Redirect:
    """Let a colleague in no longer, or leave the case."""
    desk = the_desk()
    case = desk.case(case_id)
    desk.put_out(case, account)
    return redirect(url_for("account_pages.desk"), 303) if account == g.account.id else _back(case)


@case_end.post("/<case_id>/end")
@needs("counselor")
def end(case_id: str) -> Redirect | tuple[str, int]:
    """Say how it ended."""
    desk = the_desk()
    case = desk.case(case_id)
    try:
        desk.end(case, _ending(desk))
    except CannotUnderstand as error:
        return _about(desk, case, told(error)), 422
    return redirect(url_for("cases.show", case_id=case.id), 303)


def _ending(desk: Desk) -> Ending:
    kind = request.form.get("kind", "")
    if kind not in set(EndKind):
        fix = "Choose how it ended"
        raise CannotUnderstand(Problem(Loudness.VALUE, "kind", "is missing", fix=fix))
    admitted = request.form.get("admitted_by", "") if kind in (EndKind.ADMITTED, EndKind.PLAN_B) else ""
    turned_away = tuple(dict.fromkeys(request.form.getlist("turned_away_by")))
    return Ending(EndKind(kind), _day(desk), admitted, tuple(one for one in turned_away if one != admitted))


def _day(desk: Desk) -> date:
    written = request.form.get("on", "").strip()
    try:
        return values.day(written) if written else desk.now.date()
    except ValueError as error:
        raise CannotUnderstand(Problem(Loudness.VALUE, "on", "could not be understood", written[:40], str(error))) from None


@case_end.get("/<case_id>/purge")
@needs("counselor")
def about_to_purge(case_id: str) -> str:
    """Ask once more, with all that goes."""
    desk = the_desk()
    case = _own(desk, case_id)
    return page("cases_purge.html", case=case, goes=_goes(case))


@case_end.post("/<case_id>/purge")
@needs("counselor")
def purge(case_id: str) -> str:
    """Erase the case, at once."""
    desk = the_desk()
    return page("cases_gone.html", left=desk.purge(_own(desk, case_id)))


def _goes(case: Case) -> list[str]:
    """All that is erased with a case, in words."""
    with opened().database.reading() as connection:
        steps, calls, printed = (len(told(connection, case.id)) for told in (store.steps, store.calls, store.handouts))
    counted = {
        f"{steps} change{'' if steps == 1 else 's'} made to its board by hand": steps,
        f"{calls} call{'' if calls == 1 else 's'} with whom you spoke and what it came to": calls,
        f"{printed} hand-out{'' if printed == 1 else 's'} kept here; links to them open nothing any more": printed,
        f"{len(case.holds)} bed{'' if len(case.holds) == 1 else 's'} held for this case, as it stands here; tell the center":
            len(case.holds),
    }  # fmt: skip
    return [f"The code name {case.code_name}, and what the person needs", *(words for words, many in counted.items() if many)]


def _own(desk: Desk, case_id: str) -> Case:
    case = desk.case(case_id)
    if case.owner != g.account.id:
        abort(404)
    return case


def _about(desk: Desk, case: Case, wrong: dict[str, str]) -> str:
    board = desk.board(case)
    entries = (*board.answered.presented(), *board.answered.by_hand, *board.answered.call_first)
    centers = {entry.listing.id: f"{entry.listing.name}, {entry.listing.address.place}" for entry in entries}
    return page(
        "cases_about.html",
        case=case,
        own=case.owner == g.account.id,
        colleagues=desk.colleagues(case),
        centers=centers,
        chosen_from={"": "Choose"} | centers,
        endings=ENDINGS,
        today=board.now.date().isoformat(),
        told=wrong,
        form=request.form,
        doubtful=any("looks like" in words for words in wrong.values()),
    )


def _back(case: Case) -> Redirect:
    return redirect(url_for("case_end.about", case_id=case.id), 303)
