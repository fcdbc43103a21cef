"""The installation's two secrets: made at the first run, readable by nobody else, never a default."""

import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from directory.problems import CannotUnderstand, Loudness, Problem

_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Keys:
    """`pages` signs what a page hands back to us; `accounts` is what second steps, codes and limits are made with.

    The first may be thrown away (forms that are open then ask to be sent again). Without the second, every second step has to
    be set up anew.
    """

    pages: bytes
    accounts: bytes

    @classmethod
    def of(cls, instance: Path) -> "Keys":
        """The keys in a folder, made there where they are missing."""
        return cls(_kept(instance / "pages.key"), _kept(instance / "accounts.key"))

    def made_from(self, purpose: str, text: str) -> bytes:
        """32 bytes that nobody can tell from text and purpose without the key."""
        return hmac.digest(self.accounts, f"{purpose}\0{text}".encode(), "sha256")

    def digest(self, purpose: str, text: str) -> str:
        """The same as text, for a column."""
        return self.made_from(purpose, text).hex()


def digest(token: str) -> str:
    """How a token of 256 random bits stands in the database."""
    return hashlib.sha256(token.encode()).hexdigest()


def token() -> str:
    """256 random bits, as they stand in an address or a cookie."""
    return secrets.token_urlsafe(_BYTES)


def _kept(file: Path) -> bytes:
    if not file.exists():
        _make(file)
    try:
        if os.name != "nt" and file.stat().st_mode & 0o077:
            raise _unusable(file, "others can read it", f"Run chmod 600 {file}, or delete it if others may have read it")
        key = bytes.fromhex(file.read_text(encoding="ascii").strip())
    except (OSError, ValueError):
        key = b""
    if len(key) < _BYTES:
        raise _unusable(file, "not a key", f"Put it back from a backup, or delete {file}")
    return key


def _make(file: Path) -> None:
    """Write the key beside its place, then link it there, so that of two who start at once one key stays, and whole."""
    beside = file.with_name(f".{file.name}.{os.getpid()}.{secrets.token_hex(4)}")
    with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as new:
        new.write(secrets.token_hex(_BYTES) + "\n")
        new.flush()
        os.fsync(new.fileno())
    try:
        os.link(beside, file)
    except FileExistsError:
        return
    finally:
        beside.unlink()


def _unusable(file: Path, what: str, fix: str) -> CannotUnderstand:
    return CannotUnderstand(Problem(Loudness.FILE, str(file), what, fix=fix))
