"""The pages of a case: its opening, the board, the need, what is done by hand. Others find nothing at these addresses."""

from datetime import datetime
from typing import Final

from flask import Blueprint, abort, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as Redirect

from directory import further, paper, referral
from directory.case import Case, Step, StepKind
from directory.free_text import Written, screened_words
from directory.meetings import Desk, NoSuchCase
from directory.need import Need
from directory.need_words import need_in_words
from directory.problems import CannotUnderstand, Loudness, Problem
from directory.spoken import capital
from directory.web import board_words, cards, choices, forms, pages
from directory.web.came_to import last_calls
from directory.web.opened import now, opened, page
from directory.web.roles import needs

cases: Final = Blueprint("cases", __name__, url_prefix="/cases")
_LONGEST: Final = 300
_PLACES: Final = 5


def the_desk() -> Desk:
    """The desk of whoever is signed in, at this moment."""
    return Desk(opened(), g.account, now())


def told(error: CannotUnderstand) -> dict[str, str]:
    """What is to be mended, by field."""
    return {problem.where: forms.sentence(problem) for problem in error.problems}


def text(name: str) -> Written:
    """A text of the form, and whether the tick says that nothing in it is about a person."""
    return Written(request.form.get(name, "")[:_LONGEST].strip(), sure())


def sure() -> bool:
    """Whether it was ticked that nothing is about a person."""
    return request.form.get("sure") == "yes"


@cases.app_template_global()
def desk_lines() -> list[board_words.Line]:
    """The cases of whoever is signed in, with what to do next."""
    desk = the_desk()
    return [board_words.line(desk.board(case)) for case in desk.cases()]


@cases.app_errorhandler(NoSuchCase)
def nothing_here(_error: NoSuchCase) -> ResponseReturnValue:
    """The page for an address at which there is nothing."""
    return current_app.handle_http_exception(NotFound())


@cases.get("")
@needs("counselor")
def all_cases() -> Redirect:
    """The cases stand on the desk."""
    return redirect(url_for("account_pages.desk"), 303)


# --- opening, and the need -----------------------------------------------------------------------------------------


@cases.post("")
@needs("counselor")
def take_over() -> Redirect:
    """Open a case from a need that was asked on the form for everybody, under a suggested name."""
    token = request.form.get("token", "")
    need = pages.kept(token)
    if need is None:
        return redirect(url_for("cases.new"), 303)
    desk = the_desk()
    case = desk.open_case(Written(desk.suggested_name()), need, token)
    return redirect(url_for("cases.show", case_id=case.id), 303)


@cases.get("/new")
@needs("counselor")
def new() -> str:
    """The form for a new case."""
    return pages.filled_in("cases_new.html", choices.DEFAULTS, code_name=the_desk().suggested_name(), doubtful=False)


@cases.post("/new")
@needs("counselor")
def open_case() -> Redirect | tuple[str, int]:
    """Open a case; or the form again as it was typed, with what to mend."""
    typed, name = forms.typed(request.form), text("code_name")
    problems: list[Problem] = []
    try:
        need = _understood(typed)
    except CannotUnderstand as error:
        problems += error.problems
    if not problems:
        try:
            case = the_desk().open_case(name, need)
            return redirect(url_for("cases.show", case_id=case.id), 303)
        except CannotUnderstand as error:
            problems += error.problems
    more = {"code_name": name.text, "doubtful": _doubtful(problems)}
    return pages.filled_in("cases_new.html", typed, tuple(problems), **more), 422


@cases.get("/<case_id>/need")
@needs("counselor")
def need(case_id: str) -> str:
    """The form as it was sent, to be changed."""
    desk = the_desk()
    case = desk.case(case_id)
    need = desk.need_of(case)
    form = {**forms.filled(need), **forms.planned(need, desk.now)}
    return pages.filled_in("cases_need.html", form, case=case, doubtful=False)


@cases.post("/<case_id>/need")
@needs("counselor")
def change_need(case_id: str) -> Redirect | tuple[str, int]:
    """Another need for the case; or the form again as it was typed, with what to mend."""
    desk = the_desk()
    case, typed = desk.case(case_id), forms.typed(request.form)
    try:
        desk.change_need(case, _understood(typed))
    except CannotUnderstand as error:
        doubtful = _doubtful(error.problems)
        return pages.filled_in("cases_need.html", typed, tuple(error.problems), case=case, doubtful=doubtful), 422
    return _board(case)


