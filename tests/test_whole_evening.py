"""The whole evening in a real browser, from the need to the erased case: by thumb, by mouse, and by keyboard alone."""

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import pypdf
import pytest
from playwright.sync_api import Browser, Page, Route, expect

from directory import accounts, store
from directory.accounts import Register
from directory.referral import Directory
from tests import evening, people, sites
from tests.keyboard import Keys, call_keyed_in, case_keyed_in, handed_out_by_keys, keyed_in
from tests.people import PASSWORD, Person
from tests.test_browser import BOTH, PHONE, Visit, served

pytestmark = pytest.mark.browser
CANARIES: Final = ("43215", "Blue Heron", "canaryplan", "canarynote")


@dataclass
class Evening:
    """The site on an evening, a counselor, and her browser window, in which everything that goes wrong is heard."""

    directory: Directory
    register: Register
    person: Person
    visit: Visit

    @property
    def page(self) -> Page:
        return self.visit.page

    def sign_in(self) -> None:
        """Be signed in, without the form."""
        cookie = {"name": "session", "value": self.person.session, "url": self.visit.site}
        self.page.context.add_cookies([cookie])  # type: ignore[list-item]

    def end_the_session(self) -> None:
        """Let half an hour pass in which nothing is touched."""
        with self.register.database.writing() as connection:
            for one in store.sessions_of(connection, self.person.account.id):
                store.touch_session(connection, one.id, datetime.now(UTC) - accounts.IDLE - timedelta(minutes=1))

    def sign_in_again(self, code: str) -> None:
        """Fill in the sign-in that stands in the page's place."""
        self.page.get_by_role("heading", level=1, name="Sign in again").wait_for()
        assert self.page.get_by_label("Name", exact=True).input_value() == self.person.account.name
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_label("Code").fill(code)
        self.page.get_by_role("button", name="Sign in").click()


@contextmanager
def an_evening(browser: Browser, folder: Path, template: Path, size: tuple[int, int], *known: str) -> Iterator[Evening]:
    """A site of its own on which beds are known of these centers; afterwards nothing went wrong or to any other host."""
    said = [*evening.statements("ready", "held", "third", "asked"), evening.clinic()]
    with sites.a_directory(folder, template, said) as directory, served(directory) as address:
        evening.report(directory, *known)
        register = people.a_register(directory.database, directory.settings.instance)
        person = people.a_person(register, now=datetime.now(UTC).replace(microsecond=0))
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, java_script_enabled=False, reduced_motion="reduce"
        )
        context.set_default_timeout(8_000)
        visit = Visit(context.new_page(), address)
        visit.listen()
        yield Evening(directory, register, person, visit)
        context.close()
        assert visit.complaints == []
        assert visit.hosts == {urlsplit(address).netloc}
        assert not [canary for canary in CANARIES if canary in "".join(visit.addresses)]


# --- by thumb and by mouse ---------------------------------------------------------------------------------------------


def open_case(page: Page) -> None:
    page.get_by_label("What the case is called").fill("Blue Heron")
    page.get_by_label("Where to start from").fill("43215")
    page.get_by_label("Age", exact=True).fill("27")
    page.get_by_role("radio", name="Male", exact=True).check()
    page.get_by_label("Insurance", exact=True).select_option("medicaid")
    page.get_by_label("Name of the plan").fill("canaryplan")
    page.get_by_role("button", name="Open the case").click()


def make_call(page: Page, bed: str, hold: str = "") -> str:
    """Work the call sheet that is open, to its end; gives the center's name."""
    name = page.get_by_role("heading", level=1).inner_text()
    page.get_by_role("button", name="I am calling now").click()
    page.get_by_role("button", name=bed, exact=True).first.click()
    expect(page.locator("#item-bed\\.state button[aria-pressed=true]")).to_be_in_viewport()
    if hold:
        page.locator("#item-bed\\.hold").get_by_role("button", name=hold).click()
        expect(page.locator("#stands")).to_contain_text("held", ignore_case=True)
    page.get_by_role("radio", name="They take the person", exact=True).check()
    page.get_by_label("Who spoke with you").fill("the night desk")
    page.get_by_role("button", name="End the call").click()
    page.get_by_role("heading", level=1, name="Whom to call next").wait_for()
    return name


def listed(page: Page) -> list[str]:
    """The centers on the list, in their order."""
    section = page.locator("section", has=page.get_by_role("heading", name="On the list", exact=True))
    return section.locator(".card h3 a").all_inner_texts()


def printed(page: Page) -> str:
    """The words of the hand-out's PDF."""
    with page.expect_download() as downloading:
        page.get_by_role("link", name="PDF").first.click()
    read = pypdf.PdfReader(io.BytesIO(Path(downloading.value.path()).read_bytes()))
    assert 1 <= len(read.pages) <= 2
    return " ".join(" ".join(one.extract_text() for one in read.pages).split())


def present_without_a_signal(page: Page) -> None:
    """Open the view for the meeting, lose the signal, and come to plan B by one tap."""
    page.get_by_role("link", name="Present it").click()
    page.locator("#option-1").wait_for()
    page.context.set_offline(True)
    assert page.locator("#option-1").get_by_role("link", name="Call now").get_attribute("href", timeout=1000) or ""
    page.locator("#option-1").get_by_role("link", name="Plan B").click()
    expect(page.locator("#name-2")).to_be_in_viewport()
    assert page.url.endswith("#option-2")
    page.context.set_offline(False)


