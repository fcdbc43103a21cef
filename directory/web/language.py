"""The language of a page, told by its address alone: Spanish below /es, English everywhere else. No cookie, no guessing.

The sentences stand in the templates and, as `Spoken`, in the rooms that make them, in English; translations/es has them in
Spanish, written by people (`messages.po`) and compiled (`messages.mo`). tests/translating.py gathers and compiles them.
"""

import gettext as catalogs
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from flask import Blueprint, Flask, current_app, request, url_for
from markupsafe import Markup

from directory.handout.catalog import CATALOGS, HELP_CODES, Catalog
from directory.matching.wording import day as day_in_words
from directory.spoken import Spoken
from directory.vocabulary import HELPLINES

ENGLISH, SPANISH = "en", "es"
LANGUAGES: Final = {ENGLISH: "English", SPANISH: "Español"}
_BELOW_SPANISH: Final = f"/{SPANISH}/"
FOLDER: Final = Path(__file__).with_name("translations")
_SHOWN_AGAIN: Final = {
    "families.look": "families.centers",
    "families.without": "families.found",
    "families_listing.report": "families_listing.center",
    "families_kept.keep": "families.centers",
    "families_kept.choose": "families.centers",
    "pages.ask": "pages.form",
    "pages.narrow": "pages.options",
    "pages.loosen": "pages.options",
}
"""Where a form is sent to, and the page that shows it."""
TONGUES: Final[dict[str, catalogs.NullTranslations]] = {
    ENGLISH: catalogs.NullTranslations(),
    SPANISH: catalogs.translation("messages", FOLDER, [SPANISH]),
}


def register(app: Flask) -> None:
    """Teach the templates to speak both languages; what is `Spoken` they say in that of the page."""
    app.jinja_env.finalize = speak
    app.jinja_env.globals |= {"_": _written, "ngettext": _counted}
    app.jinja_env.globals |= {"language": language, "to": to, "the_same_in": the_same_in, "LANGUAGES": LANGUAGES}
    app.jinja_env.globals |= {"in_both_languages": in_both_languages}
    app.jinja_env.filters["speak"] = speak
    app.jinja_env.globals |= {"helplines": helplines, "safety": safety, "demonstration_words": demonstration}


def in_both(app: Flask, pages: Blueprint) -> None:
    """Open the same pages in both languages: `families.home` at /, `es.home` at /es/."""
    app.register_blueprint(pages)
    app.register_blueprint(pages, url_prefix=f"/{SPANISH}", name=f"{SPANISH}_{pages.name}")


def language() -> str:
    """The language of the page that is asked for."""
    # What stands behind the proxy: this is asked a thousand times a page. Flask's types don't know of it.
    path: str = request._get_current_object().path  # type: ignore[attr-defined]
    return SPANISH if path.startswith(_BELOW_SPANISH) or path == f"/{SPANISH}" else ENGLISH


def gettext(message: str, **filled: object) -> str:
    """A sentence in the page's language, with what belongs into it."""
    return _plain(message) % filled if filled else _plain(message)


def ngettext(one: str, many: str, number: int, **filled: object) -> str:
    """The same for one or several; the number is filled in as `num`."""
    return _plural(one, many, number) % {"num": number, **filled}


def speak(told: Any) -> Any:
    """A sentence in the page's language; whatever else is shown stays as it is. Its own text is its English."""
    if not isinstance(told, Spoken):
        return told
    spoken = language()
    return told if spoken == ENGLISH else told.spoken(TONGUES[spoken])


def _written(message: str, /, **filled: object) -> Markup:
    """A template's own sentence, which may hold marks; what is filled in may not, and is made safe."""
    words = _safe(message, TONGUES[language()])
    if not filled:
        return words
    if all(type(one) is int for one in filled.values()):
        return Markup(str(words) % filled)  # numbers are safe, and to look at each takes longer than to write them
    return words % filled


def _counted(one: str, many: str, number: int, /, **filled: object) -> Markup:
    """The same for one or several."""
    return Markup(_plural(one, many, number)) % {"num": number, **filled}


@lru_cache(maxsize=4096)
def _safe(message: str, tongue: catalogs.NullTranslations) -> Markup:
    return Markup(tongue.gettext(message))


def _plain(message: str) -> str:
    return TONGUES[language()].gettext(message)


def _plural(one: str, many: str, number: int) -> str:
    return TONGUES[language()].ngettext(one, many, number)


def sheet() -> Catalog:
    """The hand-out's words in the page's language: days, helplines, what to ask."""
    return CATALOGS[language()]


def helplines() -> list[tuple[str, str]]:
    """The helplines: what each is for, and its number."""
    return [(sheet().say(f"helpline.{code}"), number) for code, (_, number) in zip(HELP_CODES, HELPLINES, strict=True)]


def safety() -> str:
    """What may save a life."""
    return sheet().say("safety")


def demonstration() -> str:
    """That every center is invented, while that is so."""
    return sheet().say("page.demonstration")


def day(when: date) -> str:
    """March 13, 2026, or 13 de marzo de 2026."""
    return str(speak(day_in_words(when)))


def to(endpoint: str, spoken: str = "", **values: Any) -> str:
    """The address of a page that there is in both languages, in this page's language or the one named."""
    return url_for(f"{SPANISH}_{endpoint}" if (spoken or language()) == SPANISH else endpoint, **values)


def the_same_in(spoken: str) -> str:
    """The address of this very page in a language; that of the first page where this one is not there in both."""
    if not in_both_languages():
        return to("families.home", spoken)
    here = _here()
    shown = {name: request.args.getlist(name) for name in ("show", "list", "kept", "center") if name in request.args}
    return to(_SHOWN_AGAIN.get(here, here), spoken, **(request.view_args or {}), **shown)


def in_both_languages() -> bool:
    """Whether this page is there in both languages."""
    return f"{SPANISH}_{_here()}" in current_app.view_functions


def _here() -> str:
    return (request.endpoint or "").removeprefix(f"{SPANISH}_")
