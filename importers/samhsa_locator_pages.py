"""Fetches the locator's pages, keeps each whole one, and joins them into one file when all of them are there.

The interface is not promised to anybody, so its answer is checked: the page that was asked for, the same count on every page,
as many facilities as it counts, and mostly of the State that was asked for. What does not fit is asked again, then said.
"""

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from directory.problems import CannotUnderstand
from importers.base import Wanted, refuse
from importers.documents import Held, document
from importers.polite import Broken, Guest

BASE_URL: Final = "https://findtreatment.gov"
FETCHED: Final = "fetched"
"""The key under which the joined file says what was asked for and on which day."""
PAGE_SIZE: Final = 2000
MOST_PAGES: Final = 100
METERS_IN_A_MILE: Final = 1609.344
KEPT_FOR: Final = timedelta(hours=24)
NUMBERS: Final = {
    "ME": 1, "MI": 2, "MA": 3, "MT": 4, "NY": 5, "NC": 6, "OH": 7, "PA": 8, "RI": 9, "TN": 10, "TX": 11, "NV": 12, "NJ": 13,
    "UT": 14, "WA": 15, "WI": 16, "MD": 18, "AL": 19, "AK": 20, "AZ": 21, "AR": 22, "CA": 23, "CO": 24, "CT": 25, "DE": 26,
    "DC": 27, "FL": 28, "GA": 29, "HI": 30, "ID": 31, "IL": 32, "IN": 33, "IA": 34, "KS": 35, "KY": 36, "LA": 37, "MN": 38,
    "MS": 39, "MO": 40, "NE": 41, "NH": 42, "NM": 43, "ND": 44, "OK": 45, "OR": 46, "SC": 47, "SD": 48, "VT": 49, "VA": 50,
    "WV": 51, "WY": 52,
}  # fmt: skip
"""The locator's own numbers of States, as its users found them in 2026: SAMHSA's guide has them, this program's sources do not.

A wrong one is noticed, because the facilities that come are then of another State.
"""
_LATER: Final = "Try again later; what has been fetched is kept"
_SMALLER: Final = "Ask for a smaller circle, or use the site's download"
_BY_HAND: Final = "Save the reply from your browser and import that file, or use the site's download"

Tell = Callable[[int, int], None]


class _Changed(Exception):
    """The locator's list changed between two pages, so they do not fit together."""


@dataclass(frozen=True, slots=True)
class _Page:
    """One page of a reply: the counts that it gives, and its facilities."""

    pages: int
    count: int
    rows: list[Any]


def fetch(wanted: Wanted, folder: Path, now: datetime, tell: Tell, guest: Guest | None = None) -> Path:
    """The file with all facilities that are wanted; see `importers.base.Fetch`."""
    asking = _Asking(wanted, folder, now, tell, guest or Guest(plain_http=wanted.plain_http))
    try:
        rows = asking.all_rows()
    except _Changed:
        asking.forget()
        try:
            rows = asking.all_rows()
        except _Changed:
            asking.forget()
            raise refuse(asking.url, "the list changed while it was fetched, twice", fix=_LATER) from None
    return asking.joined(rows)


