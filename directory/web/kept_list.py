"""A list of centers that somebody keeps: all of it stands in its own address, signed, and nothing of it with us.

It names centers and a day; nothing of who made it, where they looked from or what they looked for.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from itsdangerous import BadSignature, Signer

from directory.public_address import SHORT
from directory.web.opened import register

MOST: Final = 20
KEPT_FOR: Final = timedelta(days=30)
_DAY_ONE: Final = date(2026, 1, 1)
_DAY_BYTES: Final = 2
_CENTER_BYTES: Final = SHORT // 2


@dataclass(frozen=True, slots=True)
class KeptList:
    """The centers by their short ids, in order, and the day on which the list was made."""

    centers: tuple[str, ...]
    made: date

    @property
    def until(self) -> date:
        """The last day on which its address opens it."""
        return self.made + KEPT_FOR


def together(*some: Iterable[str]) -> tuple[str, ...]:
    """Short ids, each once, in order; what is none is left out."""
    every = (one for ids in some for one in ids)
    return tuple(dict.fromkeys(one for one in every if len(one) == SHORT and set(one) <= set("0123456789abcdef")))


def seal(centers: Iterable[str], made: date) -> str:
    """The list as its address has it."""
    written = (made - _DAY_ONE).days.to_bytes(_DAY_BYTES, "big") + bytes.fromhex("".join(centers))
    return _signer().sign(urlsafe_b64encode(written).rstrip(b"=")).decode()


def read(sealed: str, today: date) -> KeptList | None:
    """The list that an address has; None for anything else, and when its time is over."""
    try:
        told = _signer().unsign(sealed.encode())
    except (BadSignature, UnicodeEncodeError):
        return None
    written = urlsafe_b64decode(told + b"=" * (-len(told) % 4))
    made = _DAY_ONE + timedelta(days=int.from_bytes(written[:_DAY_BYTES], "big"))
    ids = written[_DAY_BYTES:].hex()
    kept = KeptList(tuple(ids[at : at + SHORT] for at in range(0, len(ids), SHORT)), made)
    return kept if today <= kept.until else None


def _signer() -> Signer:
    return Signer(register().keys.pages, salt="kept list")