def end_and_erase(page: Page, admitted_by: str) -> None:
    page.get_by_role("link", name="Name, colleagues, end").click()
    page.get_by_role("radio", name="Plan B was used").check()
    page.get_by_label("Where, if admitted").select_option(label=f"{admitted_by}, Columbus, OH")
    page.get_by_role("button", name="Say that it ended").click()
    page.get_by_role("link", name="Erase this case").click()
    page.get_by_role("button", name="Erase it now").click()
    page.get_by_role("heading", name="The case is erased").wait_for()


@BOTH
def test_from_the_need_to_the_erased_case(
    browser: Browser, template: Path, tmp_path: Path, size: tuple[int, int], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with an_evening(browser, tmp_path, template, size, "asked") as tonight:
        tonight.sign_in()
        page = tonight.visit.go("/desk")
        page.get_by_role("link", name="Open a case").click()
        open_case(page)
        assert "the list lacks 3 options" in page.locator("#next").inner_text() and listed(page) == []
        board = page.url
        page.get_by_role("link", name="Open the call sheet").click()
        called = [make_call(page, "2 beds")]
        for bed, hold in (("1 bed", "2 hours"), ("Only few", "")):
            page.get_by_role("link", name="Open the call sheet").first.click()
            called.append(make_call(page, bed, hold))
        page.goto(board)
        assert {*listed(page)} == {*called} and listed(page) == [called[1], called[0], called[2]], "the held bed comes first"
        page.locator(".next").get_by_role("button", name="Make the hand-out").click()
        words = printed(page)
        assert all(name in words for name in called) and "988" in words and "naloxone" in words.lower()
        assert not [canary for canary in CANARIES if canary in words]
        present_without_a_signal(page)
        page.goto(board)
        end_and_erase(page, called[0])
        assert page.goto(board).status == 404  # type: ignore[union-attr]
        tonight.visit.complaints = [told for told in tonight.visit.complaints if "404" not in told]
    assert not [canary for canary in CANARIES if canary in caplog.text]


def test_what_must_not_happen_would_have_been_heard(browser: Browser) -> None:
    """A page that breaks its own policy, asks another host and names what is needed in its address is not passed over."""
    context = browser.new_context(java_script_enabled=False)
    visit = Visit(context.new_page(), "http://here.example.org")
    visit.listen()

    def serve(route: Route) -> None:
        policy = {"Content-Type": "text/html", "Content-Security-Policy": "default-src 'none'; img-src *"}
        route.fulfill(body="<p style='color: red'>x</p><img src='http://there.example.org/x.png'>", headers=policy)

    context.route("**/*", serve)
    visit.go("/?near=43215")
    context.close()
    assert any("Content Security Policy" in told for told in visit.complaints)
    assert visit.hosts == {"here.example.org", "there.example.org"} and CANARIES[0] in "".join(visit.addresses)


# --- by keyboard alone -------------------------------------------------------------------------------------------------


@BOTH
def test_from_the_sign_in_to_the_erased_case_by_keyboard_alone(
    browser: Browser, template: Path, tmp_path: Path, size: tuple[int, int]
) -> None:
    with an_evening(browser, tmp_path, template, size, "ready", "held", "asked") as tonight:
        keys = Keys(tonight.visit.go("/sign-in"))
        keyed_in(keys, tonight.person)
        case_keyed_in(keys)
        call_keyed_in(keys)
        keys.press("Your desk")
        keys.press("Blue Heron", within=True)
        handed_out_by_keys(keys)
        keys.press("Name, colleagues, end")
        keys.press("Erase this case")
        keys.press("Erase it now")
        keys.page.get_by_role("heading", name="The case is erased").wait_for()


@pytest.mark.parametrize(
    "body, wrong",
    [
        ("<a href='#a'>A</a>", "can't be reached"),
        ("<a href='#a' style='outline: none'>A</a><a href='#b'>B</a>", "nobody sees that “A” has the focus"),
        ("<a href='#a' style='position: absolute; left: -99rem'>A</a><a href='#b'>B</a>", "nobody sees that “A”"),
    ],
    ids=["missing", "no ring", "out of view"],
)
def test_hands_on_the_keyboard_notice_what_is_out_of_reach_or_out_of_sight(browser: Browser, body: str, wrong: str) -> None:
    page = browser.new_page()
    page.set_content(f"<style>:focus-visible {{ outline: 3px solid }}</style>{body}")
    with pytest.raises(AssertionError, match=wrong):
        Keys(page).press("B")
    page.context.close()


# --- a session that ends -----------------------------------------------------------------------------------------------


def test_a_session_that_ends_over_a_call_or_a_new_case_loses_nothing(browser: Browser, template: Path, tmp_path: Path) -> None:
    with an_evening(browser, tmp_path, template, PHONE, "asked") as tonight:
        tonight.sign_in()
        page = tonight.visit.go("/cases/new")
        tonight.end_the_session()
        open_case(page)
        tonight.sign_in_again(tonight.person.code(datetime.now(UTC)))
        page.get_by_role("button", name="Send it now").click()
        page.get_by_role("heading", level=1, name="Blue Heron").wait_for()
        assert "43215" in page.locator(".need").inner_text() and "canaryplan" in page.locator(".need").inner_text()
        page.get_by_role("link", name="Open the call sheet").first.click()
        page.get_by_role("button", name="I am calling now").click()
        page.locator("#typed-bed\\.from").fill("from 9 pm")
        tonight.end_the_session()
        page.locator("#item-bed\\.from").get_by_role("button", name="Write down").click()
        tonight.sign_in_again(tonight.person.codes[0])
        page.get_by_role("button", name="Send it now").press("Enter")
        expect(page.locator("#typed-bed\\.from")).to_have_value("from 9 pm")
        assert page.get_by_text("The call is yours until").is_visible()
        tonight.visit.complaints = [told for told in tonight.visit.complaints if "401" not in told]
