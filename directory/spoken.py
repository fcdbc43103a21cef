"""Sentences that can be said in any language: English text wherever text is wanted, and a memory of how it was made.

Nothing is translated before a page asks; `tests/translating.py` gathers the messages of `say` and `count`. Pure.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import reduce
from typing import Protocol


class Tongue(Protocol):
    """A language: a message to the same message in it, as `gettext` has them."""

    def gettext(self, message: str) -> str:
        """A message in this language."""

    def ngettext(self, one: str, many: str, number: int) -> str:
        """A message for one or for several, in this language."""


class Spoken(str):
    """A sentence: its own English text, its message, and what was filled in, which may be sentences too."""

    __slots__ = ("_message", "_parts")
    _message: str
    _parts: Mapping[str, object]

    def spoken(self, tongue: Tongue) -> str:
        """The sentence in a language."""
        return self._filled(tongue.gettext(self._message), tongue)

    def _filled(self, message: str, tongue: Tongue) -> str:
        if not self._parts:
            return message
        told = {name: part.spoken(tongue) if isinstance(part, Spoken) else part for name, part in self._parts.items()}
        return message % told

    def lower(self) -> "Spoken":
        """With a small first letter; the others stay, since names and abbreviations keep theirs."""
        return turned(_small(self), self, _small)

    def inside(self) -> "Spoken":
        """As it stands in a sentence where English keeps its capital: the name of a language."""
        return turned(str(self), self, _small)


class _Counted(Spoken):
    """A sentence that has two forms, for one and for several."""

    __slots__ = ("_many", "_number")
    _many: str
    _number: int

    def spoken(self, tongue: Tongue) -> str:
        return self._filled(tongue.ngettext(self._message, self._many, self._number), tongue)


class _Turned(Spoken):
    """Words that begin otherwise than the sentence that they are."""

    __slots__ = ("_how", "_of")
    _of: Spoken
    _how: Callable[[str], str]

    def spoken(self, tongue: Tongue) -> str:
        return self._how(self._of.spoken(tongue))


def say(message: str, **parts: object) -> Spoken:
    """A sentence: a message with what belongs into it, such as `%(people)s`."""
    told = Spoken(message % parts if parts else message)
    told._message, told._parts = message, parts
    return told


def count(one: str, many: str, number: int, **parts: object) -> Spoken:
    """A sentence about one or several; the number is filled in as `num`."""
    parts["num"] = number
    told = _Counted((one if number == 1 else many) % parts)
    told._message, told._many, told._number, told._parts = one, many, number, parts
    return told


def turned(english: str, told: Spoken, how: Callable[[str], str]) -> Spoken:
    """A sentence as it reads in another place: its English there, and how any language turns it."""
    words = _Turned(english)
    words._of, words._how = told, how
    return words


def capital(words: str) -> str:
    """The words with their first letter a capital and the others as they are."""
    return turned(_large(words), words, _large) if isinstance(words, Spoken) else _large(words)


def _large(words: str) -> str:
    return words[:1].upper() + words[1:]


def _small(words: str) -> str:
    return words if words[1:2].isupper() else words[:1].lower() + words[1:]


def joined(parts: Iterable[str], glue: Callable[[str, str], str]) -> str:
    """Sentences one after the other, held together by a glue; empty ones are left out."""
    told = [part for part in parts if part]
    return reduce(glue, told) if told else ""


def both(some: str, other: str) -> str:
    """The glue of an enumeration: “a and b”."""
    return say("%(some)s and %(other)s", some=some, other=other) if some else other


def either(some: str, other: str) -> str:
    """The glue of a choice: “a or b”."""
    return say("%(some)s or %(other)s", some=some, other=other) if some else other


def listed(some: str, other: str) -> str:
    """The glue of a list: “a, b”."""
    return say("%(some)s, %(other)s", some=some, other=other) if some else other


def beside(some: str, other: str) -> str:
    """The glue of findings: “a; b”."""
    return say("%(some)s; %(other)s", some=some, other=other) if some else other


def after(some: str, other: str) -> str:
    """The glue of whole sentences."""
    return say("%(some)s %(other)s", some=some, other=other) if some else other
