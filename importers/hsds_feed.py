"""Fetches a feed of services page by page, as a polite guest, and joins its pages into one file that says whence and when.

Only https and public addresses are asked (this machine is, too): a feed's address is typed by staff, yet may be a trap.
"""

import json
import re
import socket
from collections.abc import Callable
from datetime import datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from directory.problems import CannotUnderstand
from importers.base import Wanted, refuse
from importers.documents import Held, document
from importers.polite import Broken, Guest

PAGE_SIZE: Final = 100
MOST_PAGES: Final = 2_000
_CHECK: Final = "Check the address: it is that of the services, such as https://example.org/api/services"

Tell = Callable[[int, int], None]


def fetch(wanted: Wanted, folder: Path, now: datetime, tell: Tell, guest: Guest | None = None) -> Path:
    """The file with all services of the feed at `wanted.base_url`; see `importers.base.Fetch`."""
    url = wanted.base_url
    _expect_public(url)
    services = _Feed(url, guest or Guest()).services(tell)
    host = re.sub(r"[^a-z0-9]+", "-", (urlsplit(url).hostname or "").casefold()).strip("-")
    day = now.date().isoformat()
    file = folder / f"hsds-{host}-{day}.json"
    part = file.with_suffix(".part")
    part.write_text(json.dumps({"fetched": day, "url": url, "contents": services}, ensure_ascii=False), encoding="utf-8")
    part.replace(file)
    return file


class _Feed:
    """A feed of services. A list may tell each of them in short; then each is asked for by its own address."""

    def __init__(self, url: str, guest: Guest) -> None:
        self._parts = urlsplit(url)
        self._guest = guest
        self._held = Held("Import it in parts, such as the packages of its counties")

    def services(self, tell: Tell) -> list[dict[str, Any]]:
        """All services, each with its places; raises CannotUnderstand where the feed does not answer as HSDS does."""
        number, pages = 1, 1
        services: list[dict[str, Any]] = []
        while number <= pages:
            told = self._page(number)
            pages = _pages(told, number, len(services))
            services += [self._whole(service) for service in told["contents"]]
            tell(number, pages)
            number += 1
        return services

    def _page(self, number: int) -> dict[str, Any]:
        asked = {"full": "true", "per_page": PAGE_SIZE} | dict(parse_qsl(self._parts.query)) | {"page": number}
        address = urlunsplit(self._parts._replace(query=urlencode(asked), fragment=""))
        return self._get(address, lambda raw: _page(raw, number))

    def _whole(self, service: dict[str, Any]) -> dict[str, Any]:
        if "service_at_locations" in service:
            return service
        path = f"{self._parts.path.rstrip('/')}/{quote(str(service.get('id', '')), safe='')}"
        return self._get(urlunsplit(self._parts._replace(path=path, query="", fragment="")), _one)

    def _get(self, address: str, understand: Callable[[bytes], dict[str, Any]]) -> dict[str, Any]:
        def held(raw: bytes) -> dict[str, Any]:
            told = understand(raw)
            self._held.hold("the feed", raw)
            return told

        return self._guest.get(address, held)


def _told(raw: bytes) -> Any:
    try:
        return document("the reply", raw)
    except CannotUnderstand as error:
        raise Broken("; ".join(f"{problem.what} ({problem.found})" for problem in error.problems)) from None


def _page(raw: bytes, number: int) -> dict[str, Any]:
    """A page of services; a feed that gives a bare list has one page. Raises Broken for what is no such page."""
    told = _told(raw)
    page = {"contents": told, "total_pages": 1} if isinstance(told, list) else told
    if not isinstance(page, dict) or not isinstance(page.get("contents"), list):
        raise Broken("an answer without the list “contents”")
    if not all(isinstance(service, dict) for service in page["contents"]):
        raise Broken("a page that holds other things than services")
    if page.get("page_number", number) != number:
        raise Broken(f"page {page['page_number']}, where page {number} was asked for"[:200])
    return page


def _one(raw: bytes) -> dict[str, Any]:
    told = _told(raw)
    if not isinstance(told, dict) or "id" not in told:
        raise Broken("an answer that is no service")
    return told


def _pages(told: dict[str, Any], number: int, before: int) -> int:
    """How many pages there are in all, as this one says; refuses more than a directory can have."""
    pages = told.get("total_pages")
    if type(pages) is not int or not 0 <= pages <= MOST_PAGES:
        what = "it does not say how many pages it has, or more than a directory can have"
        raise refuse("the feed", what, f"{pages}"[:40], _CHECK)
    if not told["contents"] and number <= pages:
        raise refuse("the feed", f"page {number} of {pages} is empty", f"{before:,} services before it", "Try again later")
    return pages


def _expect_public(url: str) -> None:
    """Refuse a server whose name stands for a place in a private network, where nobody from outside may be sent to look."""
    host = urlsplit(url).hostname
    if not host:
        raise refuse(url[:200], "this is no address of a feed", fix=_CHECK)
    try:
        found = {ip_address(str(told[4][0]).partition("%")[0]) for told in socket.getaddrinfo(host, None)}
    except (OSError, UnicodeError):
        return  # the guest says in words that nobody knows this name
    if any(not (address.is_global or address.is_loopback) for address in found):
        raise refuse(host, "this server stands in a private network, and feeds are asked for in public", fix=_CHECK)
    if any(address.is_loopback for address in found) and host != "localhost" and not _is_address(host):
        raise refuse(host, "this name stands for this machine itself", fix=_CHECK)


def _is_address(host: str) -> bool:
    try:
        return bool(ip_address(host))
    except ValueError:
        return False
