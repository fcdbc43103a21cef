"""Accounts come into being on the command line: a name, a role, and a link that sets the password once."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from directory import store
from directory.account import Account, Registered, Role, Who
from directory.accounts import keys, limits, names, passwords, sessions
from directory.accounts.names import key_of, wrong
from directory.accounts.register import Register

LINK_HOURS: Final = 72


def add(register: Register, name: str, role: Role, who: Who) -> str:
    """A new account; the token of the link that opens it. Raises CannotUnderstand for a name that will not do."""
    plain = names.checked(name)
    with register.database.writing() as connection:
        if store.registered(connection, key_of(plain)):
            raise wrong(plain, "there is such an account", "Choose another name, or give a new link with `user reset`")
        account_id = store.add_account(connection, key_of(plain), (plain, role), who.at)
        store.audit(connection, who, "account added", plain)
        return _link(connection, account_id, who.at)


def reset(register: Register, name: str, who: Who) -> str:
    """Take password, second step and sessions away and open the account by a new link, also one that was closed."""
    with register.database.writing() as connection:
        account = _known(connection, name).account
        _close(connection, account)
        store.set_password(connection, account.id, "")
        store.set_second_step(connection, account.id, "", 0)
        store.replace_recovery_codes(connection, account.id, ())
        store.set_disabled(connection, account.id, False)
        limits.begin_anew(connection, register, account.name)
        store.audit(connection, who, "account reset", account.name)
        return _link(connection, account.id, who.at)


def disable(register: Register, name: str, who: Who) -> None:
    """Close an account at once, wherever it is signed in."""
    with register.database.writing() as connection:
        account = _known(connection, name).account
        _close(connection, account)
        store.set_disabled(connection, account.id, True)
        store.audit(connection, who, "account disabled", account.name)


def change_role(register: Register, name: str, role: Role, who: Who) -> None:
    """Give somebody another role; they are signed out everywhere, since other pages open to them from now on."""
    with register.database.writing() as connection:
        account = _known(connection, name).account
        store.set_role(connection, account.id, role)
        store.end_sessions(connection, account.id)
        store.audit(connection, who, f"account is {role} now", account.name)


def state(one: Registered) -> str:
    """What still has to be done before somebody can sign in."""
    if one.disabled:
        return "disabled"
    if not one.password:
        return "waits for its link to be used"
    return "active" if one.second_step else "waits for its authenticator app"


def everybody(register: Register) -> list[Registered]:
    """Every account, by name."""
    with register.database.reading() as connection:
        return store.all_registered(connection)


def opened_by(register: Register, token: str, now: datetime) -> Account | None:
    """The account that a link opens; None where it opens none any more."""
    with register.database.reading() as connection:
        found = store.activation(connection, keys.digest(token), now)
    return found.account if found else None


def set_first_password(register: Register, token: str, password: str, now: datetime) -> str | None:
    """Use up a link: the password from now on, and the id of a new session; None where the link opens nothing any more.

    Raises CannotUnderstand for a password that will not do; the link is good for another try then.
    """
    account = opened_by(register, token, now)
    if account is None:
        return None
    digest = passwords.kept(passwords.checked(password, account.name))
    with register.database.writing() as connection:
        if store.activation(connection, keys.digest(token), now) is None:
            return None
        store.remove_activations(connection, account.id)
        store.set_password(connection, account.id, digest)
        store.audit(connection, Who(account.name, now), "password set", account.name)
        return sessions.begin(connection, account, now)


def _link(connection: Connection, account_id: int, now: datetime) -> str:
    token = keys.token()
    store.replace_activation(connection, account_id, keys.digest(token), now + timedelta(hours=LINK_HOURS))
    return token


def _close(connection: Connection, account: Account) -> None:
    store.end_sessions(connection, account.id)
    store.remove_activations(connection, account.id)


def _known(connection: Connection, name: str) -> Registered:
    found = store.registered(connection, key_of(name))
    if found is None:
        raise wrong(name, "there is no such account", "`user list` names them all")
    return found
