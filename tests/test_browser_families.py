"""Families' pages in a real browser without JavaScript: on an old phone, enlarged, by keyboard, in both languages, weighed."""

# ruff: noqa: F811 - a fixture that comes from another file has the name of the argument
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Page, Response

from tests import sites
from tests.test_browser import (
    DESK,
    INK_AND_GROUND,
    PHONE,
    TARGETS,
    Visit,
    Window,
    contrast,
    fits_across,
    served,
    tab_to,
    visit,
)
from tests.thumb import missed

__all__ = ["visit"]
pytestmark = pytest.mark.browser
ENLARGED: Final = (640, 450)
"""A desk's window at 200 %."""
WAYS: Final = pytest.mark.parametrize(("size", "before"), [(PHONE, ""), (PHONE, "/es"), (ENLARGED, "/es"), (DESK, "")], ids=str)
SPOKEN: Final = pytest.mark.parametrize("before", ["", "/es"], ids=["english", "spanish"])
MOST_BYTES: Final = 50_000
IN_VIEW: Final = """() => {
    const here = document.activeElement, box = here.getBoundingClientRect();
    const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
    return [here.innerText || here.id, here === document.body || Boolean(top) && (here.contains(top) || top.contains(here))];
}"""
"""What has the focus, and whether its middle is to be seen."""
BESIDE_MAPS: Final = ":not(svg *)"
"""What stands on a map stands in the list beside it too, large enough for a thumb."""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, template: Path) -> Iterator[str]:
    """The site with some checked centers, as it is served to people."""
    folder = tmp_path_factory.mktemp("families")
    with sites.a_directory(folder, template, sites.statements()) as directory, served(directory) as at:
        sites.checked(directory, "100", "101", "silent", "women")
        yield at


def journey(seen: Visit, before: str) -> Iterator[Page]:
    """Every kind of page, as a family comes by them; the canaries are typed on the way."""
    page = seen.go(f"{before}/")
    yield page
    page.locator("#near").fill("Canaryville, OH")
    page.locator("form button").click()
    yield page
    page.locator("#near").fill("43215")
    for code in ("medicaid", "men"):
        page.locator(f"#look-{code}").check()
    page.locator("form .go button").click()
    page.locator("[role=status]").wait_for()
    yield page
    page.locator(".card h2 a").first.click()
    yield page
    page.locator("#wrong summary").click()
    page.locator("#wrong button").click()
    yield page
    page.locator("#wrong-closed").check()
    page.locator("#words").fill("canarywords on the door")
    page.locator("#wrong button").click()
    assert page.url.endswith("/centers/reported#main")
    yield page
    yield from chosen(seen, before)
    for path in (
        "/centers/states",
        "/centers/ohio",
        "/how-we-check",
        "/who-pays-us",
        "/centers",
        "/centers/oh/nowhere/nobody-0000000000",
    ):
        yield seen.go(before + path)
    seen.complaints = [told for told in seen.complaints if "404" not in told and "422" not in told]


def chosen(seen: Visit, before: str) -> Iterator[Page]:
    """Three centers ticked, set side by side, kept on a list; one taken off it."""
    page = seen.go(f"{before}/")
    page.locator("#near").fill("43215")
    page.locator("form button").click()
    page.locator("[role=status]").wait_for()
    for box in page.locator("[name=center]").all()[:3]:
        box.check()
    page.locator(".chosen button").nth(1).click()
    page.locator(".compare").wait_for()
    yield page
    page.locator("main .go button").click()
    page.locator("#address").wait_for()
    assert page.locator("#address").input_value() == page.url
    yield page
    before_it = page.url
    page.locator("[name=drop]").first.click()
    page.wait_for_url(lambda address: address != before_it)
    yield page


@WAYS
def test_the_whole_way_fits_and_leaves_nothing_behind(visit: Window, size: tuple[int, int], before: str) -> None:
    seen = visit(size)
    titles = []
    for page in journey(seen, before):
        assert fits_across(page), page.url
        assert page.locator("html").get_attribute("lang") == (before.strip("/") or "en")
        assert page.locator("h1").count() == 1
        assert missed(page.locator(TARGETS).and_(page.locator(BESIDE_MAPS))) == [], page.url
        titles.append(page.title())
    told = " ".join([*titles, *seen.addresses]).casefold()
    assert not [secret for secret in ("canary", "medicaid", "43215", "look=") if secret in told]
    assert len(titles) == 15


@SPOKEN
@pytest.mark.parametrize("path", ["/", "/centers", "/how-we-check"])
def test_a_first_page_is_small_on_the_wire(visit: Window, path: str, before: str) -> None:
    seen = visit(PHONE)
    sizes: dict[str, int] = {}

    def weigh(response: Response) -> None:
        sizes[response.url] = len(response.body()) + sum(len(name) + len(told) + 4 for name, told in response.headers.items())

    seen.page.on("response", weigh)
    seen.go(before + path).wait_for_load_state("networkidle")
    assert any("families.css" in url for url in sizes) and any("style.css" in url for url in sizes)
    assert sum(sizes.values()) <= MOST_BYTES, sizes


