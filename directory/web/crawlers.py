"""What search engines are told: which pages are for everybody, where they are, and since when they say what they say.

Addresses here are whole, with the host that was asked: the site answers for no other hosts than its own (see `security`).
"""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from flask import Blueprint, Response, make_response, url_for

from directory import browsing
from directory.public_address import STATE_SLUGS, address_of
from directory.public_data import newest
from directory.web.language import LANGUAGES, to
from directory.web.opened import now, opened
from directory.web.roles import anybody

crawlers: Final = Blueprint("crawlers", __name__)
OWN: Final = ("/need", "/options", "/listings", "/centers/found", "/list", "/compare", "/s/")
"""What one person asked, looked for or chose, and what nobody checked, in both languages."""
KEPT_OUT: Final = (
    "/cases", "/calls", "/attest", "/staff", "/admin", "/desk", "/account",
    "/activate", "/sign-in", "/sign-out", *OWN, *(f"/es{path}" for path in OWN),
)  # fmt: skip
_FIXED: Final = (
    "families.home",
    "families.centers",
    "families_places.states",
    "families_about.checking",
    "families_about.paying",
    "reading.ranking",
)
_SITEMAP: Final = "http://www.sitemaps.org/schemas/sitemap/0.9"
_XHTML: Final = "http://www.w3.org/1999/xhtml"
Entry = tuple[dict[str, str], date | None]
"""A page: its addresses by language, and when what it says last changed."""


@crawlers.get("/robots.txt")
@anybody
def robots() -> Response:
    """Keeps lists, searches, cases and what nobody checked out of search engines; they would be stale there."""
    kept_out = "".join(f"Disallow: {path}\n" for path in KEPT_OUT)
    return _said(f"User-agent: *\n{kept_out}\nSitemap: {url_for('crawlers.sitemap', _external=True)}\n", "text/plain")


@crawlers.get("/sitemap.xml")
@anybody
def sitemap() -> Response:
    """Every page for everybody, in both languages: the fixed ones, the States that have centers, the centers."""
    register_namespace("", _SITEMAP)
    register_namespace("xhtml", _XHTML)
    root = Element(f"{{{_SITEMAP}}}urlset")
    for addresses, changed in (*_fixed(), *_centers()):
        _add(root, addresses, changed)
    return _said(tostring(root, encoding="unicode", xml_declaration=True), "application/xml")


def _fixed() -> Iterator[Entry]:
    for endpoint in _FIXED:
        yield _in_both(endpoint), None


def _centers() -> Iterator[Entry]:
    moment = now()
    for state, centers in sorted(browsing.by_state(browsing.published(opened(), moment)).items()):
        changed = [newest(center, moment) for center in centers]
        yield _in_both("families_places.state", state=STATE_SLUGS[state]), max(changed)
        for center, day in zip(centers, changed, strict=True):
            yield _in_both("families_listing.center", **address_of(center)), day


def _in_both(endpoint: str, **parts: str) -> dict[str, str]:
    return {code: to(endpoint, code, **parts, _external=True) for code in LANGUAGES}


def _add(root: Element, addresses: dict[str, str], changed: date | None) -> None:
    for address in addresses.values():
        page = SubElement(root, f"{{{_SITEMAP}}}url")
        SubElement(page, f"{{{_SITEMAP}}}loc").text = address
        if changed:
            SubElement(page, f"{{{_SITEMAP}}}lastmod").text = changed.isoformat()
        _alternates(page, addresses.items())


def _alternates(page: Element, addresses: Iterable[tuple[str, str]]) -> None:
    for code, address in addresses:
        SubElement(page, f"{{{_XHTML}}}link", rel="alternate", hreflang=code, href=address)


def _said(text: str, kind: str) -> Response:
    response = make_response(text)
    response.mimetype = kind
    return response
