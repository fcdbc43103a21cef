"""Who may open which page: every route says so beside its address, and one that does not stops the start.

`g.account` is who is signed in, or None; `g.session` the session. Whoever lacks one is shown the sign-in in the page's place.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from flask import Flask, Request, Response, current_app, g, make_response, redirect, render_template, request, session, url_for
from flask.sessions import SessionInterface, SessionMixin
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.wrappers import Response as Redirect

from directory import accounts
from directory.accounts import Role
from directory.web import cookie, kept
from directory.web.opened import now
from directory.web.opened import register as people

View = TypeVar("View", bound=Callable[..., Any])
_SAFE: Final = ("GET", "HEAD", "OPTIONS")
_CSRF: Final = CSRFProtect()
MOST_TEXT: Final = 256 << 10
"""How much may be typed where more than a form may be sent; files have no part in it."""


@dataclass(frozen=True, slots=True)
class Opens:
    """Whom a route opens to: anybody where no role is named; `enrolled` where only after the second step is set up.

    `most_bytes` is how much may be sent there, where that is more than a form; only to those to whom it opens.
    """

    roles: frozenset[Role] = frozenset()
    enrolled: bool = True
    most_bytes: int | None = None


class Undeclared(RuntimeError):
    """A route that does not say whom it opens to."""


_DECLARED: Final[dict[Callable[..., Any], Opens]] = {}


def anybody(view: View) -> View:
    """Open a route to everybody, signed in or not."""
    _DECLARED[view] = Opens()
    return view


def needs(*roles: str, enrolled: bool = True, most_bytes: int | None = None) -> Callable[[View], View]:
    """Open a route to people of these roles alone; raises ValueError for a role that there is not."""
    declared = Opens(frozenset(Role(role) for role in roles), enrolled, most_bytes)

    def declare(view: View) -> View:
        _DECLARED[view] = declared
        return view

    return declare


def opens(app: Flask, endpoint: str) -> Opens:
    """Whom a route opens to; raises Undeclared."""
    if endpoint == "static":
        return Opens()
    declared = _DECLARED.get(app.view_functions[endpoint])
    if declared is None:
        raise Undeclared(f"{endpoint} does not say whom it opens to: put @anybody or @needs(...) below its address")
    return declared


def check(app: Flask) -> None:
    """Stop the start where a route is undeclared."""
    for rule in app.url_map.iter_rules():
        opens(app, rule.endpoint)


def a_family() -> bool:
    """Whether nobody who works here asks: then only what families may see is named. Signing in is not whole without its second
    step.
    """
    return g.account is None or not g.session.enrolled


def register(app: Flask) -> None:
    """Ask who it is before every page, and for the token in every form of those who are signed in."""
    app.secret_key = app.extensions["register"].keys.pages
    app.session_interface = _NoCookieOfItsOwn()
    app.config.update(WTF_CSRF_CHECK_DEFAULT=False, WTF_CSRF_TIME_LIMIT=None, WTF_CSRF_SSL_STRICT=False)
    _CSRF.init_app(app)
    app.before_request(_guard)


class _Nothing(dict[str, Any], SessionMixin):
    """What Flask-WTF reads its secret from; filled anew for each request."""


class _NoCookieOfItsOwn(SessionInterface):
    """Flask's session without a cookie: the secret of a form's token is made from our session's id."""

    def open_session(self, app: Flask, request: Request) -> SessionMixin:
        return _Nothing()

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Keep nothing."""


def _guard() -> Response | Redirect | None:
    g.account = g.session = None
    if request.endpoint is None or request.endpoint == "static":
        return None
    wanted, known = opens(current_app, request.endpoint), _recognize()
    if not wanted.roles:
        return None
    if g.account is None:
        return _sign_in_first(known)
    if g.account.role not in wanted.roles:
        return _not_for_this_role()
    if wanted.most_bytes:
        request.max_content_length = wanted.most_bytes
        request.max_form_memory_size = min(wanted.most_bytes, MOST_TEXT)
    if request.method not in _SAFE and not _has_token():
        return _send_again()
    if wanted.enrolled and not g.session.enrolled:
        return redirect(url_for("account_pages.second_step"), 303)
    return None


def _recognize() -> accounts.Session | None:
    """Whose session it is, live or not; only a live one signs anybody in."""
    token = cookie.read()
    found = accounts.look(people(), token, now()) if token else None
    if found and accounts.is_live(found, now()):
        become(found, token)
    return found


def become(found: accounts.Session, token: str) -> None:
    """Answer this request as the session's owner, with a token in its forms."""
    g.account, g.session = found.account, found
    session["csrf_token"] = people().keys.digest("form token", token)


def _has_token() -> bool:
    try:
        _CSRF.protect()
    except CSRFError:
        return False
    return True


def _sign_in_first(known: accounts.Session | None) -> Response:
    """The sign-in in the page's place; what was typed waits in it, for the same person where we know who it was."""
    name = known.account.name if known else ""
    shown = {"name": name, "kept": kept.seal(known.account.id if known else None), "expired": known is not None}
    return make_response(render_template("sign-in.html", told={}, **shown), 401)


def _not_for_this_role() -> Response:
    sentence = f"You are signed in as {g.account.name}, {g.account.role}. This page belongs to another role."
    return make_response(render_template("message.html", title="Not for your role", sentence=sentence), 403)


def _send_again() -> Response:
    """A form without its token: nothing is done. Where our own page sent it, in a session before this, it can be sent again."""
    if request.headers.get("Sec-Fetch-Site") != "same-origin":
        sentence = "The form was not sent from a page of this session. Please go back, reload the page and send it again."
        return make_response(render_template("message.html", title="This could not be accepted", sentence=sentence), 400)
    held = kept.read(kept.seal(g.account.id))
    return make_response(render_template("kept.html", kept=held), 400)
