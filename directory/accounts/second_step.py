"""The second step: the six digits of an authenticator app, each good once, and ten codes for the day the phone is lost.

The secret of an app is not stored: it is made from the installation's key and what stands in the account's row.
"""

import base64
import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Final

import pyotp
from sqlalchemy import Connection

from directory import store
from directory.account import Account, Registered, Who
from directory.accounts import limits
from directory.accounts.keys import Keys
from directory.accounts.register import Register

TITLE: Final = "Referral directory"
RECOVERY_CODES: Final = 10
_SECONDS: Final = 30
_LETTERS: Final = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"


def secret_of(keys: Keys, account_id: int, made_from: str) -> str:
    """The secret of an authenticator app, as it is typed into one."""
    return base64.b32encode(keys.made_from("second step", f"{account_id}:{made_from}")[:20]).decode()


def begin_second_step(register: Register, account: Account) -> tuple[str, str]:
    """The secret to set up an app with, and the same as the address that a phone opens; the same until it is confirmed."""
    with register.database.writing() as connection:
        offered = store.registered_as(connection, account.id).offered
        if not offered:
            offered = secrets.token_hex(16)
            store.offer_second_step(connection, account.id, offered)
    secret = secret_of(register.keys, account.id, offered)
    return secret, pyotp.TOTP(secret).provisioning_uri(name=account.name, issuer_name=TITLE)


def confirm_second_step(register: Register, account: Account, code: str, now: datetime) -> tuple[str, ...]:
    """Use the app from now on, once it has shown a right code; the recovery codes, or none where the code was wrong.

    Whoever has an app already gets another only by a new link.
    """
    with register.database.writing() as connection:
        held = store.registered_as(connection, account.id)
        may_begin = held.offered and not held.second_step
        step = _step(register.keys, account.id, held.offered, code, now) if may_begin else None
        if step is None:
            return ()
        store.set_second_step(connection, account.id, held.offered, step)
        store.audit(connection, Who(account.name, now), "second step set", account.name)
        return _give_codes(connection, register.keys, account)


def new_recovery_codes(register: Register, account: Account, code: str, now: datetime) -> tuple[str, ...]:
    """Ten other recovery codes against a code of the app; none where that was wrong. Raises Refused after too many tries."""
    counted = limits.count(register, limits.inside(register, account.name), now)
    with register.database.writing() as connection:
        held = store.registered_as(connection, account.id)
        if not used_app_code(connection, register.keys, held, (code, now)):
            return ()
        store.forgive(connection, counted)
        store.audit(connection, Who(account.name, now), "recovery codes renewed", account.name)
        return _give_codes(connection, register.keys, account)


def recovery_codes_left(register: Register, account: Account) -> int:
    """How many recovery codes were not used yet."""
    with register.database.reading() as connection:
        return store.recovery_codes_left(connection, account.id)


def used_code(connection: Connection, keys: Keys, held: Registered, shown: tuple[str, datetime]) -> bool:
    """Use up what was shown at a time: a code of the app or a recovery code; False where it is neither, or was used before."""
    written = _plain(shown[0])
    if used_app_code(connection, keys, held, shown):
        return True
    return store.use_recovery_code(connection, held.account.id, _kept(keys, held.account.id, written))


def used_app_code(connection: Connection, keys: Keys, held: Registered, shown: tuple[str, datetime]) -> bool:
    """The same for a code of the app alone."""
    step = _step(keys, held.account.id, held.second_step, *shown)
    return step is not None and store.use_step(connection, held.account.id, step)


def _step(keys: Keys, account_id: int, made_from: str, code: str, now: datetime) -> int | None:
    """The time step whose code this is: the present one or a neighbor, since clocks differ."""
    app, present, written = pyotp.TOTP(secret_of(keys, account_id, made_from)), int(now.timestamp()) // _SECONDS, _plain(code)
    right = [step for step in (present - 1, present, present + 1) if secrets.compare_digest(app.generate_otp(step), written)]
    return right[-1] if right else None


def _give_codes(connection: Connection, keys: Keys, account: Account) -> tuple[str, ...]:
    codes = tuple("".join(secrets.choice(_LETTERS) for _ in range(12)) for _ in range(RECOVERY_CODES))
    store.replace_recovery_codes(connection, account.id, _all_kept(keys, account.id, codes))
    return tuple(f"{code[:4]}-{code[4:8]}-{code[8:]}" for code in codes)


def _all_kept(keys: Keys, account_id: int, codes: Iterable[str]) -> list[str]:
    return [_kept(keys, account_id, code) for code in codes]


def _kept(keys: Keys, account_id: int, code: str) -> str:
    return keys.digest("recovery code", f"{account_id}:{code}")


def _plain(code: str) -> str:
    """What was typed without spaces and hyphens; only what a code can hold, so that it can be compared."""
    return "".join(sign for sign in code.upper() if sign.isascii() and sign.isalnum())
