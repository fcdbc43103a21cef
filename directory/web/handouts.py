"""The pages of the hand-outs of a case, and the making of a family's link; nothing of the need stands in any of them."""

from datetime import datetime
from typing import Any, Final

from flask import Blueprint, Response, abort, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as Redirect

from directory import handing_out, handout
from directory.case import Case, Handout
from directory.handing_out import HandingOut
from directory.handout import CannotPrint, square
from directory.web.cases import the_desk
from directory.web.language import LANGUAGES
from directory.web.opened import now, opened, page
from directory.web.roles import needs
from directory.web.security import with_pictures_inside
from directory.web.shared import address, served

handouts: Final = Blueprint("handouts", __name__)
_ENDED: Final = "Whoever has it finds nothing there any more. Make a new link, and print the list with that one."
_FILES: Final = {"ics": "text/calendar", "vcf": "text/vcard", "html": "text/html", "pdf": "application/pdf"}


def _handing() -> HandingOut:
    return HandingOut(the_desk())


def _language(asked: str) -> str:
    return asked if asked in handout.LANGUAGES else handout.LANGUAGES[0]


@handouts.get("/cases/<case_id>/handouts")
@needs("counselor")
def all_of_them(case_id: str) -> str:
    """What was handed out, and whether it still holds."""
    return _listed(case_id)


@handouts.post("/cases/<case_id>/handouts")
@needs("counselor")
def make(case_id: str) -> Redirect:
    """Freeze the list as it stands."""
    handing = _handing()
    handing.make(handing.desk.case(case_id))
    return redirect(url_for("handouts.all_of_them", case_id=case_id), 303)


@handouts.post("/cases/<case_id>/handouts/<int:number>/share")
@needs("counselor")
def share(case_id: str, number: int) -> Response:
    """A link for the family, good for three days; it is shown this once, with its square codes and what carries it along."""
    handing = _handing()
    case = handing.desk.case(case_id)
    made = handing.one(case, number)
    token = handing.share(case, made)
    links = [_link(made, token, spoken) for spoken in LANGUAGES]
    response = make_response(_listed(case_id, number, {"token": token, "links": links}))
    response.headers["Content-Security-Policy"] = with_pictures_inside()
    return response


def _link(made: Handout, token: str, spoken: str) -> dict[str, str]:
    """A link as the page shows it in one language: its address, its square code, and the text message that carries it."""
    whole = address(token, spoken)
    message = handout.text_message(dict(made.snapshot), spoken, whole)
    return {"spoken": spoken, "name": LANGUAGES[spoken], "address": whole, "code": square.data(whole), "message": message}


@handouts.post("/cases/<case_id>/handouts/<int:number>/linked")
@needs("counselor")
def linked(case_id: str, number: int) -> ResponseReturnValue:
    """The hand-out with its link inside, to be printed or taken along; what opens the link is sent in the form alone."""
    case, made = _one(case_id, number)
    token = request.form.get("token", "")
    found = handing_out.shared(opened(), token, now())
    if found is None or found.id != made.id:
        back = url_for("handouts.all_of_them", case_id=case_id)
        return page("message.html", title="This link has ended", sentence=_ENDED, back=back), 409
    spoken = _language(request.form.get("language", ""))
    link, ending = address(token, spoken), request.form.get("ending", "")
    if not ending:
        return served(handout.page(dict(made.snapshot), spoken, link))
    return _taken_along(case, made, (spoken, ending, link))


@handouts.post("/cases/<case_id>/handouts/<int:number>/revoke")
@needs("counselor")
def revoke(case_id: str, number: int) -> Redirect:
    """Let the link lead nowhere from now on."""
    handing = _handing()
    case = handing.desk.case(case_id)
    handing.revoke(case, handing.one(case, number))
    return redirect(url_for("handouts.all_of_them", case_id=case_id), 303)


@handouts.get("/cases/<case_id>/handouts/<int:number>")
@needs("counselor")
def show(case_id: str, number: int) -> Response:
    """The hand-out as one file, for the screen and for print."""
    _, made = _one(case_id, number)
    return served(handout.page(dict(made.snapshot), _language(request.args.get("language", ""))))


@handouts.get("/cases/<case_id>/handouts/<int:number>/present")
@needs("counselor")
def present(case_id: str, number: int) -> Response:
    """The view for the meeting, one option at a time."""
    _, made = _one(case_id, number)
    return served(handout.present(dict(made.snapshot), _language(request.args.get("language", ""))))


@handouts.get("/cases/<case_id>/handouts/<int:number>/text")
@needs("counselor")
def text(case_id: str, number: int) -> str:
    """The same as a text message, to be copied."""
    case, made = _one(case_id, number)
    words = handout.text_message(dict(made.snapshot), _language(request.args.get("language", "")))
    return page("handouts_text.html", case=case, words=words, parts=handout.parts(words), letters=len(words))


@handouts.get("/cases/<case_id>/handouts/<int:number>/file.<ending>")
@needs("counselor")
def file(case_id: str, number: int, ending: str) -> ResponseReturnValue:
    """The hand-out as a file: PDF, one HTML file, calendar, cards."""
    return _taken_along(*_one(case_id, number), (_language(request.args.get("language", "")), ending, ""))


def _taken_along(case: Case, made: Handout, wanted: tuple[str, str, str]) -> ResponseReturnValue:
    """A file in a language, of an ending, with a link inside where there is one."""
    snapshot, (spoken, ending, link) = dict(made.snapshot), wanted
    try:
        body = {
            "html": lambda: handout.page(snapshot, spoken, link).html.encode(),
            "pdf": lambda: handout.pdf(snapshot, spoken, link),
            "ics": lambda: handout.calendar(snapshot, spoken),
            "vcf": lambda: handout.cards(snapshot, spoken),
        }[ending]()
    except KeyError:
        abort(404)
    except CannotPrint as error:
        return page("handouts_no_pdf.html", case=case, number=made.id, problem=error.problems[0]), 503
    response = make_response(body)
    response.mimetype = _FILES[ending]
    name = handout.file_name(snapshot, spoken, ending)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _one(case_id: str, number: int) -> tuple[Case, Handout]:
    handing = _handing()
    case = handing.desk.case(case_id)
    return case, handing.one(case, number)


def _there(made: Handout, moment: datetime) -> datetime:
    """A moment by the clock of the place that the hand-out is for."""
    return moment.astimezone(datetime.fromisoformat(made.snapshot["made_at"]).tzinfo)


def _listed(case_id: str, shown: int = 0, shared: dict[str, Any] | None = None) -> str:
    handing = _handing()
    case = handing.desk.case(case_id)
    made = handing.all(case)
    return page(
        "handouts.html",
        case=case,
        made=made,
        changed=handing.desk.board(case).changed if made else None,
        shown=shown,
        shared=shared,
        there=_there,
        languages=LANGUAGES,
        now=handing.desk.now,
    )
