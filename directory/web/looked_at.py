"""Who saw what of a case: each page that shows one is written down, with who and when, and nothing of what it said.

The store notes which cases were looked up; so a page needs no entry here to be in the audit, only one for better words.
"""

from typing import Final

from flask import Flask, Response, g, request

from directory import store
from directory.account import Who
from directory.web.language import SPANISH
from directory.web.opened import now, opened

SHOWN: Final = {
    "account_pages.desk": "case seen on the desk",
    "calls.queue": "case seen in the call queue",
    "cases": "case seen",
    "cases.need": "case need seen",
    "case_end": "case settings seen",
    "case_end.about_to_purge": "asked whether to erase",
    "case_end.purge": "told that it is erased",
    "calls": "call sheet seen",
    "handouts": "hand-outs seen",
    "handouts.show": "hand-out seen",
    "handouts.present": "hand-out presented",
    "handouts.text": "hand-out seen as a text message",
    "handouts.file": "hand-out taken along as {ending}",
    "handouts.linked": "hand-out taken along with its link",
    "vetting_pages": "case seen on a listing's checking",
    "vetting_pages.complain": "case seen after a complaint",
    "shared": "hand-out opened by its link",
}
"""By page, or by the room that a page is in: what stands in the audit of whoever saw something of a case there."""
_SHOW_NOTHING: Final = (401, 403, 404)


def register(app: Flask) -> None:
    """Write down each look at something of a case."""
    app.before_request(store.begin_looking)
    app.after_request(_write)


def _write(response: Response) -> Response:
    seen, status = store.looked_up(), response.status_code
    if seen and not 300 <= status < 400 and status not in _SHOW_NOTHING:
        endpoint = (request.endpoint or "").removeprefix(f"{SPANISH}_")
        words = SHOWN.get(endpoint) or SHOWN.get(endpoint.partition(".")[0]) or f"case seen on the page {endpoint}"
        action = words.format(**(request.view_args or {}))
        who = Who(g.account.name if g.account else "", now())
        with opened().database.writing() as connection:
            for case_id in seen:
                store.audit(connection, who, action, case_id)
    return response
