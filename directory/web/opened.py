"""What every page stands on: the opened directory, the moment, and the frame around the page."""

from typing import Any, cast

from flask import current_app, render_template

from directory.accounts import Register
from directory.referral import Directory
from directory.web import words
from directory.web.clock import now as now  # pages have the moment from here, like all else


def opened() -> Directory:
    """The directory that the site shows."""
    return cast(Directory, current_app.extensions["directory"])


def register() -> Register:
    """The register of accounts."""
    return cast(Register, current_app.extensions["register"])


def page(template: str, **shown: Any) -> str:
    """A page; it says so where the directory holds the demonstration's invented centers, or newer facts are being taken in.

    Where `shown` tells both already, as an answer does, the index is not asked again.
    """
    if not {"demonstration", "behind"} <= shown.keys():
        generation = opened().index.current()
        told = {"demonstration": words.demonstration(generation, current_app.extensions), "behind": generation.behind}
        shown = told | shown
    return render_template(template, **shown)
