"""The pages of the hand-outs of a case, and the link that leads a family to one; nothing of the need stands in any of them."""

import re
from datetime import datetime
from typing import Final

from flask import Blueprint, Response, abort, make_response, redirect, request, url_for
from werkzeug.wrappers import Response as Redirect

from directory import handing_out, handout
from directory.case import Case, Handout
from directory.handing_out import HandingOut
from directory.handout import CannotPrint, Page
from directory.web.cases import the_desk
from directory.web.opened import now, opened, page
from directory.web.roles import anybody, needs

handouts: Final = Blueprint("handouts", __name__)
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{22}")
_OVER: Final = (
    "A link works for 72 hours at most, and whoever made it can end it sooner. Ask them for a new one. "
    "Meanwhile call the numbers on the printed list, or the helplines below."
)
_FILES: Final = {"ics": "text/calendar", "vcf": "text/vcard", "html": "text/html", "pdf": "application/pdf"}


def _handing() -> HandingOut:
    return HandingOut(the_desk())


def _language() -> str:
    asked = request.args.get("language", "")
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
def share(case_id: str, number: int) -> str:
    """A link for the family, good for three days; it is shown once."""
    handing = _handing()
    case = handing.desk.case(case_id)
    token = handing.share(case, handing.one(case, number))
    return _listed(case_id, number, url_for("handouts.shared", token=token, _external=True))


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
    return _served(handout.page(dict(made.snapshot), _language()))


@handouts.get("/cases/<case_id>/handouts/<int:number>/present")
@needs("counselor")
def present(case_id: str, number: int) -> Response:
    """The view for the meeting, one option at a time."""
    _, made = _one(case_id, number)
    return _served(handout.present(dict(made.snapshot), _language()))


@handouts.get("/cases/<case_id>/handouts/<int:number>/text")
@needs("counselor")
def text(case_id: str, number: int) -> str:
    """The same as a text message, to be copied."""
    case, made = _one(case_id, number)
    return page("handouts_text.html", case=case, words=handout.text_message(dict(made.snapshot), _language()))


@handouts.get("/cases/<case_id>/handouts/<int:number>/file.<ending>")
@needs("counselor")
def file(case_id: str, number: int, ending: str) -> Response | tuple[str, int]:
    """The hand-out as a file: PDF, one HTML file, calendar, cards."""
    case, made = _one(case_id, number)
    snapshot, language = dict(made.snapshot), _language()
    try:
        body = {
            "html": lambda: handout.page(snapshot, language).html.encode(),
            "pdf": lambda: handout.pdf(snapshot, language),
            "ics": lambda: handout.calendar(snapshot, language),
            "vcf": lambda: handout.cards(snapshot, language),
        }[ending]()
    except KeyError:
        abort(404)
    except CannotPrint as error:
        return page("handouts_no_pdf.html", case=case, number=number, problem=error.problems[0]), 503
    response = make_response(body)
    response.mimetype = _FILES[ending]
    name = handout.file_name(snapshot, language, ending)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@handouts.get("/s/<token>")
@anybody
def shared(token: str) -> Response:
    """The hand-out that a link leads to: no account, no cookie, and nothing of the need."""
    made = handing_out.shared(opened(), token, now()) if _TOKEN.fullmatch(token) else None
    if made is None:
        return make_response(page("message.html", title="This list is not shared", sentence=_OVER), 404)
    return _served(handout.page(dict(made.snapshot), _language()))


def _one(case_id: str, number: int) -> tuple[Case, Handout]:
    handing = _handing()
    case = handing.desk.case(case_id)
    return case, handing.one(case, number)


def _served(made: Page) -> Response:
    response = make_response(made.html)
    response.headers["Content-Security-Policy"] = made.policy
    return response


def _there(made: Handout, moment: datetime) -> datetime:
    """A moment by the clock of the place that the hand-out is for."""
    return moment.astimezone(datetime.fromisoformat(made.snapshot["made_at"]).tzinfo)


def _listed(case_id: str, shown: int = 0, link: str = "") -> str:
    handing = _handing()
    case = handing.desk.case(case_id)
    made = handing.all(case)
    return page(
        "handouts.html",
        case=case,
        made=made,
        changed=handing.desk.board(case).changed if made else None,
        shown=shown,
        link=link,
        there=_there,
        languages={code: handout.CATALOGS[code].name for code in handout.LANGUAGES},
        now=handing.desk.now,
    )
