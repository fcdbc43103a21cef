"""Every page in every state, on a phone and on a desk: axe-core finds nothing; each field says what to enter and keeps it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page
from werkzeug.exceptions import NotFound

from directory import store
from tests import evening, sites
from tests.axe import violations
from tests.every_page import PAGES, UNSEEN, Grounds, Shown, grounds
from tests.test_browser import DESK, PHONE, served

pytestmark = pytest.mark.browser
SIZES: Final = [{"width": width, "height": height} for width, height in (PHONE, DESK)]
EVERY: Final = pytest.mark.parametrize("shown", PAGES, ids=[shown.name for shown in PAGES])
OF_ONES_OWN: Final = {"password": "the one that was chosen", "present": "the one that was chosen", "again": "the one above"}
"""Fields of which nobody but the reader knows what to enter, each with what that is."""
FIELDS: Final = """(fields, plain) => fields.filter(field => field.checkVisibility()).map(field => {
    const told = [...(field.labels || [])].map(label => label.innerText).join(' ').trim();
    const around = field.closest('fieldset[aria-describedby]');
    const ids = [field, around].filter(Boolean).map(part => part.getAttribute('aria-describedby') || '').join(' ');
    const hints = ids.split(' ').filter(Boolean).map(id => document.getElementById(id)?.innerText.trim() || '');
    const typed = field.matches('textarea, input:not([type=checkbox], [type=radio])') && !field.readOnly;
    if (!told) return `${field.name} has no label`;
    return typed && !plain.includes(field.name) && !hints.join('') ? `${told}: nothing says what to enter` : '';
}).filter(Boolean)"""

LEFT_HANGING: Final = """links => links.filter(link => getComputedStyle(link).display.startsWith('inline-')
    && link.nextSibling?.nodeType === Node.TEXT_NODE && /^\\s*[.,;:?!]/.test(link.nextSibling.data)
).map(link => link.innerText)"""
"""Links with room for a thumb around them behind which a sentence ends or pauses: its sign stands apart, or in a line alone."""


@dataclass(frozen=True, slots=True)
class Found:
    """What was found on a page: its words, what axe-core has against it, fields that say too little, what stands in fields,
    and the links before a sign that they leave hanging."""

    words: str
    faults: list[str]
    unclear: list[str]
    entered: set[str]
    hanging: list[str]


Look = Callable[[Shown], Found]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, template: Path) -> Iterator[tuple[Grounds, Flask, str]]:
    """The site after an evening's work, and its address."""
    folder = tmp_path_factory.mktemp("every-page")
    said = [*evening.statements(), evening.clinic()]
    with sites.a_directory(folder, template, said) as directory:
        made = grounds(directory)
        with served(directory) as address:
            yield made, sites.a_site(directory), address


@pytest.fixture(scope="module")
def look(browser: Browser, world: tuple[Grounds, Flask, str]) -> Look:
    """Bring a page into its state, in the browser of whoever looks at it, and look at it once for all tests."""
    there, _, address = world

    @cache
    def window(who: str) -> Page:
        context = browser.new_context()
        if who:
            context.add_cookies([{"name": "session", "value": there.sessions[who], "url": address}])
        return context.new_page()

    @cache
    def open_page(shown: Shown) -> Found:
        page = window(shown.who)
        page.set_viewport_size(SIZES[0])  # type: ignore[arg-type]
        page.goto(address + shown.address.format(**there.at))
        shown.done(page)
        return found_on(page)

    return open_page


def found_on(page: Page) -> Found:
    faults: list[str] = []
    for size in SIZES:
        page.set_viewport_size(size)  # type: ignore[arg-type]
        faults += [f"at {size['width']} px: {fault}" for fault in violations(page)]
    fields = page.locator("input:not([type=hidden]), select, textarea")
    return Found(
        words=" ".join(page.locator("main").inner_text().split()),
        faults=faults,
        unclear=fields.evaluate_all(FIELDS, [*OF_ONES_OWN]),
        entered=set(fields.evaluate_all("fields => fields.map(field => field.value.trim())")),
        hanging=page.locator("main a").evaluate_all(LEFT_HANGING),
    )


@EVERY
def test_axe_has_nothing_against_a_page(look: Look, shown: Shown) -> None:
    found = look(shown)
    assert shown.says.casefold() in found.words.casefold(), "it is not the page that was meant"
    assert found.faults == []


def test_every_field_has_a_label_and_says_what_to_enter(look: Look) -> None:
    assert {shown.name: unclear for shown in PAGES if (unclear := look(shown).unclear)} == {}


def test_no_error_takes_away_what_was_typed(look: Look) -> None:
    mended = [shown for shown in PAGES if shown.kept]
    assert len(mended) > 8
    assert {shown.name: lost for shown in mended if (lost := {*shown.kept} - look(shown).entered)} == {}


def test_no_sign_hangs_behind_a_link_with_room_for_a_thumb(look: Look) -> None:
    assert {shown.name: hanging for shown in PAGES if (hanging := look(shown).hanging)} == {}


def test_a_page_with_known_faults_is_caught(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content(
        "<!doctype html><html lang='en'><title>Faulty</title><main><h1>Faulty</h1><img src='data:,'>"
        "<details><summary>More</summary><p style='color: #aaa; background: #fff'>Hardly to be read</p></details>"
        "<input id='a' name='a'><label for='b'>B</label><input id='b' name='b' aria-describedby='nowhere'>"
        "<label for='c'>C</label><p id='c-hint'>Such as 7</p><input id='c' name='c' aria-describedby='c-hint'>"
        "<p>Say <a href='#d' style='display: inline-flex; min-height: 44px'>when it ends</a>.</p></main>"
    )
    found = found_on(page)
    assert {fault.split(":")[1].strip() for fault in found.faults} >= {"image-alt", "label", "color-contrast"}
    assert [fault.split(":")[0] for fault in found.faults if "image-alt" in fault] == ["at 390 px", "at 1280 px"]
    assert found.unclear == ["a has no label", "B: nothing says what to enter"]
    assert found.hanging == ["when it ends"]
    page.context.close()


def test_every_page_of_the_site_is_looked_at_or_named_with_a_reason(world: tuple[Grounds, Flask, str]) -> None:
    there, app, _ = world
    looked = {endpoint for shown in PAGES if (endpoint := endpoint_at(app, shown.address.format(**there.at)))}
    pages = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    assert pages - looked == {*UNSEEN}, "add it to PAGES in tests/every_page.py"


def test_the_audit_has_words_of_its_own_for_every_page_that_shows_something_of_a_case(
    look: Look, world: tuple[Grounds, Flask, str]
) -> None:
    _, app, _ = world
    for shown in PAGES:
        look(shown)
    with app.extensions["directory"].database.reading() as connection:
        actions = {line[2] for line in store.audited(connection)}
    assert "hand-out seen" in actions and [one for one in actions if one.startswith("case seen on the page")] == []


def endpoint_at(app: Flask, address: str) -> str:
    """Which page an address leads to; "" for one that leads nowhere."""
    try:
        return str(app.url_map.bind("127.0.0.1").match(urlsplit(address).path, method="GET")[0])
    except NotFound:
        return ""
