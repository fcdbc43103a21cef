"""Where listed addresses are, asked of a Nominatim-compatible service. Off unless GEOCODER_URL is set; a command asks, no page.

Asked is only for listings without coordinates of their own, by street, town and State, never for a withheld address: at most
once a second over all programs that share the database, and never twice for one address. A point is what the service says:
a statement of kind web, over which every other source stands. One that is too far from its ZIP code is not used.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TookTooLong
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from threading import Thread
from time import sleep
from typing import Any, Final
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request
from urllib.response import addinfourl

from geopy.adapters import URLLibAdapter
from geopy.exc import GeocoderRateLimited, GeopyError
from geopy.geocoders import Nominatim

from directory import store
from directory.account import Who
from directory.listing import Address, Listing, Point, Provenance, Statement
from directory.normalize import COORDINATES
from directory.referral import Directory
from directory.settings import PROGRAM, on_this_machine
from directory.vocabulary import SourceKind

SOURCE: Final = "geocoder"
USER_AGENT: Final = f"{PROGRAM} (finds where listed treatment centers are)"
APART: Final = timedelta(seconds=1)
SECONDS: Final = 10.0
"""How long one answer may take, from the first byte asked to the last one read."""
MOST: Final = 500
_MOST_BYTES: Final = 256 * 1024
_ASKED_AGAIN: Final = timedelta(days=90)
_AT_ONCE: Final = 25
_PATIENCE: Final = timedelta(seconds=60)
_REST: Final = timedelta(minutes=10)
_LONGEST_REST: Final = timedelta(hours=24)
_IN_A_ROW: Final = 3
_TOO_ROUGH: Final = {
    "city", "town", "village", "hamlet", "suburb", "municipality", "county", "state", "postcode", "country", "region",
    "administrative",
}  # fmt: skip
"""What a service calls an answer that is no better than the middle of the ZIP code."""


class NoAnswer(Exception):
    """The service did not answer as it should, in words; `rest` is how long it wishes not to be asked, if it said so."""

    def __init__(self, found: str, rest: timedelta | None = None) -> None:
        super().__init__(found)
        self.rest = rest


@dataclass(slots=True)
class Found:
    """What came of it: addresses placed, unknown to the service, too far to be true, and those left for the next time."""

    placed: int = 0
    unknown: int = 0
    far: int = 0
    left: int = 0
    stopped: str = ""


def geocode(directory: Directory, most: int, who: Who, tell: Callable[[int, int], None] | None = None) -> Found:
    """Ask for at most `most` addresses, and record what was found; what breaks off keeps what it has."""
    found, told = Found(), list[Statement]()
    waiting = list(_without_a_point(directory))
    with directory.database.reading() as connection:
        known = store.geocoded(connection, who.at - _ASKED_AGAIN)
    failed, asked = 0, 0
    for done, listing in enumerate(waiting):
        words = in_words(listing.address)
        try:
            if words not in known:
                if asked == most:
                    break
                asked += 1
                known = {**known, words: _asked(directory, listing.address)}
            failed = 0
        except NoAnswer as error:
            failed += 1
            if error.rest or failed == _IN_A_ROW:
                found.stopped = str(error)
                break
            continue
        _take(directory, listing, known[words], (found, told, who))
        if len(told) == _AT_ONCE:
            _record(directory, told)
        if tell:
            tell(done + 1, len(waiting))
    _record(directory, told)
    if found.placed:
        with directory.database.writing() as connection:
            store.audit(connection, who, "addresses located", f"{found.placed} listings")
    found.left = len(waiting) - found.placed - found.unknown - found.far
    return found


def in_words(address: Address) -> str:
    """An address as it is remembered and as its point's source names it."""
    return f"{address.address_1}, {address.place} {address.postal_code}"


def _without_a_point(directory: Directory) -> Iterator[Listing]:
    """The listings to ask for: a street that is not withheld, and nobody's coordinates; or ours of where it was before."""
    with directory.database.reading() as connection:
        for listing in store.listings(connection, directory.gazetteer.locate):
            said = listing.said_by.get("latitude")
            ours = said is None or (said.source == SOURCE and said.reference != in_words(listing.address))
            if ours and listing.address.address_1 and not listing.address.confidential:
                yield listing


