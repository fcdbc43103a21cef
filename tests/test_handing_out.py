"""The hand-outs of a case through the real application: made, shared for three days, and known to be out of date."""

import html
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from directory import handing_out, handout, store
from directory.accounts import Role
from directory.availability import Report
from directory.handout import RULES, square
from directory.listing import Vetting
from directory.normalize import PRACTICAL
from directory.referral import Directory
from directory.vocabulary import BedState, Channel, VettingState
from directory.web import looked_at
from tests import builders, evening, sites
from tests.test_cases_pages import NOW, a_case, a_page, send, signed_in
from tests.test_web import well_formed

KINDS = {"html": b"<!doctype html>", "pdf": b"%PDF-", "ics": b"BEGIN:VCALENDAR", "vcf": b"BEGIN:VCARD"}
CANARIES = ("43215", "canaryplan", "canarywords", "heroin", "Blue Heron")


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory, template: Path) -> Iterator[Directory]:
    with sites.a_directory(tmp_path_factory.mktemp("handouts"), template, [*evening.statements(), evening.clinic()]) as opened:
        evening.report(opened)
        yield opened


@pytest.fixture(scope="module")
def app(directory: Directory) -> Flask:
    return sites.a_site(directory)


@pytest.fixture
def client(app: Flask, request: pytest.FixtureRequest) -> FlaskClient:
    """Somebody with an empty desk."""
    return signed_in(app, request.node.name[5:45].replace("_", " ").strip())


def made(client: FlaskClient, **fields: Any) -> tuple[str, str]:
    """A case with one hand-out: the address of its hand-outs, and of the newest."""
    case = a_case(client, **fields)
    assert send(client, f"{case}/handouts").status_code == 303
    listed = client.get(f"{case}/handouts").text
    number = max(map(int, re.findall(r'id="list-(\d+)"', listed)))
    return f"{case}/handouts", f"{case}/handouts/{number}"


def link(client: FlaskClient, one: str) -> str:
    """The address of a shared hand-out, as it is shown once."""
    found = re.search(r"/s/[A-Za-z0-9_-]{22}", send(client, f"{one}/share").text)
    assert found
    return found.group(0)


def test_a_list_is_handed_out_in_every_form_and_says_nothing_of_the_need(client: FlaskClient) -> None:
    listed, one = made(client)
    assert "List 1, made" in a_page(client, listed) and "Changed since printed" not in a_page(client, listed)
    for address in (one, f"{one}?language=es", f"{one}/present", f"{one}/text"):
        shown = client.get(address)
        assert shown.status_code == 200 and "988" in shown.text and "naloxon" in shown.text.casefold()
    for ending, start in KINDS.items():
        found = client.get(f"{one}/file.{ending}")
        assert found.status_code == 200 and found.data[:40].lstrip().lower().startswith(start.lower())
        assert re.search(r'filename="list-1-[0-9-]+\.' + ending, found.headers["Content-Disposition"])
    for address in (one, f"{one}/present", f"{one}/file.ics", f"{one}/file.vcf"):
        told = client.get(address).text
        assert not [canary for canary in CANARIES if canary in told]
    assert client.get(f"{one}/file.exe").status_code == 404


def test_a_page_of_its_own_brings_its_own_policy_and_no_other_request(client: FlaskClient) -> None:
    _, one = made(client)
    shown = client.get(one)
    assert "style-src 'sha256-" in shown.headers["Content-Security-Policy"]
    assert not re.search(r'(?:src|href)="(?:https?:)?//', shown.text)


