"""Who is signed in: half an hour without a touch, twelve hours at most, ended from anywhere."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from directory import store
from directory.account import Account, Session, Who
from directory.accounts import keys, limits, passwords
from directory.accounts.register import Register

IDLE: Final = timedelta(minutes=30)
LONGEST: Final = timedelta(hours=12)
_TOUCHED_EVERY: Final = timedelta(minutes=1)
_REMEMBERED: Final = timedelta(hours=36)
"""For so long an ended session still says whose it was, so that what was typed can wait for the same person."""


def begin(connection: Connection, account: Account, now: datetime) -> str:
    """A session of a new id; the id, which is nowhere else from now on but in the person's browser."""
    token = keys.token()
    store.forget_sessions(connection, now - _REMEMBERED)
    store.add_session(connection, account.id, keys.digest(token), now)
    store.audit(connection, Who(account.name, now), "signed in", account.name)
    return token


def look(register: Register, token: str, now: datetime) -> Session | None:
    """The session of an id, live or not; a live one is touched."""
    with register.database.reading() as connection:
        found = store.session(connection, keys.digest(token))
    if found and is_live(found, now) and now - found.seen_at >= _TOUCHED_EVERY:
        with register.database.writing() as connection:
            store.touch_session(connection, found.id, now)
    return found


def is_live(session: Session, now: datetime) -> bool:
    """Whether a session still lets its person in."""
    return not session.disabled and now - session.seen_at < IDLE and now - session.started_at < LONGEST


def open_sessions(register: Register, account: Account, now: datetime) -> list[Session]:
    """An account's live sessions, the newest first."""
    with register.database.reading() as connection:
        return [one for one in store.sessions_of(connection, account.id) if is_live(one, now)]


def sign_out(register: Register, session: Session, now: datetime) -> None:
    """End this session."""
    end(register, session.account, session.id, now)


def end(register: Register, account: Account, session_id: int, now: datetime) -> bool:
    """End one of an account's sessions; False where it has none such."""
    with register.database.writing() as connection:
        ended = store.end_session(connection, account.id, session_id)
        if ended:
            store.audit(connection, Who(account.name, now), "signed out", account.name)
        return ended


def end_all(register: Register, account: Account, now: datetime) -> None:
    """Sign an account out everywhere."""
    with register.database.writing() as connection:
        store.end_sessions(connection, account.id)
        store.audit(connection, Who(account.name, now), "signed out everywhere", account.name)


def change_password(register: Register, session: Session, given: tuple[str, str], now: datetime) -> bool:
    """Another password instead of the one given first, and an end to the other sessions; False where that was wrong.

    Raises CannotUnderstand for a new one that will not do, Refused after too many tries.
    """
    present, new = given
    account = session.account
    digest = passwords.kept(passwords.checked(new, account.name))
    counted = limits.count(register, limits.inside(register, account.name), now)
    with register.database.reading() as connection:
        held = store.registered_as(connection, account.id)
    if not passwords.fits(held.password, present):
        return False
    with register.database.writing() as connection:
        store.forgive(connection, counted)
        store.set_password(connection, account.id, digest)
        store.end_sessions(connection, account.id, but=session.id)
        store.audit(connection, Who(account.name, now), "password changed", account.name)
    return True
