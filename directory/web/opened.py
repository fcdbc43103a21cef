"""What every page stands on: the opened directory, the moment, and the frame around the page."""

from datetime import UTC, datetime
from typing import Any, cast

from flask import current_app, render_template

from directory.referral import Directory
from directory.web import words


def opened() -> Directory:
    """The directory that the site shows."""
    return cast(Directory, current_app.extensions["directory"])


def now() -> datetime:
    """The moment, in the whole seconds in which reports are compared."""
    return datetime.now(UTC).replace(microsecond=0)


def page(template: str, **shown: Any) -> str:
    """A page; it says so where the directory holds the demonstration's invented centers."""
    if "demonstration" not in shown:
        shown["demonstration"] = words.demonstration(opened().index.current(), current_app.extensions)
    return render_template(template, **shown)
