"""The way back from a step of the staff's work: to the queue, where the step was taken there."""

import re
from typing import Final

from flask import redirect as lead
from flask import request, url_for
from werkzeug.wrappers import Response as Redirect

_BACK: Final = re.compile(r"(all/)?(task-[0-9a-f]{10}|main)")


def done(otherwise: str) -> Redirect:
    """Where somebody goes on after a step: to what the queue shows next, where it was taken there; else as the page says."""
    found = _BACK.fullmatch(request.form.get("back", ""))
    if found is None:
        return lead(otherwise, 303)
    return lead(url_for("staff.home", all="yes" if found[1] else None, _anchor=found[2]), 303)
