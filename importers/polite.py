"""Asks another server for files as a guest does: one request at a time, a name on the door, a wait when told to wait.

https by default, plain http only on this machine or when told; never on to another host; never more than 64 MB for one
reply, nor five minutes for its body. A server that is busy or breaks off is asked again a few times, with longer waits.
"""

import socket
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from http.client import HTTPException, HTTPMessage, HTTPResponse
from time import monotonic, sleep, time
from typing import IO, Final, TypeVar
from urllib.parse import urlsplit

from directory.settings import PROGRAM, on_this_machine
from importers.base import refuse

USER_AGENT: Final = f"{PROGRAM} (imports listings of treatment centers)"
LARGEST_REPLY: Final = 64 << 20
Told = TypeVar("Told")
_CHUNK: Final = 1 << 16
_BUSY: Final = frozenset((408, 425, 429, 500, 502, 503, 504))
_LATER: Final = "Try again later; what has been fetched is kept"


class Broken(Exception):
    """A reply that may be whole the next time: a busy server, a line that went dead, half a page. Says what was found."""

    def __init__(self, found: str, wait: float | None = None) -> None:
        super().__init__(found)
        self.wait = wait


@dataclass(slots=True)
class Guest:
    """Times are in seconds. `pause` lies between two requests, `stall` is the longest silence, `longest` one whole reply.

    A reply that is broken is asked for again `tries` times in all, after `first_wait`, then twice as long each time or as long
    as the server says, but never more than `longest_wait`; a server that asks for more is left alone.
    """

    pause: float = 1.0
    stall: float = 30.0
    longest: float = 300.0
    tries: int = 5
    first_wait: float = 2.0
    longest_wait: float = 120.0
    plain_http: bool = False
    _asked_at: float = field(default=float("-inf"))

    def get(self, url: str, understand: Callable[[bytes], Told]) -> Told:
        """What `understand` makes of the reply's bytes; it raises Broken for one that is not whole.

        Raises CannotUnderstand, in words, for an address that is not asked, and for a server that does not answer as it should.
        """
        opener = _opener(url, self.plain_http)
        found = ""
        for turn in range(self.tries):
            self._wait(self.pause)
            try:
                return understand(self._once(opener, url))
            except Broken as broken:
                found, asked = str(broken), broken.wait
            if asked is not None and asked > self.longest_wait:
                what = f"the server asks to be left alone for {asked:,.0f} seconds, longer than is waited here"
                raise refuse(_host(url), what, found, _LATER)
            if turn + 1 < self.tries:
                sleep(min(self.first_wait * 2**turn if asked is None else asked, self.longest_wait))
        raise refuse(_host(url), f"the server did not give a whole answer, asked {self.tries} times", found, _LATER)

    def _wait(self, pause: float) -> None:
        sleep(max(0.0, self._asked_at + pause - monotonic()))

    def _once(self, opener: urllib.request.OpenerDirector, url: str) -> bytes:
        request = urllib.request.Request(url, headers={"User-Agent": USER_AGENT, "Accept": "application/json"})
        try:
            with opener.open(request, timeout=self.stall) as reply:
                return self._body(url, reply)
        except urllib.error.HTTPError as error:
            raise _status(url, error) from None
        except TimeoutError:
            raise Broken(f"silence for {self.stall:g} seconds") from None
        except urllib.error.URLError as error:
            raise _unreachable(url, error.reason) from None
        except (OSError, HTTPException) as error:
            raise Broken(f"the line broke: {type(error).__name__}") from None
        finally:
            self._asked_at = monotonic()

    def _body(self, url: str, reply: HTTPResponse) -> bytes:
        ends = monotonic() + self.longest
        told = bytearray()
        while chunk := reply.read1(_CHUNK):
            told += chunk
            if len(told) > LARGEST_REPLY:
                raise refuse(_host(url), "the reply is too large", fix=f"At most {LARGEST_REPLY >> 20} MB are read")
            if monotonic() > ends:
                raise Broken(f"a reply that takes longer than {self.longest:g} seconds")
        announced = reply.headers.get("Content-Length", "")
        if announced.isdigit() and int(announced) != len(told):
            raise Broken(f"{len(told):,} of {int(announced):,} bytes, then the line broke")
        return bytes(told)


# --- where one may ask ---------------------------------------------------------------------------------------------


class _SameHost(urllib.request.HTTPRedirectHandler):
    """Follows to the same server only."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> urllib.request.Request | None:
        here, there = urlsplit(req.full_url), urlsplit(newurl)
        if (here.scheme, here.hostname, here.port) != (there.scheme, there.hostname, there.port):
            fp.close()
            found = f"{there.scheme}://{there.hostname}"
            raise refuse(_host(req.full_url), "the server sends elsewhere, and nobody goes there unasked", found, _CHECK)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


_CHECK: Final = "Check the address that is asked (--base-url)"


def _opener(url: str, plain_http: bool) -> urllib.request.OpenerDirector:
    """What asks this server; refuses an address that is not one of a web server, and plain http to another machine."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        raise refuse(_host(url) or url, "this is not the address of a server that can be asked", fix="Enter https://host")
    here = on_this_machine(parts.hostname)
    if parts.scheme == "http" and not (here or plain_http):
        fix = "Ask by https, or say that plain http will do: --plain-http"
        raise refuse(_host(url), "plain http is not asked: anybody on the way could change the answer", fix=fix)
    proxies = urllib.request.ProxyHandler({}) if here else urllib.request.ProxyHandler()
    return urllib.request.build_opener(proxies, _SameHost)


def _host(url: str) -> str:
    """A server's name for people: nothing of what was asked."""
    parts = urlsplit(url)
    return parts.netloc.rpartition("@")[2]


# --- what went wrong -----------------------------------------------------------------------------------------------


def _status(url: str, error: urllib.error.HTTPError) -> Exception:
    with error:
        found = f"the answer {error.code}"
        if error.code in _BUSY:
            return Broken(found, _retry_after(error.headers.get("Retry-After", "")))
        fix = f"{_CHECK}, or get the file by hand and import that"
        return refuse(_host(url), "the server refuses to answer this", found, fix)


def _retry_after(written: str) -> float | None:
    """Seconds from now: the header holds them, or a date; None where it holds neither."""
    if written.strip().isascii() and written.strip().isdigit():
        return float(written)
    try:
        return max(0.0, parsedate_to_datetime(written).timestamp() - time())
    except ValueError:
        return None


def _unreachable(url: str, reason: object) -> Exception:
    if isinstance(reason, TimeoutError):
        return Broken("silence")
    if isinstance(reason, socket.gaierror):
        fix = f"Check this machine's connection. {_CHECK}"
        return refuse(_host(url), "nobody knows the server's name, or this machine is not connected", fix=fix)
    return Broken(f"no connection: {getattr(reason, 'strerror', None) or reason}")
