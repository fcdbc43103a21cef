"""How often somebody may try: counted in the database before a try is looked at, so that many at once gain nothing."""

import ipaddress
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from directory import store
from directory.accounts.names import key_of
from directory.accounts.register import Register

WINDOW: Final = timedelta(minutes=15)
PER_ACCOUNT: Final = 10
PER_NETWORK: Final = 60
PER_REPORTER: Final = 5

Limits = Mapping[str, int]
"""How many tries each subject has in the window."""


class Refused(Exception):
    """Nobody was let in. `until` is when the next try counts, where there were too many."""

    def __init__(self, until: datetime | None = None) -> None:
        super().__init__("too many tries" if until else "wrong name, password or code")
        self.until = until


def at_the_door(register: Register, name: str, address: str) -> Limits:
    """The limits of signing in: for the name, whether it is anybody's or not, and for the network."""
    subjects = register.keys.digest("account", key_of(name)), register.keys.digest("network", _network(address))
    return dict(zip(subjects, (PER_ACCOUNT, PER_NETWORK), strict=True))


def inside(register: Register, name: str) -> Limits:
    """The limit of proving once more who one is; nobody outside can use it up."""
    return {register.keys.digest("inside", key_of(name)): PER_ACCOUNT}


def reporting(register: Register, address: str) -> Limits:
    """The limit of telling us, without an account, that something is wrong: for the network."""
    return {register.keys.digest("reporter", _network(address)): PER_REPORTER}


def count(register: Register, limits: Limits, now: datetime) -> list[int]:
    """Count a try as one that failed; returns what `store.forgive` takes. Raises Refused where there were too many."""
    with register.database.writing() as connection:
        store.forget_old_attempts(connection, now - WINDOW)
        waits = [wait for subject, most in limits.items() if (wait := _wait(connection, subject, most, now))]
        counted = [] if waits else store.add_attempts(connection, list(limits), now)
    if waits:
        raise Refused(max(waits))
    return counted


def begin_anew(connection: Connection, register: Register, name: str) -> None:
    """Forget the tries for a name, since it has a new link."""
    for subject in (register.keys.digest("account", key_of(name)), *inside(register, name)):
        store.forget_attempts(connection, subject)


def _wait(connection: Connection, subject: str, most: int, now: datetime) -> datetime | None:
    """When a subject may try again, where it has failed too often."""
    failed = store.attempts(connection, subject, now - WINDOW)
    return failed[-most] + WINDOW if len(failed) >= most else None


def _network(address: str) -> str:
    """The neighborhood of an address, since one person has many of the newer kind."""
    try:
        size = 24 if ipaddress.ip_address(address).version == 4 else 56
    except ValueError:
        return "unknown"
    return str(ipaddress.ip_network(f"{address}/{size}", strict=False))