@cases.post("/<case_id>/plan")
@needs("counselor")
def plan(case_id: str) -> Redirect | tuple[str, int]:
    """Let the board stand as of a time to come, or as of now again; or the need with what to mend."""
    desk = the_desk()
    case = desk.case(case_id)
    need, typed = desk.need_of(case), forms.typed(request.form)
    try:
        when = forms.planned_for(typed, desk.now.astimezone(need.as_of.tzinfo))
    except ValueError as error:
        wrong = Problem(Loudness.VALUE, "as_of", "could not be understood", "(time)", str(error))
        form = {**forms.filled(need), **typed}
        return pages.filled_in("cases_need.html", form, (wrong,), case=case, doubtful=False), 422
    desk.plan(case, datetime.fromisoformat(when) if when else None)
    return _board(case)


@cases.post("/<case_id>/loosen")
@needs("counselor")
def loosen(case_id: str) -> Redirect:
    """One of the changes of the need that the board offered."""
    desk = the_desk()
    case = desk.case(case_id)
    offered = referral.options(opened(), desk.need_of(case), 1).loosenings
    wanted = next((one.need for one in offered if one.words == request.form.get("change")), None)
    if wanted:
        desk.change_need(case, wanted)
    return _board(case)


def _understood(typed: choices.Values) -> Need:
    understood = forms.understand(typed, opened().gazetteer, now())
    screened_words(understood, sure())
    return understood


def _doubtful(problems: list[Problem] | tuple[Problem, ...]) -> bool:
    return sure() or any("looks like" in problem.fix for problem in problems)


# --- the board -----------------------------------------------------------------------------------------------------


@cases.get("/<case_id>")
@needs("counselor")
def show(case_id: str) -> str:
    """The board."""
    desk = the_desk()
    case = desk.case(case_id)
    board = desk.board(case)
    answered = board.answered
    return page(
        "cases_board.html",
        demonstration=paper.invented(answered),
        behind=answered.behind,
        case=case,
        board=board,
        next=board_words.next_thing(board),
        confirm=board_words.again(board.clock, board.now),
        by_hand=board_words.by_hand(board, _names(desk, case)),
        sheet=cards.sheet(answered),
        places=board_words.places(min(len(answered.presented()), _PLACES)),
        form=forms.planned(board.need, desk.now),
        told={},
        described=capital(need_in_words(board.need)),
        loosenings=[(one.words, further.loosened(one)) for one in further.loosenings(answered)],
        own=case.owner == desk.account.id,
        came_to=last_calls(board.calls, board.need, board.now),
        on_call={call.listing_id for call in board.calls if call.open_at(board.now)},
    )


@cases.post("/<case_id>/seen")
@needs("counselor")
def seen(case_id: str) -> Redirect:
    """What was pointed out has been seen."""
    desk = the_desk()
    desk.look(desk.board(desk.case(case_id)))
    return _board(desk.case(case_id))


@cases.post("/<case_id>/steps")
@needs("counselor")
def arrange(case_id: str) -> Redirect | tuple[str, int]:
    """Drop a center, restore or add it, or give it a place; or the same again with what to mend."""
    desk = the_desk()
    case, listing_id = desk.case(case_id), request.form.get("listing", "")
    try:
        desk.add_step(case, _step(desk, listing_id), sure())
    except CannotUnderstand as error:
        wrong = told(error)
        listing = opened().listings([listing_id]).get(listing_id)
        if listing is None:
            return _found(desk, case, {"words": wrong.get("listing", "")})
        shown = {"case": case, "listing": listing, "told": wrong, "form": request.form, "doubtful": _doubtful(error.problems)}
        return page("cases_step.html", **shown, places=board_words.places(_PLACES)), 422
    return redirect(url_for("cases.show", case_id=case.id) + "#list", 303)


def _step(desk: Desk, listing_id: str) -> Step:
    kind, place = request.form.get("kind", ""), request.form.get("place", "")
    if kind not in set(StepKind) or (kind == StepKind.PLACED and place not in map(str, range(1, _PLACES + 1))):
        abort(400)
    number = int(place) if kind == StepKind.PLACED else None
    return Step(listing_id, StepKind(kind), text("because").text, desk.account.id, desk.now, number)


@cases.post("/<case_id>/find")
@needs("counselor")
def find(case_id: str) -> tuple[str, int]:
    """Centers by name, to be added by hand."""
    desk = the_desk()
    return _found(desk, desk.case(case_id), {})


def _found(desk: Desk, case: Case, wrong: dict[str, str]) -> tuple[str, int]:
    words = text("words").text
    found = desk.found_by_name(words) if words else []
    if not found and not wrong:
        wrong = {"words": "No center of that name is in the directory" if words else "Enter a center’s name, or part of it"}
    shown = page("cases_find.html", case=case, words=words, found=found, told=wrong)
    return shown, 422 if wrong else 200


def _names(desk: Desk, case: Case) -> dict[int, str]:
    return desk.colleagues(case) | {desk.account.id: "you"}


def _board(case: Case) -> Redirect:
    return redirect(url_for("cases.show", case_id=case.id), 303)
