"""Who saw what of a case: each look at one of its pages is written down, with who and when, and nothing of what it said."""

from typing import Final

from flask import Flask, Response, g, request

from directory import store
from directory.account import Who
from directory.web.opened import now, opened

SHOWN: Final = {
    "cases.show": "case seen",
    "cases.need": "case need seen",
    "case_end.about": "case settings seen",
    "calls.sheet": "call sheet seen",
    "handouts.all_of_them": "hand-outs seen",
    "handouts.show": "hand-out seen",
    "handouts.present": "hand-out presented",
    "handouts.text": "hand-out seen as a text message",
    "handouts.file": "hand-out taken along as {ending}",
    "handouts.linked": "hand-out taken along with its link",
}
"""By page of a case: what stands in the audit of whoever saw it."""


def register(app: Flask) -> None:
    """Write down each look at a page of a case."""
    app.after_request(_write)


def _write(response: Response) -> Response:
    action = SHOWN.get(request.endpoint or "")
    if action and response.status_code == 200:
        seen = request.view_args or {}
        with opened().database.writing() as connection:
            store.audit(connection, Who(g.account.name, now()), action.format(**seen), seen["case_id"])
    return response
