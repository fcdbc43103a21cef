"""What a family's link leads to, in both languages: the hand-out, without an account, a cookie, or a word of the need."""

import re
from typing import Final

from flask import Blueprint, Response, make_response

from directory import handing_out, handout
from directory.spoken import say
from directory.web.language import LANGUAGES, language, to
from directory.web.opened import now, opened, page
from directory.web.roles import anybody

shared: Final = Blueprint("shared", __name__)
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{22}")
_TITLE: Final = say("This list is not shared")
_OVER: Final = say(
    "A link works for 72 hours at most, and whoever made it can end it sooner. Ask them for a new one. "
    "Meanwhile call the numbers on the printed list, or the helplines below."
)


def address(token: str, spoken: str) -> str:
    """The whole address of a link in a language."""
    return to("shared.shown", spoken, token=token, _external=True)


@shared.get("/s/<token>")
@anybody
def shown(token: str) -> Response:
    """The hand-out that a link leads to, with the same in the other language."""
    made = handing_out.shared(opened(), token, now()) if _TOKEN.fullmatch(token) else None
    if made is None:
        return make_response(page("message.html", title=_TITLE, sentence=_OVER), 404)
    here = language()
    others = tuple((code, name, to("shared.shown", code, token=token)) for code, name in LANGUAGES.items() if code != here)
    around = handout.Around(others, handing_out.taken_off(opened(), made, now()))
    return served(handout.page(dict(made.snapshot), here, around=around))


def served(made: handout.Page) -> Response:
    """A file of its own, with its own policy."""
    response = make_response(made.html)
    response.headers["Content-Security-Policy"] = made.policy
    return response
