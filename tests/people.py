"""Invented people with accounts, for tests: made as they are made in life, from the link to the authenticator app."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pyotp
from flask import Flask
from flask.testing import FlaskClient

from directory import accounts
from directory.accounts import Account, Keys, Register, Role, Tried, Who
from directory.database import Database

NOW: Final = datetime(2026, 3, 13, 18, 30, tzinfo=UTC)
PASSWORD: Final = "plum violet thirteen kettles"
OPERATOR: Final = Who("command line", NOW)
HERE: Final = "192.0.2.7"


@dataclass(frozen=True)
class Person:
    """An account that is ready, with what its owner knows."""

    account: Account
    secret: str
    codes: tuple[str, ...]
    session: str
    password: str = PASSWORD

    def code(self, at: datetime) -> str:
        """What the authenticator app shows at a time."""
        return pyotp.TOTP(self.secret).at(at)


def a_register(database: Database, folder: Path) -> Register:
    """The register of accounts of a database, its keys in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    return Register(database, Keys.of(folder))


def activated(register: Register, name: str, role: Role, now: datetime = NOW) -> tuple[Account, str]:
    """An account whose link was used, and its session."""
    link = accounts.add(register, name, role, Who("command line", now))
    account = accounts.opened_by(register, link, now)
    session = accounts.set_first_password(register, link, PASSWORD, now)
    assert account and session
    return account, session


def a_person(register: Register, role: Role = Role.COUNSELOR, name: str = "", now: datetime = NOW) -> Person:
    """An account that is ready: with a password, an authenticator app, and signed in.

    Its app was set up two steps before `now`, so that the code of now is good for signing in.
    """
    account, session = activated(register, name or f"example {role}", role, now)
    secret, _ = accounts.begin_second_step(register, account)
    before = now - timedelta(seconds=60)
    codes = accounts.confirm_second_step(register, account, pyotp.TOTP(secret).at(before), before)
    assert codes
    return Person(account, secret, codes, session)


def a_counselor(app: Flask) -> FlaskClient:
    """A browser in which a counselor is signed in now: to whom the list names every center, checked or not."""
    return a_client(app, a_person(app.extensions["register"], now=datetime.now(UTC)))


def tried(person: Person, at: datetime, **other: str) -> Tried:
    """What this person enters to sign in, with something else in places."""
    right = {"name": person.account.name, "password": person.password, "code": person.code(at), "address": HERE}
    return Tried(**(right | other))


def a_client(app: Flask, person: Person) -> FlaskClient:
    """A browser in which this person is signed in."""
    client = app.test_client()
    client.set_cookie("session", person.session)
    return client