def test_a_family_gets_to_a_number_by_keyboard_alone(visit: Window) -> None:
    page = visit(DESK).go("/")
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "Skip to the main part"
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "Leave this site now"
    tab_to(page, "near")
    page.keyboard.type("43215")
    page.keyboard.press("Enter")
    page.locator("[role=status]").wait_for()
    for _ in range(25):
        page.keyboard.press("Tab")
        if (page.locator(":focus").get_attribute("href") or "") == "tel:+16145550199":
            break
    assert page.locator(":focus").evaluate("here => getComputedStyle(here).outlineStyle") == "solid"


def test_the_number_of_centers_is_heard_and_is_the_heading(visit: Window) -> None:
    page = visit(PHONE).go("/")
    page.get_by_label("Where are you?").fill("Ohio")
    page.get_by_role("button", name="Show centers near me").click()
    assert page.get_by_role("status").get_by_role("heading", level=1).inner_text() == "4 centers in Ohio"
    assert page.title().startswith("4 centers")


def test_the_way_out_stays_in_sight_and_asks_nobody_before_it_is_used(visit: Window) -> None:
    page = visit(PHONE).go("/centers")
    way_out = page.get_by_role("link", name="Leave this site now")
    page.mouse.wheel(0, 900)
    box = way_out.bounding_box()
    assert box is not None and 0 <= box["y"] < 60
    assert "noreferrer" in (way_out.get_attribute("rel") or "")


def test_the_language_can_be_changed_on_the_way(visit: Window) -> None:
    page = visit(PHONE).go("/")
    page.get_by_label("Where are you?").fill("43215")
    page.get_by_role("button", name="Show centers near me").click()
    page.get_by_role("link", name="Español").click()
    assert page.get_by_role("heading", level=1).inner_text().startswith("4 centros a menos de 100 millas")
    page.get_by_role("link", name="English").click()
    assert page.get_by_role("heading", level=1).inner_text().startswith("4 centers within 100 miles")


@pytest.mark.parametrize(
    "selector", [".exit a", ".crisis a", ".crisis .small", ".tongues a", ".lead", ".hint", "button", ".notice p"]
)
def test_words_stand_out_from_their_ground(visit: Window, selector: str) -> None:
    ink, ground = visit(PHONE).go("/").locator(selector).first.evaluate(INK_AND_GROUND)
    assert contrast(ink, ground) >= 4.5


def test_a_page_is_at_once_where_its_address_leads(visit: Window) -> None:
    page = visit(PHONE).go("/centers/ohio#center-2")
    came_to = page.evaluate("scrollY")
    page.wait_for_timeout(300)
    assert page.evaluate("scrollY") == came_to > 0
    moves = "parts => parts.filter(part => parseFloat(getComputedStyle(part).transitionDuration) > 0).length"
    assert page.locator("*").evaluate_all(moves) == 0


@pytest.mark.parametrize("key", ["Tab", "Shift+Tab"])
def test_the_way_out_never_hides_what_has_the_focus(visit: Window, key: str) -> None:
    page = visit(PHONE).go("/centers")
    page.locator("#near").fill("43215")
    page.locator("form button").first.click()
    page.locator("[role=status]").wait_for()
    stops: list[list[Any]] = []
    for _ in range(45):
        page.keyboard.press(key)
        stops.append(page.evaluate(IN_VIEW))
    assert len({stop[0] for stop in stops}) > 20
    assert [words for words, seen in stops if not seen] == []


def test_states_on_the_map_can_be_reached_by_keyboard_and_are_seen_and_named(visit: Window) -> None:
    page = visit(DESK).go("/centers/states")
    ohio = page.locator(".country").get_by_role("link", name="Ohio", exact=True)
    page.locator(".country a").first.focus()
    for _ in range(60):
        page.keyboard.press("Tab")
        if ohio.evaluate("here => here === document.activeElement"):
            break
    plain, focused = (
        one.evaluate("path => [getComputedStyle(path).fill, getComputedStyle(path).strokeWidth]")
        for one in (page.locator(".country path").first, ohio.locator("path"))
    )
    assert plain[0] != focused[0] and plain[1] != focused[1]
    page.keyboard.press("Enter")
    page.wait_for_url("**/centers/ohio")
    assert page.get_by_role("heading", level=1).inner_text() == "Treatment centers in Ohio"


def test_a_number_on_the_map_leads_to_its_center_in_the_list(visit: Window) -> None:
    page = visit(PHONE).go("/centers/ohio")
    box = page.locator(".map a").first.bounding_box()
    assert box is not None and min(box["width"], box["height"]) >= 20
    page.locator(".map a").nth(1).click()
    assert page.url.endswith("#center-2") and page.locator("#center-2").bounding_box() is not None


def test_a_list_and_a_comparison_print_without_buttons(visit: Window) -> None:
    seen = visit(DESK)
    for page in chosen(seen, ""):
        page.emulate_media(media="print")
        assert page.locator(".number").first.is_visible() and page.get_by_text("Facts as of").is_visible()
        assert page.locator(".helplines").is_visible()
        assert not [one for one in page.locator("main :is(button, input)").all() if one.is_visible()]
        page.emulate_media(media="screen")
