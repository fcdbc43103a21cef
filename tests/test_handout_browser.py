"""The hand-out in a real browser, without network and without JavaScript: on a phone, on a desk, and printed."""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pypdf
import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, Route

from directory import handout
from directory.handout import Snapshot
from tests.handout import scene
from tests.thumb import ALL_DRAWN, missed

pytestmark = pytest.mark.browser
SITE: Final = "http://handout.example.org/"
SIZES: Final = {"small": (320, 640), "phone": (390, 844), "desk": (1280, 900)}
LISTS: Final = {"usual": scene.snapshot(), "hostile": scene.hostile(), "raw": scene.raw(), "empty": scene.empty()}
SHEET: Final = 816
"""The width of a letter sheet in CSS pixels."""
BIG_ENOUGH: Final = "a:not(.skip)"


@dataclass
class Opened:
    """A page served once, with the policy that it asks for, to a browser that gets nothing else."""

    page: Page
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


@pytest.fixture
def opened(browser: Browser) -> Iterator[Callable[[handout.Page, str], Opened]]:
    """Open an HTML file at a size; afterwards nothing else was asked for, and nothing complained."""
    made: list[tuple[BrowserContext, Opened]] = []

    def open_at(written: handout.Page, size: str) -> Opened:
        width, height = SIZES[size]
        context = browser.new_context(viewport={"width": width, "height": height}, java_script_enabled=False)
        seen = Opened(context.new_page())
        made.append((context, seen))

        def serve(route: Route) -> None:
            seen.asked.append(route.request.url)
            route.fulfill(
                body=written.html,
                headers={"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": written.policy},
            )

        context.route("**/*", serve)
        seen.page.on("console", lambda message: seen.complaints.append(message.text))
        seen.page.on("pageerror", lambda error: seen.complaints.append(str(error)))
        seen.page.goto(SITE)
        return seen

    yield open_at
    for context, seen in made:
        assert seen.asked == [SITE] and seen.complaints == []
        context.close()


Open = Callable[[handout.Page, str], Opened]


def fits_across(page: Page) -> bool:
    width = page.locator("html").evaluate("page => [page.scrollWidth, page.clientWidth]")
    return bool(width[0] <= width[1])


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("frozen", LISTS.values(), ids=LISTS)
@pytest.mark.parametrize("language", handout.LANGUAGES)
def test_no_list_scrolls_sideways_and_every_link_takes_a_thumb(
    opened: Open, frozen: Snapshot, size: str, language: str
) -> None:
    for written in (handout.page(frozen, language, scene.LINK), handout.present(frozen, language)):
        page = opened(written, size).page
        assert fits_across(page)
        links = page.locator(BIG_ENOUGH)
        assert links.evaluate_all(ALL_DRAWN) and missed(links) == []


@pytest.mark.parametrize("name", ["usual", "hostile", "empty"])
@pytest.mark.parametrize("language", handout.LANGUAGES)
def test_the_browser_prints_it_on_two_pages(opened: Open, name: str, language: str) -> None:
    page = opened(handout.page(LISTS[name], language, scene.LINK), "desk").page
    printed = pypdf.PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    assert len(printed.pages) == 2


def test_it_is_styled_under_its_own_policy(opened: Open) -> None:
    page = opened(handout.page(scene.snapshot()), "desk").page
    assert page.locator(".option").first.evaluate("box => getComputedStyle(box).borderTopStyle") == "solid"
    assert page.locator("h1").first.inner_text() == "Call in this order"


