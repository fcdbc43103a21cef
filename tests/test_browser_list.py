"""The list with options on it in a real browser, on a phone and on a desk: what to do next, by thumb and by keyboard."""

# ruff: noqa: F811 - a fixture that comes from another file has the name of the argument
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Page

from tests import evening, sites
from tests.test_browser import (
    BOTH,
    DESK,
    INK_AND_GROUND,
    PHONE,
    TARGETS,
    Window,
    contrast,
    fits_across,
    served,
    visit,
)  # fmt: skip
from tests.thumb import missed, unfold

__all__ = ["visit"]
pytestmark = pytest.mark.browser
SIZE: Final = "part => parseFloat(getComputedStyle(part).fontSize)"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, template: Path) -> Iterator[str]:
    """The site on an evening with reports about beds, as it is served to people."""
    folder = tmp_path_factory.mktemp("evening")
    said = [*evening.statements(), evening.clinic()]
    with sites.a_directory(folder, template, said) as directory, served(directory) as at:
        evening.report(directory)
        sites.all_checked(directory)
        evening.vet(directory)
        yield at


def ask(visit: Window, size: tuple[int, int], words: str = "") -> Page:
    """Fill in the form for the evening's need, and send it."""
    page = visit(size).go("/need")
    page.get_by_label("Where to start from", exact=True).fill("43215")
    page.get_by_label("Age", exact=True).fill("27")
    page.get_by_role("radio", name="Male", exact=True).check()
    page.get_by_label("Insurance", exact=True).select_option("medicaid")
    if words:
        page.get_by_text("More about the person").click()
        page.get_by_label("Words to look for").fill(words)
    page.get_by_role("button", name="Show whom to call").click()
    page.get_by_role("heading", level=1, name="The list for the meeting").wait_for()
    return page


@BOTH
def test_whom_to_call_now_is_the_largest_thing_on_the_page(visit: Window, size: tuple[int, int]) -> None:
    page = ask(visit, size)
    number = page.locator(".card").first.locator(".call .number").first
    box = number.bounding_box()
    assert box and box["y"] + box["height"] < size[1], "it stands on the first screen"
    others = page.locator("main :is(p, h2, h3, a, li, button, summary)").evaluate_all(f"parts => parts.map({SIZE})")
    assert number.evaluate(SIZE) == max(others)


@BOTH
def test_the_list_with_everything_open_fits_and_can_be_touched(visit: Window, size: tuple[int, int]) -> None:
    page = ask(visit, size, "example house for women")
    unfold(page)
    assert fits_across(page)
    assert missed(page.locator(TARGETS)) == []


@BOTH
def test_a_listing_with_reports_fits_and_opens_all_that_is_known(visit: Window, size: tuple[int, int]) -> None:
    page = visit(size).go("/listings/invented_survey:ready")
    assert page.get_by_text("2 beds are open, said at").is_visible()
    assert page.get_by_text("In network: Invented Gold").is_visible()
    page.locator(".beside > summary").click()
    assert page.get_by_text("Family counseling").is_visible()
    assert fits_across(page)


def test_narrowing_can_be_done_with_the_keyboard_and_keeps_the_need(visit: Window) -> None:
    page = ask(visit, DESK, "canarywords")
    before = page.url
    assert not page.locator("#narrow-counseling\\.family").is_visible(), "it is folded until it is wanted"
    page.locator("summary", has_text="Narrow down").focus()
    page.keyboard.press("Enter")
    page.locator("#narrow-counseling\\.family").focus()
    page.keyboard.press("Space")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.locator(":focus").inner_text() == "Ask again with these":
            break
    page.keyboard.press("Enter")
    page.locator("#narrow-counseling\\.family:checked").wait_for()
    need = page.locator(".need").inner_text()
    assert page.url != before and "canarywords" in need and "must have: Family counseling" in need


def test_a_loosening_is_one_touch(visit: Window) -> None:
    page = visit(PHONE).go("/need")
    page.get_by_label("Where to start from", exact=True).fill("44113")
    page.get_by_label("How far to look").select_option("25")
    page.get_by_role("button", name="Show whom to call").click()
    page.get_by_role("button", name="Within 250 miles").first.click()
    page.get_by_role("heading", level=1, name="The list for the meeting").wait_for()
    assert "of 44113 (Cleveland, OH)" in page.locator(".need").inner_text()


def test_the_printed_list_is_black_on_white_with_beds_second_steps_and_bridges(visit: Window) -> None:
    page = ask(visit, DESK)
    page.emulate_media(media="print")
    assert page.locator(".first .bed").is_visible() and page.locator(".bridges .number").first.is_visible()
    assert page.locator(".then .number").first.is_visible()
    assert not page.get_by_role("button", name="Ask again").is_visible()
    parts = page.locator(".first .number, .bed, .tier, .then a, .bridges .number, .place")
    seen = {tuple(map(tuple, pair)) for pair in parts.evaluate_all(f"parts => parts.map({INK_AND_GROUND})")}
    assert {ink for ink, _ in seen} == {(0, 0, 0)}
    assert {ground for _, ground in seen} <= {(255, 255, 255), (0, 0, 0, 0), (0, 0, 0)}


@BOTH
def test_the_list_stands_out_from_its_ground(visit: Window, size: tuple[int, int]) -> None:
    page = ask(visit, size)
    for selector in (".first .number", ".bed", ".tier-A", ".tier-D", ".then a", ".bridges .place", ".side small", ".need a"):
        ink, ground = page.locator(selector).first.evaluate(INK_AND_GROUND)
        assert contrast(ink, ground) >= 4.5, selector
