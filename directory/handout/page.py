"""The hand-out as one self-contained HTML file, for the screen and for print; and the meeting's full-screen view.

Each file asks nobody for anything: its style is inside, it has no script, and its policy allows just that style.
"""

import base64
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from directory.handout import square, typeface
from directory.handout.catalog import CATALOGS, LANGUAGES
from directory.handout.sheet import Sheet, sheet
from directory.handout.snapshot import Snapshot

_HERE: Final = Path(__file__).with_name("templates")
_TEMPLATES: Final = Environment(
    loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)
DENSITIES: Final = ("roomy", "close", "closer", "closest")
"""How tightly the printed sheet is set; the tighter, the more words fit on its two pages."""
_WORDS_THAT_FIT: Final = (1500, 1900, 3000)
"""How many letters the boxes of page 1 may hold at each density but the last."""


@dataclass(frozen=True, slots=True)
class Page:
    """An HTML file and the Content-Security-Policy to serve it with."""

    html: str
    policy: str


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around a hand-out that is opened on the site, and in no file.

    `others` has where the same stands in other languages: code, name and address of each. `taken_off` has the names of
    those to whom nobody may be sent any more.
    """

    others: tuple[tuple[str, str, str], ...] = ()
    taken_off: tuple[str, ...] = ()


_ALONE: Final = Around()


def page(snapshot: Snapshot, language: str = "en", link: str = "", around: Around = _ALONE) -> Page:
    """The hand-out; with a share link, its second page has the link's square code."""
    told = sheet(snapshot, language)
    return _written("handout", told, _given(link, density(told)) | {"around": around})


def present(snapshot: Snapshot, language: str = "en") -> Page:
    """The view for the meeting: one option at a time, large."""
    return _written("present", sheet(snapshot, language), {})


def printed(snapshot: Snapshot, language: str, link: str, density: str) -> str:
    """The hand-out's HTML as a printer of a given density gets it."""
    return _written("handout", sheet(snapshot, language), _given(link, density)).html


def _given(link: str, density: str) -> dict[str, Any]:
    return {"link": link, "code": square.data(link) if link else "", "density": density, "around": _ALONE}


def file_name(snapshot: Snapshot, language: str, ending: str) -> str:
    """What a file of this hand-out is called: a number and a day, in no words about anybody."""
    other = "" if language == LANGUAGES[0] else f"-{CATALOGS[language].code}"
    return f"list-{snapshot['number']}-{snapshot['made_at'][:10]}{other}.{ending}"


def density(told: Sheet) -> str:
    """How tightly to set page 1, so that whatever is known fits on it."""
    boxes = ((one.name, one.street, one.asked, one.status, one.there, *one.notes) for one in told.listed)
    letters = sum(len(words) for box in boxes for words in box)
    letters += sum(len(label) + len(words) for one in told.listed for label, words in one.fields)
    return next((name for name, most in zip(DENSITIES, _WORDS_THAT_FIT, strict=False) if letters <= most), DENSITIES[-1])


def _written(name: str, told: Sheet, given: dict[str, Any]) -> Page:
    style = typeface.faces() + (_HERE / f"{name}.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    inside = f"style-src 'sha256-{digest}'; font-src data:; img-src data:"
    policy = f"default-src 'none'; {inside}; base-uri 'none'; form-action 'none'"
    html = _TEMPLATES.get_template(f"{name}.html").render(
        sheet=told, say=told.words.say, style=Markup(style), policy=policy, **given
    )
    return Page(html, f"{policy}; frame-ancestors 'none'")
