"""The pages of somebody who is signed in: where to start, the second step, the password, the sessions."""

import io
from datetime import datetime
from typing import Final

import segno
from flask import Blueprint, Response, abort, g, make_response, redirect, request, url_for
from werkzeug.wrappers import Response as Redirect

from directory import accounts
from directory.accounts import Refused, Role
from directory.problems import CannotUnderstand
from directory.web.opened import now, page, register
from directory.web.roles import needs
from directory.web.sign_in import left as signed_out
from directory.web.sign_in import sentence

account_pages: Final = Blueprint("account_pages", __name__)
_WRONG_CODE: Final = "This is not the code that the app shows now. A code works once: wait for the next one."
_TOO_MANY: Final = "Too many tries. Try again in 15 minutes."


@account_pages.app_template_filter("ago")
def ago(moment: datetime) -> str:
    """How long ago a moment was: just now, 5 minutes ago, 3 hours ago."""
    minutes = int((now() - moment).total_seconds() // 60)
    if minutes < 1:
        return "just now"
    count, unit = (minutes, "minute") if minutes < 60 else (minutes // 60, "hour")
    return f"{count} {unit}{'s' * (count > 1)} ago"


@account_pages.get("/desk")
@needs(*Role)
def desk() -> str:
    """Where somebody starts who has signed in."""
    return page("desk.html")


@account_pages.get("/account")
@needs(*Role)
def account() -> str:
    """The account: its password, its recovery codes, and where it is signed in."""
    return _account({})


@account_pages.post("/account/password")
@needs(*Role)
def change_password() -> tuple[str, int]:
    """Another password; the other sessions end."""
    given = request.form.get("present", "")[:1000], request.form.get("password", "")
    try:
        if accounts.change_password(register(), g.session, given, now()):
            return _account({}, "Your password is changed. You are signed out everywhere else."), 200
        told = {"present": "This is not your present password."}
    except CannotUnderstand as error:
        told = {"password": sentence(error)}
    except Refused:
        told = {"present": _TOO_MANY}
    return _account(told), 422


@account_pages.post("/account/codes")
@needs(*Role)
def renew_codes() -> str | tuple[str, int]:
    """Ten other recovery codes, shown this once."""
    try:
        codes = accounts.new_recovery_codes(register(), g.account, request.form.get("code", ""), now())
    except Refused:
        return _account({"code": _TOO_MANY}), 422
    return _codes(codes) if codes else (_account({"code": _WRONG_CODE}), 422)


@account_pages.post("/account/sessions/<int:session_id>/end")
@needs(*Role)
def end_session(session_id: int) -> Redirect:
    """End one of one's own sessions."""
    if not accounts.end(register(), g.account, session_id, now()):
        abort(404)
    return redirect(url_for("account_pages.account"), 303)


@account_pages.post("/account/sign-out-everywhere")
@needs(*Role, enrolled=False)
def leave_everywhere() -> Response:
    """End all of one's own sessions, this one too."""
    accounts.end_all(register(), g.account, now())
    return signed_out()


@account_pages.get("/account/second-step")
@needs(*Role, enrolled=False)
def second_step() -> str | Redirect:
    """How to set up the authenticator app."""
    return redirect(url_for("account_pages.account"), 303) if g.session.enrolled else _second_step({})


@account_pages.post("/account/second-step")
@needs(*Role, enrolled=False)
def confirm_second_step() -> str | tuple[str, int]:
    """Use the app once it has shown a right code; the recovery codes, shown this once."""
    codes = accounts.confirm_second_step(register(), g.account, request.form.get("code", ""), now())
    return _codes(codes) if codes else (_second_step({"code": _WRONG_CODE}), 422)


@account_pages.get("/account/second-step.svg")
@needs(*Role, enrolled=False)
def square() -> Response:
    """The square that an authenticator app reads."""
    if g.session.enrolled:
        abort(404)
    drawn = io.BytesIO()
    segno.make(accounts.begin_second_step(register(), g.account)[1], micro=False).save(drawn, kind="svg", scale=5, light="#fff")
    response = make_response(drawn.getvalue())
    response.mimetype = "image/svg+xml"
    return response


def _account(told: dict[str, str], done: str = "") -> str:
    mine = accounts.open_sessions(register(), g.account, now())
    left = accounts.recovery_codes_left(register(), g.account)
    return page("account.html", told=told, done=done, sessions=mine, codes_left=left)


def _second_step(told: dict[str, str]) -> str:
    secret, address = accounts.begin_second_step(register(), g.account)
    spaced = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    return page("second-step.html", told=told, secret=spaced, address=address)


def _codes(codes: tuple[str, ...]) -> str:
    return page("codes.html", codes=codes)
