"""The pages of calls: worked with a thumb on a phone while talking, and with the keyboard; every form has its token."""

# ruff: noqa: F811 - a fixture that comes from another file has the name of the argument
import html
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page, expect

from directory import asking, store
from directory.account import Role
from directory.availability import Report
from directory.case import KEPT, Case, Outcome
from directory.referral import Directory
from directory.vocabulary import BedState, Channel
from tests import evening, people, sites
from tests.test_browser import BOTH, PHONE, TARGETS, fits_across, served
from tests.test_web import well_formed
from tests.thumb import missed, unfold

CASE: Final = "c" * 22
ASKED: Final = "invented_survey:asked"
AT: Final = f"/cases/{CASE}/calls/{ASKED}"
SIZE: Final = "part => parseFloat(getComputedStyle(part).fontSize)"


@pytest.fixture
def directory(tmp_path: Path, template: Path) -> Iterator[Directory]:
    with sites.a_directory(tmp_path, template, evening.statements()) as opened:
        evening.report(opened)
        yield opened


ROLES: Final = {"maria": Role.COUNSELOR, "tom": Role.COUNSELOR, "sam": Role.COUNSELOR, "ann": Role.STAFF}


class Desk:
    """A site on which maria has a case; others sign in, and are let in, where a test needs them."""

    def __init__(self, directory: Directory) -> None:
        self.directory = directory
        self.app: Flask = sites.a_site(directory)
        self.people: dict[str, people.Person] = {}
        now = datetime.now(UTC).replace(microsecond=0)
        need = asking.read_need(evening.NEED, directory.gazetteer, now)
        ends = replace(need, meeting_ends=now.astimezone(need.as_of.tzinfo) + timedelta(hours=3))
        owner = self.person("maria").account.id
        with directory.database.writing() as connection:
            store.open_case(connection, Case(CASE, "Blue Heron", owner, now, now + KEPT, asking.written_need(ends)))

    def person(self, name: str) -> people.Person:
        """Somebody who is signed in."""
        if name not in self.people:
            register = self.app.extensions["register"]
            self.people[name] = people.a_person(register, ROLES[name], name, datetime.now(UTC).replace(microsecond=0))
        return self.people[name]

    def client(self, name: str = "maria") -> FlaskClient:
        """Somebody's browser."""
        return people.a_client(self.app, self.person(name))

    def let_in(self, name: str) -> FlaskClient:
        """The browser of a colleague who is let into the case."""
        client = self.client(name)
        with self.directory.database.writing() as connection:
            store.let_in(connection, CASE, self.people[name].account.id)
        return client


@pytest.fixture
def site(directory: Directory) -> Desk:
    return Desk(directory)


def plain(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).replace("\u00a0", " ").split())


def send(client: FlaskClient, path: str, back_to: str = AT, **fields: Any) -> Any:
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(back_to).text)
    assert token
    return client.post(path, data={"csrf_token": token[1], **fields}, headers={"Sec-Fetch-Site": "same-origin"})


def tap(client: FlaskClient, item: str, answer: str) -> Any:
    return send(client, f"{AT}/answer", item=item, answer=answer)


# --- the call sheet ----------------------------------------------------------------------------------------------------


def test_the_sheet_asks_first_what_the_need_leaves_open_and_folds_the_rest(site: Desk) -> None:
    page = site.client().get(AT).text
    well_formed(page)
    first, _, folded = page.partition('class="others"')
    assert "Do you have a bed today for a man of 27?" in plain(first)
    assert "What must be paid up front" in plain(folded) and "What must be paid up front" not in plain(first)
    assert page.index("614-555-0155") < page.index("Ask now") and f'href="/cases/{CASE}"' in page
    assert "Do you take men?" in plain(folded), "it is known already"
    assert "Blue Heron" not in re.search(r"<title>.*</title>", page)[0]  # type: ignore[index]


def test_the_bed_and_its_hold_are_asked_first_also_where_somebody_said_something_just_now(site: Desk) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    said = Report(BedState.HELD, now, Channel.CALL, "counselor-9", beds=1, hold_until=now + timedelta(hours=3))
    with site.directory.database.writing() as connection:
        store.append_reports(connection, [(ASKED, said)])
    first, _, _ = plain(site.client().get(AT).text.partition('class="others"')[0]).partition("All other questions")
    assert "Beds today" in first and "Will you hold it, and until when?" in first


