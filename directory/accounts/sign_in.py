"""Signing in: name, password and code in one go."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from directory import store
from directory.account import Registered, Who
from directory.accounts import limits, passwords, sessions
from directory.accounts.limits import Refused
from directory.accounts.names import key_of
from directory.accounts.register import Register
from directory.accounts.second_step import used_code


@dataclass(frozen=True, slots=True)
class Tried:
    """What somebody enters, and the address it came from."""

    name: str
    password: str = field(repr=False)
    code: str = field(repr=False)
    address: str


def sign_in(register: Register, tried: Tried, now: datetime) -> str:
    """The id of a new session; raises Refused."""
    counted = limits.count(register, limits.at_the_door(register, tried.name, tried.address), now)
    with register.database.reading() as connection:
        held = store.registered(connection, key_of(tried.name))
    fitting = passwords.fits(held.password if held else "", tried.password)
    with register.database.writing() as connection:
        token = _begin(connection, register, (held if fitting else None), (tried, now))
        if token:
            store.forgive(connection, counted)
        else:
            store.audit(connection, Who("", now), "sign-in failed", held.account.name if held else "")
    if not token:
        raise Refused
    return token


def _begin(connection: Connection, register: Register, held: Registered | None, tried: tuple[Tried, datetime]) -> str:
    """A session, where the account is still as it was when the password was compared and the code is right; else ""."""
    given, now = tried
    if held is None:
        return ""
    present = store.registered_as(connection, held.account.id)
    if present.disabled or present.password != held.password:
        return ""
    if present.second_step and not used_code(connection, register.keys, present, (given.code, now)):
        return ""
    if passwords.is_dated(present.password):
        store.set_password(connection, present.account.id, passwords.kept(given.password))
    return sessions.begin(connection, present.account, now)
