"""What a file is by its first bytes, never by its name, and what to do with one that can't be read here."""

import hashlib
import zipfile
from collections.abc import Collection
from enum import StrEnum
from errno import EINVAL
from pathlib import Path
from typing import Final

from directory.problems import CannotUnderstand
from importers.base import refuse

LARGEST_FILE: Final = 64 << 20
_SAVE_AS: Final = "Open it in a spreadsheet program and save it as an .xlsx workbook"
_HEAD: Final = 4096
_SPACE: Final = b" \t\r\n\xef\xbb\xbf"


_ITSELF: Final = "Ask the sender for the data itself, as .xlsx, CSV or JSON"


class Content(StrEnum):
    """What can be read: a workbook, or text, which may hold a table or a document."""

    WORKBOOK = "an .xlsx workbook"
    TEXT = "text"


_FOREIGN: Final = (
    (b"%PDF", "a PDF", _ITSELF),
    (b"\xd0\xcf\x11\xe0", "an old .xls workbook, or one that is locked with a password", f"{_SAVE_AS} without a password"),
    (b"\x1f\x8b", "a gzip archive", "Unpack it and import what it holds"),
    (b"Rar!", "a RAR archive", "Unpack it and import what it holds"),
    (b"7z\xbc\xaf", "a 7z archive", "Unpack it and import what it holds"),
    (b"{\\rtf", "a text document (RTF)", _ITSELF),
    (b"\x89PNG", "a picture", _ITSELF),
    (b"\xff\xd8\xff", "a picture", _ITSELF),
    (b"SQLite format 3", "a database", _ITSELF),
)
_MARKUP: Final = (
    (b"<!doctype html", "a web page", f"{_SAVE_AS}; if it shows a message or a sign-in, download the file again"),
    (b"<html", "a web page", f"{_SAVE_AS}; if it shows a message or a sign-in, download the file again"),
    (b"<table", "a web page", _SAVE_AS),
    (b"<?xml", "an XML document", _SAVE_AS),
)
_ZIPPED: Final = (
    ("xl/workbook.bin", "a binary workbook (.xlsb)", _SAVE_AS),
    ("content.xml", "an OpenDocument file (.ods)", _SAVE_AS),
    ("word/document.xml", "a Word document", _ITSELF),
)


def expect_no_device(path: Path) -> None:
    """Raises OSError for what is there and is neither a file nor a folder: to open it can take for ever."""
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise OSError(EINVAL, "it is neither a file nor a folder", str(path))


def digest_of(path: Path) -> str:
    """The SHA-256 that a file is known by; of a folder, that of the names and digests of its files."""
    if path.is_dir():
        files = sorted(file for file in path.iterdir() if file.is_file())
        return hashlib.sha256("\n".join(f"{digest_of(file)} {file.name}" for file in files).encode()).hexdigest()
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def content(path: Path, largest: int = LARGEST_FILE) -> Content:
    """What the file is; refuses, in words, one that is empty, too large, or of a kind that is not read here.

    Raises OSError where the file can't be opened.
    """
    size = path.stat().st_size
    if size > largest:
        raise refuse(path.name, "the file is too large", f"{size >> 20} MB", f"At most {largest >> 20} MB are read")
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if not head.strip(_SPACE + b"\0"):
        raise refuse(path.name, "the file is empty", f"{size} bytes", "Download it again, or ask the sender for it again")
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zipped(path)
    start = head.lstrip(_SPACE)
    lowered = start.lower()
    for mark, what, fix in _FOREIGN:
        if start.startswith(mark):
            raise _foreign(path, what, fix)
    for mark, what, fix in _MARKUP:
        if lowered.startswith(mark):
            raise _foreign(path, what, fix)
    return Content.TEXT


def expect(path: Path, wanted: Content, fix: str, largest: int = LARGEST_FILE) -> None:
    """Refuse a file whose content is not what its reader reads; `fix` says what to do with the other."""
    found = content(path, largest)
    if found is not wanted:
        raise refuse(path.name, f"the file is not {wanted}", f"this is {found}", fix)


def _zipped(path: Path) -> Content:
    try:
        with zipfile.ZipFile(path) as packed:
            names = packed.namelist()
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, UnicodeDecodeError, ValueError, EOFError, OSError):
        raise refuse(path.name, "the file is damaged or cut short", "a ZIP without its end", "Download it again") from None
    if "xl/workbook.xml" in names:
        return Content.WORKBOOK
    for name, what, fix in _ZIPPED:
        if name in names:
            raise _foreign(path, what, fix)
    holds = ", ".join(names[:5])[:200] or "nothing"
    raise _foreign(path, f"a ZIP archive that holds {holds}", "Unpack it and import what it holds")


def _foreign(path: Path, what: str, fix: str) -> CannotUnderstand:
    return refuse(path.name, "the file holds no table that can be read", f"this is {what}", fix)


def listed(words: Collection[str]) -> str:
    """Words in a row for a sentence, cut after 300 characters."""
    return ", ".join(words)[:300]
