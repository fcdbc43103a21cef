"""Text to tokens: the same reading for what is indexed and for what is asked. Pure."""

import re
import tomllib
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final

from directory.listing import Listing
from directory.values import STATES
from directory.vocabulary import GROUPS, TERMS, Answer

SYNONYMS_FILE: Final = Path(__file__).with_name("synonyms.toml")
_MOST_CHARACTERS: Final = 256
_MOST_TOKENS: Final = 16
_LONGEST_TOKEN: Final = 40
_WORD: Final = re.compile(r"[a-z0-9]+")
_JOINED: Final = re.compile("[\u0300-\u036f'\u2019]")
_STOP: Final = frozenset(
    ("a", "an", "and", "are", "as", "at", "by", "for", "from", "in", "is", "it", "of", "on", "or", "that", "the", "to", "with")
)
_HEADED: Final = ("moud",)
"""Groups whose heading is what people look for, and not the label of any one term."""
_NOT_OFFERED: Final = ("excludes.", "moud.must_stop", "prescriber.none")
"""Known yeses that say what a center refuses: whoever looks for insulin must not find those that turn it away."""

Phrase = tuple[str, ...]


def words(text: str) -> list[str]:
    """The words of a text as they are compared: no capitals, accents, apostrophes, plurals or small words."""
    folded = text.casefold()
    if not folded.isascii():
        folded = unicodedata.normalize("NFKD", folded)
    return [_singular(word[:_LONGEST_TOKEN]) for word in _WORD.findall(_JOINED.sub("", folded)) if word not in _STOP]


def _singular(word: str) -> str:
    if len(word) < 4 or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    return word[:-1]


def _read_synonyms() -> dict[str, list[tuple[Phrase, str]]]:
    """Phrases by their first word, longest first, each with the token that stands for it."""
    by_first: dict[str, list[tuple[Phrase, str]]] = defaultdict(list)
    for group in tomllib.loads(SYNONYMS_FILE.read_text(encoding="utf-8")).values():
        for token, written in group.items():
            for phrase in {tuple(words(one)) for one in written}:
                by_first[phrase[0]].append((phrase, token))
    return {first: sorted(phrases, key=lambda p: (-len(p[0]), p)) for first, phrases in by_first.items()}


_SYNONYMS: Final = _read_synonyms()
ALIASES: Final = {phrase[0]: token for phrases in _SYNONYMS.values() for phrase, token in phrases if len(phrase) == 1}
"""Single words and the token that stands for each, so that a slip in one is understood too."""


def tokens(text: str) -> list[str]:
    """The words of a text, each phrase that has synonyms replaced by its one token, longest phrases first."""
    return _replaced(words(text))


def _replaced(plain: Sequence[str]) -> list[str]:
    replaced: list[str] = []
    at = 0
    while at < len(plain):
        phrase, token = _phrase_at(plain, at)
        replaced.append(token)
        at += len(phrase)
    return replaced


def _phrase_at(plain: Sequence[str], at: int) -> tuple[Phrase, str]:
    for phrase, token in _SYNONYMS.get(plain[at], ()):
        if tuple(plain[at : at + len(phrase)]) == phrase:
            return phrase, token
    return (plain[at],), plain[at]


def query_tokens(text: str) -> list[str]:
    """The distinct tokens of what a visitor typed, as much of it as is looked at."""
    return list(dict.fromkeys(tokens(text[:_MOST_CHARACTERS])))[:_MOST_TOKENS]


def document(listing: Listing) -> dict[str, list[str]]:
    """What is indexed of a listing, by field. A street is never in it, so none can leak from here."""
    address = listing.address
    return {
        "name": list(_name(f"{listing.organization} {listing.program}")),
        "place": list(_place(address.city, address.state_province, address.postal_code)),
        "services": _services(listing),
    }


def _name(name: str) -> list[str]:
    """The tokens, and the words that a synonym took the place of, since a name may be asked for with a slip in it."""
    plain = words(name)
    replaced = _replaced(plain)
    return replaced + [word for word in dict.fromkeys(plain) if word not in replaced]


@lru_cache(maxsize=65536)
def _place(city: str, state: str, postal_code: str) -> tuple[str, ...]:
    return tuple(tokens(f"{city} {state} {STATES.get(state, '')} {postal_code}"))


def _services(listing: Listing) -> list[str]:
    yes = Answer.YES
    offered = [_OFFERED.get(code, ()) for code, fact in listing.facts.items() if fact.answer is yes]
    return sorted(set().union(*offered))


def _read_offered() -> dict[str, frozenset[str]]:
    headings = {group.code: frozenset(tokens(group.label)) for group in GROUPS if group.code in _HEADED}
    return {
        code: headings.get(term.group, frozenset()).union(tokens(term.label))
        for code, term in TERMS.items()
        if not code.startswith(_NOT_OFFERED)
    }


_OFFERED: Final = _read_offered()
