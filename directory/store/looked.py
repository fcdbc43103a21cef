"""Which cases were looked up for somebody to see: noted where they are read, so that no page can forget to say so."""

from collections.abc import Iterable
from contextvars import ContextVar
from typing import Final

_CASES: Final[ContextVar[dict[str, None] | None]] = ContextVar("cases", default=None)


def begin_looking() -> None:
    """From here on in this thread, note which cases are looked up; what was noted before is forgotten."""
    _CASES.set({})


def note(case_ids: Iterable[str]) -> None:
    """Note that these cases were looked up for somebody to see."""
    seen = _CASES.get()
    if seen is not None:
        seen.update(dict.fromkeys(case_ids))


def looked_up() -> tuple[str, ...]:
    """The cases that were looked up since the looking began, in their order; none where it did not."""
    return tuple(_CASES.get() or ())
