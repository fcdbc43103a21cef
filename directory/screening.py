"""What in a free text looks as if it told who somebody is: a name, a telephone number, a birth date, an address. Pure.

It points out and never decides: whoever wrote it may say that it is none. A name in small letters that no list knows is not
seen; so the fields ask for none.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from directory import code_names
from directory.problems import CannotUnderstand, Loudness, Problem

_TOLD: Final = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


def _words(list_name: str) -> frozenset[str]:
    return frozenset(_TOLD[list_name].split())


_MONTH: Final = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)"
)

_BETWEEN: Final = r"(?:(?!(?:" + "|".join(sorted(_words("unlike_a_street"))) + r")\b)[\w.'’-]+\s+){1,3}"
_STREETS: Final = r"(?:street|str|avenue|ave|av|road|rd|boulevard|blvd|lane|highway|hwy|parkway|pkwy|terrace|turnpike)\b"
_CAPITAL_STREETS: Final = r"(?:St|Drive|Dr|Court|Ct|Place|Pl|Way|Circle|Cir|Square|Sq|Trail|Ln|Loop|Alley|Pike)\b"
_CAPITALS: Final = r"(?:[NSEW]\.?\s+)?(?:(?:[A-Z][\w.'’-]*|\d+(?:st|nd|rd|th))\s+){1,3}"
_BIRTH: Final = r"\b(?:born(?:\s+(?:on|in))?|birth\s?da(?:y|te)|d\.?o\.?b\.?)"
SHAPES: Final = (
    ("an e-mail address", re.compile(r"[\w.+%-]+\s?(?:@|\(at\)|\[at\])\s?[\w-]+(?:\.[\w-]+)+", re.I)),
    ("a telephone number", re.compile(r"(?<![\w.])(?:\+?1[\s.-]?)?\(?\d{3}\)?[\s./-]{0,2}\d{3}[\s.-]?\d{4}(?!\d)")),
    ("a telephone number", re.compile(r"(?<![\w.-])\d{3}[\s.-]\d{4}(?![\d-])")),
    ("a birth date", re.compile(r"(?<!\d)\d{1,2}([/.-])\d{1,2}\1(?:\d{4}|\d{2})(?!\d)")),
    ("a birth date", re.compile(r"(?<!\d)(?:19|20)\d{2}[-/.]\d{1,2}[-/.]\d{1,2}(?!\d)")),
    ("a birth date", re.compile(rf"\b{_MONTH}\.?\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+(?:19|20)\d{{2}}\b", re.I)),
    ("a birth date", re.compile(rf"\b\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH}\.?,?\s+(?:19|20)\d{{2}}\b", re.I)),
    ("a birth date", re.compile(_BIRTH + r"\b[\s:]*(?:is\s+)?(?=\S*\d|" + _MONTH + ")", re.I)),
    ("a number that belongs to somebody", re.compile(r"(?<!\d)(?:\d{3}-\d{2}-\d{4}|\d{7,})(?!\d)|\b[A-Z]{1,4}\d{6,}\b")),
    ("a street address", re.compile(r"\b\d{1,6}\s+" + _BETWEEN + _STREETS, re.I)),
    ("a street address", re.compile(r"\b\d{1,6}\s+" + _CAPITALS + _CAPITAL_STREETS)),
    ("a street address", re.compile(r"\b(?:p\.?\s?o\.?\s?box|apt\.?|apartment)\s+#?\w*\d\w*", re.I)),
)  # fmt: skip
_INTRODUCED: Final = re.compile(
    r"\b(?:(?:[Mm]r|[Mm]rs|[Mm]s|[Mm]iss)\b\.?|[Nn]ame(?:d|\s+is|['’]s|:)|[Cc]alled\s+(?=[A-Z])|"
    r"(?:[Mm]y|[Hh]is|[Hh]er|[Tt]heir)\s+(?:son|daughter|husband|wife|brother|sister|mother|father|partner|boyfriend|girlfriend),?)"
    r"\s*([A-Z][\w'’-]+(?:\s+[A-Z][\w'’-]+)?)"
)  # fmt: skip
_WORD: Final = re.compile(r"[^\W\d_](?:[^\W\d_]|['’-](?=[^\W\d_]))*")
NAMES: Final = _words("names")
_ALSO_WORDS: Final = _words("also_words")
_WORDS_TOO: Final = _words("words_too")
_ORDINARY: Final = _words("ordinary") | {word.casefold() for word in (*code_names.COLORS, *code_names.CREATURES)}
_ENDS: Final = frozenset('.!?:;\n“"(-–—•/')
_SPEAKS: Final = _words("speaks")


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something that looks like what must not be written down: what it looks like, and the words."""

    kind: str
    found: str

    def __str__(self) -> str:
        return f"“{self.found}” looks like {self.kind}"


