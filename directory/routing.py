"""Minutes by road, from a routing service that speaks OSRM's table protocol.

Off unless ROUTING_URL is set. The service learns a place to about 100 m and where listings are, and nothing else. Whatever
it does wrong costs at most `SECONDS` and is one line in the log; straight miles then stand.
"""

import json
import logging
import socket
from collections.abc import Mapping
from concurrent.futures import Future
from contextlib import closing, suppress
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from threading import Thread
from time import monotonic
from typing import Final
from urllib.parse import urlsplit

from directory.listing import Point

SECONDS: Final = 3.0
AT_ONCE: Final = 99
"""Destinations in one request: with the place itself 100 coordinates, which is the most that OSRM takes by default."""
_MOST_BYTES: Final = 256 * 1024
_LONGEST_SECONDS: Final = 7 * 24 * 3600
_LOG: Final = logging.getLogger(__name__)


class _Odd(ValueError):
    """An answer that can't be used; the message holds nothing of what was asked."""


def minutes(url: str, here: Point, there: Mapping[str, Point]) -> dict[str, float]:
    """The minutes by road to each of some points, those left out to which there is no way; empty where anything is odd."""
    ends = monotonic() + SECONDS
    keys = list(there)
    told: dict[str, float] = {}
    try:
        for start in range(0, len(keys), AT_ONCE):
            some = keys[start : start + AT_ONCE]
            body = _fetched(url, _table([here, *(there[key] for key in some)]), ends - monotonic())
            told |= {
                key: seconds / 60 for key, seconds in zip(some, _durations(body, len(some)), strict=True) if seconds is not None
            }
    except (OSError, HTTPException, ValueError, RecursionError) as error:
        why = str(error) if isinstance(error, _Odd) else type(error).__name__
        _LOG.warning("No minutes by road, so straight miles count: %s", why)
        return {}
    return told


def _table(points: list[Point]) -> str:
    """The request from the first point to all: the first rounded to 3 decimals, since it is where somebody is."""
    here, *there = points
    written = [f"{here.longitude:.3f},{here.latitude:.3f}", *(f"{one.longitude:.6f},{one.latitude:.6f}" for one in there)]
    return f"/table/v1/driving/{';'.join(written)}?sources=0&annotations=duration"


def _fetched(url: str, table: str, seconds: float) -> bytes:
    """The body of the answer, waited for so long and no longer.

    Looking up a host's name, connecting to each of its addresses and every read have their own limits or none at all; only
    somebody who stands beside can keep to a time for all of it.
    """
    if seconds <= 0:
        raise TimeoutError
    request = _Request(url, table, seconds)
    request.start()
    try:
        return request.told.result(seconds)
    finally:
        request.hang_up()


class _Request(Thread):
    """One request in a thread of its own, which can be ended from outside."""

    def __init__(self, url: str, table: str, seconds: float) -> None:
        super().__init__(daemon=True)
        self.told: Future[bytes] = Future()
        parts = urlsplit(url)
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        self._connection = kind(parts.hostname or "", parts.port, timeout=seconds)
        self._path = parts.path.rstrip("/") + table
        self._line: socket.socket | None = None

    def run(self) -> None:
        """Ask, and tell what came of it."""
        try:
            with closing(self._connection):
                body = self._body()
        except (OSError, HTTPException, ValueError) as error:
            self.told.set_exception(error)
        else:
            self.told.set_result(body)

    def _body(self) -> bytes:
        self._connection.connect()
        self._line = self._connection.sock
        self._connection.request("GET", self._path, headers={"Accept": "application/json", "User-Agent": "referral-directory"})
        with self._connection.getresponse() as answer:
            if answer.status != 200:
                raise _Odd(f"the routing service answered {answer.status}")
            return answer.read(_MOST_BYTES + 1)

    def hang_up(self) -> None:
        """End what is still under way, so that a service which never ends its answer keeps no thread."""
        if self._line is not None:
            with suppress(OSError):
                self._line.shutdown(socket.SHUT_RDWR)


def _durations(body: bytes, count: int) -> list[float | None]:
    """The seconds to each destination, None where there is no way; raises ValueError for what is not a table of them."""
    if len(body) > _MOST_BYTES:
        raise _Odd("the routing service's answer is too long")
    answer = json.loads(body)
    rows = answer.get("durations") if isinstance(answer, dict) else None
    if not isinstance(rows, list) or len(rows) != 1 or not isinstance(rows[0], list) or len(rows[0]) != count + 1:
        raise _Odd("the routing service's answer is not a table of this size")
    return [_seconds(value) for value in rows[0][1:]]


def _seconds(value: object) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _LONGEST_SECONDS:
        raise _Odd("the routing service's answer holds a time that can't be")
    return float(value)
