"""The only module that knows Whoosh: documents in, and all postings out again as arrays.

Whoosh is a cache here. Of it only the schema, the writer and the postings are used; nothing a visitor typed reaches it.
"""

import pickle
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any, Final

import numpy as np
from whoosh import fields, index, versionstring
from whoosh.writing import PostingPool

from directory.search.postings import FIELDS, Postings, postings

VERSION: Final = str(versionstring())
_WAIT_SECONDS: Final = 10
_MEGABYTES: Final = 32
_AT_ONCE: Final = 1_000
"""Postings."""
_BYTES_A_POSTING: Final = 150
"""As Whoosh counts them, without the names of field and term."""
_LOCK_FILE: Final = "MAIN_WRITELOCK"


class Damaged(Exception):
    """An index that can't be read, whatever Whoosh or its pickles said about it."""


def _schema() -> Any:
    """Texts without positions, since no phrase is ever looked up."""
    texts = {name: fields.TEXT(phrase=False) for name in FIELDS}
    return fields.Schema(key=fields.ID(stored=True, unique=True), **texts)


class _Pool(PostingPool):  # type: ignore[misc]
    """Whoosh's pool, where postings wait in files for their order: written and read there many at a time, not one by one."""

    def add(self, item: Any) -> None:
        """Take up a posting: field, term, document, weight and frequency."""
        self.currentsize += _BYTES_A_POSTING + len(item[0]) + 2 * len(item[1])
        if self.currentsize > self.limit:
            self.save()
        self.current.append(item)

    def _write_run(self, file: Any, items: Iterable[Any]) -> None:
        left = iter(items)
        while some := list(islice(left, _AT_ONCE)):
            pickle.dump(some, file, pickle.HIGHEST_PROTOCOL)
        file.close()

    def _read_run(self, path: str) -> Iterator[Any]:
        for some in super()._read_run(path):
            yield from some


def write(folder: Path, documents: Iterable[tuple[str, Mapping[str, Sequence[str]]]], plainly: bool = False) -> None:
    """Write a fresh index in one segment, so that a document's number is its place in the order given.

    `plainly` has Whoosh write the same in its own way, which takes more than twice as long: for who measures.
    """
    folder.mkdir(mode=0o700)
    writer = index.create_in(str(folder), _schema()).writer(limitmb=_MEGABYTES, timeout=_WAIT_SECONDS)
    if not plainly:
        writer.codec.length_stats = False  # looked up for each posting, and for Whoosh's own scores alone
        writer.pool = _Pool(writer.pool.tempstore, writer.pool.segment, _MEGABYTES)
    try:
        for key, document in documents:
            writer.add_document(key=key, **{name: list(tokens) for name, tokens in document.items()})
        writer.commit(merge=False)
    except BaseException:
        with suppress(Exception):  # after a full disk it raises ValueError for files it has closed; the first error counts
            writer.cancel()
        raise
    (folder / _LOCK_FILE).unlink(missing_ok=True)


def read(folder: Path) -> tuple[tuple[str, ...], dict[str, Postings]]:
    """The keys in document order, and each field's postings; raises Damaged for anything that is not such an index."""
    try:
        return _read(folder)
    except Exception as error:  # Whoosh reads pickles: a damaged file may raise anything at all, from KeyError to zlib's own
        raise Damaged(f"{folder}: {type(error).__name__}: {error}") from error


def _read(folder: Path) -> tuple[tuple[str, ...], dict[str, Postings]]:
    reader = index.open_dir(str(folder), readonly=True).reader()
    try:
        keys = tuple(str(stored["key"]) for stored in reader.all_stored_fields())
        if len(keys) != reader.doc_count_all():
            raise Damaged(f"{folder}: {reader.doc_count_all()} documents, {len(keys)} keys")
        return keys, {name: postings(_lists(reader, name), len(keys)) for name in FIELDS}
    finally:
        reader.close()


def _lists(reader: Any, name: str) -> Iterator[tuple[str, Any, Any]]:
    """The terms of a field in order, each with its documents and frequencies."""
    for term, info in reader.iter_field(name):
        yield term.decode(), *_posting_list(reader, name, term, info)


def _posting_list(reader: Any, name: str, term: bytes, info: Any) -> tuple[Any, Any]:
    """The document numbers and frequencies of a term; one that stands in a single document has them beside it."""
    if info.is_inlined():
        numbers, weights, _ = info.inlined_postings()
        return np.asarray(numbers, np.int32), np.asarray(weights, np.int32)
    blocks = tuple(_blocks(reader.postings(name, term)))
    return tuple(np.concatenate(column) for column in zip(*blocks, strict=True))  # type: ignore[return-value]


def _blocks(matcher: Any) -> Iterator[tuple[Any, Any]]:
    """A term's postings a block at a time: through the matcher's private parts, since its public ones go one by one."""
    while matcher.is_active():
        matcher._read_ids()
        matcher._read_weights()
        yield np.array(matcher._ids, np.int32), np.array(matcher._weights, np.float32).astype(np.int32)
        matcher._next_block()
