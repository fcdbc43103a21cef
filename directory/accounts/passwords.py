"""Passwords: long, not among those that everybody tries, and kept as argon2id digests alone."""

import tomllib
import unicodedata
from functools import cache
from pathlib import Path
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from directory.problems import CannotUnderstand, Loudness, Problem

SHORTEST: Final = 15
LONGEST: Final = 256
_OWN_SHARE: Final = 8
_DIFFERENT: Final = 6
_SHORTEST_PIECE: Final = 4
_HASHER: Final = PasswordHasher()
_COMMON: Final = Path(__file__).with_name("common.toml")
_LOOKALIKES: Final = str.maketrans("@$!|50134", "asiisoiea")


def checked(password: str, name: str) -> str:
    """The password as it is; raises CannotUnderstand with what is wrong with it."""
    if len(password) < SHORTEST:
        raise _wrong("too short", f"Use {SHORTEST} characters or more: four or five words that do not belong together")
    if len(password) > LONGEST:
        raise _wrong("too long", f"Use at most {LONGEST} characters")
    if not _has_own(password, name):
        raise _wrong("easy to guess", "Do not build it from names, dates, rows of keys or words such as “password”")
    return password


def kept(password: str) -> str:
    """How a password stands in the database."""
    return _HASHER.hash(_same(password))


def fits(digest: str, password: str) -> bool:
    """Whether this is the password of a digest. Where there is none it takes as long, so that nobody can tell."""
    try:
        return _HASHER.verify(digest or _nobodys(), _same(password)) and bool(digest)
    except (VerifyMismatchError, InvalidHashError):
        return False


def is_dated(digest: str) -> bool:
    """Whether a digest was made with less effort than we make now."""
    return _HASHER.check_needs_rehash(digest)


def _has_own(password: str, name: str) -> bool:
    """Whether enough is left once the pieces that everybody uses are taken out."""
    plain = _same(password).casefold()
    pieces = _pieces() | {part for part in name.casefold().split() if len(part) >= _SHORTEST_PIECE}
    if len(set(plain)) < _DIFFERENT or _repeats(plain):
        return False
    return all(len(_without(text, pieces)) >= _OWN_SHARE for text in (plain, plain.translate(_LOOKALIKES)))


def _without(text: str, pieces: set[str]) -> str:
    for piece in sorted(pieces, key=lambda piece: (-len(piece), piece)):
        text = text.replace(piece, "")
    return "".join(filter(str.isalnum, text)) if text.isascii() else text


def _repeats(text: str) -> bool:
    """Whether it is one piece said over and over."""
    return any(text == (text[:size] * len(text))[: len(text)] for size in range(1, len(text) // 2 + 1))


@cache
def _pieces() -> set[str]:
    written = tomllib.loads(_COMMON.read_text(encoding="utf-8"))
    rows = {run[at : at + 4] for row in written["rows"] for run in (row, row[::-1]) for at in range(len(run) - 3)}
    return {*written["words"], *rows, *(str(year) for year in range(1940, 2040))}


@cache
def _nobodys() -> str:
    return _HASHER.hash("nobody has this password")


def _same(password: str) -> str:
    """The password as it is compared: the same letters are the same, however a keyboard composes them."""
    return unicodedata.normalize("NFKC", password)


def _wrong(what: str, fix: str) -> CannotUnderstand:
    return CannotUnderstand(Problem(Loudness.VALUE, "password", what, fix=fix))
