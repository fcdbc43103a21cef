"""The one cookie: a session's id, set by signing in.

The program listens on this machine alone. Under any other name it is reached through a server that speaks https, so that the
cookie is bound to the host and to https there; on this machine's own names it must do without.
"""

from typing import Final

from flask import Response, request

from directory.web.security import OWN_HOSTS

_PLAIN: Final = "session"
_BOUND: Final = "__Host-session"


def read() -> str:
    """The id that the browser sends; "" for none."""
    return request.cookies.get(_name(), "")


def give(response: Response, token: str) -> None:
    """Give the browser an id, until it is closed."""
    response.set_cookie(_name(), token, secure=_by_https(), httponly=True, samesite="Strict", path="/")


def take(response: Response) -> None:
    """Take the id away."""
    response.delete_cookie(_name(), secure=_by_https(), httponly=True, samesite="Strict", path="/")


def _name() -> str:
    return _BOUND if _by_https() else _PLAIN


def _by_https() -> bool:
    return request.is_secure or request.host.partition(":")[0] not in OWN_HOSTS