def test_the_file_itself_works_from_a_disk_without_network(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / handout.file_name(scene.snapshot(), "en", "html")
    file.write_text(handout.page(scene.snapshot(), "en", scene.LINK).html, encoding="utf-8")
    context = browser.new_context(offline=True, java_script_enabled=False)
    page, asked = context.new_page(), list[str]()
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    assert page.locator("a.number").first.get_attribute("href") == "tel:+16145550171;ext=4"
    picture = page.get_by_role("img", name="Square code")
    assert picture.evaluate("picture => picture.complete && picture.naturalWidth > 0")
    assert [address for address in asked if not address.startswith(("file:", "data:"))] == []
    context.close()


@pytest.mark.parametrize("size", ["phone", "desk"])
def test_plan_b_is_one_tap_away_and_fills_the_screen(opened: Open, size: str) -> None:
    page = opened(handout.present(scene.snapshot()), size).page
    first = page.locator("#option-1")
    call = first.get_by_role("link", name="Call now")
    assert call.get_attribute("href") == "tel:+16145550171;ext=4"
    box = call.bounding_box()
    assert box is not None and box["y"] + box["height"] < SIZES[size][1], "the call is on the first screen"
    ways = {words: first.get_by_role("link", name=words) for words in ("Show on the map", "On an iPhone")}
    there = "39.9952,-83.0047"
    assert [way.get_attribute("href") for way in ways.values()] == [f"geo:{there}", f"maps:?daddr={there}"]
    other = first.get_by_role("link", name="Plan B: Example House 2")
    near = other.bounding_box()
    assert near is not None and near["y"] + near["height"] <= SIZES[size][1], "so is plan B"
    other.click()
    second = page.locator("#option-2").bounding_box()
    assert second is not None and abs(second["y"]) < 2 and second["height"] >= SIZES[size][1]
    assert page.url == f"{SITE}#option-2"


def test_the_last_option_leads_to_what_to_do_when_the_answer_is_no(opened: Open) -> None:
    page = opened(handout.present(scene.snapshot()), "phone").page
    page.locator("#option-5").get_by_role("link", name="If the answer is no today").click()
    assert page.locator("#no").get_by_text("Example Day Clinic").is_visible()
    page.locator("#no").get_by_role("link", name="Back to the first option").click()
    assert page.url.endswith("#option-1")


def test_one_tap_on_the_address_takes_all_of_it_and_nothing_else(opened: Open) -> None:
    for made in (handout.page(scene.snapshot()), handout.present(scene.snapshot())):
        page = opened(made, "phone").page
        page.locator(".address").first.click()
        assert page.evaluate("() => getSelection().toString().trim()") == "12 Example Street, Columbus, OH 43201"


def test_printed_it_has_the_address_and_no_links_or_buttons_and_black_words(opened: Open) -> None:
    page = opened(handout.page(scene.snapshot(), "en", scene.LINK), "desk").page
    page.emulate_media(media="print")
    assert not page.locator(".skip").is_visible() and not page.locator(".maps").first.is_visible()
    assert page.get_by_text("12 Example Street, Columbus, OH 43201").first.is_visible()
    inks = page.locator("h1, h3, p, dt, dd, li, a, span:not(.skip)").evaluate_all(
        "parts => [...new Set(parts.map(part => getComputedStyle(part).color))]"
    )
    assert {*inks} <= {"rgb(0, 0, 0)", "rgb(255, 255, 255)"}


@pytest.mark.parametrize("language", handout.LANGUAGES)
def test_a_camera_reads_the_link_off_the_paper(opened: Open, language: str) -> None:
    """As it is printed, at the size of a sheet, by a decoder that shares nothing with what drew the code."""
    page = opened(handout.page(scene.snapshot(), language, scene.LINK), "desk").page
    page.emulate_media(media="print")
    page.set_viewport_size({"width": SHEET, "height": SHEET * 11 // 8})
    assert read(page.screenshot(full_page=True)) == [scene.LINK]
    without = opened(handout.page(scene.snapshot(), language), "desk").page
    assert read(without.screenshot(full_page=True)) == []


def read(picture: bytes) -> list[str]:
    """What the square codes of a picture say."""
    with Image.open(io.BytesIO(picture)) as seen:
        return [code.text for code in zxingcpp.read_barcodes(seen.convert("L"))]
