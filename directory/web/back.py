"""The way back from a step of the staff's work: to the queue, where the step was taken there.

A form of the queue says where its task stands there and what the queue shows next, once the step is done.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from flask import current_app, g, request, url_for
from flask import redirect as lead
from werkzeug.wrappers import Response as Redirect

Wrong = Mapping[str, Mapping[str, str]]
"""What is to be mended: by the part of the page that it belongs to, by field, in words."""
_BACK: Final = re.compile(r"(all/)?(task-[0-9a-f]{10})/(task-[0-9a-f]{10}|main)")


@dataclass(frozen=True, slots=True)
class Refused:
    """A step that could not be taken, on the queue: at which task, what is to be mended, whether the whole queue was shown."""

    at: str = ""
    wrong: Wrong = field(default_factory=dict)
    whole: bool = False


def done(otherwise: str) -> Redirect:
    """Where somebody goes on after a step: to what the queue shows next, where it was taken there; else as the page says."""
    found = _from_queue()
    return lead(url_for("staff.home", all="yes" if found[1] else None, _anchor=found[3]) if found else otherwise, 303)


def refused(wrong: Wrong, otherwise: Callable[[], str]) -> str:
    """The page on which the step was taken, again, with what to mend: the queue, or the step's own as `otherwise` makes it."""
    found = _from_queue()
    if found is None:
        return otherwise()
    g.refused = Refused(found[2], wrong, bool(found[1]))
    return str(current_app.view_functions["staff.home"]())


def on_queue() -> Refused:
    """The step that the queue has to show as refused; an empty one where none was."""
    told: Refused = g.get("refused", Refused())
    return told


def _from_queue() -> re.Match[str] | None:
    return _BACK.fullmatch(request.form.get("back", ""))
