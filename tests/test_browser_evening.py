"""The evening's pages as a tired counselor sees them: the next thing to do is the largest, and nobody scrolls for it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests import evening, sites
from tests.every_page import ASKED, READY, Grounds, grounds
from tests.test_browser import DESK, PHONE, fits_across, served

pytestmark = pytest.mark.browser
SIZE: Final = "part => parseFloat(getComputedStyle(part).fontSize)"
WORDS: Final = "main :is(h1, h2, h3, p, a, b, strong, button, legend, summary, label, .number)"
NEXT: Final = {
    "the desk": ("/desk", ".caselist li:first-child b"),
    "a board on which nobody called": ("{case}", ".next .number"),
    "a board with an open call": ("{busy}", ".next .number"),
    "a board of a case that ended": ("{ended}", ".next .button"),
    "the queue": ("/calls", ".queue .first .call .number"),
    "a call sheet": ("{busy}/calls/" + ASKED, ".dial .number"),
    "a call sheet before the call": ("{case}/calls/" + READY, ".dial .number"),
    "hand-outs that changed": ("{handouts}", ".main"),
    "about a case": ("{case}/about", ".main"),
    "asked before it is erased": ("{gone}/purge", ".main"),
    "a report on beds": ("/listings/" + READY + "/report", ".dial .number"),
}
"""By page: where it is, and what there is to do next on it."""
LONGEST: Final = {"/calls": 3_500, "{case}": 7_000, "{busy}/calls/" + ASKED: 7_000, "/desk": 2_600}
"""So many pixels on a phone at most: what is not needed now is folded."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, template: Path) -> Iterator[tuple[Grounds, str]]:
    folder = tmp_path_factory.mktemp("evening-pages")
    said = [*evening.statements(), evening.clinic()]
    with sites.a_directory(folder, template, said) as directory:
        made = grounds(directory)
        with served(directory) as address:
            yield made, address


@pytest.fixture(scope="module", params=[PHONE, DESK], ids=["phone", "desk"])
def page(request: pytest.FixtureRequest, browser: Browser, world: tuple[Grounds, str]) -> Iterator[Page]:
    made, address = world
    width, height = request.param
    context: BrowserContext = browser.new_context(viewport={"width": width, "height": height}, base_url=address)
    context.add_cookies([{"name": "session", "value": made.sessions["maria"], "url": address}])
    yield context.new_page()
    context.close()


@pytest.mark.parametrize(("where", "following"), NEXT.values(), ids=NEXT)
def test_the_next_thing_to_do_is_the_largest_thing_on_its_page(
    page: Page, world: tuple[Grounds, str], where: str, following: str
) -> None:
    page.goto(where.format(**world[0].at))
    thing = page.locator(following).first
    others = (
        page.locator(WORDS)
        .filter(visible=True)
        .evaluate_all(
            "(parts, next) => parts.filter(part => !part.matches(next) && !part.closest(next) && !part.querySelector(next))"
            ".map(part => parseFloat(getComputedStyle(part).fontSize))",
            following,
        )
    )
    assert thing.evaluate(SIZE) > max(others)
    assert fits_across(page)
    if where in LONGEST and page.viewport_size == {"width": PHONE[0], "height": PHONE[1]}:
        assert page.locator("html").evaluate("page => page.scrollHeight") <= LONGEST[where]


def test_what_is_folded_in_the_queue_is_there_in_order(page: Page) -> None:
    page.goto("/calls")
    assert page.locator(".cards > .card").count() == 3
    page.locator("details.rest > summary").click()
    rows = page.locator(".queued > li")
    assert rows.count() > 5 and rows.first.locator("a[href^='tel:']").is_visible()
