"""How we check, and who pays us: said to families from the very rules that the checking keeps."""

from typing import Final

from flask import Blueprint

from directory.matching.standing import AGEING_DAYS, CONFIRMED_DAYS
from directory.vetting_items import ITEMS
from directory.web.language import gettext as _
from directory.web.opened import page
from directory.web.roles import anybody

families_about: Final = Blueprint("families_about", __name__)


@families_about.get("/how-we-check")
@anybody
def checking() -> str:
    """What is checked before a center is shown here, from the list that staff check by."""
    asked = {item.code: [_(ask.words) for ask in item.asks if not item.personal] for item in ITEMS}
    items = [(_(item.title), _(item.families), asked[item.code]) for item in ITEMS]
    return page("families_checking.html", items=items, confirmed_days=CONFIRMED_DAYS, ageing_days=AGEING_DAYS)


@families_about.get("/who-pays-us")
@anybody
def paying() -> str:
    """Who pays us: no center."""
    return page("families_paying.html")
