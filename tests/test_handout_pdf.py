"""The PDF of the hand-out: two pages, tagged, fonts inside, readable without color, with all the words of the page."""

import io
import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Final

import pypdf
import pytest
import zxingcpp
from PIL import Image, ImageDraw

from directory import handout
from directory.handout import CannotPrint, Snapshot
from directory.handout.catalog import LANGUAGES
from directory.handout.page import _HERE
from tests import databases
from tests.handout import scene

STROKE: Final = re.compile(rb"(?m)^(\d+) (\d+)\.5 m\n(\d+) \2\.5 l$")
MODULE: Final = 8
"""So many pixels wide is a module of the square code, when it is painted to be read."""
SPOKEN: Final = pytest.mark.parametrize("language", LANGUAGES)


def made(frozen: Snapshot, language: str) -> pypdf.PdfReader:
    try:
        return pypdf.PdfReader(io.BytesIO(handout.pdf(frozen, language, scene.LINK)))
    except CannotPrint:
        databases.leave_out("Pango (for the hand-out's PDF)")
        raise


@pytest.fixture(scope="module", params=LANGUAGES)
def usual(request: pytest.FixtureRequest) -> tuple[str, pypdf.PdfReader]:
    """The evening's hand-out, printed once for all tests of a language."""
    return request.param, made(scene.snapshot(), request.param)


class Words(HTMLParser):
    """What a page says aloud, without the links that lead a telephone to its map, which paper has no use for."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.said: list[str] = []
        self._inside: list[str] = []
        self.feed(re.sub('<span class="maps">.*?</span>', "", html.partition("<main>")[2]))

    def handle_data(self, data: str) -> None:
        self.said += data.split()


def letters(words: str) -> str:
    return re.sub(r"[^\w]", "", words)


def test_it_has_two_pages_of_letter_paper(usual: tuple[str, pypdf.PdfReader]) -> None:
    sizes = [(round(page.mediabox.width), round(page.mediabox.height)) for page in usual[1].pages]
    assert sizes == [(612, 792), (612, 792)]


@SPOKEN
def test_it_has_two_pages_whatever_centers_say(language: str) -> None:
    assert len(made(scene.hostile(), language).pages) == 2


def test_an_empty_list_can_be_printed_too() -> None:
    assert len(made(scene.empty(), "en").pages) == 2


def test_it_is_tagged_for_screen_readers(usual: tuple[str, pypdf.PdfReader]) -> None:
    language, reader = usual
    root: Any = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] and root["/Lang"] == language and "/StructTreeRoot" in root
    assert root["/ViewerPreferences"]["/DisplayDocTitle"] and b"pdfuaid" in root["/Metadata"].get_data()
    assert reader.metadata is not None and "3" in str(reader.metadata.title)


def test_every_font_is_inside_and_is_the_one_that_the_program_brings(usual: tuple[str, pypdf.PdfReader]) -> None:
    fonts: dict[str, Any] = {}
    for page in usual[1].pages:
        resources: Any = page["/Resources"]
        fonts |= {str(font.get_object()["/BaseFont"]): font.get_object() for font in resources["/Font"].values()}
    assert {name.partition("+")[2] for name in fonts} == {"Arimo", "Arimo-Bold", "Arimo-Italic"}
    for name, font in fonts.items():
        descriptor = font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
        assert {"/FontFile", "/FontFile2", "/FontFile3"} & {*descriptor}, name


def test_every_word_of_the_page_can_be_taken_out_of_it(usual: tuple[str, pypdf.PdfReader]) -> None:
    language, reader = usual
    text = letters("".join(page.extract_text() for page in reader.pages))
    said = Words(handout.page(scene.snapshot(), language, scene.LINK).html).said
    assert len(said) > 200 and not [word for word in said if letters(word) not in text]


def test_no_color_is_needed(usual: tuple[str, pypdf.PdfReader]) -> None:
    for page in usual[1].pages:
        contents = page.get_contents()
        assert contents is not None
        for red, green, blue in re.findall(rb"([\d.]+) ([\d.]+) ([\d.]+) (?:rg|RG)\b", contents.get_data()):
            assert float(red) == float(green) == float(blue)
    for name in ("handout.css", "present.css"):
        style = (_HERE / name).read_text(encoding="utf-8")
        assert {*re.findall(r"#[0-9a-f]{3,6}\b", style)} <= {"#000", "#fff", "#333"}


def test_each_page_has_the_clock_and_the_helplines(usual: tuple[str, pypdf.PdfReader]) -> None:
    for page in usual[1].pages:
        text = page.extract_text()
        assert "1-800-662-HELP (4357)" in text and "988" in text and "911" in text and "2026" in text


def test_a_camera_reads_the_link_off_the_printed_sheet(usual: tuple[str, pypdf.PdfReader]) -> None:
    """The strokes of the picture, painted as the sheet says them, read by a decoder that shares nothing with what drew them."""
    assert [link for page in usual[1].pages for link in read(page)] == [scene.LINK]
    without = pypdf.PdfReader(io.BytesIO(handout.pdf(scene.snapshot(), usual[0])))
    assert [link for page in without.pages for link in read(page)] == []


def read(page: pypdf.PageObject) -> list[str]:
    """What the square code of a page says: rows of strokes, each from one module's edge to another's."""
    contents = page.get_contents()
    assert contents is not None
    painted = Image.new("L", (80 * MODULE, 80 * MODULE), "white")
    strokes = [[int(told) * MODULE for told in one] for one in STROKE.findall(contents.get_data())]
    for left, row, right in strokes:
        ImageDraw.Draw(painted).rectangle((left, row, right - 1, row + MODULE - 1), "black")
    return [code.text for code in zxingcpp.read_barcodes(painted)]


def test_no_need_is_in_it(usual: tuple[str, pypdf.PdfReader]) -> None:
    told = "".join(page.extract_text() for page in usual[1].pages) + str(usual[1].metadata)
    assert not [word for word in ("canary", "heroin", "medicaid", "43215") if word in told.casefold()]


def test_without_pango_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "weasyprint"]:
        monkeypatch.delitem(sys.modules, name)
    (tmp_path / "weasyprint").mkdir()
    (tmp_path / "weasyprint" / "__init__.py").write_text("raise OSError(\"cannot load library 'libpango-1.0-0'\")")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(CannotPrint, match="sudo apt install libpango-1.0-0 libpangoft2-1.0-0") as told:
        handout.pdf(scene.snapshot())
    assert "libpango" in told.value.problems[0].found and "browser" in told.value.problems[0].fix
