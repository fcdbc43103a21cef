"""Text tables in every shape that people send: read where they can be, refused in words and with the line where not."""

import codecs
from pathlib import Path

import pytest

from directory.problems import CannotUnderstand, Loudness, Problem
from importers import delimited
from importers.any_table import read_any_table
from importers.bounds import MOST_COLUMNS, MOST_ROWS
from importers.contents import LARGEST_FILE
from importers.delimited import LONGEST_CELL, LONGEST_LINE, read_csv

PLAIN = "Name,City\nExample House,Columbus\n"


def written(folder: Path, content: str | bytes, encoding: str = "utf-8") -> Path:
    file = folder / "list.csv"
    file.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return file


def test_a_heading_in_brackets_makes_no_document_of_a_table(tmp_path: Path) -> None:
    assert read_any_table(written(tmp_path, "[Name],[City]\nExample House,Columbus\n")).rows[1] == ["Example House", "Columbus"]
    for document in ('[{"a": 1}]', '{"a": 1}', "[\n [1]]", "{}", "[]", "\n[", '["a"]'):
        with pytest.raises(CannotUnderstand, match="a JSON document and no table"):
            read_any_table(written(tmp_path, document))


def test_utf_16_that_does_not_say_the_order_of_its_bytes_is_refused_in_words(tmp_path: Path) -> None:
    told = refused(written(tmp_path, PLAIN.encode("utf-8")), "utf-16")
    assert "the file is not UTF-16 text" in told.what and "line 1" in told.where


def refused(file: Path, encoding: str = "") -> Problem:
    with pytest.raises(CannotUnderstand) as error:
        read_csv(file, encoding)
    (problem,) = error.value.problems
    assert problem.loudness is Loudness.FILE
    assert problem.where.startswith(file.name)
    assert problem.what
    return problem


# --- letters ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "mark, encoding",
    [
        (b"", "utf-8"),
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
    ],
    ids=["UTF-8", "UTF-8 with its mark", "UTF-16 LE", "UTF-16 BE", "UTF-32 LE", "UTF-32 BE"],
)
def test_what_the_mark_says_is_read_without_a_word(tmp_path: Path, mark: bytes, encoding: str) -> None:
    sheet = read_csv(written(tmp_path, mark + "Name,City\nCafé “Ü” 🏠,Columbus\n".encode(encoding)))
    assert sheet.rows == [["Name", "City"], ["Café “Ü” 🏠", "Columbus"]]
    assert not sheet.problems


def test_windows_letters_are_read_and_said_with_the_first_of_them(tmp_path: Path) -> None:
    sheet = read_csv(written(tmp_path, "Name,City\nPlain,Columbus\nDoña Ana’s,Columbus\n", "cp1252"))
    assert sheet.rows[2] == ["Doña Ana’s", "Columbus"]
    (problem,) = sheet.problems
    assert problem.loudness is Loudness.NOTICE
    assert problem.where == "list.csv, line 3"
    assert "Windows-1252" in problem.what
    assert "Doña Ana’s" in problem.found


@pytest.mark.parametrize("byte", [0x81, 0x8D, 0x8F, 0x90, 0x9D])
def test_bytes_that_windows_has_no_letter_for_are_refused_with_their_line(tmp_path: Path, byte: int) -> None:
    problem = refused(written(tmp_path, b"Name,City\n\nA" + bytes([byte]) + b"B,Columbus\n"))
    assert problem.where == "list.csv, line 3"
    assert problem.found == f"the byte {byte:02X}"
    assert "UTF-8" in problem.fix


def test_a_source_that_asks_for_latin_1_gets_it_without_a_word(tmp_path: Path) -> None:
    sheet = read_csv(written(tmp_path, "Name,City\nDoña,San José\n", "latin-1"), "latin-1")
    assert sheet.rows[1] == ["Doña", "San José"]
    assert not sheet.problems


def test_a_source_that_asks_for_utf_8_refuses_what_is_not(tmp_path: Path) -> None:
    problem = refused(written(tmp_path, "Name\nCafé\n", "latin-1"), "utf-8")
    assert problem.where == "list.csv, line 2"
    assert problem.found == "the byte E9"


def test_a_file_cut_in_the_midst_of_a_letter_is_refused(tmp_path: Path) -> None:
    assert "UTF-16" in refused(written(tmp_path, codecs.BOM_UTF16_LE + PLAIN.encode("utf-16-le")[:-1])).what