def test_what_the_intake_hours_rule_out_is_said_once(site: Desk) -> None:
    (said,) = evening.statements("asked")
    weekday = f"{datetime.now(UTC) + timedelta(days=3):%a}"[:2]
    with site.directory.database.writing() as connection:
        store.append(connection, [replace(said, values=dict(said.values) | {"intake_hours": f"{weekday} 09:00-10:00"})], None)
    stands = plain(site.client().get(AT).text.partition('id="stands"')[2].partition("</p>")[0])
    assert "Set aside" in stands and stands.count("intake opens at 9:00 am") == 1 and stands.count("an be there") == 1
    tap(site.client(), "intake_hours", "always")
    assert plain(site.client().get(AT).text).count("intake day and night") == 1


def test_a_tap_is_written_down_shown_and_can_be_changed_and_taken_back(site: Desk) -> None:
    client = site.client()
    gone = tap(client, "bed.state", "two")
    assert (gone.status_code, gone.location) == (303, f"{AT}#item-bed.state")
    page = client.get(AT).text
    assert re.search(r'value="two" class="tap" aria-pressed="true"', page) and "2 beds are open" in plain(page)
    assert "tier-A" in page, "beds known and the doors always open: ready"
    tap(client, "bed.state", "full")
    page = client.get(AT).text
    assert "Set aside" in plain(page) and "Take back “Beds today: Full”" in plain(page)
    send(client, f"{AT}/undo")
    assert "tier-A" in client.get(AT).text
    send(client, f"{AT}/undo")
    assert "tier-D" in client.get(AT).text and "Take back" not in client.get(AT).text
    states = [one.state for one in site.directory.listings([ASKED])[ASKED].reports]
    assert states == [BedState.NO_ANSWER], "as it was before"


def test_what_is_typed_wrong_comes_back_with_what_to_enter(site: Desk) -> None:
    client = site.client()
    page = send(client, f"{AT}/answer", item="latest_arrival", typed="whenever you like")
    assert page.status_code == 422 and "Enter a time such as 21:00 or 9 pm." in plain(page.text)
    assert 'value="whenever you like"' in page.text
    page = send(client, f"{AT}/answer", item="bring", typed="a letter by Jennifer Smith")
    assert page.status_code == 422 and "tick that it is none" in plain(page.text) and 'name="sure"' in page.text
    sent = send(client, f"{AT}/answer", item="bring", typed="a letter by Jennifer Smith", sure="yes")
    assert sent.status_code == 303
    assert site.directory.listings([ASKED])[ASKED].practical == {"bring": "a letter by Jennifer Smith"}


def test_a_colleague_sees_who_is_on_the_call_and_can_not_answer(site: Desk) -> None:
    maria, tom = site.client(), site.let_in("tom")
    assert send(maria, f"{AT}/claim").status_code == 303
    assert "The call is yours until" in plain(maria.get(AT).text)
    page = plain(tom.get(AT).text)
    assert "maria is on this call until" in page and "Ask now" not in page
    refused = send(tom, f"{AT}/answer", item="bring", typed="a towel")
    assert refused.status_code == 409 and "You typed: “a towel”" in plain(refused.text)
    late = send(tom, f"{AT}/claim")
    assert late.status_code == 409 and "maria is on this call until" in plain(late.text)
    assert "not written down" not in late.text, "tom had answered nothing yet"
    send(maria, f"{AT}/release")
    assert send(tom, f"{AT}/claim").status_code == 303


@pytest.mark.parametrize("name, code", [("sam", 404), ("ann", 403)])
def test_somebody_else_s_case_is_not_there(site: Desk, name: str, code: int) -> None:
    client = site.client(name)
    assert client.get(AT).status_code == code
    for action in ("claim", "release", "answer", "undo", "close"):
        sent = send(client, f"{AT}/{action}", "/account", item="bring", typed="a towel", reached="no_answer")
        assert sent.status_code == code, action


def test_a_form_without_its_token_does_nothing(site: Desk) -> None:
    client = site.client()
    for path in (f"{AT}/claim", f"{AT}/answer", f"{AT}/close", f"/listings/{ASKED}/report", f"/listings/{ASKED}/report/undo"):
        sent = client.post(path, data={"item": "bed.state", "answer": "two", "reached": "no_answer"})
        assert sent.status_code == 400, path
    with site.directory.database.reading() as connection:
        assert store.calls(connection, CASE) == []


def test_a_call_is_ended_with_what_it_came_to_and_the_queue_goes_on(site: Desk) -> None:
    client = site.client()
    page = send(client, f"{AT}/close", reached="person", outcome="declined", spoke_with="Dana")
    assert page.status_code == 422 and "Choose why they declined." in plain(page.text) and 'value="Dana"' in page.text
    done = send(client, f"{AT}/close", reached="person", outcome="declined", because="payment", spoke_with="Dana")
    assert (done.status_code, done.location) == (303, "/calls")
    with site.directory.database.reading() as connection:
        (call,) = store.calls(connection, CASE)
        (event,) = store.events(connection, ASKED)
    assert (call.outcome, call.spoke_with) == (Outcome.DECLINED, "Dana") and "payment" not in str(call)
    assert (event["kind"], event["reason"]) == ("declined", "payment")
    assert "Asked House" not in plain(client.get("/calls").text.partition('class="cards"')[2])


