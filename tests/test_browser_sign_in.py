"""Signing in in a real browser, on a phone by keyboard alone; the pages of an account fit and can be touched."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from directory import accounts, store
from directory.accounts import Register, Role, Who
from tests import sites
from tests.people import PASSWORD, Person, a_person, a_register
from tests.test_browser import BOTH, PHONE, TARGETS, Visit, fits_across, served
from tests.thumb import missed

pytestmark = pytest.mark.browser
World = tuple[Register, str]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, template: Path) -> Iterator[World]:
    """The site as it is served to people, and its register of accounts."""
    folder: Path = tmp_path_factory.mktemp("accounts")
    said = sites.statements()[:3]
    with sites.a_directory(folder, template, said) as directory, served(directory) as at:
        yield a_register(directory.database, directory.settings.instance), at


def window(browser: Browser, site: str, size: tuple[int, int]) -> Visit:
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, java_script_enabled=False)
    visit = Visit(context.new_page(), site)
    visit.listen()
    return visit


def at_ease(page: Page) -> None:
    """The page fits across, and everything to be touched is large enough."""
    assert fits_across(page)
    assert missed(page.locator(TARGETS), height=24, width=24) == []
    for button in page.locator("main button").all():
        box = button.bounding_box()
        assert box and box["height"] >= 44


def tab_to(page: Page, selector: str) -> None:
    for _ in range(30):
        if page.locator(f"{selector}:focus").count():
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} can't be reached by keyboard")


def type_in(page: Page, person: Person) -> None:
    for selector, text in (("#name", person.account.name), ("#password", PASSWORD), ("#code", person.code(datetime.now(UTC)))):
        tab_to(page, selector)
        page.keyboard.press("Control+A")
        page.keyboard.type(text)
    page.keyboard.press("Enter")


def test_a_counselor_signs_in_and_out_by_keyboard_alone_on_a_phone(browser: Browser, world: World) -> None:
    register, site = world
    person = a_person(register, Role.COUNSELOR, "maria of the keyboard", datetime.now(UTC))
    visit = window(browser, site, PHONE)
    page = visit.go("/sign-in")
    at_ease(page)
    type_in(page, person)
    page.get_by_role("heading", level=1, name="Your desk").wait_for()
    at_ease(page)
    assert page.get_by_text("maria of the keyboard, counselor").is_visible()
    (cookie,) = page.context.cookies()
    assert (cookie["name"], cookie["httpOnly"], cookie["sameSite"]) == ("session", True, "Strict")
    tab_to(page, ".own button")
    page.keyboard.press("Enter")
    page.get_by_role("heading", level=1, name="Sign in").wait_for()
    assert page.context.cookies() == [] and visit.complaints == []


def test_what_was_typed_when_the_session_ended_is_sent_after_signing_in(browser: Browser, world: World) -> None:
    register, site = world
    person = a_person(register, Role.COUNSELOR, "maria who is late", datetime.now(UTC))
    visit = window(browser, site, PHONE)
    page = visit.page
    page.context.add_cookies([{"name": "session", "value": person.session, "url": site}])
    visit.go("/account")
    with register.database.writing() as connection:
        (mine,) = store.sessions_of(connection, person.account.id)
        store.touch_session(connection, mine.id, datetime.now(UTC) - timedelta(minutes=31))
    page.get_by_role("button", name="Sign out everywhere").press("Enter")
    page.get_by_role("heading", level=1, name="Sign in again").wait_for()
    assert page.get_by_label("Name", exact=True).input_value() == person.account.name
    type_in(page, person)
    page.get_by_role("heading", level=1, name="Your desk").wait_for()
    at_ease(page)


@BOTH
def test_from_the_link_to_the_recovery_codes(browser: Browser, world: World, size: tuple[int, int]) -> None:
    register, site = world
    link = accounts.add(register, f"nora at {size[0]}", Role.STAFF, Who("command line", datetime.now(UTC)))
    visit = window(browser, site, size)
    page = visit.go(f"/activate/{link}")
    at_ease(page)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("The same password again").fill(PASSWORD)
    page.get_by_role("button", name="Keep this password").click()
    page.get_by_role("heading", level=1, name="Set up your authenticator app").wait_for()
    at_ease(page)
    assert page.locator(".square").evaluate("picture => picture.naturalWidth") > 100
    nora = Person(accounts.everybody(register)[0].account, page.locator(".secret").inner_text().replace(" ", ""), (), "")
    page.get_by_label("Code").fill(nora.code(datetime.now(UTC)))
    page.get_by_role("button", name="Use this app").click()
    page.get_by_role("heading", level=1, name="Keep these recovery codes").wait_for()
    at_ease(page)
    page.get_by_role("link", name="go on").click()
    page.get_by_role("link", name="Account", exact=True).click()
    page.get_by_role("heading", level=1, name="Your account").wait_for()
    at_ease(page)
    assert visit.complaints == [] and len(visit.hosts) == 1
