"""The register of accounts: the database and the keys that belong together."""

from dataclasses import dataclass

from directory.accounts.keys import Keys
from directory.database import Database


@dataclass(frozen=True, slots=True)
class Register:
    """Where accounts are, and what their secrets are made with."""

    database: Database
    keys: Keys