def test_who_spoke_may_be_named_but_nothing_of_the_person_is_kept_unless_it_is_said_to_be_none(site: Desk) -> None:
    client, person = site.client(), "the patient John Smith, born 3/4/1990, 614-555-0100"
    ended = {"reached": "person", "outcome": "needs_information"}
    page = send(client, f"{AT}/close", **ended, spoke_with=person)
    assert page.status_code == 422 and f'value="{person}"' in page.text and 'id="sure-spoke_with"' in page.text
    well_formed(page.text)
    for found in (
        "“John” looks like a name",
        "“3/4/1990” looks like a birth date",
        "“614-555-0100” looks like a telephone number",
    ):
        assert found in plain(page.text)
    assert send(client, f"{AT}/close", **ended, spoke_with="their son Brian").status_code == 422
    with site.directory.database.reading() as connection:
        assert store.calls(connection, CASE) == []
    assert send(client, f"{AT}/close", **ended, spoke_with="Dana, intake").status_code == 303
    assert send(client, f"{AT}/close", **ended, spoke_with="desk 614-555-0100", sure="yes").status_code == 303
    with site.directory.database.reading() as connection:
        assert [call.spoke_with for call in store.calls(connection, CASE)] == ["Dana, intake", "desk 614-555-0100"]


def test_a_wrong_number_is_said_beside_it_from_then_on(site: Desk) -> None:
    client = site.client()
    send(client, f"{AT}/close", reached="wrong_number")
    assert "reported wrong" in plain(client.get(AT).text)


# --- the queue ---------------------------------------------------------------------------------------------------------


def test_the_queue_says_the_clock_whom_to_call_and_why(site: Desk) -> None:
    client = site.client()
    send(client, f"{AT}/close", reached="person", outcome="call_back", call_back_at="20 min")
    page = client.get("/calls").text
    well_formed(page)
    said = plain(page)
    assert re.search(r"Blue Heron \d of \d need a call again from \d+:\d\d [ap]m", said), said[:400]
    assert "Call back at" in said and said.index("Silent House") < said.rindex("Asked House")
    assert "Whom to call next" in said and "614-555-0156" in said
    send(client, "/cases/new", code_name="Green Heron", **evening.NEED)
    said = plain(client.get("/calls").text)
    assert said.index("need a call again") < said.index("Silent House") < said.index("Green Heron All 4 on the list are fresh")
    assert "Nobody waits to be called." in plain(site.client("sam").get("/calls").text)


# --- beds outside a case -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["maria", "ann"])
def test_still_two_beds_is_one_tap_and_can_be_taken_back(site: Desk, name: str) -> None:
    client, path = site.client(name), "/listings/invented_survey:ready/report"
    page = client.get(path).text
    well_formed(page)
    assert "Still so: 2 beds are open" in plain(page)
    assert send(client, path, path, again="yes").status_code == 303
    assert "Reported: 2 beds are open" in plain(client.get(path).text)
    ready = "invented_survey:ready"
    assert [one.beds for one in site.directory.listings([ready])[ready].reports] == [None, 2, 2]
    send(client, f"{path}/undo", path)
    assert [one.beds for one in site.directory.listings([ready])[ready].reports] == [None, 2]


def test_a_report_may_hold_until_a_time_and_be_for_some_people(site: Desk) -> None:
    client, path = site.client("ann"), "/listings/invented_survey:third/report"
    page = send(client, path, path, answer="one", hold="soon", sex="male", funded="yes")
    assert page.status_code == 422 and "Enter a time such as 21:00 or 9 pm." in plain(page.text) and 'value="soon"' in page.text
    assert send(client, path, path, answer="one", hold="11:59 pm", sex="male", age="adult", funded="yes").status_code == 303
    third = "invented_survey:third"
    report = site.directory.listings([third])[third].reports[-1]
    assert (report.state, report.beds, report.bucket.sex, report.bucket.funded) == (BedState.HELD, 1, "male", True)
    assert report.hold_until and report.hold_until > report.observed_at and report.recorded_by.startswith("staff-")
    assert client.get("/listings/invented_survey:nobody/report").status_code == 404


# --- in a browser ------------------------------------------------------------------------------------------------------


