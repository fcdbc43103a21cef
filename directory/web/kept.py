"""What somebody was about to see or send when the session ended: sealed into the sign-in page, and nowhere else."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from flask import request
from itsdangerous import BadData, URLSafeSerializer

from directory.web.opened import now, register

START: Final = "/desk"
_FOR: Final = timedelta(hours=12)
_NOT_AGAIN: Final = ("csrf_token",)
_OWN_PAGES: Final = ("sign_in", "account_pages")


@dataclass(frozen=True, slots=True)
class Kept:
    """Where somebody was going, with what, and whose session it was (None where that is not known)."""

    path: str
    fields: list[tuple[str, str]]
    sent: bool
    account: int | None


def seal(account: int | None) -> str:
    """This request, to be read by us alone; of one with a file only where it was going."""
    small = (request.content_length or 0) <= (request.max_content_length or 0)
    sent = request.method == "POST" and request.blueprint not in _OWN_PAGES and small and not request.files
    fields = [[name, value] for name, value in request.form.items(multi=True) if name not in _NOT_AGAIN] if sent else []
    until = (now() + _FOR).isoformat()
    return str(_sealer().dumps([_path(sent), fields, sent, account, until]))


def read(sealed: str) -> Kept | None:
    """What was sealed; None for anything else, and when its time is over."""
    try:
        path, fields, sent, account, until = _sealer().loads(sealed)
    except BadData:
        return None
    if datetime.fromisoformat(until) <= now():
        return None
    return Kept(path, [(name, value) for name, value in fields], sent, account)


def _path(sent: bool) -> str:
    if request.blueprint in _OWN_PAGES or (request.method not in ("GET", "HEAD") and not sent):
        return START
    return request.full_path if request.query_string else request.path


def _sealer() -> URLSafeSerializer:
    return URLSafeSerializer(register().keys.pages, salt="kept form")
