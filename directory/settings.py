"""The settings, typed, from the environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from directory import values
from directory.matching.arrival import GETTING_READY, MILES_AN_HOUR
from directory.problems import CannotUnderstand, Loudness, Problem

PROGRAM: Final = "referral-directory/0.1"
"""What this program calls itself where it asks another server."""
ROOT = Path(__file__).parent.parent
_SQLITE: Final = "sqlite:///"
_USUAL_PROCESSES: Final = 4
"""At most so many unless somebody says otherwise: each takes memory of its own."""


@dataclass(frozen=True, slots=True)
class Settings:
    """INSTANCE is the folder for everything written; PORT the site's; DATABASE_URL SQLite in the folder by default.

    SPEED_MPH and ROAD_FACTOR are how fast people get on: straight miles times the factor, at that speed.
    READY_MINUTES pass before they are on the way, where nobody said when they leave. ROUTING_URL is the
    service that is asked for minutes by road, GEOCODER_URL the one for where addresses are; nobody is asked where it is "".
    PROCESSES is how many answer the site's visitors, where the system can fork.
    """

    instance: Path
    port: int
    database_url: str
    trusted_hosts: tuple[str, ...]
    speed_mph: float = MILES_AN_HOUR
    road_factor: float = 1.0
    ready_minutes: float = GETTING_READY
    routing_url: str = ""
    geocoder_url: str = ""
    processes: int = 1

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        """The settings as given; raises CannotUnderstand for a bad value."""
        instance = Path(environment.get("INSTANCE") or ROOT / "instance").resolve()
        port = _whole(environment, "PORT", (1, 65535), 8000)
        url = environment.get("DATABASE_URL") or f"{_SQLITE}{instance / 'directory.sqlite3'}"
        if not url.startswith((_SQLITE, "postgresql://", "postgresql+psycopg://")):
            fix = "Enter sqlite:///path/to/file or postgresql://user@host/name"
            raise CannotUnderstand(Problem(Loudness.FILE, "DATABASE_URL", "not a database that works here", fix=fix))
        url = _from_everywhere(url)
        hosts = tuple(filter(None, environment.get("TRUSTED_HOSTS", "").replace(",", " ").split()))
        speed = _number(environment, "SPEED_MPH", (5.0, 100.0), MILES_AN_HOUR)
        factor = _number(environment, "ROAD_FACTOR", (1.0, 3.0), 1.0)
        ready = _number(environment, "READY_MINUTES", (0.0, 240.0), GETTING_READY)
        routing = _service(environment, "ROUTING_URL", "a routing service")
        geocoder = _service(environment, "GEOCODER_URL", "a geocoder")
        processes = _whole(environment, "PROCESSES", (1, 64), min(_processors(), _USUAL_PROCESSES))
        return cls(instance, port, url, hosts, speed, factor, ready, routing, geocoder, processes)


def _from_everywhere(url: str) -> str:
    """The same database, whatever folder the process that opens it works in."""
    file, asks, rest = url.removeprefix(_SQLITE).partition("?")
    named = url.startswith(_SQLITE) and file and not file.startswith((":", "file:"))
    return f"{_SQLITE}{Path(file).absolute()}{asks}{rest}" if named else url


def _processors() -> int:
    """How many processors this program may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _service(environment: Mapping[str, str], name: str, what: str) -> str:
    """The address of a service without its last slash; raises CannotUnderstand for what can't be asked."""
    written = environment.get(name, "").strip()
    if written and not _plain_address(written):
        fix = "Enter http://host or https://host, with a port or a path where it has one, and nothing behind it"
        raise CannotUnderstand(Problem(Loudness.FILE, name, f"not the address of {what}", fix=fix))
    return written.rstrip("/")


def on_this_machine(host: str) -> bool:
    """Whether a server's name means this machine, so that no proxy has to be asked and nobody stands on the way."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _plain_address(written: str) -> bool:
    """Whether it names a scheme, a host, perhaps a port and a path: no password, no question."""
    if not written.isascii() or not written.isprintable() or any(sign in written for sign in " ?#@\\"):
        return False
    try:
        parts = urlsplit(written)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _whole(environment: Mapping[str, str], name: str, between: tuple[int, int], usual: int) -> int:
    """A whole number within bounds; raises CannotUnderstand for anything else."""
    written = environment.get(name) or str(usual)
    try:
        return values.whole_number(*between)(written)
    except ValueError as error:
        raise CannotUnderstand(Problem(Loudness.FILE, name, "not a number that works here", written, str(error))) from None


def _number(environment: Mapping[str, str], name: str, between: tuple[float, float], usual: float) -> float:
    """A number within bounds; raises CannotUnderstand for anything else."""
    written = environment.get(name) or str(usual)
    try:
        number = float(written)
    except ValueError:
        number = float("nan")
    if not between[0] <= number <= between[1]:
        fix = f"Enter a number from {between[0]:g} to {between[1]:g}"
        raise CannotUnderstand(Problem(Loudness.FILE, name, "not a number that works here", written, fix))
    return number
