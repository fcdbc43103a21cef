"""The Spanish of the families' pages: gathers every sentence, brings the catalog up to date, compiles it, says what lacks.

`python -m tests.translating` after a sentence was changed; then fill in what it names in messages.po, and run it again.
"""

import io
import re
import sys
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from babel.messages import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

from directory.web.errors import WORDS
from directory.web.families_words import TERM_GROUPS
from directory.web.language import FOLDER, SPANISH

ROOT: Final = Path(__file__).parent.parent
WEB: Final = ROOT / "directory" / "web"
PO: Final = FOLDER / SPANISH / "LC_MESSAGES" / "messages.po"
MO: Final = PO.with_suffix(".mo")
_KEYWORDS: Final[dict[str, Any]] = {"_": None, "gettext": None, "_n": (1, 2), "ngettext": (1, 2)}
_OPTIONS: Final = {"trim_blocks": "true", "lstrip_blocks": "true", "extensions": "jinja2.ext.i18n"}
_HEAD: Final = "# The families' pages in Spanish, for the reader of about 13 years: usted, short, plain."
_BEGUN: Final = datetime(2026, 11, 24, tzinfo=UTC)
_WHOSE: Final[dict[str, Any]] = {
    "project": "referral-directory",
    "version": "1",
    "creation_date": _BEGUN,
    "revision_date": _BEGUN,
}
_FILLED: Final = re.compile(r"%\(\w+\)[sd]")
Said = tuple[str | tuple[str, ...], str]
"""A sentence, or its two forms, and the file that has it."""


def templates() -> list[Path]:
    """The templates that speak both languages."""
    return [
        *sorted((WEB / "templates").glob("families_*.html")),
        WEB / "templates" / "layout.html",
        WEB / "templates" / "message.html",
        WEB / "templates" / "plan.html",
    ]


def gathered() -> list[Said]:
    """Every sentence that a family may read, from templates, code and the lists."""
    return [*_from_templates(), *_from_code(), *_from_lists()]


def _from_templates() -> Iterator[Said]:
    for path in templates():
        with path.open("rb") as file:
            for _, _, message, _ in babel_extract(file, [*_KEYWORDS], [], _OPTIONS):
                yield _forms(message), path.name


def _from_code() -> Iterator[Said]:
    for path in sorted(WEB.glob("families*.py")) + [WEB / "language.py"]:
        with path.open("rb") as file:
            for _, message, _, _ in extract("python", file, _KEYWORDS):
                yield _forms(message), path.name


def _forms(message: Any) -> str | tuple[str, ...]:
    """What Jinja's reader gives has None for each argument that is no text."""
    said = (message,) if isinstance(message, str) else tuple(part for part in message[:2] if part)
    return said if len(said) > 1 else said[0]


def _from_lists() -> Iterator[Said]:
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
        if group["code"] in (*TERM_GROUPS, "excludes"):
            yield from ((label, "vocabulary.toml") for label in group["terms"].values())
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
        new.add(message, before.string if before else None, locations=[(file, 0)], flags=flags)
    return new


def missing(catalog: Catalog) -> list[str]:
    """What has no Spanish, or only a guess, or not the same things to be filled in."""
    return [str(one.id) for one in catalog if one.id and (one.fuzzy or not _complete(one))]


def _complete(message: Message) -> bool:
    said = [message.id] if isinstance(message.id, str) else list(message.id)
    spoken = told(message)
    wanted = set(_FILLED.findall(said[-1]))
    return len(spoken) == len(said) and all(words and set(_FILLED.findall(words)) == wanted for words in spoken)


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
