"""A text with its spaces put where the directory's own words have them: "ourhouse", "clean slate", "Our House R". Pure."""

from collections.abc import Callable
from typing import Final

from directory.search.analysis import words

_MOST_CHARACTERS: Final = 256
_SHORTEST: Final = 2
_LONGEST: Final = 24

Known = Callable[[str], bool]
"""Whether a word is one of the directory's."""


def respaced(text: str, known: Known) -> str:
    """The text with words run together taken apart and words torn apart put together; a last single letter is left out."""
    torn = words(text[:_MOST_CHARACTERS])
    if len(torn) > 1 and len(torn[-1]) < _SHORTEST:
        torn.pop()
    told: list[str] = []
    at = 0
    while at < len(torn):
        word, pair = torn[at], "".join(torn[at : at + 2])
        together = at + 1 < len(torn) and known(pair)
        told += [pair] if together else [word] if known(word) else _taken_apart(word, known) or [word]
        at += 1 + together
    return " ".join(told)


def _taken_apart(word: str, known: Known) -> list[str]:
    """The fewest words of the directory that make it up, small words too; none where they don't."""
    best: list[list[str] | None] = [[], *[None] * len(word)]
    for stop in range(1, len(word) + 1):
        for start in range(max(0, stop - _LONGEST), stop):
            before, piece, shortest = best[start], word[start:stop], best[stop]
            fewer = before is not None and (shortest is None or len(before) + 1 < len(shortest))
            if before is not None and fewer and _is_word(piece, known):
                best[stop] = [*before, piece]
    return best[-1] or []


def _is_word(piece: str, known: Known) -> bool:
    """Whether it is a word of the directory, perhaps in the plural, or one too small to be indexed."""
    held = [piece] if known(piece) else words(piece)
    return not held or (len(piece) >= _SHORTEST and all(map(known, held)))