# --- rows ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_what_separates_the_values_is_found(tmp_path: Path, delimiter: str) -> None:
    lines = [["Name", "City", "Services"], ["A, B; C | D\tE", "Columbus", "x; y, z"], ["F", "", "u; v"]]
    text = "".join(delimiter.join(f'"{value}"' for value in line) + "\r\n" for line in lines)
    assert [[cell.replace("\t", " ") for cell in line] for line in lines] == read_csv(written(tmp_path, text)).rows


def test_signs_inside_the_values_do_not_decide(tmp_path: Path) -> None:
    text = "Name,Services\n" + "".join(f"House {n},detox; residential; {'x; ' * n}\n" for n in range(9))
    assert read_csv(written(tmp_path, text)).rows[0] == ["Name", "Services"]


def test_a_title_above_the_header_does_not_decide(tmp_path: Path) -> None:
    text = "Centers, as of May\nName;City\nA;Columbus\nB;Dayton\n"
    assert read_csv(written(tmp_path, text)).rows[1] == ["Name", "City"]


def test_a_first_line_can_say_what_separates_the_values(tmp_path: Path) -> None:
    rows = read_csv(written(tmp_path, "sep=|\nName|City\nA;B|C;D\n")).rows
    assert rows == [[], ["Name", "City"], ["A;B", "C;D"]]


def test_a_first_line_that_says_something_else_is_refused(tmp_path: Path) -> None:
    assert refused(written(tmp_path, "sep=#\nName#City\n")).found == "“#”"


def test_two_signs_that_do_equally_well_are_not_guessed_between(tmp_path: Path) -> None:
    problem = refused(written(tmp_path, "Name,City;State\nA,B;C\n"))
    assert "semicolons" in problem.found
    assert "commas" in problem.found
    assert "sep=" in problem.fix


def test_one_column_is_a_table_too(tmp_path: Path) -> None:
    assert read_csv(written(tmp_path, "Name\nA\n")).rows == [["Name"], ["A"]]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
def test_every_end_of_line_is_known_and_rows_keep_their_numbers(tmp_path: Path, end: str) -> None:
    text = end.join(["", "Name,City", "", '"A', 'B",Columbus', "C"])
    rows = read_csv(written(tmp_path, text)).table(("name", "city"))
    assert [row.where for row in rows] == ["list.csv, row 4", "list.csv, row 5"]
    assert [row.take("name") for row in rows] == ["A B", "C"]
    assert rows[1].take("city") == ""


def test_control_characters_become_spaces(tmp_path: Path) -> None:
    assert read_csv(written(tmp_path, "Name,City\nA\x07\x1b[1m,B\x85\n")).rows[1] == ["A [1m", "B "]


@pytest.mark.parametrize(
    "text, line, words",
    [
        ("Name,City\nA\0,B\n", 2, "NUL"),
        ('Name,City\nA,B\n"C,D\nE,F\n', 3, "opened and never closed"),
        ('Name,City\n"A"B,C\n', 2, "quotation mark stands where none can"),
        ("Name,City\nA,B\n" + "C" * (LONGEST_CELL + 1) + ",D\n", 3, "longer than any can be"),
        ("Name,City\nA,B\n" + ",".join(["C" * 1000] * (LONGEST_LINE // 1000)), 3, "longer than any row"),
        ("Name,City\n" + "," * MOST_COLUMNS + "\n", 2, "larger than a directory"),
        ("a,b\n" * (MOST_ROWS + 1), MOST_ROWS + 1, "larger than a directory"),
        (("," * 1999 + "\n") * 8_400, 8_343, "larger than a directory"),
    ],
    ids=["NUL", "unclosed", "misplaced", "long value", "long line", "many columns", "many rows", "many cells"],
)
def test_what_no_table_has_is_refused_with_its_line(tmp_path: Path, text: str, line: int, words: str) -> None:
    problem = refused(written(tmp_path, text))
    assert problem.where == f"list.csv, line {line}"
    assert words in problem.what
    assert problem.fix


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    with file.open("wb") as large:
        large.truncate(LARGEST_FILE + 1)
    assert refused(file).what == "the file is too large"


def test_a_sniffed_sample_has_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "_SAMPLE_LINES", 2)
    assert read_csv(written(tmp_path, "Name,City\nA,B\nC;D;E\nF;G;H\n")).rows[0] == ["Name", "City"]