def test_a_link_needs_no_account_and_sets_no_cookie_and_ends(client: FlaskClient, app: Flask, directory: Directory) -> None:
    _, one = made(client)
    address, anybody = link(client, one), app.test_client()
    shown = anybody.get(address)
    assert shown.status_code == 200 and "Set-Cookie" not in shown.headers and "Example" in shown.text
    newer = link(client, one)
    assert anybody.get(address).status_code == 404 and anybody.get(newer).status_code == 200
    token = newer.rpartition("/")[2]
    assert handing_out.shared(directory, token, NOW + timedelta(hours=71))
    assert handing_out.shared(directory, token, NOW + timedelta(hours=73)) is None
    assert send(client, f"{one}/revoke").status_code == 303
    ended, never = anybody.get(newer), anybody.get("/s/" + "a" * 22)
    assert ended.status_code == never.status_code == 404 and ended.text.replace(token, "a" * 22) == never.text
    assert "A link works for 72 hours" in ended.text and "988" in ended.text


def test_the_link_is_shown_with_its_square_code_and_goes_into_print_and_message(client: FlaskClient) -> None:
    _, one = made(client)
    page = send(client, f"{one}/share")
    well_formed(page.text)
    token = re.search(r'name="token" value="([^"]+)"', page.text)
    assert token and "img-src 'self' data:" in page.headers["Content-Security-Policy"]
    pictures = [
        html.unescape(found)
        for found in re.findall(r'<img class="square" src="([^"]+)" alt="Square code of the link', page.text)
    ]
    for spoken, path, picture in zip(("en", "es"), ("/s/", "/es/s/"), pictures, strict=True):
        whole = f"http://localhost{path}{token[1]}"
        assert picture == square.data(whole) and page.text.count(whole) == 3
        printed = send(client, f"{one}/linked", token=token[1], language=spoken)
        assert (
            whole in printed.text and square.data(whole) in html.unescape(printed.text) and f'lang="{spoken}"' in printed.text
        )
    taken = send(client, f"{one}/linked", token=token[1], language="es", ending="pdf")
    assert taken.data.startswith(b"%PDF-") and "-es.pdf" in taken.headers["Content-Disposition"]
    link(client, one)
    ended = send(client, f"{one}/linked", token=token[1], language="en")
    assert ended.status_code == 409 and "Make a new link" in ended.text


def test_a_link_leads_to_both_languages_and_so_does_the_page_where_it_ended(client: FlaskClient, app: Flask) -> None:
    _, one = made(client)
    address, anybody = link(client, one), app.test_client()
    english, spanish = anybody.get(address), anybody.get(f"/es{address}")
    assert f'href="/es{address}" lang="es"' in english.text and '<html lang="en">' in english.text
    assert f'href="{address}" lang="en"' in spanish.text and '<html lang="es">' in spanish.text
    over = anybody.get(f"/es/s/{'a' * 22}")
    assert over.status_code == 404 and "Esta lista no se comparte" in over.text and f'href="/s/{"a" * 22}"' in over.text


def test_a_list_that_says_something_else_by_now_is_known_to_be_old(client: FlaskClient, directory: Directory) -> None:
    listed, one = made(client)
    (first, *_) = re.findall(r'/listings/([^"]+)"', client.get(listed.removesuffix("/handouts")).text)
    with directory.database.writing() as connection:
        full = Report(BedState.FULL, NOW + timedelta(seconds=1), Channel.CALL, "a test")
        store.append_reports(connection, [(first.replace("%3A", ":"), full)])
    page = a_page(client, listed)
    assert "Changed since printed" in page
    before = client.get(one).text
    assert send(client, listed).status_code == 303
    assert "List 2, made" in a_page(client, listed) and "(older)" in a_page(client, listed)
    assert client.get(one).text == before


