"""Pages for what went wrong, in the look of all others and in plain words."""

from typing import Final

from flask import Flask, Response, make_response, render_template, request
from werkzeug.exceptions import HTTPException, SecurityError

from directory.web.language import gettext

WORDS: Final = {
    400: ("This could not be read", "The browser sent something that is not understood here. Please start again."),
    403: ("Not accepted from another site", "Please open the form here and send it from here. Nothing was kept."),
    404: ("There is nothing here", "The address may be mistyped, or the page is gone."),
    405: ("This page can't be used like that", "Please start again with the form."),
    413: ("That was too much", "What was sent is larger than any filled-in form. Please start again with the form."),
    500: ("Something went wrong here", "It is our fault, not yours. Please try again; meanwhile use the helplines below."),
    503: ("Not ready yet", "Please try again in a minute; meanwhile use the helplines below."),
}


def register(app: Flask) -> None:
    """Use these pages for every error."""
    app.register_error_handler(SecurityError, _unknown_host)
    app.register_error_handler(HTTPException, _told)


def _unknown_host(_error: SecurityError) -> Response:
    """A host name that is not ours: no page, since every link on it would lead there."""
    response = make_response("This name is not one that the site answers to. Set TRUSTED_HOSTS.\n", 400)
    response.mimetype = "text/plain"
    return response


def _told(error: HTTPException) -> Response:
    if error.code is None or error.code < 400:
        return make_response(error.get_response())
    code = 503 if error.code == 500 and request.endpoint == "health.ready" else error.code
    title, sentence = WORDS.get(code, WORDS[500 if code >= 500 else 400])
    response = make_response(render_template("message.html", title=gettext(title), sentence=gettext(sentence)), code)
    if code == 405 and error.get_response().headers.get("Allow"):
        response.headers["Allow"] = error.get_response().headers["Allow"]
    return response