def doubts(text: str, known: str = "", unlisted: bool = True) -> list[Doubt]:
    """What in a text looks like a person's. Words in `known`, such as a center's name, are nobody's.

    Capitals that no list of names knows are pointed out too, unless `unlisted` is False.
    """
    found: dict[str, Doubt] = {}
    for kind, shape in SHAPES:
        for hit in shape.finditer(text):
            words = hit.group().strip()
            if not any(words in other for other in found):
                found[words] = Doubt(kind, words)
    familiar = _ORDINARY | {word.group().casefold() for word in _WORD.finditer(known)}
    for name in dict.fromkeys((*_introduced(text, familiar), *_names(text, familiar, unlisted))):
        if not any(name in other for other in found):
            found[name] = Doubt("a name", name)
    return list(found.values())


def refuse(where: str, text: str, told: tuple[Doubt, ...] | list[Doubt]) -> None:
    """Raise CannotUnderstand where there is any doubt."""
    if told:
        words = "; ".join(map(str, told))
        fix = f"{words}. Leave it out, or tick that it is none"
        raise CannotUnderstand(Problem(Loudness.VALUE, where, "may tell who somebody is", text, fix))


def _introduced(text: str, familiar: frozenset[str]) -> Iterator[str]:
    """What follows “Mr.”, “named” or “her son”."""
    for hit in _INTRODUCED.finditer(text):
        if hit.group(1).casefold() not in familiar:
            yield hit.group(1)


def _names(text: str, familiar: frozenset[str], unlisted: bool) -> Iterator[str]:
    """Words that are first names, and words with a capital that stands there for no other reason."""
    words = list(_WORD.finditer(text))
    for word, after in zip(words, [*words[1:], None], strict=False):
        plain = _plain(word.group())
        following = after.group() if after and text[word.end() : after.start()].isspace() else ""
        if len(plain) == 1 or plain in familiar or all(part in familiar for part in plain.split("-")):
            continue
        if _is_name(word.group(), plain, following, _begins(text, word.start())) or (
            unlisted and _unlisted(word.group(), following, _begins(text, word.start()))
        ):
            yield word.group()


def _plain(word: str) -> str:
    """A word as the lists have it: in small letters, without accents and without its 's."""
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", word.casefold()) if not unicodedata.combining(sign))
    return bare.replace("’", "'").removesuffix("'s")


def _is_name(word: str, plain: str, following: str, begins: bool) -> bool:
    if plain in NAMES and plain not in _WORDS_TOO:
        return True
    if plain not in NAMES | _ALSO_WORDS or not word[0].isupper():
        return False
    return not begins or following[:1].isupper() or following.casefold() in _SPEAKS or plain in NAMES


def _unlisted(word: str, following: str, begins: bool) -> bool:
    """A capital in the middle of a sentence, or two words with capitals where one begins; a word all in capitals is none."""
    if not word[0].isupper() or (word.isupper() and len(word) > 1):
        return False
    return not begins or (following[:1].isupper() and not following.isupper() and following.casefold() not in _ORDINARY)


def _begins(text: str, at: int) -> bool:
    before = text[:at].rstrip(" ")
    return not before or before[-1] in _ENDS