def test_who_saw_what_of_a_case_is_written_down_and_nothing_of_its_contents(
    client: FlaskClient, app: Flask, directory: Directory
) -> None:
    (listed, one), other = made(client), signed_in(app, "somebody curious")
    case = listed.removesuffix("/handouts")
    (listing, *_) = re.findall(rf'{case}/calls/([^"/]+)"', client.get(case).text)
    with directory.database.reading() as connection:
        before = len(store.audited(connection))
    pages = {
        case: "case seen", f"{case}/need": "case need seen", f"{case}/about": "case settings seen", listed: "hand-outs seen",
        f"{case}/calls/{listing}": "call sheet seen", one: "hand-out seen", f"{one}/present": "hand-out presented",
        f"{one}/text": "hand-out seen as a text message", f"{one}/file.html": "hand-out taken along as html",
        f"{one}/file.pdf": "hand-out taken along as pdf",
    }  # fmt: skip
    for address in pages:
        assert client.get(address).status_code == 200 and other.get(address).status_code == 404
    with directory.database.reading() as connection:
        told = store.audited(connection)[before:]
    ours = [(action, what) for _, who, action, what in told if who != "somebody curious"]
    assert ours == [(action, case.rpartition("/")[2]) for action in pages.values()]
    assert not [action for _, who, action, _ in told if who == "somebody curious" and "seen" in action]


def test_every_page_of_a_case_says_what_is_written_down_of_a_look_at_it(app: Flask) -> None:
    shown = {
        rule.endpoint for rule in app.url_map.iter_rules() if "case_id" in rule.arguments and "GET" in (rule.methods or ())
    }
    assert [one for one in shown if not {one, one.partition(".")[0]} & {*looked_at.SHOWN}] == []
    assert {*looked_at.SHOWN} <= {*app.view_functions, *app.blueprints}


def test_others_find_no_hand_out(client: FlaskClient, app: Flask) -> None:
    listed, one = made(client)
    stranger, staff = signed_in(app, "A stranger to hand-outs"), signed_in(app, "Somebody of staff", Role.STAFF)
    for address in (listed, one, f"{one}/present", f"{one}/text", f"{one}/file.pdf"):
        assert stranger.get(address).status_code == 404
        assert staff.get(address).status_code == 403
        assert app.test_client().get(address).status_code in (302, 303, 401)
    other = a_case(client)
    assert client.get(one.replace(listed, f"{other}/handouts")).status_code == 404


def test_a_purged_case_takes_its_links_along(client: FlaskClient, app: Flask) -> None:
    listed, one = made(client)
    address = link(client, one)
    case = listed.removesuffix("/handouts")
    assert send(client, f"{case}/purge", sure="yes").status_code in (200, 303)
    assert app.test_client().get(address).status_code == 404


def test_what_a_center_said_on_the_telephone_reaches_the_hand_out() -> None:
    told = handout.facts_of(builders.a_listing(practical=dict.fromkeys(PRACTICAL, "said")))
    assert (told.ask_for, told.cost, told.length, told.transport) == ("said",) * 4
    assert (told.bring, told.not_bring) == (("said",), ("said",))
    assert told.rules == tuple((code, "said") for code in RULES) and set(RULES) <= set(PRACTICAL)


def test_a_link_says_at_once_which_center_a_complaint_took_off(client: FlaskClient, app: Flask, directory: Directory) -> None:
    one = made(client)[1]
    address, anybody = link(client, one), app.test_client()
    ready = directory.listings(["invented_survey:ready"])["invented_survey:ready"]
    assert ready.name in anybody.get(address).text and "taken off our list" not in anybody.get(address).text
    off = Vetting(VettingState.SUSPENDED, NOW, "staff 9", None, "wanted money at the door")
    try:
        with directory.database.writing() as connection:
            store.append_vettings(connection, [(ready.id, off)])
        told = html.unescape(anybody.get(address).text)
        assert f"Do not go to {ready.name}: since this list was made it was taken off our list." in told
        assert told.count("taken off our list") == 1 and "money at the door" not in told, "nobody is told why"
        assert f"No vaya a {ready.name}:" in html.unescape(anybody.get(f"/es{address}").text)
    finally:
        with directory.database.writing() as connection:
            store.append_vettings(connection, [(ready.id, replace(off, state=VettingState.NEW, at=NOW + timedelta(minutes=1)))])
