"""Documents of JSON: read where they are whole, refused in words where not, and never at the price of all memory."""

from pathlib import Path

import pytest

from directory.problems import CannotUnderstand, Loudness, Problem
from importers.documents import LARGEST_DOCUMENT, cells, read_json


def refused(folder: Path, content: bytes) -> Problem:
    file = folder / "reply.json"
    file.write_bytes(content)
    with pytest.raises(CannotUnderstand) as error:
        read_json(file)
    (problem,) = error.value.problems
    assert problem.loudness is Loudness.FILE
    assert problem.where.startswith("reply.json")
    assert problem.fix
    return problem


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_a_document_is_read_in_every_encoding_that_json_has(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "reply.json"
    file.write_bytes('{"rows": [{"name": "Café 🏠", "miles": 1.5, "none": null}]}'.encode(encoding))
    assert read_json(file) == {"rows": [{"name": "Café 🏠", "miles": 1.5, "none": None}]}


@pytest.mark.parametrize(
    "content, where, words",
    [
        (b"", "reply.json", "the file is empty"),
        (b'{"a": 1,\n "b": }', "reply.json, line 2, column 7", "not a JSON document"),
        (b'{"a": [1, 2', "reply.json, line 1, column 12", "not a JSON document"),
        (b'{"a": 1} {"a": 2}', "reply.json, line 1, column 10", "not a JSON document"),
        (b'{"a":\n"Caf\xe9"}', "reply.json, line 2, column 5", "not UTF-8 text"),
        (b'{"a": 1, "a": 2}', "reply.json", "“a” is said twice in one object"),
        (b'{"a": NaN}', "reply.json", "NaN stands where a number should"),
        (b'{"a": -Infinity}', "reply.json", "-Infinity stands where a number should"),
        (b'{"a": 1e999}', "reply.json", "larger than any can be"),
        (b'{"a": ' + b"9" * 5000 + b"}", "reply.json", "thousands of digits"),
        (b'{"a": "\\ud83d"}', "reply.json", "half a character"),
        (b"[" * 200_000, "reply.json", "without end"),
        (b'{"a":' * 100_000, "reply.json", "without end"),
        (b"[" + b"{}," * 2_000_000 + b"{}]", "reply.json", "more values than a directory can have"),
        (b"[" + b"1," * 6_000_000 + b"1]", "reply.json", "more values than a directory can have"),
    ],
    ids=[
        "empty", "a value is missing", "cut in half", "two", "Latin-1", "twice", "NaN", "infinite", "too large a number",
        "a long number", "half a letter", "deep lists", "deep objects", "many objects", "many numbers",
    ],
)  # fmt: skip
def test_what_is_no_document_is_refused(tmp_path: Path, content: bytes, where: str, words: str) -> None:
    problem = refused(tmp_path, content)
    assert problem.where == where
    assert words in problem.what


def test_a_document_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    file = tmp_path / "reply.json"
    with file.open("wb") as large:
        large.truncate(LARGEST_DOCUMENT + 1)
    with pytest.raises(CannotUnderstand, match="the file is too large"):
        read_json(file)


def test_a_workbook_is_no_document(tmp_path: Path) -> None:
    assert "PDF" in refused(tmp_path, b"%PDF-1.7\n").found


def test_values_become_a_rows_texts() -> None:
    told = {"a": None, "b": True, "c": False, "d": 6.0, "e": 6.25, "f": 7, "g": "x\ny", "h": ["é"]}
    assert cells(told) == {"a": "", "b": "yes", "c": "no", "d": "6", "e": "6.25", "f": "7", "g": "x y", "h": '["é"]'}
