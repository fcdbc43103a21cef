"""The pages in a real browser, on a phone and on a desk, with JavaScript switched off."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
import waitress
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from directory.referral import Directory
from tests import sites
from tests.thumb import ALL_DRAWN, missed

pytestmark = pytest.mark.browser

PHONE, DESK = (390, 844), (1280, 900)
TARGETS: Final = "a:not(.skip, svg a), button, summary, select, input:not([type=hidden], [type=checkbox], [type=radio]), .tick"
"""What a thumb must hit. A dot on a map may be small: its number leads to an entry of the list beside it."""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, template: Path) -> Iterator[str]:
    """The site, served as it is served to people."""
    folder = tmp_path_factory.mktemp("browser")
    with sites.a_directory(folder, template, sites.statements()) as directory, served(directory) as at:
        sites.all_checked(directory)
        yield at


@contextmanager
def served(directory: Directory, app: Flask | None = None) -> Iterator[str]:
    """The production server over a directory, for a while; gives its address."""
    server: Any = waitress.create_server(app or sites.a_site(directory), host="127.0.0.1", port=0, threads=2, ident=None)
    serving = threading.Thread(target=server.run)
    serving.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        sites.end(server, serving)


@dataclass
class Visit:
    """A page with everything that went wrong on it or left the house."""

    page: Page
    site: str
    complaints: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)
    addresses: list[str] = field(default_factory=list)

    def listen(self) -> None:
        """Take down what the console says, and every request."""
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("requestfailed", lambda request: self._note_failure(request.url, request.failure or ""))
        self.page.on("request", lambda request: self._note(request.url, request.headers))

    def _note(self, url: str, headers: dict[str, str]) -> None:
        self.hosts.add(urlsplit(url).netloc)
        self.addresses.append(url + headers.get("referer", ""))

    def _note_failure(self, url: str, why: str) -> None:
        """Take down a request that failed; one that was given up because the page was left is none."""
        if "ERR_ABORTED" not in why:
            self.complaints.append(f"{why}: {url}")

    def go(self, path: str) -> Page:
        """Open one of the site's pages."""
        self.page.goto(self.site + path)
        return self.page

    def ask(self) -> Page:
        """Fill in the form as a counselor would, and send it."""
        page = self.go("/need")
        page.get_by_label("Where to start from", exact=True).fill("43215")
        page.get_by_label("Age", exact=True).fill("27")
        page.get_by_role("radio", name="Male", exact=True).check()
        page.get_by_label("Insurance", exact=True).select_option("medicaid")
        page.get_by_label("Name of the plan").fill("canaryplan")
        page.get_by_role("button", name="Show whom to call").click()
        page.get_by_role("heading", level=1, name="Call these first").wait_for()
        return page


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Callable[[tuple[int, int]], Visit]]:
    """Open a window of a size; afterwards nothing may have gone wrong, and nothing left the house."""
    visits: list[Visit] = []

    def open_window(size: tuple[int, int]) -> Visit:
        context = browser.new_context(viewport={"width": size[0], "height": size[1]}, java_script_enabled=False)
        visits.append(Visit(context.new_page(), address))
        visits[-1].listen()
        return visits[-1]

    yield open_window
    for one in visits:
        assert one.complaints == []
        assert one.hosts == {urlsplit(address).netloc}
        assert "canary" not in "".join(one.addresses)
        assert one.page.context.cookies() == []
        one.page.context.close()


Window = Callable[[tuple[int, int]], Visit]
BOTH: Final = pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])


def fits_across(page: Page) -> bool:
    width = page.locator("html").evaluate("page => [page.scrollWidth, page.clientWidth]")
    return bool(width[0] <= width[1])


@BOTH
def test_from_the_form_to_a_center_and_back_to_the_form(visit: Window, size: tuple[int, int]) -> None:
    seen = visit(size)
    page = seen.ask()
    assert "canaryplan" not in page.title() and "Call list" in page.title()
    first = page.locator(".card").first
    assert first.get_by_text("Is a bed open").is_visible()
    finding = first.locator(".finding").first
    assert not finding.is_visible()
    first.get_by_text("Why it stands here").click()
    assert finding.is_visible()
    page.get_by_role("link", name="Show 5 more").click()
    page.locator("#option-15").wait_for()
    assert page.locator(".card").count() == 15
    page.get_by_role("link", name="Example House 104").click()
    assert page.get_by_role("heading", name="What is not known").is_visible()
    page.go_back()
    page.get_by_role("link", name="Change the need").first.click()
    assert page.get_by_label("Age", exact=True).input_value() == "27"
    assert page.get_by_label("Name of the plan").input_value() == "canaryplan"


@BOTH
def test_no_page_scrolls_sideways(visit: Window, size: tuple[int, int]) -> None:
    seen = visit(size)
    page = seen.ask()
    for summary in page.locator("summary").all():
        if summary.locator("xpath=..").get_attribute("open") is None:
            summary.click()
    assert fits_across(page)
    for path in ("/need", "/listings/invented_survey:hidden", "/listings/invented_survey:100", "/how-options-are-ranked"):
        assert fits_across(seen.go(path)), path


@BOTH
def test_what_is_touched_is_large_enough_for_a_thumb(visit: Window, size: tuple[int, int]) -> None:
    seen = visit(size)
    for page in (seen.ask(), seen.go("/need"), seen.go("/listings/invented_survey:100"), seen.go("/how-options-are-ranked")):
        assert missed(page.locator(TARGETS)) == [], page.title()


