"""Who signs in here: a name and a role. Families need neither."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

COMMAND_LINE: Final = "command line"
"""Who does what is done by a command: how it stands in the audit, and with an import."""


class Role(StrEnum):
    """What a person does here, which is what opens pages."""

    COUNSELOR = "counselor"
    STAFF = "staff"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Account:
    """A person who may sign in."""

    id: int
    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class Registered:
    """An account with what its sign-in is held against. `second_step` and `offered` are what their secrets are made from.

    `password` and `second_step` are "" where there is none yet, `last_step` is the time step of the last code that was used.
    """

    account: Account
    password: str
    second_step: str
    offered: str
    last_step: int
    disabled: bool


@dataclass(frozen=True, slots=True)
class Session:
    """A browser in which somebody signed in."""

    id: int
    account: Account
    started_at: datetime
    seen_at: datetime
    enrolled: bool
    disabled: bool


@dataclass(frozen=True, slots=True)
class Who:
    """Who does something, and when: how it stands in the audit table. The name is "" where nobody is known."""

    name: str
    at: datetime