@pytest.fixture
def window(site: Desk, browser: Browser) -> Iterator[Any]:
    """Open a page as maria, without a script, by touch; afterwards nothing may have been complained of."""
    complaints: list[str] = []
    with served(site.directory) as address:

        def go(size: tuple[int, int], path: str) -> Page:
            viewport = {"width": size[0], "height": size[1]}
            context = browser.new_context(viewport=viewport, java_script_enabled=False, has_touch=True)  # type: ignore[arg-type]
            context.add_cookies([{"name": "session", "value": site.people["maria"].session, "url": address}])
            page = context.new_page()
            page.on("console", lambda message: complaints.append(message.text))
            page.goto(address + path)
            return page

        yield go
    assert complaints == []


@pytest.mark.browser
@BOTH
@pytest.mark.parametrize("path", [AT, "/calls", "/listings/invented_survey:ready/report"])
def test_the_number_to_dial_is_first_and_largest_and_everything_can_be_touched(
    window: Any, size: tuple[int, int], path: str
) -> None:
    page = window(size, path)
    number = page.locator("main .call .number").first
    box = number.bounding_box()
    assert box and box["y"] + box["height"] < size[1]
    others = page.locator("main :is(p, h2, h3, legend, button, summary, .tap)").evaluate_all(f"parts => parts.map({SIZE})")
    assert number.evaluate(SIZE) > max(others)
    unfold(page)
    assert fits_across(page)
    assert missed(page.locator(f"main :is({TARGETS})")) == []


def test_what_a_call_came_to_is_shown_on_the_board_in_the_queue_and_on_the_sheet(site: Desk) -> None:
    client = site.client()
    for item, tapped in (("bed.state", "one"), ("bed.hold", "two_hours")):
        assert tap(client, item, tapped).status_code == 303
    assert "Reached at" not in plain(client.get(AT).text), "the call is not ended yet"
    back = send(client, f"{AT}/close", reached="person", outcome="accepted", spoke_with="Dana")
    queue = plain(client.get(back.headers["Location"]).text)
    said = r"Reached at [0-9:]+ [ap]m, takes him, bed held until [0-9:]+ [ap]m( tomorrow)?, spoke with Dana\."
    assert re.search("Written down: Example Asked House. " + said + " Blue Heron", queue), "the end of a call is confirmed"
    assert re.search(said, plain(client.get(AT).text)) and re.search(said, plain(client.get(f"/cases/{CASE}").text))
    send(client, f"{AT}/close", reached="no_answer")
    assert re.search(r"Nobody answered at [0-9:]+ [ap]m\.", plain(client.get(f"/cases/{CASE}").text))


@pytest.mark.browser
def test_a_call_is_made_by_thumb(window: Any, site: Desk) -> None:
    page = window(PHONE, AT)
    page.get_by_role("button", name="I am calling now").tap()
    page.get_by_text("The call is yours until").wait_for()
    page.get_by_role("button", name="2 beds", exact=True).tap()
    pressed = page.locator("button[aria-pressed=true]")
    pressed.wait_for()
    expect(pressed).to_be_in_viewport()
    assert pressed.inner_text() == "2 beds" and page.url.endswith("#item-bed.state"), "the page comes back to the same place"
    page.locator("#item-bed\\.hold").get_by_role("button", name="2 hours").tap()
    page.locator("#item-bed\\.hold button[aria-pressed=true]").wait_for()
    page.locator("#item-bed\\.hold").get_by_role("button", name="1 hour").tap()
    page.locator("#item-bed\\.hold").get_by_role("button", name="Take it back").tap()
    page.locator("#item-bed\\.hold").get_by_role("button", name="2 hours", pressed=True).wait_for()
    assert "a bed is held" in page.locator("#stands").inner_text().lower()
    page.get_by_role("radio", name="They take the person", exact=True).check()
    page.get_by_role("button", name="End the call").tap()
    page.get_by_role("heading", level=1, name="Whom to call next").wait_for()
    with site.directory.database.reading() as connection:
        (call,) = store.calls(connection, CASE)
    assert call.outcome is Outcome.ACCEPTED


@pytest.mark.browser
def test_a_call_is_made_with_the_keyboard(window: Any) -> None:
    page = window(PHONE, AT)

    def reach(name: str) -> None:
        for _ in range(80):
            page.keyboard.press("Tab")
            if page.locator(":focus").inner_text().strip() == name:
                return
        raise AssertionError(name)

    reach("I am calling now")
    page.keyboard.press("Enter")
    page.get_by_text("The call is yours until").wait_for()
    reach("Full")
    page.keyboard.press("Enter")
    page.locator("button[aria-pressed=true]").wait_for()
    assert "Set aside" in page.locator("#stands").inner_text()