def test_a_target_too_small_for_a_thumb_is_caught_even_where_it_is_folded_away(browser: Browser) -> None:
    page = browser.new_page()
    button = "<button style='padding: 0; border: 0; height: {}px; width: {}px'>{}</button>"
    page.set_content(
        button.format(44, 30, "Good") + button.format(43, 50, "Low") + "<a href='#a' hidden>Not drawn</a>"
        f"<details><summary>More</summary>{button.format(20, 50, 'Folded')}</details>"
    )
    buttons = page.locator("button, a")
    assert missed(buttons) == ["Low: 50 by 43", "Folded: 50 by 20"]
    assert missed(buttons, height=24, width=31) == ["Good: 30 by 44", "Folded: 50 by 20"]
    assert not buttons.evaluate_all(ALL_DRAWN) and page.locator("button").evaluate_all(ALL_DRAWN)
    page.context.close()


def test_the_telephone_number_is_never_broken(visit: Window) -> None:
    seen = visit((320, 700))
    for page in (seen.ask(), seen.go("/listings/invented_survey:hidden")):
        numbers = page.locator(".call .number span")
        assert numbers.count() > 1 and fits_across(page)
        assert numbers.evaluate_all("parts => parts.every(part => part.getClientRects().length === 1)")


@BOTH
def test_mistakes_are_said_at_the_top_and_at_the_field(visit: Window, size: tuple[int, int]) -> None:
    seen = visit(size)
    page = seen.go("/need")
    page.get_by_label("Where to start from", exact=True).fill("Springfield")
    page.get_by_label("Age", exact=True).fill("two")
    page.get_by_role("button").click()
    alert = page.get_by_role("alert")
    assert alert.get_by_role("link").count() == 2
    alert.get_by_role("link", name="whole number").click()
    assert page.locator(":focus").get_attribute("id") == "age"
    page.keyboard.press("Control+A")
    page.keyboard.type("27")
    page.get_by_role("radio", name="Springfield, OH").check()
    page.get_by_role("button").click()
    assert "within 100 miles of Springfield, OH" in page.locator(".need").inner_text()
    seen.complaints = [told for told in seen.complaints if "422" not in told]


@BOTH
def test_places_of_one_name_are_brought_before_the_eyes_and_chosen_by_the_arrow_keys(
    visit: Window, size: tuple[int, int]
) -> None:
    seen = visit(size)
    page = seen.go("/need")
    page.get_by_label("Where to start from", exact=True).fill("Springfield")
    page.get_by_label("Where to start from", exact=True).press("Enter")
    choosing = page.get_by_role("group", name="Which one?")
    expect(choosing.locator("legend")).to_be_focused()
    for shown in (choosing.locator("legend"), choosing.get_by_role("radio").first):
        expect(shown).to_be_in_viewport(ratio=1)
    page.get_by_role("alert").get_by_role("link").click()
    assert page.url.endswith("#near_choice")
    expect(choosing.get_by_role("radio").first).to_be_in_viewport()
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    chosen = page.locator(":focus").get_attribute("value")
    page.keyboard.press("Enter")
    assert f"of {chosen}" in page.locator(".need").inner_text()
    seen.complaints = [told for told in seen.complaints if "422" not in told]


def test_everything_can_be_done_with_the_keyboard_alone(visit: Window) -> None:
    page = visit(DESK).go("/need")
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "Skip to the main part"
    page.keyboard.press("Enter")
    tab_to(page, "near")
    page.keyboard.type("43215")
    tab_to(page, "age")
    page.keyboard.type("27")
    page.keyboard.press("Enter")
    page.get_by_role("heading", level=1, name="Call these first").wait_for()
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.locator(":focus").inner_text().startswith("Why it stands here"):
            break
    assert page.locator(":focus").evaluate("here => getComputedStyle(here).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    assert page.locator(".finding").first.is_visible()


def tab_to(page: Page, name: str) -> None:
    """Press Tab until a field has the focus."""
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.locator(":focus").get_attribute("id") == name:
            return
    raise AssertionError(f"{name} can't be reached")


def test_the_printed_list_has_the_numbers_and_the_questions_and_no_buttons(visit: Window) -> None:
    page = visit(DESK).ask()
    page.emulate_media(media="print")
    card = page.locator(".card").nth(1)
    assert card.locator(".number").is_visible()
    assert card.get_by_text("Is a bed open").is_visible()
    assert page.get_by_text("Carry naloxone").is_visible()
    assert page.locator("nav:visible").count() == 0 and not page.get_by_role("link", name="Show 5 more").is_visible()
    inks = page.locator(".card, .card .number, .card .kind, .card .place").evaluate_all(
        "parts => [...new Set(parts.map(part => getComputedStyle(part).color))]"
    )
    assert inks == ["rgb(0, 0, 0)"]


def test_words_stand_out_from_their_ground(visit: Window) -> None:
    page = visit(DESK).ask()
    for selector in [
        "body",
        ".place",
        ".asof",
        ".call .number",
        ".order",
        ".answer",
        "summary",
        ".bottom .small",
        ".helplines a",
    ]:
        ink, ground = page.locator(selector).first.evaluate(INK_AND_GROUND)
        assert contrast(ink, ground) >= 4.5, selector


INK_AND_GROUND: Final = """part => {
    const ink = getComputedStyle(part).color;
    let ground = 'rgba(0, 0, 0, 0)';
    for (let at = part; at && ground === 'rgba(0, 0, 0, 0)'; at = at.parentElement)
        ground = getComputedStyle(at).backgroundColor;
    return [ink, ground].map(color => color.match(/[\\d.]+/g).slice(0, 3).map(Number));
}"""


def contrast(ink: list[float], ground: list[float]) -> float:
    """The WCAG contrast ratio of two colors."""
    light, dark = sorted((luminance(ink), luminance(ground)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(color: list[float]) -> float:
    parts = [c / 255 for c in color]
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
