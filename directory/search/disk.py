"""A generation's folder, to the disk and back: every file in a manifest, checked byte for byte; one builder at a time.

`CURRENT` names a generation and the digest of its manifest, the manifest every file with its digest: what is read is what
was written, or it is `Unusable`.
"""

import hashlib
import json
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from directory import turns

_CURRENT: Final = "CURRENT"
_MANIFEST: Final = "manifest.json"
_LOCK: Final = "LOCK"


class Unusable(Exception):
    """A generation that can't be answered from, and why."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation holds: of which change, made when and by what, and each file's size and SHA-256."""

    counter: int
    made_at: str
    schema: str
    program: str
    documents: int
    files: dict[str, tuple[int, str]]


def described(folder: Path) -> dict[str, tuple[int, str]]:
    """All files of a folder as a manifest names them."""
    paths = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): (path.stat().st_size, sha256(path)) for path in paths}


def publish(generation: Path, manifest: Manifest) -> str:
    """See a generation to the disk, its manifest last, then name it in `CURRENT`; returns what that says."""
    paths = [generation / name for name in manifest.files]
    for path in paths:
        _to_disk(path)
    written = generation / _MANIFEST
    written.write_text(json.dumps(asdict(manifest), indent=1, sort_keys=True), encoding="utf-8")
    _to_disk(written)
    for folder in {*(path.parent for path in paths), generation, generation.parent}:
        _to_disk(folder)
    current = f"{generation.name} {sha256(written)}"
    new = generation.with_name(f"{_CURRENT}.new")
    new.write_text(current, encoding="ascii")
    _to_disk(new)
    new.replace(generation.with_name(_CURRENT))
    _to_disk(generation.parent)
    return current


def read_current(folder: Path) -> str:
    """What `CURRENT` says; "" where there is none that can be read."""
    try:
        return (folder / _CURRENT).read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        return ""


def verified(folder: Path, current: str) -> tuple[Path, Manifest]:
    """The generation that `CURRENT` names, once every byte of it has been checked; raises Unusable."""
    name, _, digest = current.partition(" ")
    if not name.startswith("gen-") or not name.replace("-", "").isalnum():
        raise Unusable("CURRENT names no generation" if current else "there is no index yet")
    generation = folder / name
    try:
        if sha256(generation / _MANIFEST) != digest:
            raise Unusable(f"{name}: its manifest was changed")
        manifest = Manifest(**json.loads((generation / _MANIFEST).read_text(encoding="utf-8")))
        for file, (size, digest) in manifest.files.items():
            if (generation / file).stat().st_size != size or sha256(generation / file) != digest:
                raise Unusable(f"{name}: {file} was changed")
    except (OSError, TypeError, ValueError) as error:
        raise Unusable(f"{name}: {error}") from error
    return generation, manifest


def discard_except(folder: Path, current: str) -> None:
    """Remove what was left unfinished, and what is older than the current generation, which others may still read."""
    kept = current.partition(" ")[0]
    for path in folder.glob("gen-*"):
        if path.name != kept:
            shutil.rmtree(path, ignore_errors=True)


@contextmanager
def only_builder(folder: Path, wait_seconds: float) -> Iterator[None]:
    """Hold the folder's one building turn; raises Taken."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with turns.held(folder / _LOCK, wait_seconds):
        yield


def sha256(path: Path) -> str:
    """The digest of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _to_disk(path: Path) -> None:
    """See a file or folder to the disk; Windows knows no such thing for folders."""
    if sys.platform == "win32" and path.is_dir():
        return
    descriptor = os.open(path, os.O_RDWR if sys.platform == "win32" else os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
