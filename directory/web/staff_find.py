"""The page on which staff look a listing up, published or not. What they enter goes by POST and is kept nowhere."""

from typing import Final

from flask import Blueprint, request

from directory import finding
from directory.web import told
from directory.web.opened import now, opened, page
from directory.web.roles import needs

staff_find: Final = Blueprint("staff_find", __name__, url_prefix="/staff/find")
_LONGEST: Final = 120


@staff_find.get("")
@needs("staff", "admin")
def form() -> str:
    """The empty form."""
    return page("staff_find.html", words="", wrong="", found=None)


@staff_find.post("")
@needs("staff", "admin")
def find() -> tuple[str, int]:
    """What was found, each with how far it is checked, and the way to its checking."""
    words = request.form.get("words", "")[:_LONGEST].strip()
    if not words:
        wrong = "Enter a name, telephone number, ZIP code, city, license number or id"
        return page("staff_find.html", words="", wrong=wrong, found=None), 422
    found = finding.find(opened(), words)
    listed = [(listing, told.vetting(listing, now())) for listing in found.listings]
    return page("staff_find.html", words=words, wrong="", found=found, listed=listed), 200
