"""The fences: headers on every answer, the hosts that we answer for, and no changes asked for by other sites."""

from typing import Final
from urllib.parse import urlsplit

from flask import Flask, Response, abort, request

# An IPv6 address can't be listed: werkzeug cuts the names that it trusts at their first colon. We listen on IPv4 only.
OWN_HOSTS: Final = ("localhost", "127.0.0.1")
_POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'"
)
_UNUSED_POWERS: Final = ("accelerometer", "camera", "geolocation", "gyroscope", "magnetometer", "microphone", "payment", "usb")
HEADERS: Final = {
    "Content-Security-Policy": _POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": ", ".join(f"{power}=()" for power in _UNUSED_POWERS),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_NUL: Final = "\0"
_SAFE: Final = ("GET", "HEAD", "OPTIONS")


def register(app: Flask) -> None:
    """Put the fences around every page."""
    app.before_request(_refuse_other_sites)
    app.after_request(_add_headers)


def with_pictures_inside() -> str:
    """The policy of a page that holds a picture of its own, such as a square code."""
    return _POLICY.replace("img-src 'self'", "img-src 'self' data:")


def refuse_unwritable(app: Flask) -> None:
    """Refuse what no text holds; after the guard, which says how much may be read of a form."""
    app.before_request(_refuse_unwritable)


def _refuse_unwritable() -> None:
    """A NUL comes from no keyboard, and PostgreSQL takes none."""
    if _NUL in request.path:
        abort(404)
    sent = (request.args, request.form)
    if any(_NUL in text for form in sent for name, value in form.items(multi=True) for text in (name, value)):
        abort(400)


def _add_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.endpoint != "static":
        response.headers["Cache-Control"] = "no-store"
    return response


def _refuse_other_sites() -> None:
    if request.method not in _SAFE and _from_another_site():
        abort(403)


def _from_another_site() -> bool:
    """Whether another site's page made the browser send this.

    `Sec-Fetch-Site` decides where a browser sends it. Over plain http to another machine browsers do not, and our own
    `no-referrer` makes their `Origin` read "null", so that alone refuses nobody: there is no session to be misused.
    """
    fetch_site = request.headers.get("Sec-Fetch-Site")
    if fetch_site is not None:
        return fetch_site not in ("same-origin", "none")
    origin = request.headers.get("Origin", "null")
    return origin != "null" and urlsplit(origin).netloc != request.host