class _Asking:
    """One question to the locator, with the folder in which its whole pages are kept."""

    def __init__(self, wanted: Wanted, folder: Path, now: datetime, tell: Tell, guest: Guest) -> None:
        self.url = (wanted.base_url or BASE_URL).rstrip("/") + "/locator/exportsAsJson/v2"
        self._wanted = wanted
        self._question = _question(wanted, self.url)
        self._name = "-".join(("samhsa_locator", wanted.state or f"{_plain(wanted.asked)}-{wanted.within:g}mi"))
        self._folder = folder
        self._kept = folder / f"{self._name}.pages"
        self._now = now
        self._tell = tell
        self._guest = guest
        self._held = Held(_SMALLER)

    def all_rows(self) -> list[Any]:
        """The facilities of all pages; raises _Changed where the pages do not fit together."""
        self._held = Held(_SMALLER)
        self._make_ready()
        first = self._page(1)
        self._expect_the_state(first.rows)
        rows = list(first.rows)
        self._tell(1, first.pages)
        for number in range(2, first.pages + 1):
            page = self._page(number)
            if (page.pages, page.count) != (first.pages, first.count):
                raise _Changed
            rows += page.rows
            self._tell(number, first.pages)
        if len(rows) != first.count:
            raise _Changed
        if not rows:
            raise refuse(self.url, "the locator knows no facility there", fix="Ask for another State, or a wider circle")
        return rows

    def _page(self, number: int) -> _Page:
        file = self._kept / f"{number:04}.json"
        if file.exists():
            try:
                return self._whole(file.read_bytes(), number)
            except Broken:
                file.unlink()
        raw = b""

        def whole(reply: bytes) -> _Page:
            nonlocal raw
            raw = reply
            return self._whole(reply, number)

        page = self._guest.get(f"{self.url}?{urlencode(self._question | {'page': number})}", whole)
        _write(file, raw)
        return page

    def _whole(self, raw: bytes, number: int) -> _Page:
        page = _understood(raw, number)
        self._held.hold("the reply", raw)
        return page

    def _make_ready(self) -> None:
        """Pages of another question or of yesterday are not joined to today's."""
        asked = json.dumps([self.url, self._question])
        note = self._kept / "asked.json"
        fresh = note.exists() and self._now.timestamp() - note.stat().st_mtime < KEPT_FOR.total_seconds()
        if not fresh or note.read_text(encoding="utf-8") != asked:
            self.forget()
            self._kept.mkdir(parents=True)
            note.write_text(asked, encoding="utf-8")

    def forget(self) -> None:
        """Give up the pages that are kept."""
        shutil.rmtree(self._kept, ignore_errors=True)

    def _expect_the_state(self, rows: list[Any]) -> None:
        """A few rows may be wrong about their own State; most are not."""
        state = self._wanted.state
        named = [str(row.get("state", "")).strip().upper() for row in rows if isinstance(row, dict)]
        if state and named and named.count(state) * 2 < len(named):
            self.forget()
            what = f"the locator was asked for {state} and gave another State: its numbers have changed"
            raise refuse(self.url, what, max(set(named), key=named.count), _BY_HAND)

    def joined(self, rows: list[Any]) -> Path:
        """All rows in one file that says what was asked; the single pages are no longer needed."""
        day = self._now.date().isoformat()
        asked = {"day": day, "state": self._wanted.state, "near": self._wanted.asked, "within_miles": self._wanted.within}
        told = {"page": 1, "totalPages": 1, "recordCount": len(rows), FETCHED: asked, "rows": rows}
        file = self._folder / f"{self._name}-{day}.json"
        _write(file, json.dumps(told, ensure_ascii=False).encode())
        self.forget()
        return file


def _plain(asked: str) -> str:
    """A place as part of a file's name."""
    return re.sub(r"[^A-Za-z0-9]+", "_", asked).strip("_")


def _question(wanted: Wanted, url: str) -> dict[str, str | int]:
    asked: dict[str, str | int] = {"sType": "both", "pageSize": PAGE_SIZE, "sort": 0}
    if wanted.state:
        if wanted.state not in NUMBERS:
            raise refuse(url, "the locator's own number of this State or territory is not known here", wanted.state, _BY_HAND)
        return asked | {"limitType": 0, "limitValue": NUMBERS[wanted.state]}
    if wanted.near is None:
        raise refuse(url, "nothing was asked for", fix="Say --state PA, or --near 43215 --within 50")
    point = f"{wanted.near.latitude:.4f},{wanted.near.longitude:.4f}"
    return asked | {"sAddr": point, "limitType": 2, "limitValue": round(wanted.within * METERS_IN_A_MILE)}


def _understood(raw: bytes, number: int) -> _Page:
    """A page of the reply; raises Broken for what is not the whole page that was asked for."""
    try:
        told = document("the reply", raw)
    except CannotUnderstand as error:
        raise Broken("; ".join(f"{problem.what} ({problem.found})" for problem in error.problems)) from None
    if not isinstance(told, dict) or not isinstance(told.get("rows"), list):
        raise Broken("an answer without the list “rows”")
    pages, count, page = (told.get(name) for name in ("totalPages", "recordCount", "page"))
    if type(pages) is not int or type(count) is not int or page != number:
        raise Broken(f"page {page} of {pages} with {count} facilities in all, where page {number} was asked for"[:200])
    if not 0 <= pages <= MOST_PAGES:
        raise refuse("the reply", f"it would have {pages:,} pages, more than a directory can", fix=_BY_HAND)
    if not told["rows"] and count:
        raise Broken(f"page {number} of {pages} without a facility")
    return _Page(pages, count, told["rows"])


def _write(file: Path, raw: bytes) -> None:
    """Whole or not at all."""
    part = file.with_suffix(".part")
    part.write_bytes(raw)
    part.replace(file)