def _asked(directory: Directory, address: Address) -> Point | None:
    """What the service says of an address, asked in its turn and remembered; raises NoAnswer."""
    database = directory.database
    with database.reading() as connection:
        free = store.free_at(connection)
    if free and free - datetime.now(UTC) > _PATIENCE:
        raise NoAnswer(f"the service asked not to be asked before {free:%H:%M} UTC", free - datetime.now(UTC))
    with database.writing() as connection:
        turn = store.take_turn(connection, datetime.now(UTC), APART)
    sleep(max(0.0, (turn - datetime.now(UTC)).total_seconds()))
    try:
        point = _in_time(directory.settings.geocoder_url, address)
    except NoAnswer as error:
        if error.rest:
            with database.writing() as connection:
                store.rest_until(connection, datetime.now(UTC) + min(error.rest, _LONGEST_REST))
        raise
    with database.writing() as connection:
        now = datetime.now(UTC)
        store.remember_geocoded(connection, in_words(address), point, now)
        # A request that was long on its way comes to the service late: the second counts from its answer.
        store.rest_until(connection, now + APART)
    return point


def _take(directory: Directory, listing: Listing, point: Point | None, so_far: tuple[Found, list[Statement], Who]) -> None:
    """Count an answer, and say it of the listing where it can be true; an older point of another address is taken back."""
    found, told, who = so_far
    far = point is not None and directory.gazetteer.too_far(listing.address, point) is not None
    used = None if far else point
    if point is None:
        found.unknown += 1
    elif far:
        found.far += 1
    else:
        found.placed += 1
    if used or "latitude" in listing.said_by:
        written = dict(zip(COORDINATES, (f"{used.latitude:.6f}", f"{used.longitude:.6f}"), strict=True)) if used else {}
        by = Provenance(SOURCE, SourceKind.WEB, in_words(listing.address), who.at.date(), who.name)
        told.append(Statement(SOURCE, listing.id, by, written, about=listing.id))


def _record(directory: Directory, told: list[Statement]) -> None:
    if told:
        with directory.database.writing() as connection:
            store.append(connection, told, None)
        told.clear()


# --- the service -----------------------------------------------------------------------------------------------------


def _in_time(url: str, address: Address) -> Point | None:
    """Its answer, waited for so long and no longer, whatever it does: a thread asks, since each read has its own limit."""
    told: Future[Point | None] = Future()

    def ask() -> None:
        with suppress(RuntimeError):
            try:
                told.set_result(_point(url, address))
            except NoAnswer as error:
                told.set_exception(error)

    Thread(target=ask, daemon=True).start()
    try:
        return told.result(SECONDS)
    except TookTooLong:
        raise NoAnswer(f"no whole answer within {SECONDS:g} seconds") from None


class _Closing(URLLibAdapter):  # type: ignore[misc] # geopy tells no types
    """geopy's own way of asking, with every line closed, and no answer longer than `_MOST_BYTES`."""

    def __init__(self, **how: Any) -> None:
        super().__init__(**how)
        self._opener: Callable[..., Any] = vars(self)["urlopen"]
        self.urlopen = self._open

    def _open(self, request: Request, timeout: float) -> addinfourl:
        try:
            with self._opener(request, timeout=timeout) as page:
                body = page.read(_MOST_BYTES + 1)
        except HTTPError as error:
            error.close()
            raise
        return addinfourl(BytesIO(body[:_MOST_BYTES]), page.headers, page.url, page.status)


def _point(url: str, address: Address) -> Point | None:
    parts = urlsplit(url)
    near = on_this_machine(parts.hostname or "")
    service = Nominatim(
        scheme=parts.scheme,
        domain=f"{parts.netloc}{parts.path}",
        user_agent=USER_AGENT,
        timeout=SECONDS,
        proxies={} if near else None,
        adapter_factory=_Closing,
    )
    street, city, state, code = address.address_1, address.city, address.state_province, address.postal_code
    asked = {"street": street, "city": city, "state": state, "postalcode": code, "country": "us"}
    try:
        return _read(service.geocode(asked))
    except GeocoderRateLimited as error:
        wished = timedelta(seconds=error.retry_after) if error.retry_after else _REST
        raise NoAnswer("the service says that it is asked too often", wished) from None
    except (GeopyError, ValueError, RecursionError, TypeError, LookupError, AttributeError, OSError) as error:
        raise NoAnswer(f"the service does not answer as it should ({type(error).__name__})") from None


def _read(answer: Any) -> Point | None:
    """The point of an answer; None where the service knows no more than the town. Raises ValueError for no place on earth."""
    if answer is None or {answer.raw.get("addresstype"), answer.raw.get("type")} & _TOO_ROUGH:
        return None
    if (answer.latitude, answer.longitude) == (0.0, 0.0):
        raise ValueError
    return Point(answer.latitude, answer.longitude)
