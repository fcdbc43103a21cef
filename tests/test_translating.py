"""English and Spanish: nothing untranslated, nothing guessed, nothing written past the catalog."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Final

import pytest
from jinja2 import Environment, nodes

from tests import translating

_GAP: Final = "\x00"
_READ_ALOUD: Final = ("alt", "aria-label", "title", "placeholder")
_SPOKEN: Final = ("_", "gettext", "ngettext")
_LETTERS: Final = re.compile(r"[^\W\d_]")
_WORDS: Final = re.compile(r"[^\W\d_]{2,} [^\W\d_]{2,}|^[A-Z][a-z]{2,}")


class _Bare(HTMLParser):
    """Text, and attributes that are read aloud, with letters of their own."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_data(self, data: str) -> None:
        self.found += [words for words in data.split(_GAP) if _LETTERS.search(words)]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in _READ_ALOUD and _LETTERS.search((value or "").replace(_GAP, "")):
                self.found.append(value or "")


def untold(source: str) -> list[str]:
    """What a template says by itself: text between its tags, and sentences in its expressions, outside of _()."""
    tree = Environment(extensions=["jinja2.ext.i18n"]).parse(source)
    bare = _Bare()
    bare.feed(_GAP.join(data.data for data in tree.find_all(nodes.TemplateData)))
    spoken = {id(part) for call in tree.find_all(nodes.Call) if _speaks(call) for part in call.find_all(nodes.Const)}
    consts = [one.value for one in tree.find_all(nodes.Const) if id(one) not in spoken and isinstance(one.value, str)]
    return bare.found + [words for words in consts if _WORDS.search(words)]


def _speaks(call: nodes.Call) -> bool:
    return isinstance(call.node, nodes.Name) and call.node.name in _SPOKEN


PLANTED: Final = [
    "<p>Call now</p>",
    "<p>{{ _('Call now') }} please</p>",
    '<img alt="A house" src="x">',
    '<nav aria-label="Site"></nav>',
    "<p>{{ 'Call now' if late }}</p>",
    "<p>{{ _('Error:') ~ ' Call' if late else 'Sorry' }}</p>",
    "{% if late %}late{% endif %}",
]


@pytest.mark.parametrize("source", PLANTED)
def test_words_past_the_catalog_are_found(source: str) -> None:
    assert untold(source)


SAID: Final = [
    "<p>{{ _('Call now') }}</p>",
    "<p>{% trans %}Call now{% endtrans %}</p>",
    "<p class='x'>{{ 'wrong' if late }}</p>",
]


@pytest.mark.parametrize("source", SAID)
def test_words_in_the_catalog_are_none(source: str) -> None:
    assert not untold(source)


@pytest.mark.parametrize("path", translating.templates(), ids=lambda path: path.name)
def test_every_template_speaks_through_the_catalog(path: Path) -> None:
    assert untold(path.read_text(encoding="utf-8")) == []


def test_everything_is_in_spanish() -> None:
    catalog = translating.renewed(translating.held())
    assert len(catalog) > 300
    assert translating.missing(catalog) == []


def lacking() -> Iterator[tuple[str, str, bool]]:
    yield "Call %(day)s", "", False
    yield "Call %(day)s", "Llame", False
    yield "Call %(day)s", "Llame el %(day)s", True


@pytest.mark.parametrize(("said", "told", "fuzzy"), list(lacking()))
def test_what_lacks_is_found(said: str, told: str, fuzzy: bool) -> None:
    catalog = translating.renewed(translating.held())
    catalog.add(said, told, flags=["fuzzy"] if fuzzy else [])
    assert translating.missing(catalog) == [said]


def test_the_catalog_holds_what_is_said_and_nothing_else() -> None:
    """Run `python -m tests.translating` where this fails."""
    held = translating.held()
    assert {one.id for one in held if one.id} == {one.id for one in translating.renewed(held) if one.id}


def test_what_is_compiled_is_what_is_written() -> None:
    assert translating.MO.read_bytes() == translating.compiled(translating.held())


LISTS: Final = {
    "asking.py": "weights.toml",
    "criterion.py": "what the criteria say of themselves",
    "errors.py": "WORDS",
    "families.py": "families.toml",
    "families_about.py": "vetting_items.toml",
    "families_comparing.py": "families.toml",
    "families_words.py": "families.toml and vocabulary.toml",
    "vocabulary.py": "vocabulary.toml, and what is used",
}
"""Where a message is said that stands in a list, and in which."""


def test_what_is_said_of_a_list_is_gathered_from_that_list() -> None:
    """A message that does not stand where it is said comes from a list that `translating` reads."""
    assert list(translating.called("say(f'{name} is full')\nsay(name)\nsay('full')\nfound.count(name)")) == [(), (), ("full",)]
    unwritten = {path.name for path in translating.code() if () in translating.called(path.read_text(encoding="utf-8"))}
    assert unwritten == {*LISTS}


def test_spanish_speaks_to_people_politely() -> None:
    """Nobody is addressed as tú."""
    said = [words for one in translating.held() for words in translating.told(one)]
    familiar = re.compile(r"\b(tú|tu|tus|te|puedes|quieres|tienes)\b", re.IGNORECASE)
    assert [words for words in said if familiar.search(words)] == []
    assert familiar.search("Llama a tu centro")
