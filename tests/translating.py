"""The Spanish of what families read: gathers every sentence, brings the catalog up to date, compiles it, says what lacks.

`python -m tests.translating` after a sentence was changed; then fill in what it names in messages.po, and run it again.
"""

import ast
import io
import re
import sys
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from babel.messages import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

from directory import vocabulary
from directory.matching.criteria import CRITERIA
from directory.matching.criterion import WEIGHTS
from directory.web.errors import WORDS
from directory.web.language import FOLDER, SPANISH

ROOT: Final = Path(__file__).parent.parent
WEB: Final = ROOT / "directory" / "web"
OURS: Final = ("directory", "importers")
"""Where sentences are made; the hand-out has words of its own in each language."""
PO: Final = FOLDER / SPANISH / "LC_MESSAGES" / "messages.po"
MO: Final = PO.with_suffix(".mo")
_CALLS: Final = {"_": 1, "gettext": 1, "_n": 2, "ngettext": 2, "say": 1, "count": 2}
"""What says a message, and how many forms of it."""
_OPTIONS: Final = {"trim_blocks": "true", "lstrip_blocks": "true", "extensions": "jinja2.ext.i18n"}
_HEAD: Final = "# What families read in Spanish, for the reader of about 13 years: usted, short, plain."
_BEGUN: Final = datetime(2026, 11, 24, tzinfo=UTC)
_WHOSE: Final[dict[str, Any]] = {
    "project": "referral-directory",
    "version": "1",
    "creation_date": _BEGUN,
    "revision_date": _BEGUN,
}
_FILLED: Final = re.compile(r"%\(\w+\)[sd]")
Message_ = tuple[str | tuple[str, ...], str]
"""A sentence, or its two forms, and the file that has it."""
_IN_BOTH: Final = (
    "cards", "fields", "form", "layout", "listing", "message", "no-longer-kept", "options", "phone", "plan", "questions",
    "ranking",
)  # fmt: skip
"""The templates that speak both languages, beside those of the families' pages."""


def templates() -> list[Path]:
    """The templates that speak both languages."""
    return [*sorted((WEB / "templates").glob("families_*.html")), *(WEB / "templates" / f"{name}.html" for name in _IN_BOTH)]


def gathered() -> list[Message_]:
    """Every sentence that a family may read, from templates, code and the lists."""
    return [*_from_templates(), *_from_code(), *_from_lists()]


def _from_templates() -> Iterator[Message_]:
    for path in templates():
        with path.open("rb") as file:
            for _, _, message, _ in babel_extract(file, [*_CALLS], [], _OPTIONS):
                yield _forms(message), path.name


def _from_code() -> Iterator[Message_]:
    for path in code():
        yield from ((_forms(said), path.name) for said in called(path.read_text(encoding="utf-8")) if said)


def code() -> list[Path]:
    """The files that may say something in both languages."""
    return sorted(file for room in OURS for file in (ROOT / room).rglob("*.py") if "handout" not in file.parts)


def called(source: str) -> Iterator[tuple[str, ...]]:
    """The messages that code says by calls of these names, which methods may have too; () for one that stands in a list."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _CALLS:
            said = node.args[: _CALLS[node.func.id]]
            yield tuple(one.value for one in said if isinstance(one, ast.Constant) and isinstance(one.value, str))


def _forms(message: Any) -> str | tuple[str, ...]:
    """What Jinja's reader gives has None for each argument that is no text."""
    said = (message,) if isinstance(message, str) else tuple(part for part in message[:2] if part)
    return said if len(said) > 1 else said[0]


def _from_lists() -> Iterator[Message_]:
    for choice in _toml("families.toml")["choice"]:
        yield from ((choice[name], "families.toml") for name in ("label", "says", "ask"))
    for item in _toml("vetting_items.toml")["item"]:
        yield from (
            (words, "vetting_items.toml")
            for words in (
                item["title"],
                item["families"],
                *(ask["words"] for ask in item.get("asks", ()) if not item.get("personal")),
            )
        )
    for group in _toml("vocabulary.toml")["group"]:
        yield from ((label, "vocabulary.toml") for label in (group["label"], *group["terms"].values()))
    yield from ((str(words), "vocabulary.py") for words in vocabulary.DRUGS.values())
    yield from ((str(one.description), f"{type(one).__module__.rpartition('.')[2]}.py") for one in CRITERIA)
    yield from ((name, "weights.toml") for name in WEIGHTS)
    yield from ((words, "errors.py") for pair in WORDS.values() for words in pair)


def _toml(name: str) -> dict[str, Any]:
    return tomllib.loads((ROOT / "directory" / name).read_text(encoding="utf-8"))


def held() -> Catalog:
    """The catalog as it is kept."""
    with PO.open("rb") as file:
        return read_po(file, locale=SPANISH)


def renewed(old: Catalog) -> Catalog:
    """The catalog with every sentence that there is now and no other, in the words that it has already."""
    new = Catalog(locale=SPANISH, charset="utf-8", fuzzy=False, header_comment=_HEAD, **_WHOSE)
    for message, file in gathered():
        before = old.get(message if isinstance(message, str) else message[0])
        flags = before.flags - {"python-format"} if before else set()
        same = before and before.pluralizable == isinstance(message, tuple)
        new.add(message, before.string if before and same else None, locations=[(file, 0)], flags=flags)
    return new


def missing(catalog: Catalog) -> list[str]:
    """What has no Spanish, or only a guess, or not the same things to be filled in."""
    return [str(one.id) for one in catalog if one.id and (one.fuzzy or not _complete(one))]


def _complete(message: Message) -> bool:
    said = [message.id] if isinstance(message.id, str) else list(message.id)
    spoken = told(message)
    return len(spoken) == len(said) and all(map(_fits, said, spoken))


def _fits(english: str, words: str) -> bool:
    """Whether there are words, with the same things to be filled in."""
    return bool(words) and set(_FILLED.findall(words)) == set(_FILLED.findall(english))


def told(message: Message) -> list[str]:
    """A sentence in Spanish, or its two forms; nothing where it has none."""
    return [message.string] if isinstance(message.string, str) else list(message.string or ())


def written(catalog: Catalog) -> bytes:
    """The catalog as messages.po has it."""
    file = io.BytesIO()
    write_po(file, catalog, width=0, omit_header=False, sort_output=False, include_lineno=False)
    return file.getvalue()


def compiled(catalog: Catalog) -> bytes:
    """The catalog as messages.mo has it."""
    file = io.BytesIO()
    write_mo(file, catalog)
    return file.getvalue()


def main() -> int:
    """Renew both files; 1 where something is missing."""
    catalog = renewed(held() if PO.exists() else Catalog())
    PO.write_bytes(written(catalog))
    MO.write_bytes(compiled(catalog))
    lacking = missing(catalog)
    sys.stdout.write("".join(f"not in Spanish yet: {words}\n" for words in lacking) or "complete\n")
    return int(bool(lacking))


if __name__ == "__main__":
    sys.exit(main())
