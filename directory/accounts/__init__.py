"""What people do with accounts: activate one, sign in, keep a second step, sign out. Time is passed in."""

from directory.account import Account, Registered, Role, Session, Who
from directory.accounts.keys import Keys
from directory.accounts.limits import Refused
from directory.accounts.people import (
    LINK_HOURS,
    add,
    change_role,
    disable,
    everybody,
    opened_by,
    reset,
    set_first_password,
    state,
)
from directory.accounts.register import Register
from directory.accounts.second_step import (
    RECOVERY_CODES,
    begin_second_step,
    confirm_second_step,
    new_recovery_codes,
    recovery_codes_left,
)
from directory.accounts.sessions import IDLE, LONGEST, change_password, end, end_all, is_live, look, open_sessions, sign_out
from directory.accounts.sign_in import Tried, sign_in

__all__ = [
    "Account",
    "IDLE",
    "Keys",
    "LINK_HOURS",
    "LONGEST",
    "RECOVERY_CODES",
    "Refused",
    "Register",
    "Registered",
    "Role",
    "Session",
    "Tried",
    "Who",
    "add",
    "begin_second_step",
    "change_role",
    "change_password",
    "confirm_second_step",
    "disable",
    "end",
    "end_all",
    "everybody",
    "is_live",
    "look",
    "new_recovery_codes",
    "open_sessions",
    "opened_by",
    "recovery_codes_left",
    "reset",
    "set_first_password",
    "sign_in",
    "sign_out",
    "state",
]
