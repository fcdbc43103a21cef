"""What an import is known by: the bytes of its file, and everything that decides how they are read."""

import hashlib
import inspect
import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from directory import days, normalize, values
from importers import any_table, base, contents, delimited, documents, readers, row, understanding
from importers.base import Importer, Meaning, Source
from importers.orders import File

_READING: Final = (contents, readers, delimited, documents, any_table, understanding, base, row, normalize, values, days)


def fingerprint(importer: Importer, path: Path) -> File:
    """What an import is known by."""
    return File(importer.source.name, path.name, contents.digest_of(path), mapping_digest(importer))


def mapping_digest(importer: Importer) -> str:
    """Names how a source is read: its TOML, its phrases, its code, and the readers of fields."""
    digest = hashlib.sha256(json.dumps(_as_plain(importer.source), sort_keys=True).encode())
    parts = (*_leaning_on(importer.read), *_leaning_on(importer.parse), *_READING)
    modules = {inspect.getfile(part) for part in parts}
    for module in sorted(modules):
        digest.update(Path(module).read_bytes())
    return digest.hexdigest()


def _leaning_on(function: Callable[..., Any]) -> list[ModuleType]:
    """The module of an importer's function, and those beside it from which this one takes something."""
    module = sys.modules[function.__module__]
    taken = vars(module).values()
    named = {thing.__name__ if inspect.ismodule(thing) else getattr(thing, "__module__", None) or "" for thing in taken}
    return [module, *(sys.modules[name] for name in sorted(named) if name.startswith(f"{__package__}."))]


def _as_plain(source: Source) -> dict[str, Any]:
    def meaning(of: Meaning) -> list[list[str]]:
        return [sorted(of.yes), sorted(of.no), sorted(of.implied)]

    told = {name: getattr(source, name) for name in source.__dataclass_fields__}
    return told | {"columns": dict(source.columns), "phrases": {text: meaning(of) for text, of in source.phrases.items()}}
