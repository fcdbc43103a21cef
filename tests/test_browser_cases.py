"""An evening with a case in a real browser: from the need to the board, a center dropped and restored, by thumb and keys."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page

from directory.referral import Directory
from tests import evening, people, sites
from tests.test_browser import BOTH, PHONE, TARGETS, Visit, fits_across, served
from tests.thumb import missed, unfold

pytestmark = pytest.mark.browser
MENDED: Final = "status of 422"
"""What the console says of a form that came back to be mended."""
SIZE: Final = "part => parseFloat(getComputedStyle(part).fontSize)"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, template: Path) -> Iterator[tuple[Directory, str, str]]:
    """The site on an evening, its address, and the session of a counselor."""
    folder = tmp_path_factory.mktemp("evening")
    said = [*evening.statements(), evening.clinic()]
    with sites.a_directory(folder, template, said) as directory, served(directory) as at:
        evening.report(directory)
        register = people.a_register(directory.database, directory.settings.instance)
        counselor = people.a_person(register, now=datetime.now(UTC).replace(microsecond=0))
        yield directory, at, counselor.session


Window = Callable[[tuple[int, int]], Visit]


@pytest.fixture
def visit(browser: Browser, site: tuple[Directory, str, str]) -> Iterator[Window]:
    """A window in which the counselor is signed in; afterwards nothing may have gone wrong, and nothing left the house."""
    _, address, session = site
    visits: list[Visit] = []

    def open_window(size: tuple[int, int]) -> Visit:
        context = browser.new_context(viewport={"width": size[0], "height": size[1]}, java_script_enabled=False)
        context.add_cookies([{"name": "session", "value": session, "url": address}])
        visits.append(Visit(context.new_page(), address))
        visits[-1].listen()
        return visits[-1]

    yield open_window
    for one in visits:
        assert [told for told in one.complaints if MENDED not in told] == []
        assert one.hosts == {urlsplit(address).netloc}
        assert "canary" not in "".join(one.addresses)
        one.page.context.close()


def open_case(seen: Visit) -> Page:
    """Open a case from the form for everybody, as a counselor does whose family is there."""
    page = seen.go("/need")
    page.get_by_label("Where to start from", exact=True).fill("43215")
    page.get_by_label("Age", exact=True).fill("27")
    page.get_by_role("radio", name="Male", exact=True).check()
    page.get_by_label("Insurance", exact=True).select_option("medicaid")
    page.get_by_label("Name of the plan").fill("canaryplan")
    page.get_by_role("button", name="Show whom to call").click()
    page.get_by_role("button", name="Open a case with this need").click()
    page.get_by_role("heading", name="On the list").wait_for()
    return page


@BOTH
def test_an_evening_from_the_need_to_a_dropped_center_that_comes_back(visit: Window, size: tuple[int, int]) -> None:
    page = open_case(visit(size))
    first = page.locator(".card").first
    assert first.get_by_role("heading").inner_text().endswith("Example Held House")
    first.locator("summary", has_text="Move or drop").click()
    first.get_by_label("Why?").fill("ask Jessica")
    first.get_by_role("button", name="Drop it").click()
    assert "“Jessica” looks like a name" in page.locator(".error").inner_text()
    assert page.locator(":focus").get_attribute("value") == "ask Jessica"
    page.keyboard.press("Control+A")
    page.keyboard.type("too near for the family")
    page.keyboard.press("Enter")
    dropped = page.locator("section", has=page.get_by_role("heading", name="Dropped by hand"))
    assert "Dropped by hand: too near for the family (you, " in dropped.inner_text()
    assert page.locator(".card", has_text="Example Held House").count() == 0
    dropped.get_by_role("button", name="Restore").click()
    assert page.locator(".card").first.get_by_role("heading").inner_text().endswith("Example Held House")
    page.get_by_role("link", name="Your desk").click()
    page.locator(".caselist a").first.click()
    page.get_by_role("link", name="Name, colleagues, end").click()
    page.get_by_role("link", name="Erase this case").click()
    page.get_by_role("button", name="Erase it now").click()
    page.get_by_role("heading", name="The case is erased").wait_for()


@BOTH
def test_the_next_thing_to_do_is_the_largest_and_stands_in_the_first_view(visit: Window, size: tuple[int, int]) -> None:
    seen = visit(size)
    page = open_case(seen)
    button = page.locator(".next .button")
    box = button.bounding_box()
    assert box and box["y"] + box["height"] <= size[1] and box["height"] >= 68
    others = page.locator("main :is(h1, h2, h3, a, button, summary, strong):not(.next *)")
    assert button.evaluate(SIZE) > max(others.evaluate_all(f"parts => parts.map({SIZE})"))


def test_a_board_whose_list_is_whole_shows_the_list_and_folds_who_else_may_be_called(visit: Window) -> None:
    page = open_case(visit(PHONE))
    shown = [card.is_visible() for card in page.locator(".card").all()]
    assert shown == sorted(shown, reverse=True) and 3 <= sum(shown) <= 5 < len(shown)
    page.locator("summary", has_text="Call first, in this order").click()
    assert sum(card.is_visible() for card in page.locator(".card").all()) > sum(shown)
    page.emulate_media(media="print")
    assert page.locator(".card").last.is_visible(), "on paper nothing is folded away"


@BOTH
def test_no_page_of_a_case_scrolls_sideways_or_is_too_small_for_a_thumb(visit: Window, size: tuple[int, int]) -> None:
    seen = visit(size)
    page = open_case(seen)
    case = urlsplit(page.url).path
    for path in (case, f"{case}/need", f"{case}/about", "/desk", "/cases/new"):
        page = seen.go(path)
        unfold(page)
        assert fits_across(page), path
        assert missed(page.locator(TARGETS)) == [], path


def test_a_center_is_dropped_by_keyboard_alone(visit: Window) -> None:
    page = open_case(visit(PHONE))
    page.locator(".card").first.locator("summary", has_text="Move or drop").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("the family prefers another")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "Drop it"
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Dropped by hand").wait_for()
