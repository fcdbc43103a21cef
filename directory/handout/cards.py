"""The hand-out's numbers as contact cards (vCard 3.0), which every telephone can take into its address book."""

import re
from collections.abc import Iterator
from typing import Final

from directory.handout.facts import one_line
from directory.handout.sheet import Sheet, Told, sheet
from directory.handout.snapshot import Snapshot

_WIDTH: Final = 75
_SPECIAL: Final = re.compile(r"([\\;,])")


def cards(snapshot: Snapshot, language: str = "en") -> bytes:
    """One card for each option that has a number, in calling order."""
    told = sheet(snapshot, language)
    lines = [line for one in told.listed if one.dial for line in _card(told, one)]
    return "".join(f"{line}\r\n" for line in lines).encode()


def _card(told: Sheet, one: Told) -> Iterator[str]:
    name, town = one_line(one.name, 120), one_line(one.town)
    note = told.words.say("card.note", asked=f"{one.asked[:1].upper()}{one.asked[1:]}.", time=told.as_of)
    yield "BEGIN:VCARD"
    yield "VERSION:3.0"
    yield from _folded(f"FN:{one.number}. {_safe(name)}")
    yield from _folded(f"N:{_safe(name)};;;;")
    yield from _folded(f"ORG:{_safe(name)}")
    yield from _folded(f"TEL;TYPE=WORK,VOICE:{_digits(one.dial)}")
    yield from _folded(f"ADR;TYPE=WORK:;;{_safe(one_line(one.street, 200) or town)};;;;")
    yield from _folded(f"NOTE:{_safe(' '.join(filter(None, (told.planned, one.unchecked, note))))}")
    yield "END:VCARD"


def _safe(words: str) -> str:
    """Words in which no sign means anything to a reader of cards."""
    return _SPECIAL.sub(r"\\\1", one_line(words, 400))


def _digits(dial: str) -> str:
    """A number as a card holds it, the extension after a pause: +16145550102,12."""
    return re.sub(r"[^0-9+,]", "", dial.replace(";ext=", ","))


def _folded(line: str) -> Iterator[str]:
    """A line in pieces of at most 75 bytes, of which each but the first begins with a space."""
    piece, size = "", 0
    for sign in line:
        wide = len(sign.encode())
        if size + wide > _WIDTH:
            yield piece
            piece, size = " ", 1
        piece, size = piece + sign, size + wide
    yield piece
