"""Signing in and out, and the page behind a one-time link."""

from datetime import datetime
from typing import Final

from flask import Blueprint, Response, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Redirect

from directory import accounts
from directory.accounts import Account, Refused, Role, Tried
from directory.problems import CannotUnderstand
from directory.web import cookie, kept
from directory.web.kept import Kept
from directory.web.opened import now, register
from directory.web.roles import anybody, become, needs

sign_in: Final = Blueprint("sign_in", __name__)
_MOST_BYTES: Final = 512 * 1024
WRONG: Final = "This name, password and code do not belong together. A code works once: wait for the next one."


@sign_in.get("/sign-in")
@anybody
def form() -> str | Redirect:
    """The sign-in."""
    if g.account:
        return redirect(url_for("account_pages.desk"), 303)
    return render_template("sign-in.html", told={}, name="", kept="", expired=False)


@sign_in.post("/sign-in")
@anybody
def enter() -> Response:
    """Sign in and go on where the session before ended; or the sign-in again."""
    request.max_content_length = request.max_form_memory_size = _MOST_BYTES  # a form that waits is longer than it was
    given = {name: request.form.get(name, "") for name in ("name", "password", "code", "kept")}
    tried = Tried(given["name"][:200], given["password"][:1000], given["code"][:100], request.remote_addr or "")
    try:
        token = accounts.sign_in(register(), tried, now())
    except Refused as refused:
        return _again(given, refused.until)
    return _went_in(token, kept.read(given["kept"]))


def _again(given: dict[str, str], until: datetime | None) -> Response:
    told = {"name": WRONG if until is None else _too_many(until)}
    shown = {"name": given["name"], "kept": given["kept"], "expired": False}
    return make_response(render_template("sign-in.html", told=told, **shown), 401 if until is None else 429)


def _too_many(until: datetime) -> str:
    minutes = max(1, -int(-(until - now()).total_seconds() // 60))
    unit = "minute" if minutes == 1 else "minutes"
    return f"Too many tries. Try again in {minutes} {unit}, or ask your administrator for a new link."


def _went_in(token: str, waiting: Kept | None) -> Response:
    """On with what waited for this person; a new id, and an end to the session that this browser had before."""
    before = g.session
    if before:
        accounts.sign_out(register(), before, now())
    session = accounts.look(register(), token, now())
    if session is None:
        return make_response(redirect(url_for("sign_in.form"), 303))
    mine = waiting if waiting and waiting.account in (None, session.account.id) else None
    response = _on(token, session, mine)
    cookie.give(response, token)
    return response


def _on(token: str, session: accounts.Session, waiting: Kept | None) -> Response:
    if waiting is None or not waiting.sent:
        return make_response(redirect(waiting.path if waiting else kept.START, 303))
    become(session, token)
    return make_response(render_template("kept.html", kept=waiting))


@sign_in.post("/sign-out")
@needs(*Role, enrolled=False)
def leave() -> Response:
    """Sign out here."""
    accounts.sign_out(register(), g.session, now())
    return left()


def left() -> Response:
    """What stands after signing out: no cookie, and the sign-in."""
    response = make_response(redirect(url_for("sign_in.form"), 303))
    cookie.take(response)
    return response


@sign_in.get("/activate/<token>")
@anybody
def activate(token: str) -> Response:
    """The page behind a one-time link; looking at it uses nothing up."""
    account = accounts.opened_by(register(), token, now())
    return _first_password(account, {}) if account else _no_longer_good()


@sign_in.post("/activate/<token>")
@anybody
def set_password(token: str) -> Response:
    """Use the link up: the password is set, and its owner signed in."""
    password, again = request.form.get("password", ""), request.form.get("again", "")
    account = accounts.opened_by(register(), token, now())
    if account is None:
        return _no_longer_good()
    if password != again:
        return _first_password(account, {"again": "The two are not the same. Type the password twice."})
    try:
        opened = accounts.set_first_password(register(), token, password, now())
    except CannotUnderstand as error:
        return _first_password(account, {"password": sentence(error)})
    return _went_in(opened, None) if opened else _no_longer_good()


def sentence(error: CannotUnderstand) -> str:
    """What is wrong with a password, and what to do."""
    (problem,) = error.problems
    return f"This password is {problem.what}. {problem.fix}."


def _first_password(account: Account, told: dict[str, str]) -> Response:
    return make_response(render_template("activate.html", told=told, account=account), 422 if told else 200)


def _no_longer_good() -> Response:
    what = "A link works once, for 72 hours, and a newer one ends it. Ask your administrator for another."
    return make_response(render_template("message.html", title="This link is no longer good", sentence=what), 404)
