"""Files spoiled at random, by the hundred: each is read, or refused in words, and none takes long or ends in anything else.

A longer run: `SPOILED_FILES=5000 python -m pytest tests/test_hostile_files.py`; `SPOILED_SEED` repeats one.
"""

import io
import json
import os
import random
import zipfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import pytest

from directory.listing import Provenance
from directory.problems import CannotUnderstand
from importers.documents import cells, read_json
from importers.spreadsheet import importer_of
from importers.spreadsheet_mapping import SheetMapping, load
from importers.spreadsheet_suggestion import suggest
from importers.understanding import understand
from seed_data.workbook import parts
from tests.test_spreadsheet import COUNTY, DAY, MAPPING

FILES = int(os.environ.get("SPOILED_FILES", "300"))
SEED = int(os.environ.get("SPOILED_SEED", "20261124"))
MOST_SECONDS = 20
WORTH_TRYING = (
    b"\0", b'"', b"'", b",", b";", b"\t", b"|", b"\n", b"\r", b"\xff\xfe", b"\xef\xbb\xbf", b"\x81", b"\xc3", b"\xed\xa0\x80",
    b"=1+1", b"=HYPERLINK(1)",
    b"<", b"]]>", b"&x;", b"<!DOCTYPE x [", b"{", b"[", b"}", b"]", b"NaN", b"1e999", b"-0", b"9" * 400,
    b"\\ud800", b"\\u0000", b'r="XFD1048576"', b't="s"', b'r="-1"', "٤٣٢".encode(), "\u202e".encode(), b"2026-02-30", b"99999",
)  # fmt: skip


def spoiled(content: bytes, chance: random.Random) -> bytes:
    """The content with some of its bytes changed, cut, doubled or moved."""
    told = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 5, 20))):
        at, to = sorted(chance.randrange(len(told) + 1) for _ in range(2))
        kind = chance.randrange(6)
        if kind == 0 and told:
            told[at % len(told)] = chance.randrange(256)
        elif kind == 1:
            told[at:at] = chance.choice(WORTH_TRYING) * chance.choice((1, 1, 1, 50))
        elif kind == 2:
            del told[at : min(to, at + 40)]
        elif kind == 3:
            told[at:at] = told[at : min(to, at + 400)] * chance.choice((1, 3, 30))
        elif kind == 4:
            told[at : at + 4] = chance.choice(WORTH_TRYING)
        elif chance.random() < 0.2:
            del told[at:]
    return bytes(told)


def a_csv(chance: random.Random) -> bytes:
    return spoiled(COUNTY.encode(chance.choice(("utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"))), chance)


def a_workbook(chance: random.Random) -> bytes:
    """A workbook of which a part, or the zip around them, is spoiled."""
    told = {
        name: text.encode() for name, text in parts({"Centers": [row.split(",") for row in COUNTY.splitlines()]}, DAY).items()
    }
    inside = chance.random() < 0.7
    if inside:
        name = chance.choice([*told, "xl/worksheets/sheet1.xml", "xl/worksheets/sheet1.xml"])
        told[name] = spoiled(told[name], chance)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as book:
        for name, content in told.items():
            book.writestr(name, content)
    return packed.getvalue() if inside else spoiled(packed.getvalue(), chance)


def a_document(chance: random.Random) -> bytes:
    head, *rows = (line.split(",") for line in COUNTY.splitlines())
    told = json.dumps({"rows": [dict(zip(head, row, strict=True)) for row in rows], "total": 3, "miles": 1.5, "none": None})
    return spoiled(told.encode(chance.choice(("utf-8", "utf-8-sig", "utf-16"))), chance)


def read_table(file: Path, mapping: SheetMapping) -> None:
    """All that an import does of a file before the database, twice: as mapped, and as a suggestion would have it."""
    made = importer_of(mapping, skip_unknown=True)
    suggested = file.with_suffix(".toml")
    batch = made.read(file, made.source)
    said = understand(made, batch, provenance(mapping), lambda *_: None)
    assert len(said.statements) <= len(batch.rows)
    suggested.write_text(suggest(file, DAY).text, encoding="utf-8")
    load(suggested)


def provenance(mapping: SheetMapping) -> Provenance:
    return Provenance(mapping.name, mapping.kind, "a test", DAY, "a test")


def read_document(file: Path, _mapping: SheetMapping) -> None:
    told = read_json(file)
    rows = told.get("rows") if isinstance(told, dict) else None
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, dict):
            "".join(cells(row).values()).encode()


KINDS: dict[str, tuple[Callable[[random.Random], bytes], Callable[[Path, SheetMapping], None]]] = {
    "csv": (a_csv, read_table),
    "xlsx": (a_workbook, read_table),
    "json": (a_document, read_document),
}


@pytest.mark.parametrize("kind", KINDS)
def test_spoiled_files_are_read_or_refused_in_words(tmp_path: Path, kind: str) -> None:
    made, read = KINDS[kind]
    (tmp_path / "county.toml").write_text(MAPPING, encoding="utf-8")
    mapping = load(tmp_path / "county.toml")
    refused = 0
    for number in range(FILES // len(KINDS)):
        seed = f"{SEED}-{kind}-{number}"
        file = tmp_path / f"spoiled.{kind}"
        file.write_bytes(made(random.Random(seed)))
        began = perf_counter()
        try:
            read(file, mapping)
        except CannotUnderstand as error:
            refused += 1
            assert all(problem.where and problem.what for problem in error.problems), seed
            assert "Traceback" not in str(error), seed
        except Exception as error:
            raise AssertionError(f"a spoiled file was not handled; SPOILED_SEED={SEED}, {kind} number {number}") from error
        assert perf_counter() - began < MOST_SECONDS, seed
    assert 0 < refused < FILES // len(KINDS), "spoiling is too hard or too soft to show anything"
