"""A file of JSON to one document, and a document's values to the texts that rows hold. What is no JSON is said with its line.

A document is refused before it is read where its values could need more memory than a directory does.
"""

import json
import math
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from importers.base import refuse
from importers.contents import Content, content

LARGEST_DOCUMENT: Final = 32 << 20
MOST_MEMORY: Final = 160 << 20
_COSTS: Final = ((b"{", 240), (b"[", 64), (b",", 72))
"""Bytes of memory that an object, a list and one more value can need at most, by the sign that stands before them."""
_HEAD: Final = 256
_BEGINNING: Final = re.compile(r"[\[{]\s*(?:[\[{\]}\"0-9-]|$)")
"""A table may have a heading in brackets, such as [Name]: a document goes on with another bracket, a text or a number."""
_HALF_LETTER: Final = re.compile(r"\\u[dD][89a-fA-F]")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]+")
_FIX: Final = "Download it again, or ask the sender for it again"


class _Refused(ValueError):
    """What JSON allows and no document of listings needs."""


def is_document(path: Path) -> bool:
    """Whether the file begins as a JSON document does, rather than as a table."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    return bool(_BEGINNING.match(head.decode(json.detect_encoding(head), "replace").lstrip("\ufeff \t\r\n")))


def read_json(path: Path) -> Any:
    """The document; refuses a file that is too large, not UTF-8, not JSON, or that says one thing twice."""
    found = content(path, LARGEST_DOCUMENT)
    if found is not Content.TEXT:
        raise refuse(path.name, "the file is not a JSON document", f"this is {found}", "Import it as a spreadsheet")
    return document(path.name, path.read_bytes())


def document(name: str, raw: bytes) -> Any:
    """The document in these bytes; `name` says in problems where they are from. Raises CannotUnderstand."""
    text = _text(name, raw)
    if _memory(text, raw) > MOST_MEMORY:
        found = f"{raw.count(b','):,} values"
        raise refuse(name, "the document holds more values than a directory can have", found, "Split it into several files")
    try:
        told = json.loads(text, object_pairs_hook=_once_each, parse_float=_finite, parse_constant=_no_constant)
        if _HALF_LETTER.search(text):
            json.dumps(told, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        where = f"{name}, line {error.lineno}, column {error.colno}"
        raise refuse(where, "the file is not a JSON document", _near(text, error.pos), _FIX) from None
    except UnicodeEncodeError:
        raise refuse(name, "the document holds half a character (such as \\ud83d alone)", fix=_FIX) from None
    except _Refused as error:
        raise refuse(name, str(error), fix=_FIX) from None
    except ValueError:
        raise refuse(name, "the document holds a number of thousands of digits", fix=_FIX) from None
    except RecursionError:
        raise refuse(name, "the document has lists in lists without end", fix=_FIX) from None
    return told


class Held:
    """What documents that are held together need of memory: as much as one alone may."""

    def __init__(self, fix: str) -> None:
        self.memory = 0
        self._fix = fix

    def hold(self, name: str, raw: bytes) -> None:
        """One more that was understood; refuses it, under the name given, where it is too much."""
        self.memory += _memory(_text(name, raw), raw)
        if self.memory > MOST_MEMORY:
            raise refuse(name, "its pages hold more values together than a directory can have", fix=self._fix)


def _memory(text: str, raw: bytes) -> int:
    """The most that a document's text and values can need."""
    return sys.getsizeof(text) + sum(raw.count(sign) * cost for sign, cost in _COSTS)


def _text(name: str, raw: bytes) -> str:
    try:
        return raw.decode(json.detect_encoding(raw))
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        column = error.start - raw.rfind(b"\n", 0, error.start)
        where = f"{name}, line {line}, column {column}"
        raise refuse(where, "the file is not UTF-8 text", f"the byte {raw[error.start]:02X}", "Save it as UTF-8") from None


def _near(text: str, place: int) -> str:
    return _CONTROL.sub(" ", text[place : place + 40]).strip() or "the file ends there"


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    told = dict(pairs)
    if len(told) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise _Refused(f"“{_CONTROL.sub(' ', twice)[:60]}” is said twice in one object")
    return told


def _finite(written: str) -> float:
    number = float(written)
    if not math.isfinite(number):
        raise _Refused(f"the number {written[:40]} is larger than any can be")
    return number


def _no_constant(written: str) -> float:
    raise _Refused(f"{written} stands where a number should")


def cell(value: Any) -> str:
    """A document's value as a row's text: nothing for null, whole numbers without their `.0`, yes or no; JSON for the rest."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    written = value if isinstance(value, (str, int)) else json.dumps(value, ensure_ascii=False)
    return _CONTROL.sub(" ", str(written))


def cells(told: Mapping[str, Any]) -> dict[str, str]:
    """An object's values as the texts of a row, by name."""
    return {name: cell(value) for name, value in told.items()}
